"""Chairs on white in the manner of Aubry et al. 2014 ("Seeing 3D chairs"), each image with a chair of its own."""

from collections import namedtuple
from functools import cache

import numpy as np

from infogan_tf.data.rasterizer import Mesh, X, Y, Z, draw, join, lambert, on_picture, view_from

SEATS = ("square", "round")
BACKS = ("solid", "slats", "ladder", "shell", "oval")
LEGS = ("straight", "splayed", "sled", "star", "disk", "stool")
ARMS = ("none", "open", "closed")
CHAIR_KINDS = {"seat": len(SEATS), "back": len(BACKS), "legs": len(LEGS), "arms": len(ARMS)}
# Each measure is uniform in its range: lengths in meters, and `lean` in meters backward for each meter of the back.
CHAIR_MEASURES = {
    "seat_height": (0.4, 0.5),
    "half_width": (0.2, 0.27),
    "half_depth": (0.2, 0.26),
    "thickness": (0.02, 0.07),
    "back_height": (0.36, 0.56),
    "lean": (0.0, 0.25),
    "leg_radius": (0.012, 0.026),
}
# The parts are indices of their kinds, `bars` a number, and albedos the shares of the light that surfaces reflect.
Chair = namedtuple("Chair", (*CHAIR_KINDS, *CHAIR_MEASURES, "bars", "seat_albedo", "frame_albedo"))
CHAIR_FACTORS = ("azimuth_deg", "elevation_deg", "width", *CHAIR_KINDS)
CHAIR_ELEVATIONS = (20, 30)
CHAIR_WIDTHS = (0.75, 1.33)
CHAIR_LIGHT = np.array([-0.36, 0.64, 0.68])  # From above on the left, of length 1.
CHAIR_DISTANCE = 3.0  # Of the camera, in meters.
CHAIR_EXTENT = 0.47  # Of the picture, from its center, that a chair takes up at most.
CHAIR_VIEWS = np.stack([view_from(turn, elevation) for turn in range(0, 360, 20) for elevation in CHAIR_ELEVATIONS])
SQUARE = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
ROUND = np.stack([np.cos(np.arange(16) * np.pi / 8), np.sin(np.arange(16) * np.pi / 8)], axis=-1)


