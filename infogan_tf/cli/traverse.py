"""Varies codes: `infogan traverse --run_folder=RUN --codes=c2 --output=c2.png`.

It writes a sheet (.png) or an animation (.gif), by the ending of --output.
"""

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from infogan_tf.cli.command import SEED, ModelOptions, OutputPath
from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.figures.pictures import save_animation, save_picture, side_by_side, stack, tile, with_caption
from infogan_tf.options import Auto, Integer, Number, Text, option

if TYPE_CHECKING:
    import tensorflow as tf

    from infogan_tf.model import InfoGAN

ALL_CODES = "all"
ROWS = 5  # As in the paper's figures.


@dataclasses.dataclass(frozen=True)
class TraverseOptions(ModelOptions):
    """Which codes are varied, and how."""

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
    seed: int = option(0, SEED, "Decides noise and the other codes of each sample.")


def run(options: TraverseOptions):
    """Varies one code, two together, or each of several, and writes a picture or an animation."""
    from infogan_tf.figures.traversals import FRAMES, describe_traversal, move, num_columns, vary
    from infogan_tf.randomness import Stream, stream_seed

    loaded, path, ending, scale = options.load(), options.output_path, options.output_ending, options.scale
    model, spec = loaded.model, loaded.model.spec
    known = [code.name for code in spec.codes]
    names = known if options.codes == ALL_CODES else [name.strip() for name in options.codes.split(",")]
    if any(name not in known or names.count(name) > 1 for name in names):
        raise SettingError("codes", f"different ones of the codes {', '.join(known)}, or {ALL_CODES}", options.codes)
    is_plane = len(names) == 2 and options.codes != ALL_CODES
    samples = spec.sample(options.number or (1 if is_plane else ROWS), stream_seed(options.seed, Stream.GENERATE))
    priors = [spec.code(name).distribution for name in names]
    described = [describe_traversal(model, name, scale) for name in names]
    if ending == ".png":
        if is_plane:
            pictures = [functools.reduce(side_by_side, map(tile, _planes(model, names, samples, scale)))]
            captions = [f"across {described[0]}; down {described[1]}"]
        else:
            values = [prior.traversal(num_columns(prior), scale) for prior in priors]
            varied = [vary(model, name, samples, of_code) for name, of_code in zip(names, values, strict=True)]
            pictures = [tile(images.numpy()) for images in varied]
            captions = [f"{text}; one random sample a row" for text in described]
        captions = [f"{caption}; {loaded.caption}" for caption in captions]
        save_picture(path, stack(list(map(with_caption, pictures, captions))))
    else:
        if is_plane:  # The second code runs while the first varies across; a row for each sample.
            frames = _planes(model, names, samples, scale, FRAMES).swapaxes(0, 1)
            caption = f"across {described[0]}; over time {described[1]}"
        else:  # Each code runs from end to end; a row for each code, a column for each sample.
            frames = move(model, names, samples, scale).numpy()
            caption = ("a row for each code: " if len(names) > 1 else "") + "; ".join(described)
        pictures = [with_caption(tile(frame), f"{caption}; {loaded.caption}") for frame in frames]
        turns = all(prior.is_circular for prior in (priors[1:] if is_plane else priors))
        save_animation(path, pictures, and_back=not turns)
    logger.info(f"{', '.join(names)} of {loaded.caption}: {path}")
    defaults = {field.name: field.default for field in dataclasses.fields(options)}
    given = {name: value for name, value in dataclasses.asdict(options).items() if value != defaults[name]}
    other = ".gif" if ending == ".png" else ".png"
    options.say_next(f"the same as {other}:", "traverse", **given | {"output": path.with_suffix(other)})


def _planes(
    model: "InfoGAN", names: list[str], samples: dict[str, "tf.Tensor"], scale: float, steps: int | None = None
) -> np.ndarray:
    from infogan_tf.figures.traversals import num_columns, vary_two

    across, down = (model.spec.code(name).distribution for name in names)
    across_values = across.traversal(num_columns(across), scale)
    down_values = down.traversal(steps or num_columns(down), scale)
    planes = []
    for index in range(len(samples[names[0]])):  # One by one: each has hundreds of images.
        sample = {name: latent[index : index + 1] for name, latent in samples.items()}
        planes.append(vary_two(model, *names, sample, across_values, down_values))
    return np.concatenate(planes)
