"""Heads on black in the manner of the paper's 3D faces."""

from collections import namedtuple
from functools import cache

import numpy as np

from infogan_tf.data.rasterizer import Mesh, Z, draw, join, lambert, on_picture, view_from

# Each measure is uniform in its range. Lengths are in halves of a head's height, from the chin at -1 to the crown at 1;
# `jaw_width` is a share of the skull's, and an albedo the share of the light that a surface reflects.
HEAD_RANGES = {
    "skull_width": (0.62, 0.76),
    "skull_depth": (0.74, 0.88),
    "jaw_width": (0.5, 0.85),
    "chin": (0.0, 0.12),
    "cheeks": (0.0, 0.1),
    "nose_length": (0.16, 0.28),
    "nose_width": (0.09, 0.15),
    "brow": (0.03, 0.13),
    "eye_distance": (0.24, 0.3),
    "eye_depth": (0.06, 0.14),
    "mouth_width": (0.16, 0.27),
    "lips": (0.02, 0.09),
    "ears": (0.16, 0.26),
    "hairline": (0.4, 0.75),
    "skin_albedo": (0.6, 1.0),
    "hair_albedo": (0.05, 0.5),
}
Head = namedtuple("Head", HEAD_RANGES)
HEAD_FACTORS = {
    "azimuth_deg": (-75, 75),
    "elevation_deg": (-30, 30),
    "light_azimuth_deg": (-80, 80),
    "width": (0.8, 1.2),
}
HEAD_SCALE = 0.405  # Of half a head's height to the picture's.
HEAD_AXIS = 0.035  # How far in front of the ears a head turns, so that nose and nape stay on the picture.
LIGHT_ELEVATION = 25
POLE = 1e-3  # Where surfaces that are open at their poles begin, which is less than a pixel.


