"""The text of the MNIST report: each claim of the paper, its number, and ours."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence

from infogan_tf.config import Config, added_to_the_objective
from infogan_tf.evaluation.table import PRECISION_WARNING, precision_misleads
from infogan_tf.evaluation.terms import CLASSIFICATION_TERMS, CODE_TERMS, CONFIDENCE_TERMS, IMAGE_TERMS, held_out_images
from infogan_tf.experiments import presets
from infogan_tf.reproduction.claims import claims_section, figure1_section
from infogan_tf.reproduction.contrast import contrast_section
from infogan_tf.reproduction.evaluated import CATEGORY, CONTINUOUS, Evaluated, GanCurve, Results
from infogan_tf.reproduction.report import markdown_table
from infogan_tf.training.metrics_log import read_training_time

MEASURES = {
    "one_to_one_error": "error, one to one",
    "majority_error": "error, majority",
    "nmi": "NMI",
    "ari": "ARI",
    "confidence": "confidence",
    "stability": "stability",
}
# Settings that identify a run, not how it is trained.
NOT_OF_A_PRESET = ("images", "dataset", "data_source", "objective")


def report_text(results: Results) -> str:
    """The report in Markdown."""
    sections = [
        _head(results),
        claims_section(results),
        figure1_section(results),
        _figure2_section(results),
        _classification_section(results.infogans),
        contrast_section(results),
        _beyond_section([*results.infogans, results.gan]),
        _runs_section([*results.infogans, *results.gan_curves]),
    ]
    return "\n\n".join(sections) + "\n"


def _head(results: Results) -> str:
    shown, preset = results.shown, results.preset
    config, run = shown.run.config, shown.evaluation["run"]
    seed = f"Figures show seed {config.seed}"
    if len(results.infogans) > 1:
        seed += ", the one of the middle error"
    paragraphs = [
        "# InfoGAN on MNIST: the paper's claims, and what these runs show",
        f"Preset `{preset}`, {run['data']}; measured on {held_out_images(run)}. The InfoGANs are trained with "
        f"{_departures(config)}. {seed}.",
        f"Added to the paper's objective: {' '.join(added_to_the_objective(config)) or 'nothing.'}",
    ]
    if config.code_augmentation:
        paragraphs.append(
            "What is measured below takes images as they are, except the column `stability`, which deforms them in the "
            "same ways at half the strength, and so favors these settings."
        )
    return "\n\n".join(paragraphs)


def _departures(config: Config) -> str:
    """The flags by which a config differs from the preset after the paper."""
    papers = presets(config.experiment)["paper"]
    same_run = {name: getattr(config, name) for name in NOT_OF_A_PRESET}
    flags = config.differences(dataclasses.replace(papers, **same_run))
    return f"the paper's settings but for `{' '.join(flags)}`" if flags else "the paper's settings"


def _figure2_section(results: Results) -> str:
    verdict = results.gan.evaluation["codes"][CATEGORY]["verdict"]
    return (
        "## Figure 2: what each code means\n\n"
        f"(a) {CATEGORY} in InfoGAN, columns ordered by the matching\n\n![Figure 2a](figure2a.png)\n\n"
        f"(b) {CATEGORY} in the regular GAN with the same optimizer settings ({verdict}, as Q predicts it from frozen "
        "features of D)\n\n![Figure 2b](figure2b.png)\n\n"
        f"(c) {CONTINUOUS[0]} (in the paper: rotation)\n\n![Figure 2c](figure2c.png)\n\n"
        f"(d) {CONTINUOUS[1]} (in the paper: width)\n\n![Figure 2d](figure2d.png)\n\n"
        f"These are of seed {results.shown.run.config.seed}; which of the two continuous codes comes to mean what "
        "differs from seed to seed."
    )


def _classification_section(runs: Sequence[Evaluated]) -> str:
    results = [run.classification for run in runs]
    run = runs[0].evaluation["run"]
    rows = [("seed", *MEASURES.values())]
    rows += [_row(str(run.run.config.seed), result) for run, result in zip(runs, results, strict=True)]
    if len(runs) > 1:
        columns = {name: [result[name] for result in results] for name in MEASURES}
        worst = {name: (max if name.endswith("error") else min)(values) for name, values in columns.items()}
        for label, summary in (("mean", statistics.mean), ("median", statistics.median), ("spread", statistics.stdev)):
            rows.append(_row(label, {name: summary(values) for name, values in columns.items()}))
        rows.append(_row("worst of each column", worst))
    terms = CLASSIFICATION_TERMS | {term: CONFIDENCE_TERMS[term] for term in ("confidence", "stability")}
    return (
        f"## Section 7.2: {CATEGORY} classifies digits without labels\n\n{markdown_table(rows)}\n\n"
        f"Categories are matched to digits on training images and scored on {held_out_images(run)}. "
        "Spread is the standard deviation over seeds. Confidence and stability can be measured without labels.\n\n"
        f"{_bullets(terms)}\n\nThe "
        "paper: 5 % error, split and rule not given. The best published for InfoGAN: 3.0 to 3.1 % (README of "
        "Bidirectional InfoGAN); NMI 0.90 +- 0.03 (SLOGAN, ICLR 2022, Table 1).\n\n![confusion](confusion.png)"
    )


def _row(label: str, values: Mapping[str, float]) -> tuple[str, ...]:
    return (label, *(_shown(name, values[name]) for name in MEASURES))


def _shown(name: str, value: float) -> str:
    return f"{value:.2%}" if name.endswith("error") else f"{value:.3f}"


def _beyond_section(results: Sequence[Evaluated]) -> str:
    run, images = results[0].evaluation["run"], results[0].evaluation["images"]
    misled = [result.name for result in results if precision_misleads(result.evaluation["images"])]
    warning = f"\n\nOf {', '.join(misled)}: {PRECISION_WARNING}." if misled else ""
    return (
        f"## What the paper does not show\n\nEvery run's codes when trained:\n\n{_codes_table(results)}\n\n"
        f"{_bullets(CODE_TERMS)}\n\nBoth continuous codes at once:\n\n"
        "![two codes](two_codes.png)\n\nBoth in motion:\n\n![moving traversal](traversal.gif)\n\nGenerated images "
        f"against {held_out_images(run)}, in the features of a {images['features']}:\n\n{_images_table(results)}\n\n"
        f"{images['compared_images']:,} images each, half of them for the second distance, and for the last four "
        f"columns {images['compared_neighborhoods']:,}. The floor of the second distance, half of the "
        f"{held_out_images(run)} against the other half, is {images['frechet_floor_halves']:.3f}.{warning}\n\n"
        f"{_bullets(IMAGE_TERMS)}"
    )


def _bullets(terms: Mapping[str, str]) -> str:
    return "\n".join(f"- {term}: {meaning}" for term, meaning in terms.items())


def _codes_table(results: Sequence[Evaluated]) -> str:
    names, continuous = ", ".join((CATEGORY, *CONTINUOUS)), ", ".join(CONTINUOUS)
    header = (
        f"mutual information, nats: {names}",
        f"recovery: {names}",
        f"extrapolation: {continuous}",
        f"diversity: {names}",
        f"verdict: {names}",
    )
    rows = [("run", *header)]
    for result in results:
        codes = [result.evaluation["codes"][name] for name in (CATEGORY, *CONTINUOUS)]
        cells = (
            [f"{code['mutual_information']:.2f}" for code in codes],
            [f"{code['recovery']:.3f}" for code in codes],
            [f"{code['extrapolation']:.2f}" for code in codes[1:]],
            [f"{statistics.mean(code['diversity']):.2f}" for code in codes],
            [code["verdict"] for code in codes],
        )
        rows.append((result.name, *map(", ".join, cells)))
    return markdown_table(rows)


def _images_table(results: Sequence[Evaluated]) -> str:
    columns = {
        "frechet_distance": "Frechet distance",
        "frechet_distance_halves": "of halves",
        **{name: name for name in ("precision", "recall", "density", "coverage")},
    }
    rows = [("run", *columns.values())]
    rows += [(result.name, *(f"{result.evaluation['images'][name]:.3f}" for name in columns)) for result in results]
    return markdown_table(rows)


def _runs_section(results: Sequence[Evaluated | GanCurve]) -> str:
    rows = [("run", "objective", "seed", "updates", "training, minutes", "preset", "versions")]
    minutes = [read_training_time(result.run.folder.metrics) / 60 for result in results]
    for result, of_run in zip(results, minutes, strict=True):
        run, record = result.run, result.run.record
        versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
        preset = record.get("preset") or "not recorded"
        row = (run.config.objective, str(run.config.seed), f"{run.step:,}", f"{of_run:.1f}", preset, versions)
        rows.append((result.name, *row))
    commands = [f"- {result.name}: `{command}`" for result in results if (command := result.run.record.get("command"))]
    made_by = "\n\nMade by:\n\n" + "\n".join(commands) if commands else ""
    return f"## The runs\n\nTraining took {sum(minutes):.0f} minutes in all.\n\n{markdown_table(rows)}{made_by}"
