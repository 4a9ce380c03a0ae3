"""The text of the MNIST report: each claim of the paper, its number, and ours."""

import statistics
from collections.abc import Mapping, Sequence

from infogan_tf.evaluation.table import ceiling
from infogan_tf.figures.information_plot import LAST_UPDATE
from infogan_tf.reproduction.evaluated import CATEGORY, CONTINUOUS, Evaluated
from infogan_tf.reproduction.report import markdown_table
from infogan_tf.training.metrics_log import read_training_time

# Paper, Figure 1, read off the plot; section 7.2.
PAPER_INFORMATION = {50: "2.17", 100: "2.25", 300: "2.15 to 2.30", 1000: "2.15 to 2.30"}
PAPER_BASELINE = {50: "", 100: "0.60 (peak, near 109)", 300: "about 0.05", 1000: "about 0.05"}
MEASURES = {
    "one_to_one_error": "error, one to one",
    "majority_error": "error, majority",
    "averaged_error": "error, averaged",
    "nmi": "NMI",
    "ari": "ARI",
    "confidence": "confidence",
    "stability": "stability",
}


def report_text(preset: str, runs: Sequence[Evaluated], baseline: Evaluated, shown: Evaluated) -> str:
    """The report in Markdown.

    Args:
        preset: the settings' name.
        runs: an InfoGAN for each seed.
        baseline: the regular GAN.
        shown: the InfoGAN that the figures show.
    """
    data = shown.evaluation["run"]["data"]
    sections = [
        f"# InfoGAN on MNIST: the paper's claims, and what these runs say\n\nPreset `{preset}`, {data}. "
        f"Figures show seed {shown.run.config.seed}, the one of the middle error. {_departure(shown)}",
        _claims_section(runs, shown, baseline),
        _figure1_section(shown, baseline),
        _figure2_section(shown, baseline),
        _classification_section(runs),
        _beyond_section(shown, baseline),
        _runs_section([*runs, baseline]),
    ]
    return "\n\n".join(sections) + "\n"


def _departure(shown: Evaluated) -> str:
    if not shown.run.config.deformation:
        return ""
    strength = f"`--deformation={shown.run.config.deformation:g}`"
    return (
        f"Beyond the paper, Q reads {CATEGORY} off deformed images while the InfoGANs train ({strength}); the regular "
        "GAN's Q, and all that is measured below, reads images as they are."
    )


def _claims_section(runs: Sequence[Evaluated], shown: Evaluated, baseline: Evaluated) -> str:
    end = min(LAST_UPDATE, shown.curve[-1][0])
    errors = [run.error for run in runs]
    used = [name for name, code in shown.evaluation["codes"].items() if code["verdict"] != "ignored"]
    rows = [
        ("claim of the paper", "paper", "here", "shown in"),
        (
            f"L_I of {CATEGORY} at update {end:,}",
            f"{PAPER_INFORMATION[LAST_UPDATE]} at 1,000",
            _value_at(shown.curve, end),
            "Figure 1",
        ),
        (
            f"the same of a regular GAN at update {end:,}",
            f"{PAPER_BASELINE[LAST_UPDATE]} at 1,000",
            _value_at(baseline.curve, end),
            "Figure 1",
        ),
        ("codes that the images depend on", "c1, c2, c3", ", ".join(used) or "none", "Figure 2 (a), (c), (d)"),
        (
            f"{CATEGORY} in a regular GAN",
            "nothing meaningful",
            baseline.evaluation["codes"][CATEGORY]["verdict"],
            "Figure 2 (b)",
        ),
        (
            f"error of {CATEGORY} as a classifier",
            "5 %",
            f"{statistics.median(errors):.2%} (median of {len(errors)}, worst {max(errors):.2%})",
            "section 7.2 below",
        ),
    ]
    return f"## Claim by claim\n\n{markdown_table(rows)}"


def _figure1_section(shown: Evaluated, baseline: Evaluated) -> str:
    rows = [("update", "InfoGAN, paper", "InfoGAN, here", "regular GAN, paper", "regular GAN, here")]
    for update, paper in PAPER_INFORMATION.items():
        here, theirs = (_value_at(run.curve, update) for run in (shown, baseline))
        rows.append((f"{update:,}", paper, here, PAPER_BASELINE[update], theirs))
    reached = next((update for update, value in shown.curve if value >= 2.2), None)
    first = f"update {reached:,}" if reached else "never"
    return (
        "## Figure 1: InfoGAN maximises the mutual information, a regular GAN does not\n\n![Figure 1](figure1.png)\n\n"
        f"{markdown_table(rows)}\n\nL_I of {CATEGORY} in nats, of one batch; its ceiling is "
        f"{shown.evaluation['codes'][CATEGORY]['entropy']:.3f}. 2.2 is first reached at: {first}."
    )


