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
    from infogan_tf.training.loading import LoadedModel

    Samples = dict[str, tf.Tensor]  # All latents by name, [number, event_size].

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
    from infogan_tf.randomness import Stream, stream_seed
    from infogan_tf.training.loading import load_model

    loaded = load_model(options.model_path, options.step)
    names, path = _names(loaded.model, options.codes), options.output_path
    is_plane = len(names) == 2 and options.codes != ALL_CODES
    number = options.number or (1 if is_plane else ROWS)
    samples = loaded.model.spec.sample(number, stream_seed(options.seed, Stream.GENERATE))
    if path.suffix == ".png":
        save_picture(path, _sheet(loaded, names, samples, options.scale, is_plane))
    else:
        moving = [loaded.model.spec.code(name).distribution for name in (names[1:] if is_plane else names)]
        frames = _frames(loaded, names, samples, options.scale, is_plane)
        save_animation(path, frames, and_back=not all(distribution.is_circular for distribution in moving))
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


def _sheet(loaded: "LoadedModel", names: list[str], samples: "Samples", scale: float, is_plane: bool) -> Picture:
    """A plane of two codes for each sample, side by side, or a panel for each code, one below the other."""
    from infogan_tf.figures.traversals import describe_traversal, num_columns, vary

    model = loaded.model
    described = [describe_traversal(model, name, scale) for name in names]
    if is_plane:
        pictures = [functools.reduce(side_by_side, map(tile, _planes(model, names, samples, scale)))]
        captions = [f"across {described[0]}; down {described[1]}"]
    else:
        priors = {name: model.spec.code(name).distribution for name in names}
        values = {name: prior.traversal(num_columns(prior), scale) for name, prior in priors.items()}
        pictures = [tile(vary(model, name, samples, values[name]).numpy()) for name in names]
        captions = [f"{text}; one random sample a row" for text in described]
    lines = [f"{caption}; {loaded.caption}" for caption in captions]
    return stack(list(map(with_caption, pictures, lines)))


def _frames(loaded: "LoadedModel", names: list[str], samples: "Samples", scale: float, is_plane: bool) -> list[Picture]:
    """Frames in which each code runs from end to end, a row for each code and a column for each sample.

    Of a plane the second code runs while the first varies across, with a row for each sample.
    """
    from infogan_tf.figures.traversals import FRAMES, describe_traversal, move

    described = [describe_traversal(loaded.model, name, scale) for name in names]
    if is_plane:
        frames = _planes(loaded.model, names, samples, scale, FRAMES).swapaxes(0, 1)
        caption = f"across {described[0]}; over time {described[1]}"
    else:
        frames = move(loaded.model, names, samples, scale).numpy()
        caption = ("a row for each code: " if len(names) > 1 else "") + "; ".join(described)
    return [with_caption(tile(frame), f"{caption}; {loaded.caption}") for frame in frames]


def _planes(
    model: "InfoGAN", names: list[str], samples: "Samples", scale: float, steps: int | None = None
) -> np.ndarray:
    from infogan_tf.figures.traversals import num_columns, vary_two

    across, down = (model.spec.code(name).distribution for name in names)
    across_values = across.traversal(num_columns(across), scale)
    down_values = down.traversal(steps or num_columns(down), scale)
    joined = model.spec.join(samples)
    # One by one: each has hundreds of images.
    each = [model.spec.split(joined[index : index + 1]) for index in range(len(joined))]
    return np.concatenate([vary_two(model, *names, sample, across_values, down_values) for sample in each])


COMMAND = Command("traverse", __doc__, TraverseOptions, run)
