"""What the MNIST report says in numbers, and its figures: Figures 1 and 2, and what the paper does not show."""

import dataclasses
import statistics
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from infogan_tf.errors import SettingError
from infogan_tf.figures.pictures import save_animation, save_picture, tile, with_caption
from infogan_tf.figures.plots import plot_confusion, plot_information
from infogan_tf.figures.traversals import COLUMNS, ROWS, move, vary, vary_two
from infogan_tf.randomness import Stream, split_seed, stream_seed
from infogan_tf.reproduction.choice import Choice
from infogan_tf.reproduction.runs import ReportedRun
from infogan_tf.training.curves import read_curve

SCALE = 2.0  # Codes that are uniform on [-1, 1] in training run from -2 to 2.
# What Q is in a regular GAN, by objective.
Q_OF_REGULAR_GAN = {"gan": "Q on frozen features of D", "gan_own_q": "Q with its own network"}


@dataclasses.dataclass(frozen=True)
class MnistResults:
    """Everything that the report is made from: InfoGANs of a preset, one for each seed, and the GANs of Figure 1.

    The first regular GAN has the InfoGANs' settings, is trained as long, and is evaluated. As in the paper, c1 is the
    categorical code, c2 and c3 are the continuous ones.
    """

    runs: Sequence[ReportedRun]
    choice: Choice | None = None  # Among the InfoGANs.

    @property
    def infogans(self) -> list[ReportedRun]:
        return [run for run in self.runs if run.config.objective == "infogan"]

    @property
    def gans(self) -> list[ReportedRun]:
        return [run for run in self.runs if run.config.objective != "infogan"]

    @cached_property
    def curves(self) -> dict[str, list[tuple[int, float]]]:
        """By the name of a run, points (update, bound on the mutual information of c1 in nats)."""
        curves = {}
        for run in self.runs:
            metrics = run.trained.run.metrics
            curves[run.name] = read_curve(metrics, "mutual_information/c1")
            if not curves[run.name]:
                raise SettingError("folder", "a run with its curves", f"{metrics} without a point")
        return curves

    @property
    def shown(self) -> ReportedRun:
        """The InfoGAN that the figures show: an ordinary one, with the median error, or the higher of two."""
        errors = self.measured("one_to_one_error")
        return self.infogans[errors.index(statistics.median_high(errors))]

    def classifier(self, run: ReportedRun) -> dict[str, Any]:
        """What was measured of c1 as a classifier of digits, and its confidence without labels."""
        return vars(run.evaluation.classification["c1"]["label"]) | vars(run.evaluation.confidence["c1"])

    def measured(self, name: str) -> list[float]:
        """One measure of c1 as a classifier, of each InfoGAN."""
        return [self.classifier(run)[name] for run in self.infogans]

    def legend(self, gan: ReportedRun) -> str:
        """A regular GAN's settings, and what its Q is."""
        return f"settings of preset {gan.preset}, {Q_OF_REGULAR_GAN[gan.config.objective]}"

    def information(self, runs: Sequence[ReportedRun], update: int, window: int = 1) -> str:
        """L_I of c1 over runs, nats: the mean over the last updates of each run up to one, as many as the window has.

        A point of a curve is of one batch; over 50 updates its noise averages out.
        """
        shortest = min(self.curves[run.name][-1][0] for run in runs)
        if shortest < update:
            return f"not trained that long ({shortest:,} updates)"
        points = [[value for step, value in self.curves[run.name] if update - window < step <= update] for run in runs]
        return median_and_range([statistics.mean(of_run) for of_run in points]) if all(points) else "not recorded"


def median_and_range(values: Sequence[float], form: str = ".2f") -> str:
    """The median, and where there are several values the lowest and the highest."""
    median = f"{statistics.median(values):{form}}"
    return median if len(values) == 1 else f"{median} ({min(values):{form}} to {max(values):{form}})"


def draw_mnist(folder: Path, results: MnistResults):
    """Draws Figures 1 and 2 and what the paper does not show: two codes at once, their animation, and the confusion."""
    shown, gan, measured = results.shown, results.gans[0], results.classifier(results.shown)
    curves = {f"InfoGAN, preset {shown.preset}, seed {shown.config.seed}": results.curves[shown.name]}
    for each in results.gans:
        curves[f"regular GAN, {results.legend(each)}, seed {each.config.seed}"] = results.curves[each.name]
    caption = (
        "L_I of c1, of one batch each. No Q of a regular GAN has a gradient to G or D's body. Frozen features: those "
        f"that D's body makes for D alone. {shown.data}"
    )
    plot_information(curves, shown.evaluation.codes["c1"].entropy, folder / "figure1.png", caption)

    model, spec, codes = shown.trained.model, shown.trained.model.spec, shown.evaluation.codes
    sample_seed, digit_seed = split_seed(stream_seed(shown.config.seed, Stream.FIGURES), 2)
    matching, error = measured["matching"], f"error {measured['one_to_one_error']:.2%}"
    order = sorted(range(len(matching)), key=matching.__getitem__)  # By the digits that categories are matched to.

    def of_categories(categories: Sequence[int]) -> dict[str, Any]:
        """A random sample of each category, everything else the same for all codes."""
        return spec.sample(len(categories), digit_seed) | spec.encode({"c1": categories})

    def save(file: str, images: Any, caption: str, run: ReportedRun = shown):
        save_picture(folder / file, with_caption(tile(images.numpy()), f"{caption}; {run.where}"))

    samples = spec.sample(ROWS, sample_seed)
    ordered, unordered = (spec.code("c1").encode(categories) for categories in (order, sorted(order)))
    save("figure2a.png", vary(model, "c1", samples, ordered), f"c1, ordered by the matching ({error})")
    bound = gan.evaluation.codes["c1"].mutual_information
    caption = f"regular GAN, nothing added to the objective: c1 from 0 to {max(order)} (L_I {bound:.2f} nats by Q on "
    caption += "frozen features of D)"
    save("figure2b.png", vary(gan.trained.model, "c1", samples, unordered), caption, gan)
    values = spec.code("c2").distribution.traversal(COLUMNS, SCALE)  # The same as of c3.
    for file, name in (("figure2c.png", "c2"), ("figure2d.png", "c3")):
        numbers = f"recovery R^2 {codes[name].recovery:.2f}, beyond [-1, 1] slope {codes[name].extrapolation:.2f}"
        caption = f"{name} from -2 to 2, trained on -1 to 1 ({numbers})"
        save(file, vary(model, name, of_categories(order[::2]), values), caption)

    (plane,) = vary_two(model, "c2", "c3", of_categories(order[2:3]), values, values)
    caption = f"c1 = {order[2]}; c2 from left to right, c3 from top to bottom, both from -2 to 2"
    save("two_codes.png", plane, caption)
    frames = move(model, ("c2", "c3"), of_categories(order), SCALE).numpy()
    caption = f"rows c2 and c3, from -2 to 2 and back; {shown.where}"
    save_animation(folder / "traversal.gif", [with_caption(tile(frame), caption) for frame in frames])
    caption = f"{error}, one to one; {shown.where}"
    plot_confusion(measured["confusion"], order, "c1", folder / "confusion.png", caption)
