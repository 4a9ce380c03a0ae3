"""The paper's claims about MNIST, its numbers, and ours."""

import statistics
from collections.abc import Sequence

from infogan_tf.reproduction.evaluated import CATEGORY, CONTINUOUS, Evaluated
from infogan_tf.reproduction.report import markdown_table

# Paper, Figure 1, read off the plot; section 7.2.
PAPER_INFORMATION = {50: "2.17", 100: "2.25", 300: "2.15 to 2.30", 1000: "2.15 to 2.30"}
PAPER_BASELINE = {50: "", 100: "0.60 (peak, near 109)", 300: "about 0.05", 1000: "about 0.05"}
# A point is of one batch; over so many updates its noise averages out.
WINDOW = 50


def claims_section(runs: Sequence[Evaluated], baseline: Evaluated, shown: Evaluated) -> str:
    """Each claim of sections 7.1 and 7.2 with its number and ours, as a table.

    Args:
        runs: an InfoGAN for each seed.
        baseline: the regular GAN.
        shown: the InfoGAN that the figures show.
    """
    codes, theirs = shown.evaluation["codes"], baseline.evaluation["codes"]
    read_back = ", ".join(f"{name} {codes[name]['verdict']}, R^2 {codes[name]['recovery']:.2f}" for name in CONTINUOUS)
    beyond = ", ".join(f"{name} {codes[name]['extrapolation']:.2f}" for name in CONTINUOUS)
    rows = [("claim of the paper", "paper", "here", "shown in")]
    for update in (300, 1000):
        claim = f"L_I of {CATEGORY} by update {update:,}"
        rows.append((claim, PAPER_INFORMATION[update], _level([run.curve for run in runs], update), "Figure 1"))
    rows += [
        ("the same of a regular GAN by update 1,000", PAPER_BASELINE[1000], _level([baseline.curve], 1000), "Figure 1"),
        (
            f"{CATEGORY} in a regular GAN",
            "nothing meaningful",
            f"{theirs[CATEGORY]['verdict']}, L_I {theirs[CATEGORY]['mutual_information']:.2f} when trained",
            "Figure 2 (b)",
        ),
        (f"{' and '.join(CONTINUOUS)} are seen in the image", "rotation, width", read_back, "Figure 2 (c), (d)"),
        ("they go on beyond [-1, 1]", "to [-2, 2]", f"slope {beyond}", "Figure 2 (c), (d)"),
        (
            f"error of {CATEGORY} as a classifier",
            "5 %",
            _range([run.error for run in runs], ".2%"),
            "section 7.2 below",
        ),
    ]
    note = (
        f"L_I in nats, the mean over {WINDOW} updates; of several seeds, the median with the lowest and the highest. "
        "Slope: how far what Q reads moves where the code moves by 1, from -2 to -1 and from 1 to 2."
    )
    return f"## Claim by claim\n\n{markdown_table(rows)}\n\n{note}"


def figure1_section(runs: Sequence[Evaluated], baseline: Evaluated) -> str:
    """Figure 1 and its numbers, of an InfoGAN for each seed and of the regular GAN."""
    rows = [("update", "InfoGAN, paper", "InfoGAN, here", "regular GAN, paper", "regular GAN, here")]
    for update, paper_value in PAPER_INFORMATION.items():
        here, theirs = (_points(results, update) for results in (runs, [baseline]))
        rows.append((f"{update:,}", paper_value, here, PAPER_BASELINE[update], theirs))
    return (
        "## Figure 1: InfoGAN maximises the mutual information, a regular GAN does not\n\n![Figure 1](figure1.png)\n\n"
        f"{markdown_table(rows)}\n\nL_I of {CATEGORY} in nats, of the one batch of that update, as in the paper's "
        f"figure; its ceiling is {baseline.evaluation['codes'][CATEGORY]['entropy']:.3f}."
    )


def _points(runs: Sequence[Evaluated], update: int) -> str:
    values = [value for run in runs for step, value in run.curve if step == update]
    return _range(values, ".2f") if len(values) == len(runs) else "not reached"


def _level(curves: Sequence[Sequence[tuple[int, float]]], update: int) -> str:
    if any(curve[-1][0] < update for curve in curves):
        return "not reached"
    return _range([level_until(curve, update) for curve in curves], ".2f")


def level_until(curve: Sequence[tuple[int, float]], update: int) -> float:
    """The mean of a curve's points over the 50 updates that end with one."""
    return statistics.mean(value for step, value in curve if update - WINDOW < step <= update)


def _range(values: Sequence[float], form: str) -> str:
    """The median, and where there are several values the lowest and the highest."""
    median = f"{statistics.median(values):{form}}"
    return median if len(values) == 1 else f"{median} ({min(values):{form}} to {max(values):{form}})"