def random_chair(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A chair whose view, width and kinds of parts are uniform and independent.

    Returns:
        The image, uint8 `[size, size, 1]`, and its factors, float64 `[7]`, named by `CHAIR_FACTORS`: azimuth (0 to 360
        degrees), elevation of the camera (20 or 30), by what factor it is wider on the picture (0.75 to 1.33), and the
        kinds of seat, back, legs and arms as indices of `SEATS`, `BACKS`, `LEGS` and `ARMS`.
    """
    azimuth, elevation, width = rng.uniform(0, 360), rng.choice(CHAIR_ELEVATIONS), rng.uniform(*CHAIR_WIDTHS)
    kinds = rng.integers(list(CHAIR_KINDS.values()))
    measures = rng.uniform(*np.transpose(list(CHAIR_MEASURES.values())))
    bars, albedo = rng.integers(3, 6, endpoint=True), rng.uniform(0.15, 0.9, 2)
    chair = Chair(*kinds, *measures, bars, *albedo)
    return render_chair(chair, azimuth, elevation, width, size), np.array([azimuth, elevation, width, *kinds])


def render_chair(chair: Chair, azimuth: float, elevation: float, width: float, size: int) -> np.ndarray:
    """One chair, uint8 `[size, size, 1]`; for the factors see `random_chair`."""
    mesh = _mesh(chair)
    view = view_from(azimuth, elevation)
    shades = lambert(mesh.normals @ view.T, mesh.albedo, CHAIR_LIGHT, ambient=0.35)
    # One scale for all views, so that a turning chair keeps its size.
    largest = np.abs(_in_perspective(mesh.vertices, CHAIR_VIEWS)[..., :2]).max(axis=(0, 1))
    scale = CHAIR_EXTENT / max(largest * [CHAIR_WIDTHS[1], 1])
    points = on_picture(_in_perspective(mesh.vertices, view), scale, width, size)
    return draw(points, shades, mesh.triangles, size, background=1)


def _in_perspective(vertices: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Vertices `[vertices, 3]` from one or more views `[..., 3, 3]`: x, y and nearness, `[..., vertices, 3]`."""
    points = vertices @ np.swapaxes(views, -1, -2)
    nearness = 1 / (CHAIR_DISTANCE - points[..., 2:])
    return np.concatenate([points[..., :2] * nearness, nearness], axis=-1)


def _mesh(chair: Chair) -> Mesh:
    """A chair, its center at 0."""
    is_round = SEATS[chair.seat] == "round"
    corner = np.array([chair.half_width, chair.half_depth]) * (0.7 if is_round else 0.92)
    floor = -chair.seat_height * (1.5 if LEGS[chair.legs] == "stool" else 1)
    outline = ROUND if is_round else SQUARE
    seat = _bar(-chair.thickness * Y, 0 * Y, (chair.half_width, chair.half_depth), outline)
    back, back_frame = _back(chair, corner)
    frame = [*_legs(chair, corner, floor), *back_frame, *_arms(chair, corner)]
    like_seat = [part._replace(albedo=chair.seat_albedo * part.albedo) for part in (seat, *back)]
    mesh = join(like_seat + [part._replace(albedo=chair.frame_albedo * part.albedo) for part in frame])
    return mesh._replace(vertices=mesh.vertices - (mesh.vertices.min(axis=0) + mesh.vertices.max(axis=0)) / 2)


def _legs(chair: Chair, corner: np.ndarray, floor: float) -> list[Mesh]:
    kind, radius = LEGS[chair.legs], chair.leg_radius
    thick = (radius, radius)
    top, bottom = -chair.thickness * Y, floor * Y
    corners = [np.array([x, 0, z]) for x in (-corner[0], corner[0]) for z in (-corner[1], corner[1])]
    if kind == "straight":
        return [_bar(at + top, at + bottom, thick) for at in corners]
    if kind == "splayed":
        return [_bar(0.7 * at + top, 1.1 * at + bottom, thick, ROUND, taper=0.6) for at in corners]
    if kind == "stool":
        legs = [_bar(0.8 * at + top, at + bottom, thick) for at in corners]
        left_back, left_front, right_back, right_front = (0.95 * at + 0.7 * bottom for at in corners)
        rungs = ((left_back, left_front), (left_front, right_front), (right_front, right_back), (right_back, left_back))
        return legs + [_bar(*rung, (0.7 * radius, 0.7 * radius), across=Y) for rung in rungs]
    if kind == "sled":
        legs = [_bar(at + top, at + bottom, thick, ROUND) for at in corners]
        return legs + [_bar(back + bottom, front + bottom, thick, ROUND) for back, front in (corners[:2], corners[2:])]
    column = _bar(top, bottom, (1.5 * radius, 1.5 * radius), ROUND)
    if kind == "disk":
        return [column, _bar(bottom, bottom + 0.02 * Y, (0.2, 0.2), ROUND)]
    directions = [view_from(angle, 0) @ Z for angle in np.arange(5) * 72]
    return [column, *(_bar(bottom + 0.05 * Y, bottom + 0.26 * toward, thick) for toward in directions)]


def _back(chair: Chair, corner: np.ndarray) -> tuple[list[Mesh], list[Mesh]]:
    """The parts of the back that look like the seat, and those that look like the legs."""
    kind, height = BACKS[chair.back], chair.back_height
    half = corner[0]

    def at(x: float, y: float) -> np.ndarray:
        return np.array([x, y, -corner[1] - chair.lean * y])

    if kind == "solid":
        return [_bar(at(0, 0), at(0, height), (half, 0.02))], []
    if kind == "shell":
        panels = []
        for angle in np.linspace(-75, 75, 11):
            toward, across = view_from(angle, 0) @ -Z, view_from(angle, 0) @ X
            foot = toward * [chair.half_width, 0, chair.half_depth] * 0.95
            top = foot * (1 + chair.lean) + 0.8 * height * Y
            panels.append(_bar(foot, top, (chair.half_width * 0.16, 0.015), across=across))
        return panels, []
    if kind == "oval":
        center = at(0, 0.62 * height)
        disk = _bar(center - 0.02 * Z, center + 0.02 * Z, (0.95 * half, 0.42 * height), ROUND)
        return [disk], [_bar(at(x, -0.02), at(x, 0.5 * height), (0.015, 0.015)) for x in (-0.5 * half, 0.5 * half)]
    posts = [_bar(at(x, -0.02), at(x, height), (0.02, 0.02)) for x in (-half, half)]
    if kind == "slats":
        top = _bar(at(-half, height - 0.03), at(half, height - 0.03), (0.04, 0.018), across=Y)
        places = np.linspace(-half, half, chair.bars + 2)[1:-1]
        return [], [*posts, top, *(_bar(at(x, 0), at(x, height - 0.03), (0.016, 0.008)) for x in places)]
    levels = np.linspace(0.3, 0.93, chair.bars - 1) * height
    return [], [*posts, *(_bar(at(-half, y), at(half, y), (0.028, 0.01), across=Y) for y in levels)]


def _arms(chair: Chair, corner: np.ndarray) -> list[Mesh]:
    kind, level = ARMS[chair.arms], 0.2
    arms = []
    for side in (-1, 1):
        if kind == "open":
            back = np.array([side * corner[0], level, -corner[1] - chair.lean * level])
            front = np.array([side * 0.93 * chair.half_width, level, 0.3 * corner[1]])
            arms += [_bar(back, front, (0.025, 0.014)), _bar(front - (level + 0.02) * Y, front, (0.014, 0.014))]
        if kind == "closed":
            middle = np.array([side * 0.95 * chair.half_width, level / 2 - 0.02, 0])
            arms.append(_bar(middle - corner[1] * Z, middle + corner[1] * Z, (0.03, level / 2 + 0.02)))
    return arms


def _bar(
    start: np.ndarray,
    end: np.ndarray,
    half: tuple[float, float],
    section: np.ndarray = SQUARE,
    across: np.ndarray = X,
    taper: float = 1,
) -> Mesh:
    """A straight part with flat faces: a box, a leg, a disk."""
    axis = (end - start) / np.linalg.norm(end - start)
    first = across - (across @ axis) * axis
    first /= np.linalg.norm(first)
    second = np.cross(axis, first)
    outline = section * half @ np.stack([first, second])
    bottom, top = start + outline, end + taper * outline
    sides = np.stack([bottom, np.roll(bottom, -1, axis=0), np.roll(top, -1, axis=0), top], axis=1)
    normals = np.cross(sides[:, 1] - sides[:, 0], sides[:, 3] - sides[:, 0])
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    number = len(section)
    vertices = np.concatenate([sides.reshape(-1, 3), bottom[::-1], top])
    normals = np.concatenate([normals, [-axis], [axis]]).repeat([4] * number + [number] * 2, axis=0)
    return Mesh(vertices, normals, np.ones(len(vertices)), _bar_triangles(number))


@cache
def _bar_triangles(number: int) -> np.ndarray:
    first = 4 * np.arange(number)
    fan = np.array([(0, corner, corner + 1) for corner in range(1, number - 1)])
    halves = [np.stack([first, first + corner, first + corner + 1], axis=-1) for corner in (1, 2)]
    return np.concatenate([*halves, 4 * number + fan, 5 * number + fan])