def _value_at(curve: Sequence[tuple[int, float]], update: int) -> str:
    return next((f"{value:.2f}" for step, value in curve if step == update), "not reached")


def _figure2_section(shown: Evaluated, baseline: Evaluated) -> str:
    codes = shown.evaluation["codes"]
    rows = [("code", "verdict", "L_I on fresh samples, nats", "of at most", "read back from generated images")]
    for name, code in codes.items():
        bound = f"{code['mutual_information']:.3f} +- {code['standard_error']:.3f}"
        recovery = f"{code['recovery_measure']} {code['recovery']:.3f}"
        rows.append((name, code["verdict"], bound, ceiling(code), recovery))
    verdict = baseline.evaluation["codes"][CATEGORY]["verdict"]
    return (
        "## Figure 2: what each code means\n\n"
        f"(a) {CATEGORY} in InfoGAN, columns ordered by the matching\n\n![Figure 2a](figure2a.png)\n\n"
        f"(b) {CATEGORY} in the regular GAN ({verdict})\n\n![Figure 2b](figure2b.png)\n\n"
        f"(c) {CONTINUOUS[0]} (in the paper: rotation)\n\n![Figure 2c](figure2c.png)\n\n"
        f"(d) {CONTINUOUS[1]} (in the paper: width)\n\n![Figure 2d](figure2d.png)\n\n{markdown_table(rows)}"
    )


def _classification_section(runs: Sequence[Evaluated]) -> str:
    results = [run.evaluation["classification"][CATEGORY] for run in runs]
    rows = [("seed", *MEASURES.values())]
    rows += [_row(str(run.run.config.seed), result) for run, result in zip(runs, results, strict=True)]
    if len(runs) > 1:
        columns = {name: [result[name] for result in results] for name in MEASURES}
        worst = {name: (max if name.endswith("error") else min)(values) for name, values in columns.items()}
        for label, summary in (("mean", statistics.mean), ("median", statistics.median), ("spread", statistics.stdev)):
            rows.append(_row(label, {name: summary(values) for name, values in columns.items()}))
        rows.append(_row("worst", worst))
    return (
        f"## Section 7.2: {CATEGORY} classifies digits without a label\n\n{markdown_table(rows)}\n\n"
        "Categories are matched to digits on training images and scored on held-out images. Spread is the standard "
        "deviation over seeds. Averaged: one to one, with Q's answers averaged over copies of an image that are "
        "deformed a little. Confidence and stability (under these deformations) can be seen without labels. The "
        "paper: 5 % error, split and rule not given. The best published for InfoGAN: 3.0 to 3.1 % (README of "
        "Bidirectional InfoGAN); NMI 0.90 +- 0.03 (SLOGAN, ICLR 2022, Table 1).\n\n![confusion](confusion.png)"
    )


def _row(label: str, values: Mapping[str, float]) -> tuple[str, ...]:
    return (label, *(_shown(name, values[name]) for name in MEASURES))


def _shown(name: str, value: float) -> str:
    return f"{value:.2%}" if name.endswith("error") else f"{value:.3f}"


def _beyond_section(shown: Evaluated, baseline: Evaluated) -> str:
    rows = [("", "InfoGAN", "regular GAN")]
    for name in ("frechet_distance", "frechet_distance_of_training_images", "precision", "recall"):
        values = [run.evaluation["images"][name] for run in (shown, baseline)]
        rows.append((name.replace("_", " "), *(f"{value:.3f}" for value in values)))
    return (
        "## What the paper does not show\n\nBoth continuous codes at once:\n\n![two codes](two_codes.png)\n\n"
        "Both in motion:\n\n![moving traversal](traversal.gif)\n\nThe images beside real ones, in the features of a "
        f"{shown.evaluation['images']['features']}:\n\n{markdown_table(rows)}"
    )


def _runs_section(runs: Sequence[Evaluated]) -> str:
    rows = [("run", "objective", "seed", "updates", "training, minutes", "versions")]
    for run, evaluation, _ in runs:
        versions = ", ".join(f"{name} {version}" for name, version in run.record["versions"].items())
        objective = evaluation["run"]["objective"]
        minutes = f"{read_training_time(run.folder.metrics) / 60:.1f}"
        rows.append((run.folder.path.name, objective, str(run.config.seed), f"{run.step:,}", minutes, versions))
    last = LAST_UPDATE
    return f"## The runs\n\nFigure 1 shows their first {last:,} updates.\n\n{markdown_table(rows)}"
