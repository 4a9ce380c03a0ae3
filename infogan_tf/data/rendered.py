"""Heads and chairs that the package renders itself, small and deterministic, with every factor known."""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from infogan_tf.data.preparation import in_parallel
from infogan_tf.data.rasterizer import Mesh, draw, join, lambert, view_from

Images = tuple[np.ndarray, np.ndarray, tuple[str, ...]]


class Head(NamedTuple):
    """Whose head it is.

    Lengths are in halves of its height, from the chin at -1 to the crown at 1; `jaw_width` is a share of the skull's,
    and an albedo the share of the light that a surface reflects.
    """

    skull_width: float
    skull_depth: float
    jaw_width: float
    chin: float
    cheeks: float
    nose_length: float
    nose_width: float
    brow: float
    eye_distance: float
    eye_depth: float
    mouth_width: float
    lips: float
    ears: float
    hairline: float
    skin_albedo: float
    hair_albedo: float


HEAD_RANGES = Head(  # In which each is uniform.
    skull_width=(0.62, 0.76),
    skull_depth=(0.74, 0.88),
    jaw_width=(0.5, 0.85),
    chin=(0.0, 0.12),
    cheeks=(0.0, 0.1),
    nose_length=(0.16, 0.28),
    nose_width=(0.09, 0.15),
    brow=(0.03, 0.13),
    eye_distance=(0.24, 0.3),
    eye_depth=(0.06, 0.14),
    mouth_width=(0.16, 0.27),
    lips=(0.02, 0.09),
    ears=(0.16, 0.26),
    hairline=(0.4, 0.75),
    skin_albedo=(0.6, 1.0),
    hair_albedo=(0.05, 0.5),
)
HEAD_FACTORS = {
    "azimuth_deg": (-75, 75),
    "elevation_deg": (-30, 30),
    "light_azimuth_deg": (-80, 80),
    "width": (0.8, 1.2),
}
HEAD_SCALE = 0.405  # Of half a head's height to the picture's.
HEAD_ROWS, HEAD_COLUMNS = 52, 64
HEAD_AXIS = 0.035  # How far in front of the ears a head turns, so that nose and nape stay on the picture.
HEAD_AMBIENT = 0.18
LIGHT_ELEVATION = 25
POLE = 1e-3  # Where surfaces that are open at their poles begin, which is less than a pixel.

SEATS = ("square", "round")
BACKS = ("solid", "slats", "ladder", "shell", "oval")
LEGS = ("straight", "splayed", "sled", "star", "disk", "stool")
ARMS = ("none", "open", "closed")


class Chair(NamedTuple):
    """Which chair it is: its parts, as indices of their kinds, and its measures.

    Lengths are in meters. `lean` is by how much the back goes backwards for each meter of its height, `bars` a number,
    and an albedo the share of the light that a surface reflects.
    """

    seat: int
    back: int
    legs: int
    arms: int
    seat_height: float
    half_width: float
    half_depth: float
    thickness: float
    back_height: float
    lean: float
    leg_radius: float
    bars: int
    seat_albedo: float
    frame_albedo: float


CHAIR_KINDS = (len(SEATS), len(BACKS), len(LEGS), len(ARMS))
# From seat_height to leg_radius.
CHAIR_MEASURES = ((0.4, 0.5), (0.2, 0.27), (0.2, 0.26), (0.02, 0.07), (0.36, 0.56), (0.0, 0.25), (0.012, 0.026))
CHAIR_BARS = (3, 6)
CHAIR_ALBEDO = (0.15, 0.9)
CHAIR_ELEVATIONS = (20, 30)
CHAIR_WIDTHS = (0.75, 1.33)
CHAIR_LIGHT = np.array([-0.36, 0.64, 0.68])  # From above on the left, of length 1.
CHAIR_AMBIENT = 0.35
CHAIR_DISTANCE = 3.0  # Of the camera, in meters.
CHAIR_EXTENT = 0.47  # Of the picture, from its center, that a chair takes up at most.
CHAIR_VIEWS = np.stack([view_from(turn, elevation) for turn in range(0, 360, 20) for elevation in CHAIR_ELEVATIONS])
X, Y, Z = np.eye(3)
SQUARE = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
ROUND = np.stack([np.cos(np.arange(16) * np.pi / 8), np.sin(np.arange(16) * np.pi / 8)], axis=-1)


