"""The text of the MNIST report: each claim of the paper, its number, and ours."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence

from infogan_tf.configs import MnistConfig
from infogan_tf.configs.fields import as_text
from infogan_tf.configs.mnist import paper
from infogan_tf.reproduction.claims import claims_section, figure1_section
from infogan_tf.reproduction.evaluated import CATEGORY, CONTINUOUS, Evaluated
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
# What says which run it is, not how it is trained.
NOT_OF_A_PRESET = ("run_folder", "seed", "data_source", "data_dir", "max_epoch", "objective")


def report_text(preset: str, runs: Sequence[Evaluated], baseline: Evaluated, shown: Evaluated) -> str:
    """The report in Markdown.

    Args:
        preset: the settings' name.
        runs: an InfoGAN for each seed.
        baseline: the regular GAN.
        shown: the InfoGAN that the figures show.
    """
    sections = [
        _head(preset, baseline, shown),
        claims_section(runs, baseline, shown),
        figure1_section(runs, baseline),
        _figure2_section(baseline, shown),
        _classification_section(runs),
        _beyond_section([*runs, baseline]),
        _runs_section([*runs, baseline]),
    ]
    return "\n\n".join(sections) + "\n"


def _head(preset: str, baseline: Evaluated, shown: Evaluated) -> str:
    data = shown.evaluation["run"]["data"]
    text = (
        f"# InfoGAN on MNIST: the paper's claims, and what these runs say\n\nPreset `{preset}`, {data}. The InfoGANs "
        f"are trained with {_departures(shown.run.config)}, the regular GAN with {_departures(baseline.run.config)}. "
        f"Figures show seed {shown.run.config.seed}, the one of the middle error."
    )
    if not shown.run.config.deformation:
        return text
    return (
        f"{text} While the InfoGANs train, Q reads {CATEGORY} off deformed images. What is measured below reads images "
        "as they are, but for the column `stability`, which deforms them in the same ways at half the strength, and so "
        "favours these settings."
    )


def _departures(config: MnistConfig) -> str:
    """The flags by which a config differs from the preset after the paper."""
    theirs = dataclasses.asdict(paper())
    flags = [
        f"--{name}={as_text(value)}"
        for name, value in dataclasses.asdict(config).items()
        if name not in NOT_OF_A_PRESET and value != theirs[name]
    ]
    return f"the paper's settings but for `{' '.join(flags)}`" if flags else "the paper's settings"


def _figure2_section(baseline: Evaluated, shown: Evaluated) -> str:
    return (
        "## Figure 2: what each code means\n\n"
        f"(a) {CATEGORY} in InfoGAN, columns ordered by the matching\n\n![Figure 2a](figure2a.png)\n\n"
        f"(b) {CATEGORY} in the regular GAN ({baseline.evaluation['codes'][CATEGORY]['verdict']})\n\n"
        "![Figure 2b](figure2b.png)\n\n"
        f"(c) {CONTINUOUS[0]} (in the paper: rotation)\n\n![Figure 2c](figure2c.png)\n\n"
        f"(d) {CONTINUOUS[1]} (in the paper: width)\n\n![Figure 2d](figure2d.png)\n\n"
        f"These are of seed {shown.run.config.seed}; which of the two continuous codes comes to mean what differs from "
        "seed to seed."
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
        rows.append(_row("worst of each column", worst))
    return (
        f"## Section 7.2: {CATEGORY} classifies digits without a label\n\n{markdown_table(rows)}\n\n"
        "Categories are matched to digits on training images and scored on held-out images. Spread is the standard "
        "deviation over seeds. Confidence and stability (under small deformations) can be seen without labels. The "
        "paper: 5 % error, split and rule not given. The best published for InfoGAN: 3.0 to 3.1 % (README of "
        "Bidirectional InfoGAN); NMI 0.90 +- 0.03 (SLOGAN, ICLR 2022, Table 1).\n\n![confusion](confusion.png)"
    )


def _row(label: str, values: Mapping[str, float]) -> tuple[str, ...]:
    return (label, *(_shown(name, values[name]) for name in MEASURES))


def _shown(name: str, value: float) -> str:
    return f"{value:.2%}" if name.endswith("error") else f"{value:.3f}"


def _beyond_section(results: Sequence[Evaluated]) -> str:
    images = results[0].evaluation["images"]
    return (
        f"## What the paper does not show\n\nEvery run's codes when trained:\n\n{_codes_table(results)}\n\nL_I on "
        f"fresh samples; read back from generated images: accuracy of {CATEGORY}, R^2 of {' and '.join(CONTINUOUS)}; "
        "beyond [-1, 1]: how far what Q reads moves where the code moves by 1.\n\nBoth continuous codes at once:\n\n"
        "![two codes](two_codes.png)\n\nBoth in motion:\n\n![moving traversal](traversal.gif)\n\nThe images beside "
        f"held-out ones, in the features of a {images['features']}:\n\n{_images_table(results)}\n\n"
        f"{images['compared_images']:,} images each, for precision and recall {images['compared_neighbourhoods']:,}; "
        f"as many training images have a Frechet distance of {images['frechet_distance_of_training_images']:.3f}."
    )


def _codes_table(results: Sequence[Evaluated]) -> str:
    names, continuous = ", ".join((CATEGORY, *CONTINUOUS)), ", ".join(CONTINUOUS)
    header = (f"L_I, nats: {names}", f"read back: {names}", f"beyond [-1, 1]: {continuous}", f"verdict: {names}")
    rows = [("run", *header)]
    for result in results:
        codes = [result.evaluation["codes"][name] for name in (CATEGORY, *CONTINUOUS)]
        cells = (
            [f"{code['mutual_information']:.2f}" for code in codes],
            [f"{code['recovery']:.3f}" for code in codes],
            [f"{code['extrapolation']:.2f}" for code in codes[1:]],
            [code["verdict"] for code in codes],
        )
        rows.append((result.name, *map(", ".join, cells)))
    return markdown_table(rows)


def _images_table(results: Sequence[Evaluated]) -> str:
    measures = ("frechet_distance", "precision", "recall")
    rows = [("run", *(name.replace("_", " ") for name in measures))]
    rows += [(result.name, *(f"{result.evaluation['images'][name]:.3f}" for name in measures)) for result in results]
    return markdown_table(rows)


def _runs_section(results: Sequence[Evaluated]) -> str:
    rows = [("run", "objective", "seed", "updates", "training, minutes", "versions")]
    minutes = [read_training_time(result.run.folder.metrics) / 60 for result in results]
    for result, of_run in zip(results, minutes, strict=True):
        run = result.run
        versions = ", ".join(f"{name} {version}" for name, version in run.record["versions"].items())
        objective = result.evaluation["run"]["objective"]
        rows.append((result.name, objective, str(run.config.seed), f"{run.step:,}", f"{of_run:.1f}", versions))
    return f"## The runs\n\nTraining took {sum(minutes):.0f} minutes in all.\n\n{markdown_table(rows)}"
