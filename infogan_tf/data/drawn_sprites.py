"""White sprites on black, each a combination of the values of a few factors, any of which can be drawn."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from infogan_tf.data.image_data import ClassNames

SIZE = 64  # Of the pictures, in pixels.
SHAPES = ("square", "ellipse", "heart")
REACH = 15  # Pixels of a sprite on each side of the one in its center.
EXTENT = 15.4  # From the center to the farthest point of an ellipse or heart, in pixels.


class Grid(NamedTuple):
    """A set of images of all combinations of the values of its factors.

    An image with one factor held fixed is drawn from random levels of which one column is constant.
    """

    name: str  # For captions.
    values: Mapping[str, np.ndarray]  # Of each factor, by its levels; angles in degrees.
    class_names: Mapping[str, ClassNames]  # Of the factors that are classes.
    draw: Callable[[np.ndarray], np.ndarray]  # Levels, int `[number, factors]`, to uint8 `[number, 64, 64, 1]`.
    number: int  # Of images in the set: of all combinations, or of so many of them that are chosen at random.

    def levels(self) -> np.ndarray:
        """The combinations in the set, int64 `[number, factors]`; the same ones at every call."""
        sizes = [len(values) for values in self.values.values()]
        chosen = np.arange(np.prod(sizes))
        if self.number < len(chosen):
            chosen = np.random.default_rng(0).choice(chosen, self.number, replace=False)
        return np.stack(np.unravel_index(chosen, sizes), axis=1)


def draw_sprites(levels: np.ndarray) -> np.ndarray:
    """Sprites like those of dSprites, of levels `[number, 5]` as `DSPRITES` has them: uint8 `[number, 64, 64, 1]`."""
    sprites, images = _all_sprites(), np.zeros([len(levels), SIZE, SIZE, 1], np.uint8)
    for image, (shape, scale, orientation, x, y) in zip(images, levels, strict=True):
        sprite = sprites[shape, scale, orientation]
        image[y + 1 : y + 1 + len(sprite), x + 1 : x + 1 + len(sprite), 0] = sprite  # None touches an edge.
    return images


@cache
def _all_sprites() -> np.ndarray:
    """Every sprite in its own square, uint8 `[3, 6, 40, side, side]`."""
    scale = DSPRITES.values["scale"][:, None, None, None]
    turn = np.deg2rad(DSPRITES.values["orientation"])[:, None, None]
    down, right = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1] / EXTENT
    x = (np.cos(turn) * right + np.sin(turn) * down) / scale
    y = (np.cos(turn) * down - np.sin(turn) * right) / scale
    square = np.maximum(np.abs(x), np.abs(y)) <= 0.7
    ellipse = x**2 + (2 * y) ** 2 <= 1
    # The curve (u^2 + v^2 - 1)^3 = u^2 v^3 fits into a circle of radius 1.26 around (0, 0.25).
    u, v = 1.26 * x, 0.25 - 1.26 * y
    heart = (u**2 + v**2 - 1) ** 3 <= u**2 * v**3
    return 255 * np.stack([square, ellipse, heart]).astype(np.uint8)


def draw_discs(levels: np.ndarray) -> np.ndarray:
    """The discs of CdSprites, of levels `[number, 2]` as `CDSPRITES` has them: uint8 `[number, 64, 64, 1]`."""
    angle = np.deg2rad(CDSPRITES.values["angle"])[levels[:, 0]]
    distance = CDSPRITES.values["distance"][levels[:, 1]]
    centers = SIZE // 2 + distance * [np.cos(angle), np.sin(angle)]
    return np.stack([_disc(x, y, radius=5) for x, y in centers.T])


def _disc(x: float, y: float, radius: float) -> np.ndarray:
    picture = Image.new("L", (SIZE, SIZE))
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(picture)[..., None]


# The grid of dSprites (Matthey et al. 2017), but its shapes' outlines, sizes and margins were not published. A tenth of
# the 737,280 images is enough that D sees each of them few times, and takes 302 MB.
DSPRITES = Grid(
    name="drawn sprites like dSprites",
    values={
        "shape": np.arange(3),
        "scale": np.linspace(0.5, 1, 6),
        "orientation": np.linspace(0, 360, 40),
        "x": np.linspace(0, 1, 32),
        "y": np.linspace(0, 1, 32),
    },
    class_names={"shape": SHAPES},
    draw=draw_sprites,
    number=73_728,
)
# Of Lin et al. 2020, "InfoGAN-CR and ModelCentrality", as their script has Pillow draw them.
CDSPRITES = Grid(
    name="CdSprites",
    values={"angle": np.arange(0, 360, 9), "distance": np.arange(27)},
    class_names={},
    draw=draw_discs,
    number=1_080,
)
