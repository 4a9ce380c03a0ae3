"""The paper's claims about MNIST, its numbers, and ours."""

import statistics
from collections.abc import Sequence

from infogan_tf.reproduction.evaluated import CATEGORY, CONTINUOUS, Evaluated, GanCurve, Results
from infogan_tf.reproduction.report import markdown_table

# Paper, Figure 1, estimated from the plot; section 7.2.
PAPER_INFORMATION = {50: "2.17", 100: "2.25", 300: "2.15 to 2.30", 1000: "2.15 to 2.30"}
PAPER_BASELINE = {50: "", 100: "0.60 (peak, near 109)", 300: "about 0.05", 1000: "about 0.05"}
# A point is of one batch; over so many updates its noise averages out.
WINDOW = 50


def claims_section(results: Results) -> str:
    """Each claim of sections 7.1 and 7.2 with its number and ours, as a table."""
    codes, of_gan = results.shown.evaluation["codes"], results.gan.evaluation["codes"][CATEGORY]
    recovery = ", ".join(f"{name} {codes[name]['verdict']}, R^2 {codes[name]['recovery']:.2f}" for name in CONTINUOUS)
    beyond = ", ".join(f"{name} {codes[name]['extrapolation']:.2f}" for name in CONTINUOUS)
    rows = [("claim of the paper", "paper", "here", "shown in")]
    for update in (300, 1000):
        claim = f"L_I of {CATEGORY} by update {update:,}"
        rows.append((claim, PAPER_INFORMATION[update], _level(results.infogans, update), "Figure 1"))
    for gan in results.gan_curves:
        claim = f"the same of a regular GAN by update 1,000: {gan.legend}"
        rows.append((claim, PAPER_BASELINE[1000], _level([gan], 1000), "Figure 1"))
    rows += [
        (
            f"{CATEGORY} in a regular GAN",
            "nothing meaningful",
            f"{of_gan['verdict']}, L_I {of_gan['mutual_information']:.2f} when trained, {results.gan_curves[0].legend}",
            "Figure 2 (b)",
        ),
        (f"{' and '.join(CONTINUOUS)} are seen in the image", "rotation, width", recovery, "Figure 2 (c), (d)"),
        ("they extrapolate beyond [-1, 1]", "to [-2, 2]", f"slope {beyond}", "Figure 2 (c), (d)"),
        (
            f"error of {CATEGORY} as a classifier",
            "5 %",
            _range([run.error for run in results.infogans], ".2%"),
            "section 7.2 below",
        ),
    ]
    note = (
        f"L_I in nats, the mean over {WINDOW} updates; of several seeds, the median with the lowest and the highest. "
        "Slope: by how much Q's prediction changes where the code changes by 1, from -2 to -1 and from 1 to 2."
    )
    return f"## Claim by claim\n\n{markdown_table(rows)}\n\n{note}"


def figure1_section(results: Results) -> str:
    """Figure 1 and its numbers, of an InfoGAN for each seed and of the regular GANs."""
    gans = results.gan_curves
    legends = [f"regular GAN, {gan.legend}" for gan in gans]
    rows = [("update", "InfoGAN, paper", "InfoGAN, here", "regular GAN, paper", *legends)]
    for update, paper_value in PAPER_INFORMATION.items():
        here, *of_gans = (_points(runs, update) for runs in (results.infogans, *([gan] for gan in gans)))
        rows.append((f"{update:,}", paper_value, here, PAPER_BASELINE[update], *of_gans))
    entropy = results.gan.evaluation["codes"][CATEGORY]["entropy"]
    return (
        "## Figure 1: InfoGAN maximizes the mutual information, a regular GAN does not\n\n![Figure 1](figure1.png)\n\n"
        f"{markdown_table(rows)}\n\nL_I of {CATEGORY} in nats, of the one batch of that update, as in the paper's "
        f"figure; its ceiling is {entropy:.3f}. {_about_the_gans(results.preset)}"
    )


def _about_the_gans(preset: str) -> str:
    return (
        f"The regular GANs with the settings of preset {preset} have the InfoGANs' optimizer settings, and nothing is "
        "added to their objective. Of Q the paper says only that it is auxiliary. Here it is a head on frozen features "
        "of D: it is trained on the features that D's body makes for D, and has no gradient to D's body or to G. A Q "
        "with its own network has a body like D's, trained for Q alone, on generated images; it has no gradient to D "
        "or G either."
    )


def _points(runs: Sequence[Evaluated | GanCurve], update: int) -> str:
    too_short = _too_short(runs, update)
    if too_short:
        return too_short
    values = [value for run in runs for step, value in run.curve if step == update]
    return _range(values, ".2f") if len(values) == len(runs) else "not recorded"


def _level(runs: Sequence[Evaluated | GanCurve], update: int) -> str:
    return _too_short(runs, update) or _range([level_until(run.curve, update) for run in runs], ".2f")


def _too_short(runs: Sequence[Evaluated | GanCurve], update: int) -> str:
    """What replaces a number at an update that a run did not reach; otherwise empty."""
    shortest = min(run.curve[-1][0] for run in runs)
    return f"not trained that long ({shortest:,} updates)" if shortest < update else ""


def level_until(curve: Sequence[tuple[int, float]], update: int) -> float:
    """The mean of a curve's points over the 50 updates that end with one."""
    return statistics.mean(value for step, value in curve if update - WINDOW < step <= update)


def _range(values: Sequence[float], form: str) -> str:
    """The median, and where there are several values the lowest and the highest."""
    median = f"{statistics.median(values):{form}}"
    return median if len(values) == 1 else f"{median} ({min(values):{form}} to {max(values):{form}})"
