"""The work of `infogan traverse`."""

import dataclasses
import functools

import numpy as np
import tensorflow as tf

from infogan_tf.cli.command import say_next
from infogan_tf.cli.options import ALL_CODES, ROWS, TraverseOptions
from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.figures.pictures import Picture, save_animation, save_picture, side_by_side, stack, tile, with_caption
from infogan_tf.figures.traversals import FRAMES, describe_traversal, move, num_columns, vary, vary_two
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.training.loading import LoadedModel, load_model

Samples = dict[str, tf.Tensor]  # All latents by name, [number, event_size].


def run(options: TraverseOptions):
    """Varies one code, two together, or each of several, and writes a picture or an animation."""
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


def _names(model: InfoGAN, codes: str) -> list[str]:
    known = [code.name for code in model.spec.codes]
    names = known if codes == ALL_CODES else [name.strip() for name in codes.split(",")]
    if any(name not in known or names.count(name) > 1 for name in names):
        raise SettingError("codes", f"different ones of the codes {', '.join(known)}, or {ALL_CODES}", codes)
    return names


def _sheet(loaded: LoadedModel, names: list[str], samples: Samples, scale: float, is_plane: bool) -> Picture:
    """A plane of two codes for each sample, side by side, or a panel for each code, one below the other."""
    model = loaded.model
    described = [describe_traversal(model, name, scale) for name in names]
    if is_plane:
        pictures = [functools.reduce(side_by_side, map(tile, _planes(model, names, samples, scale)))]
        captions = [f"across {described[0]}; down {described[1]}"]
    else:
        pictures = []
        for name in names:
            prior = model.spec.code(name).distribution
            pictures.append(tile(vary(model, name, samples, prior.traversal(num_columns(prior), scale)).numpy()))
        captions = [f"{text}; one random sample a row" for text in described]
    return stack(list(map(with_caption, pictures, [f"{caption}; {loaded.caption}" for caption in captions])))


def _frames(loaded: LoadedModel, names: list[str], samples: Samples, scale: float, is_plane: bool) -> list[Picture]:
    """Frames in which each code runs from end to end, a row for each code and a column for each sample.

    Of a plane the second code runs while the first varies across, with a row for each sample.
    """
    described = [describe_traversal(loaded.model, name, scale) for name in names]
    if is_plane:
        frames = _planes(loaded.model, names, samples, scale, FRAMES).swapaxes(0, 1)
        caption = f"across {described[0]}; over time {described[1]}"
    else:
        frames = move(loaded.model, names, samples, scale).numpy()
        caption = ("a row for each code: " if len(names) > 1 else "") + "; ".join(described)
    return [with_caption(tile(frame), f"{caption}; {loaded.caption}") for frame in frames]


def _planes(model: InfoGAN, names: list[str], samples: Samples, scale: float, steps: int | None = None) -> np.ndarray:
    across, down = (model.spec.code(name).distribution for name in names)
    across_values = across.traversal(num_columns(across), scale)
    down_values = down.traversal(steps or num_columns(down), scale)
    planes = []
    for index in range(len(samples[names[0]])):  # One by one: each has hundreds of images.
        sample = {name: latent[index : index + 1] for name, latent in samples.items()}
        planes.append(vary_two(model, *names, sample, across_values, down_values))
    return np.concatenate(planes)
