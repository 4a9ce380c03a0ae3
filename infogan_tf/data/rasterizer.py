"""Gray pictures of triangle meshes by a depth buffer in NumPy, without a display or a graphics library."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

OVERSAMPLING = 2  # Samples along each side of a pixel.
X, Y, Z = np.eye(3)


class Mesh(NamedTuple):
    """A closed surface; x is to the right, y up, z towards the viewer.

    Attributes:
        vertices: float64 `[vertices, 3]`.
        normals: float64 `[vertices, 3]`, outward, of length 1.
        albedo: float64 `[vertices]`, from 0 (black) to 1 (white).
        triangles: int64 `[triangles, 3]`, indices of vertices, counterclockwise as seen from outside.
    """

    vertices: np.ndarray
    normals: np.ndarray
    albedo: np.ndarray
    triangles: np.ndarray


def join(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes as one."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    moved = [mesh._replace(triangles=mesh.triangles + start) for mesh, start in zip(meshes, starts, strict=False)]
    return Mesh(*map(np.concatenate, zip(*moved, strict=True)))


def view_from(azimuth: float, elevation: float) -> np.ndarray:
    """The rotation `[3, 3]` of a mesh that is turned to the right and then seen from above, both in degrees."""
    turn, tilt = np.deg2rad([azimuth, elevation])
    turned = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    tilted = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    return tilted @ turned


def lambert(normals: np.ndarray, albedo: np.ndarray, light: np.ndarray, ambient: float) -> np.ndarray:
    """Shades `[vertices]` of matte surfaces in ambient light and light from one direction `[3]`, which add up to 1."""
    return albedo * (ambient + (1 - ambient) * np.maximum(normals @ light, 0))


def on_picture(points: np.ndarray, scale: float, width: float, size: int) -> np.ndarray:
    """Points `[vertices, 3]` as `draw` takes them; a length of 1 is `scale` of the picture, in x `width` times that."""
    return points * [size * scale * width, -size * scale, 1] + [size / 2, size / 2, 0]


def draw(points: np.ndarray, shades: np.ndarray, triangles: np.ndarray, size: int, background: float) -> np.ndarray:
    """What `rasterize` draws, antialiased: uint8 `[size, size, 1]`, of shades from 0 to 1."""
    fine = rasterize(points * [OVERSAMPLING, OVERSAMPLING, 1], shades, triangles, size * OVERSAMPLING, background)
    picture = fine.reshape(size, OVERSAMPLING, size, OVERSAMPLING).mean(axis=(1, 3))
    return np.rint(255 * picture).astype(np.uint8)[..., None]


def rasterize(
    points: np.ndarray, shades: np.ndarray, triangles: np.ndarray, size: int, background: float
) -> np.ndarray:
    """Draws the triangles whose corners run counterclockwise on the picture; the nearest hides the others.

    Args:
        points: `[vertices, 3]`: pixels to the right and down from the upper left corner, and nearness, which must be
            linear on the picture: z without perspective, 1 / distance with it.
        shades: `[vertices]`, interpolated linearly.
        triangles: `[triangles, 3]`, indices of vertices.

    Returns:
        The shades at the centers of the pixels, float64 `[size, size]`.
    """
    x, y, nearness = points.T[:, triangles.T]
    area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
    faces_viewer = np.flatnonzero(area < 0)  # Since y is down.
    x, y, nearness, shade = (corners[:, faces_viewer] for corners in (x, y, nearness, shades[triangles.T]))
    area = area[faces_viewer]
    triangle, row, column = _covered(x, y, size)
    nearness, shade = (_planes(x, y, corners, area)[:, triangle] for corners in (nearness, shade))
    nearness, shade = (start + right * column + down * row for start, right, down in (nearness, shade))
    picture = np.full(size * size, background, np.float64)
    # NumPy assigns in order, so that the nearest of all that lie on a pixel, which comes last, remains.
    order = np.argsort(nearness, kind="stable")
    picture[(row * size + column)[order]] = shade[order]
    return picture.reshape(size, size)


def _covered(x: np.ndarray, y: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangle, row and column of each pixel whose center is in a triangle, from its corners `[3, triangles]`."""
    triangle, row = _centers(y.min(axis=0), y.max(axis=0), size)
    run, rise = np.roll(x, -1, axis=0) - x, np.roll(y, -1, axis=0) - y
    # Inside a triangle, rise * x >= run * y - offset for each of its edges.
    offset = run * y - rise * x
    limits = (run[:, triangle] * (row + 0.5) - offset[:, triangle]) / np.where(rise == 0, 1, rise)[:, triangle]
    rise = rise[:, triangle]
    left = np.where(rise > 0, limits, -np.inf).max(axis=0)
    right = np.where(rise < 0, limits, np.inf).min(axis=0)
    span, column = _centers(left, right, size)
    return triangle[span], row[span], column


def _centers(low: np.ndarray, high: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """All rows or columns of a picture whose centers are in intervals, each after the index of its interval."""
    first = np.clip(np.ceil(low - 0.5), 0, size).astype(np.int64)
    last = np.clip(np.floor(high - 0.5), -1, size - 1).astype(np.int64)
    counts = np.maximum(last - first + 1, 0)
    interval = np.repeat(np.arange(len(counts)), counts)
    return interval, np.arange(len(interval)) + (first - np.cumsum(counts) + counts)[interval]


def _planes(x: np.ndarray, y: np.ndarray, values: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Of values at the corners `[3, triangles]` of triangles the value at the first pixel and steps right and down."""
    (x1, x2), (y1, y2), (change1, change2) = x[1:] - x[0], y[1:] - y[0], values[1:] - values[0]
    right, down = (change1 * y2 - change2 * y1) / area, (change2 * x1 - change1 * x2) / area
    return np.stack([values[0] + (0.5 - x[0]) * right + (0.5 - y[0]) * down, right, down])


def random_picture(draw: Callable[..., Any], size: int, seed: int) -> Any:
    """What `draw`, such as `random_head`, gives for a generator of random numbers with this seed."""
    return draw(np.random.default_rng([0, seed]), size)