def rendered_heads(number: int, size: int = 32, seed: int = 0, progress: str | None = None) -> Images:
    """Renders heads on black in the manner of the paper's 3D faces.

    Identity, pose, light and width are uniform and independent, and drawn anew for each image from its own seed.

    Args:
        number: of images; the first ones of a larger number are the same.
        size: height and width in pixels.
        seed: integer >= 0.
        progress: label of a progress bar, shown on a terminal.

    Returns:
        Images, uint8 `[number, size, size, 1]`; labels, float64 `[number, 4]`: azimuth of the head (-75 to 75 degrees,
        positive to the right), elevation of the camera (-30 to 30, positive above the head), azimuth of the light
        (-80 to 80, positive from the right) and width (0.8 to 1.2 times as wide on the picture); and their names.
    """
    return (*_render(partial(_random_head, size=size), number, seed, progress), tuple(HEAD_FACTORS))


def rendered_chairs(number: int, size: int = 64, seed: int = 0, progress: str | None = None) -> Images:
    """Renders chairs on white in the manner of Aubry et al., each image with a chair of its own.

    Args:
        number: of images; the first ones of a larger number are the same.
        size: height and width in pixels.
        seed: integer >= 0.
        progress: label of a progress bar, shown on a terminal.

    Returns:
        Images, uint8 `[number, size, size, 1]`; labels, float64 `[number, 7]`: azimuth (0 to 360 degrees), elevation of
        the camera (20 or 30), width (0.75 to 1.33 times as wide on the picture), and the kinds of seat, back, legs and
        arms as indices of `SEATS`, `BACKS`, `LEGS` and `ARMS`; and their names. All are uniform and independent.
    """
    names = ("azimuth_deg", "elevation_deg", "width", *Chair._fields[: len(CHAIR_KINDS)])
    return (*_render(partial(_random_chair, size=size), number, seed, progress), names)


def render_head(
    head: Head, azimuth: float, elevation: float, light_azimuth: float, width: float, size: int
) -> np.ndarray:
    """One head, uint8 `[size, size, 1]`; for the factors see `rendered_heads`."""
    mesh = _head_mesh(head)
    view = view_from(azimuth, elevation)
    light = view_from(light_azimuth, 0) @ view_from(0, -LIGHT_ELEVATION) @ Z
    shades = lambert(mesh.normals @ view.T, mesh.albedo, light, HEAD_AMBIENT)
    points = mesh.vertices @ view.T
    return draw(_on_picture(points, HEAD_SCALE, width, size), shades, mesh.triangles, size, background=0)


def render_chair(chair: Chair, azimuth: float, elevation: float, width: float, size: int) -> np.ndarray:
    """One chair, uint8 `[size, size, 1]`; for the factors see `rendered_chairs`."""
    mesh = _chair_mesh(chair)
    view = view_from(azimuth, elevation)
    shades = lambert(mesh.normals @ view.T, mesh.albedo, CHAIR_LIGHT, CHAIR_AMBIENT)
    # One scale for all views, so that a turning chair keeps its size.
    largest = np.abs(_in_perspective(mesh.vertices, CHAIR_VIEWS)[..., :2]).max(axis=(0, 1))
    scale = CHAIR_EXTENT / max(largest * [CHAIR_WIDTHS[1], 1])
    points = _on_picture(_in_perspective(mesh.vertices, view), scale, width, size)
    return draw(points, shades, mesh.triangles, size, background=1)


