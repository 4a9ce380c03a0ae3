"""Images that share the value of one factor, drawn from those that were labeled."""

from collections.abc import Iterator

import numpy as np

NUM_IMAGES = 64  # Of a vote, or pairs of a point.


def images_with_one_factor_fixed(
    factors: np.ndarray, number: int, is_shared_by_all: bool, rng: np.random.Generator
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Draws groups of 64 images, and for each image another one with the same value of the group's factor.

    Args:
        factors: discrete ones, int `[images, factors]`.
        number: of groups; their factors are drawn at random.
        is_shared_by_all: whether all images of a group, and not of a pair alone, have the same value.
        rng: draws images with replacement, so that one may be in a group twice.

    Yields:
        For each factor its number, and the images and their partners, int `[groups, 64]`.
    """
    num_images, num_factors = factors.shape
    groups = rng.multinomial(number, np.full(num_factors, 1 / num_factors))
    for factor, (values, of_factor) in enumerate(zip(factors.T, groups, strict=True)):
        order = np.argsort(values, kind="stable")
        images = rng.integers(num_images, size=[of_factor, NUM_IMAGES])
        wanted = values[images[:, :1] if is_shared_by_all else images]
        first, last = (np.searchsorted(values[order], wanted, side) for side in ("left", "right"))
        yield factor, images, order[rng.integers(first, last, images.shape)]
