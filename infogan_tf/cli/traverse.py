"""Varies codes: `infogan traverse --run_folder=RUN --codes=c2 --output=c2.png`.

It writes a sheet (.png) or an animation (.gif), by the ending of --output.
"""

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from infogan_tf.cli.command import Command
from infogan_tf.cli.model_options import ModelOptions, OutputPath, say_next
from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.figures.pictures import Picture, save_animation, save_picture, side_by_side, stack, tile, with_caption
from infogan_tf.options import Auto, Integer, Number, Text, option

if TYPE_CHECKING:
    import tensorflow as tf

    from infogan_tf.model import InfoGAN

ALL_CODES = "all"
ROWS = 5  # As in the paper's figures.


@dataclasses.dataclass(frozen=True)
class TraverseOptions(ModelOptions):
    """Which codes are varied."""

    output: str = option(
        None,
        OutputPath("a new file that ends in .png or .gif", ".png", ".gif"),
        "A new file: .png for a sheet, .gif for an animation; required.",
    )
    codes: str = option(
        ALL_CODES,
        Text("names of codes, separated by commas, or all"),
        "A code; two codes, such as c2,c3, for a plane: the first across, the second down or, in a .gif, over time; "
        "three or more; or all.",
    )
    number: int | None = option(
        None, Auto(Integer(1, 50), f"1 for a plane, else {ROWS}"), "Random samples that are shown."
    )
    scale: float = option(
        2.0, Number(positive=True), "Continuous codes vary over so many times the range that they have in training."
    )
    seed: int = option(0, Integer(0, 2**31 - 1), "Decides noise and the other codes of each sample.")


def run(options: TraverseOptions):
    """Varies one code, two together, or each of several, and writes a picture or an animation.

    Raises:
        SettingError: the model has no such codes.
    """
    from infogan_tf.training.loading import load_model

    loaded = load_model(options.model_path, options.step)
    model, path = loaded.model, options.output_path
    names = _names(model, options.codes)
    is_plane = len(names) == 2 and options.codes != ALL_CODES
    number = options.number or (1 if is_plane else ROWS)
    if path.suffix == ".png":
        pictures = (_plane if is_plane else _panels)(model, names, number, options)
        save_picture(path, stack([with_caption(picture, f"{text}; {loaded.caption}") for picture, text in pictures]))
    else:
        frames, text = (_moving_plane if is_plane else _moving)(model, names, number, options)
        moving = names[1:] if is_plane else names
        and_back = not all(model.spec.code(name).distribution.is_circular for name in moving)
        save_animation(path, [with_caption(tile(frame), f"{text}; {loaded.caption}") for frame in frames], and_back)
    logger.info(f"{', '.join(names)} of {loaded.caption}: {path}")
    defaults = {field.name: field.default for field in dataclasses.fields(options)}
    given = {name: value for name, value in dataclasses.asdict(options).items() if value != defaults[name]}
    other = ".gif" if path.suffix == ".png" else ".png"
    say_next(f"the same as {other}:", "traverse", **given | {"output": path.with_suffix(other)})


def _names(model: "InfoGAN", codes: str) -> list[str]:
    known = [code.name for code in model.spec.codes]
    names = known if codes == ALL_CODES else [name.strip() for name in codes.split(",")]
    if any(name not in known or names.count(name) > 1 for name in names):
        raise SettingError("codes", f"different ones of the codes {', '.join(known)}, or {ALL_CODES}", codes)
    return names


def _describe(model: "InfoGAN", names: list[str], scale: float) -> list[str]:
    from infogan_tf.figures.traversals import describe_traversal

    return [describe_traversal(model, name, scale) for name in names]


def _panels(model: "InfoGAN", names: list[str], number: int, options: TraverseOptions) -> list[tuple[Picture, str]]:
    """For each code a picture of the same samples, one a row, and its caption."""
    panels = [model.traverse(name, rows=number, seed=options.seed, scale=options.scale).numpy() for name in names]
    captions = [f"{text}; one random sample a row" for text in _describe(model, names, options.scale)]
    return list(zip(map(tile, panels), captions, strict=True))


def _plane(model: "InfoGAN", names: list[str], number: int, options: TraverseOptions) -> list[tuple[Picture, str]]:
    """The plane of two codes for each sample, side by side in one picture, and its caption."""
    across, down = _describe(model, names, options.scale)
    planes = _planes(model, names, number, options)
    return [(functools.reduce(side_by_side, map(tile, planes)), f"across {across}; down {down}")]


def _moving(model: "InfoGAN", names: list[str], number: int, options: TraverseOptions) -> tuple[np.ndarray, str]:
    """Frames in which each code runs from one end to the other: a row for each code, a column for each sample."""
    from infogan_tf.figures.traversals import move

    samples = model.spec.sample(number, _seed(options))
    caption = "; ".join(_describe(model, names, options.scale))
    frames = move(model, names, samples, options.scale).numpy()
    return frames, f"a row for each code: {caption}" if len(names) > 1 else caption


def _moving_plane(model: "InfoGAN", names: list[str], number: int, options: TraverseOptions) -> tuple[np.ndarray, str]:
    """Frames in which the second code runs while the first varies across; a row for each sample."""
    from infogan_tf.figures.traversals import FRAMES

    across, over_time = _describe(model, names, options.scale)
    frames = _planes(model, names, number, options, FRAMES).swapaxes(0, 1)
    return frames, f"across {across}; over time {over_time}"


def _planes(
    model: "InfoGAN", names: list[str], number: int, options: TraverseOptions, steps: int | None = None
) -> np.ndarray:
    from infogan_tf.figures.traversals import num_columns, vary_two

    across, down = (model.spec.code(name).distribution for name in names)
    across_values = across.traversal(num_columns(across), options.scale)
    down_values = down.traversal(steps or num_columns(down), options.scale)
    samples = model.spec.join(model.spec.sample(number, _seed(options)))
    # One by one: each has hundreds of images.
    each = [model.spec.split(samples[index : index + 1]) for index in range(number)]
    return np.concatenate([vary_two(model, *names, sample, across_values, down_values) for sample in each])


def _seed(options: TraverseOptions) -> "tf.Tensor":
    from infogan_tf.randomness import Stream, stream_seed

    return stream_seed(options.seed, Stream.GENERATE)


COMMAND = Command("traverse", __doc__, TraverseOptions, run)