def random_head(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A head whose identity, pose, light and width are uniform and independent.

    Returns:
        The image, uint8 `[size, size, 1]`, and its factors, float64 `[4]`, in the ranges of `HEAD_FACTORS`: azimuth of
        the head (positive to the right), elevation of the camera (positive above the head), azimuth of the light
        (positive from the right), and by what factor it is wider on the picture.
    """
    factors = rng.uniform(*np.transpose(list(HEAD_FACTORS.values())))
    head = Head(*rng.uniform(*np.transpose(list(HEAD_RANGES.values()))))
    return render_head(head, *factors, size), factors


def render_head(
    head: Head, azimuth: float, elevation: float, light_azimuth: float, width: float, size: int
) -> np.ndarray:
    """One head, uint8 `[size, size, 1]`; for the factors see `random_head`."""
    mesh = _mesh(head)
    view = view_from(azimuth, elevation)
    light = view_from(light_azimuth, 0) @ view_from(0, -LIGHT_ELEVATION) @ Z
    shades = lambert(mesh.normals @ view.T, mesh.albedo, light, ambient=0.18)
    points = on_picture(mesh.vertices @ view.T, HEAD_SCALE, width, size)
    return draw(points, shades, mesh.triangles, size, background=0)


def _mesh(head: Head) -> Mesh:
    polar = np.linspace(POLE, np.pi - POLE, 52)[:, None]
    around = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    around = around - 0.6 * np.sin(around)  # Denser in the face, where it is 0.
    y = np.cos(polar)
    below = np.maximum(-y, 0)
    level = (1 - np.abs(y) ** 2.5) ** 0.4
    half_width = head.skull_width * level * (1 - (1 - head.jaw_width) * below**1.2)
    front = 0.76 * (1 - np.abs(y) ** 3.5) ** 0.33 * (1 - 0.1 * np.maximum(y, 0) ** 2)
    back = head.skull_depth * (0.75 * below**1.5 * level - (1 - np.abs(y) ** 2.2) ** 0.45)
    x = half_width * np.sign(np.sin(around)) * np.abs(np.sin(around)) ** 0.9
    z = (front + back) / 2 + (front - back) / 2 * np.cos(around)
    y = np.broadcast_to(y, x.shape)
    facing = np.clip(2 * np.cos(around), 0, 1)
    z = z + facing * _relief(head, np.abs(x), y)
    hair = np.clip(0.5 + 20 * (y - head.hairline + 0.9 * np.maximum(0.6 - z, 0)), 0, 1)
    albedo = _painted(head, np.abs(x), y, facing, hair)
    points = np.stack([x, y, z], axis=-1) * (1 + 0.05 * hair[..., None])
    mesh = join([_surface(points, albedo), _ear(head, -1), _ear(head, 1)])
    return mesh._replace(vertices=mesh.vertices - HEAD_AXIS * Z)


def _relief(head: Head, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far features stand out of the face."""
    from_eye = side - head.eye_distance
    down_nose = np.clip((0.12 - y) / 0.46, 0, 1)
    ridge = head.nose_length * down_nose + 0.03 * _spot((y - 0.1) / 0.15)
    nose = ridge * _spot(side / (head.nose_width * (0.55 + 0.45 * down_nose)), np.minimum(y + 0.34, 0) / 0.06)
    lips = _spot((y + 0.55) / 0.05) + _spot((y + 0.67) / 0.05)
    return (
        nose
        - head.eye_depth * _spot(from_eye / 0.17, (y - 0.02) / 0.12)
        + 0.05 * _spot(from_eye / 0.08, (y - 0.02) / 0.06)
        + head.brow * _spot((y - 0.2) / 0.07) * _patch(side / 0.42)
        + head.cheeks * _spot((side - 0.36) / 0.16, (y + 0.25) / 0.16)
        + (head.lips * lips - 0.03 * _spot((y + 0.61) / 0.03)) * _patch(side / head.mouth_width)
        - 0.03 * _spot(side / 0.2, (y + 0.76) / 0.05)
        + head.chin * _spot(side / 0.2, (y + 0.9) / 0.1)
    )


def _painted(head: Head, side: np.ndarray, y: np.ndarray, facing: np.ndarray, hair: np.ndarray) -> np.ndarray:
    """The albedo of a head: skin, and on it, each over the one before, mouth, nostrils, eyes, brows and hair."""
    from_eye = side - head.eye_distance
    across_mouth = side / head.mouth_width
    skin = head.skin_albedo
    layers = (
        (0.62 * skin, _patch(across_mouth, (y + 0.61) / 0.09)),
        (0.25 * skin, _patch(across_mouth) * _spot((y + 0.61) / 0.025)),
        (0.3 * skin, _spot((side - 0.07) / 0.035, (y + 0.4) / 0.03)),
        (1.0, _patch(from_eye / 0.12, (y - 0.02) / 0.055)),
        (0.02, _patch(from_eye / 0.055, (y - 0.02) / 0.06)),
        (0.2 * skin, _patch(from_eye / 0.15) * _spot((y - 0.095) / 0.025)),
        (0.3 * head.hair_albedo, _patch((from_eye - 0.01) / 0.17) * _spot((y - 0.2 + np.abs(from_eye) ** 2) / 0.04)),
    )
    albedo = np.full_like(y, skin)
    for shade, amount in layers:
        albedo += facing * amount * (shade - albedo)
    return albedo + hair * (head.hair_albedo - albedo)


def _ear(head: Head, side: int) -> Mesh:
    polar = np.linspace(POLE, np.pi - POLE, 10)[:, None]
    around = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    x, y, z = np.sin(polar) * np.sin(around), np.cos(polar) + 0 * around, np.sin(polar) * np.cos(around)
    flat = head.ears * np.stack([0.3 * x - 0.3 * side * z, y, 0.6 * z], axis=-1)
    points = flat + np.array([side * (head.skull_width + 0.02), -0.08, -0.08])
    return _surface(points, np.full_like(x, 0.9 * head.skin_albedo))


def _spot(*distances: np.ndarray) -> np.ndarray:
    """1 in the center, and falls off smoothly."""
    return np.exp(-sum(np.square(distance) for distance in distances))


def _patch(*distances: np.ndarray) -> np.ndarray:
    """The same with a flat middle and a distinct edge."""
    return np.exp(-sum(np.square(np.square(distance)) for distance in distances))


def _surface(points: np.ndarray, albedo: np.ndarray) -> Mesh:
    """A smooth closed surface of rings from top to bottom, points `[rings, around, 3]`, albedo `[rings, around]`."""
    around = np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)
    normals = np.cross(np.gradient(points, axis=0), around)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return Mesh(points.reshape(-1, 3), normals.reshape(-1, 3), albedo.reshape(-1), _grid_triangles(*albedo.shape))


@cache
def _grid_triangles(rings: int, around: int) -> np.ndarray:
    index = np.arange(rings * around).reshape(rings, around)
    above, below = index[:-1], index[1:]
    above_right, below_right = np.roll(above, -1, axis=1), np.roll(below, -1, axis=1)
    halves = ([above, below, below_right], [above, below_right, above_right])
    return np.concatenate([np.stack(half, axis=-1).reshape(-1, 3) for half in halves])
