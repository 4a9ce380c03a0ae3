"""The panels of the paper's Figure 2; also two codes at once, and animations.

The seed decides the random samples; a caption stands below.
"""

from collections.abc import Sequence

import tensorflow as tf

from infogan_tf.figures.pictures import Picture, tile, with_caption
from infogan_tf.figures.traversals import COLUMNS, ROWS, move, vary, vary_two
from infogan_tf.model import InfoGAN
from infogan_tf.randomness import Stream, split_seed, stream_seed

SCALE = 2.0  # Codes that are uniform on [-1, 1] in training run from -2 to 2.


def matched_order(matching: Sequence[int]) -> list[int]:
    """The categories in the order of the classes that they are matched to."""
    return sorted(range(len(matching)), key=lambda category: matching[category])


def category_panel(model: InfoGAN, name: str, order: Sequence[int], seed: int, caption: str) -> Picture:
    """Figure 2 (a) and (b): each column one category, in the given order, each row one random sample."""
    samples = model.spec.sample(ROWS, _seeds(seed)[0])
    return with_caption(tile(vary(model, name, samples, _one_hot(model, name, order)).numpy()), caption)


def continuous_panel(
    model: InfoGAN, name: str, category: str, digits: Sequence[int], seed: int, caption: str
) -> Picture:
    """Figure 2 (c) and (d): a continuous code from -2 to 2, on samples that are the same for every code.

    `digits` are the values of the code `category`, one a row.
    """
    samples = samples_of(model, category, digits, seed)
    values = model.spec.code(name).distribution.traversal(COLUMNS, SCALE)
    return with_caption(tile(vary(model, name, samples, values).numpy()), caption)


def two_code_grid(
    model: InfoGAN, across: str, down: str, category: str, digit: int, seed: int, caption: str
) -> Picture:
    """One sample under two continuous codes from -2 to 2, one from left to right, the other from top to bottom."""
    sample = samples_of(model, category, [digit], seed)
    values = {name: model.spec.code(name).distribution.traversal(COLUMNS, SCALE) for name in (across, down)}
    (plane,) = vary_two(model, across, down, sample, values[across], values[down]).numpy()
    return with_caption(tile(plane), caption)


def moving_traversal(
    model: InfoGAN, names: Sequence[str], category: str, order: Sequence[int], seed: int, caption: str
) -> list[Picture]:
    """Frames in which continuous codes run from -2 to 2: a row for each code, a column for each category in order."""
    samples = samples_of(model, category, order, seed)
    return [with_caption(tile(frame), caption) for frame in move(model, names, samples, SCALE).numpy()]


def samples_of(model: InfoGAN, category: str, digits: Sequence[int], seed: int) -> dict[str, tf.Tensor]:
    """Random samples whose categorical code has the given values; everything else follows from the seed."""
    samples = model.spec.sample(len(digits), _seeds(seed)[1])
    return samples | {category: _one_hot(model, category, digits)}


def _one_hot(model: InfoGAN, name: str, numbers: Sequence[int]) -> tf.Tensor:
    return model.spec.code(name).distribution.encode(list(numbers))


def _seeds(seed: int) -> list[tf.Tensor]:
    return split_seed(stream_seed(seed, Stream.FIGURES), 2)
