"""Codes varied, as a sheet or as an animation."""

import functools
from collections.abc import Sequence

import numpy as np

from infogan_tf.cli.config import ALL_CODES, TraverseConfig, ending
from infogan_tf.cli.output import say_next
from infogan_tf.console import log
from infogan_tf.errors import SettingError
from infogan_tf.figures.pictures import Picture, save_animation, save_picture, side_by_side, stack, tile, with_caption
from infogan_tf.figures.traversals import FRAMES, ROWS, describe_traversal, move, num_columns, traverse, vary_two
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, stream_seed
from infogan_tf.training.loading import LoadedModel, load_model


def traverse_codes(config: TraverseConfig):
    """Varies one code, two together, or each of several, and writes a picture or an animation.

    Raises:
        SettingError: the model has no such codes.
    """
    loaded = load_model(config.model_path, config.step)
    names = _names(loaded.model, config.codes)
    is_plane = len(names) == 2 and config.codes != ALL_CODES
    number = config.number or (1 if is_plane else ROWS)
    path = config.output_path
    if ending(config.output) == ".png":
        save_picture(path, (_planes if is_plane else _panels)(loaded, names, number, config))
        other = ".gif"
    else:
        frames = (_moving_plane if is_plane else _moving)(loaded, names, number, config)
        moving = names[1:] if is_plane else names
        and_back = not all(loaded.model.spec.code(name).distribution.is_circular for name in moving)
        save_animation(path, frames, and_back)
        other = ".png"
    log(f"{', '.join(names)} of {loaded.caption}: {path}")
    say_next(f"the same as {other}:", "traverse", **config.given_flags | {"output": path.with_suffix(other)})


def _names(model: InfoGAN, codes: str) -> list[str]:
    known = [code.name for code in model.spec.codes]
    names = known if codes == ALL_CODES else [name.strip() for name in codes.split(",")]
    wrong = [name for name in names if name not in known or names.count(name) > 1]
    if wrong:
        raise SettingError("codes", f"different ones of the codes {', '.join(known)}, or {ALL_CODES}", codes)
    return names


def _panels(loaded: LoadedModel, names: Sequence[str], number: int, config: TraverseConfig) -> Picture:
    """The codes' traversals one below the other, of the same samples."""
    panels = []
    for name in names:
        images = traverse(loaded.model, name, stream_seed(config.seed, Stream.GENERATE), number, config.scale)
        described = describe_traversal(loaded.model, name, config.scale)
        panels.append(with_caption(tile(images.numpy()), f"{described}; one random sample a row; {loaded.caption}"))
    return stack(panels)


def _planes(loaded: LoadedModel, names: Sequence[str], number: int, config: TraverseConfig) -> Picture:
    """A plane of two codes for each sample, side by side."""
    across, down = (describe_traversal(loaded.model, name, config.scale) for name in names)
    planes = _vary_two(loaded.model, names, number, config)
    picture = functools.reduce(side_by_side, map(tile, planes))
    return with_caption(picture, f"across {across}; down {down}; {loaded.caption}")


def _moving(loaded: LoadedModel, names: Sequence[str], number: int, config: TraverseConfig) -> list[Picture]:
    """Frames in which each code runs from one end to the other: a row for each code, a column for each sample."""
    samples = loaded.model.spec.sample(number, stream_seed(config.seed, Stream.GENERATE))
    frames = move(loaded.model, names, samples, config.scale).numpy()
    described = [describe_traversal(loaded.model, name, config.scale) for name in names]
    caption = f"{'a row for each code: ' if len(names) > 1 else ''}{'; '.join(described)}; {loaded.caption}"
    return [with_caption(tile(frame), caption) for frame in frames]


def _moving_plane(loaded: LoadedModel, names: Sequence[str], number: int, config: TraverseConfig) -> list[Picture]:
    """Frames in which the second code runs while the first varies across; a row for each sample."""
    across, over_time = (describe_traversal(loaded.model, name, config.scale) for name in names)
    planes = _vary_two(loaded.model, names, number, config, FRAMES)
    caption = f"across {across}; over time {over_time}; {loaded.caption}"
    return [with_caption(tile(frame), caption) for frame in planes.swapaxes(0, 1)]


def _vary_two(
    model: InfoGAN, names: Sequence[str], number: int, config: TraverseConfig, steps: int | None = None
) -> np.ndarray:
    across, down = (model.spec.code(name).distribution for name in names)
    across_values = across.traversal(num_columns(across), config.scale)
    down_values = down.traversal(steps or num_columns(down), config.scale)
    samples = model.spec.join(model.spec.sample(number, stream_seed(config.seed, Stream.GENERATE)))
    # One by one: each has hundreds of images.
    each = [model.spec.split(samples[index : index + 1]) for index in range(number)]
    return np.concatenate([vary_two(model, *names, sample, across_values, down_values) for sample in each])
