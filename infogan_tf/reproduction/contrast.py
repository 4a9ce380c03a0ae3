"""What one does without codes, vector arithmetic, beside one code: a section of the MNIST report."""

from collections.abc import Mapping
from typing import Any

from infogan_tf.evaluation.evaluate import ARITHMETIC_FILE
from infogan_tf.evaluation.terms import CHANGE_TERMS, SLANT_TERM
from infogan_tf.reproduction.evaluated import Results
from infogan_tf.reproduction.report import markdown_table

INTRODUCTION = (
    "Without codes, a sample is changed by arithmetic on noise vectors (Radford et al. 2016, DCGAN, Figure 7): from "
    "the input of a sample the mean input of others of its class is subtracted, and that of samples of another class "
    "is added. With InfoGAN one code is set. Here both are done to both. The regular GAN has the same inputs as "
    "InfoGAN, codes among them, and all of them are the vector. In InfoGAN the arithmetic moves the code too. The "
    "classifier of the features below tells the classes, of the samples that are averaged and of the results."
)


def contrast_section(results: Results) -> str:
    """How often a sample becomes of the class asked for, by arithmetic and by one code, with pictures."""
    runs = [results.gan, *results.infogans]
    measured = {run.name: run.evaluation["vector_arithmetic"] for run in runs if run.evaluation["vector_arithmetic"]}
    parts = ["## Without codes: vector arithmetic", INTRODUCTION]
    if measured:
        rows = [("run", "changed by", "of the asked class", "still of its own", "slant kept")]
        for name, arithmetic in measured.items():
            rows += [(name, way, *_numbers(change)) for way, change in arithmetic["changes"].items()]
        chances = ", ".join(f"{arithmetic['chance']:.1%} in {name}" for name, arithmetic in measured.items())
        terms = "\n".join(f"- {term}: {meaning}" for term, meaning in (CHANGE_TERMS | SLANT_TERM).items())
        parts += [markdown_table(rows), f"Of the asked class at chance: {chances}.", terms]
    for run in runs:
        if run.name not in measured:
            parts.append(f"{run.name} is not measured: nearly all of its images are of one class.")
    for run in (results.gan, results.shown):
        if run.name in measured:
            parts.append(f"![vector arithmetic in {run.name}]({run.name}/{ARITHMETIC_FILE})")
    return "\n\n".join(parts)


def _numbers(change: Mapping[str, Any]) -> tuple[str, ...]:
    slant = "-" if change["slant_kept"] is None else f"{change['slant_kept']:.2f}"
    return (f"{change['success']:.1%}", f"{change['unchanged']:.1%}", slant)