def _in_perspective(vertices: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Vertices `[vertices, 3]` from one or more views `[..., 3, 3]`: x, y and nearness, `[..., vertices, 3]`."""
    points = vertices @ np.swapaxes(views, -1, -2)
    nearness = 1 / (CHAIR_DISTANCE - points[..., 2:])
    return np.concatenate([points[..., :2] * nearness, nearness], axis=-1)


def _render(
    one: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]], number: int, seed: int, progress: str | None
) -> tuple[np.ndarray, np.ndarray]:
    pairs = in_parallel(lambda index: one(np.random.default_rng([seed, index])), range(number), number, progress)
    images, labels = zip(*pairs, strict=True)
    return np.stack(images), np.stack(labels)


def _on_picture(points: np.ndarray, scale: float, width: float, size: int) -> np.ndarray:
    return points * [size * scale * width, -size * scale, 1] + [size / 2, size / 2, 0]


def _random_head(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    factors = rng.uniform(*np.transpose(list(HEAD_FACTORS.values())))
    head = Head(*rng.uniform(*np.transpose(HEAD_RANGES)))
    return render_head(head, *factors, size), factors


def _random_chair(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    azimuth, elevation, width = rng.uniform(0, 360), rng.choice(CHAIR_ELEVATIONS), rng.uniform(*CHAIR_WIDTHS)
    kinds = rng.integers(CHAIR_KINDS)
    measures = rng.uniform(*np.transpose(CHAIR_MEASURES))
    bars, albedo = rng.integers(*CHAIR_BARS, endpoint=True), rng.uniform(*CHAIR_ALBEDO, 2)
    chair = Chair(*kinds, *measures, bars, *albedo)
    return render_chair(chair, azimuth, elevation, width, size), np.array([azimuth, elevation, width, *kinds])


def _head_mesh(head: Head) -> Mesh:
    polar = np.linspace(POLE, np.pi - POLE, HEAD_ROWS)[:, None]
    around = np.linspace(0, 2 * np.pi, HEAD_COLUMNS, endpoint=False)
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


def _chair_mesh(chair: Chair) -> Mesh:
    """A chair, its center at 0."""
    is_round = SEATS[chair.seat] == "round"
    corner = np.array([chair.half_width, chair.half_depth]) * (0.7 if is_round else 0.92)
    floor = -chair.seat_height * (1.5 if LEGS[chair.legs] == "stool" else 1)
    outline = ROUND if is_round else SQUARE
    seat = _bar(-chair.thickness * Y, 0 * Y, (chair.half_width, chair.half_depth), outline)
    frame = _legs(chair, corner, floor)
    back, back_frame = _back(chair, corner)
    arms = _arms(chair, corner)
    mesh = join(
        [_with_albedo(part, chair.seat_albedo) for part in (seat, *back)]
        + [_with_albedo(part, chair.frame_albedo) for part in (*frame, *back_frame, *arms)]
    )
    return mesh._replace(vertices=mesh.vertices - (mesh.vertices.min(axis=0) + mesh.vertices.max(axis=0)) / 2)


def _with_albedo(part: Mesh, albedo: float) -> Mesh:
    return part._replace(albedo=np.full(len(part.vertices), albedo))


def _legs(chair: Chair, corner: np.ndarray, floor: float) -> list[Mesh]:
    kind, radius = LEGS[chair.legs], chair.leg_radius
    thick = (radius, radius)
    top = -chair.thickness
    corners = [np.array([x, 0, z]) for x in (-corner[0], corner[0]) for z in (-corner[1], corner[1])]
    if kind == "straight":
        return [_bar(at + top * Y, at + floor * Y, thick) for at in corners]
    if kind == "splayed":
        return [_bar(0.7 * at + top * Y, 1.1 * at + floor * Y, thick, ROUND, taper=0.6) for at in corners]
    if kind == "stool":
        legs = [_bar(0.8 * at + top * Y, at + floor * Y, thick) for at in corners]
        left_back, left_front, right_back, right_front = (0.95 * at + 0.7 * floor * Y for at in corners)
        rungs = ((left_back, left_front), (left_front, right_front), (right_front, right_back), (right_back, left_back))
        return legs + [_bar(*rung, (0.7 * radius, 0.7 * radius), across=Y) for rung in rungs]
    if kind == "sled":
        legs = [_bar(at + top * Y, at + floor * Y, thick, ROUND) for at in corners]
        runners = [(corners[0], corners[1]), (corners[2], corners[3])]
        return legs + [_bar(back + floor * Y, front + floor * Y, thick, ROUND) for back, front in runners]
    column = _bar(top * Y, floor * Y, (1.5 * radius, 1.5 * radius), ROUND)
    if kind == "disk":
        return [column, _bar(floor * Y, (floor + 0.02) * Y, (0.2, 0.2), ROUND)]
    directions = [view_from(angle, 0) @ Z for angle in np.arange(5) * 72]
    return [column, *(_bar((floor + 0.05) * Y, floor * Y + 0.26 * toward, thick) for toward in directions)]


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
    if kind == "none":
        return []
    arms = []
    for side in (-1, 1):
        if kind == "open":
            back = np.array([side * corner[0], level, -corner[1] - chair.lean * level])
            front = np.array([side * 0.93 * chair.half_width, level, 0.3 * corner[1]])
            arms += [_bar(back, front, (0.025, 0.014)), _bar(front - (level + 0.02) * Y, front, (0.014, 0.014))]
        else:
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
    normals = np.concatenate([normals.repeat(4, axis=0), np.tile(-axis, (number, 1)), np.tile(axis, (number, 1))])
    return Mesh(vertices, normals, np.ones(len(vertices)), _bar_triangles(number))


@cache
def _bar_triangles(number: int) -> np.ndarray:
    first = 4 * np.arange(number)
    fan = np.array([(0, corner, corner + 1) for corner in range(1, number - 1)])
    halves = [np.stack([first, first + corner, first + corner + 1], axis=-1) for corner in (1, 2)]
    return np.concatenate([*halves, 4 * number + fan, 5 * number + fan])
