"""Folders made as the archives of CelebA and of the chairs of Aubry et al. unpack."""

import re

import numpy as np
import pytest
from PIL import Image

from infogan_tf.data.factors import load_factors
from tests.data import archives
from tests.data.archives import ATTRIBUTES, AZIMUTHS, CHAIRS, attributes_of, in_order, load_own, pack

NUMBER = 40
COLOR, GRAY = (32, 32, 3), (64, 64, 1)


def load(path, shape, **changes):
    data = load_own(path, image_shape=shape, **changes)
    return data, {factor.name: factor for factor in load_factors(data)}


@pytest.fixture
def celeba(tmp_path):
    return archives.write_celeba(tmp_path / "celeba", NUMBER)


@pytest.mark.parametrize("place", ["beside", "in it", "the folder above", "beside its archive", "in its archive"])
def test_attributes_of_celeba_are_those_of_the_images(celeba, place):
    path = celeba.parent if place in ("the folder above", "in its archive") else celeba
    if place == "in it":
        (celeba.parent / "list_attr_celeba.txt").rename(celeba / "list_attr_celeba.txt")
    if place.endswith("archive"):
        path = pack(path)
    data, factors = load(path, COLOR)
    assert list(factors) == list(ATTRIBUTES)
    for index, name in enumerate(ATTRIBUTES):
        assert (factors[name].kind, factors[name].class_names) == ("attribute", ("no", "yes"))
        expected = [attributes_of(number)[index] == 1 for number in range(1, NUMBER + 1)]
        np.testing.assert_array_equal(in_order(data, factors[name]), expected)


def test_part_of_celeba_has_the_attributes_of_the_images_that_can_be_read(celeba):
    for number in range(1, 11):
        (celeba / f"{number:06d}.jpg").unlink()
    (celeba / "000013.jpg").write_bytes(b"damaged")
    data, factors = load(celeba, COLOR)
    assert len(data.skipped) == 1
    expected = [attributes_of(number)[0] == 1 for number in range(11, NUMBER + 1) if number != 13]
    np.testing.assert_array_equal(in_order(data, factors[ATTRIBUTES[0]]), expected)


@pytest.mark.parametrize("edition", ["png", "csv"])
def test_the_other_editions_of_celeba_have_its_attributes(celeba, edition):
    path = celeba.parent / "list_attr_celeba.txt"
    if edition == "png":
        for number in range(1, NUMBER + 1):
            with Image.open(celeba / f"{number:06d}.jpg") as picture:
                picture.save(celeba / f"{number:06d}.png")
            (celeba / f"{number:06d}.jpg").unlink()
    else:
        lines = [",".join(line.split()) for line in path.read_text().splitlines()[1:]]
        path.with_suffix(".csv").write_text("\n".join(["image_id," + lines[0], *lines[1:]]))
        path.unlink()
    data, factors = load(celeba, COLOR)
    assert data.labels.origin == str(path.with_suffix(".csv" if edition == "csv" else ".txt"))
    expected = [attributes_of(number)[2] == 1 for number in range(1, NUMBER + 1)]
    np.testing.assert_array_equal(in_order(data, factors[ATTRIBUTES[2]]), expected)


@pytest.mark.parametrize(
    ("old", "new", "number"),
    [
        ("\n000021.*", "", 20),
        (".*", "", 40),
        ("000002.jpg -1", "000002.jpg  ", 1),
        ("000002.jpg[^\n]*", "000002.jpg", 1),
        ("000002.jpg -1", "000002.jpg  0", 1),
        ("000007.jpg", "000077.jpg", 1),
        (ATTRIBUTES[1], f"{ATTRIBUTES[1]} Tired", 40),
        (ATTRIBUTES[1], ATTRIBUTES[0], 40),
    ],
)
def test_images_without_attributes_are_left_out_if_they_are_few_and_else_there_are_no_labels(celeba, old, new, number):
    path = celeba.parent / "list_attr_celeba.txt"
    path.write_text(re.sub(old, new, path.read_text(), count=1, flags=re.DOTALL))
    data, factors = load(celeba, COLOR)
    if number == 1:
        assert len(factors) == len(ATTRIBUTES)
        (left_out,) = data.skipped
        assert re.fullmatch(r"00000[27].jpg: it has no label, but most images have", left_out)
        assert data.notes[-1] == f"left out: 1 of 40 images, such as {left_out}"
    else:
        assert (factors, data.skipped) == ({}, ())
        expected = f"since {number} of 40 images have no line of values in {path}, such as 0000"
        assert data.labels.origin.startswith(expected)
    assert len(data.training) + len(data.held_out) == NUMBER - len(data.skipped)


def test_attributes_that_are_damaged_after_a_first_start_are_no_labels(celeba):
    load(celeba, COLOR)
    (celeba.parent / "list_attr_celeba.txt").write_bytes(b"\xff\xfe40")
    assert load(celeba, COLOR)[1] == {}


def test_folders_beside_attributes_of_other_images_are_labels(celeba):
    for index, name in enumerate(["cats", "dogs"] * 10):
        (celeba.parent / "pets" / name).mkdir(parents=True, exist_ok=True)
        Image.new("L", (32, 32), index).save(celeba.parent / "pets" / name / f"{index}.png")
    data, factors = load(celeba.parent / "pets", GRAY)
    assert factors["folder"].class_names == ("cats", "dogs")
    assert data.labels.description.startswith(
        "folder, from the 2 folders cats, dogs, since 20 of 20 images have no line"
    )


@pytest.fixture
def chairs(tmp_path):
    return archives.write_chairs(tmp_path / "rendered_chairs")


@pytest.mark.parametrize("is_packed", [False, True])
def test_angles_and_chair_are_read_from_the_names_of_renders(chairs, is_packed):
    data, factors = load(pack(chairs, "tar") if is_packed else chairs, GRAY)
    kinds = {name: (factor.kind, factor.class_names) for name, factor in factors.items()}
    assert kinds == {
        "azimuth": ("angle", None),
        "elevation": ("attribute", ("20", "30")),
        "chair": ("class", tuple(sorted(CHAIRS))),
    }
    np.testing.assert_array_equal(in_order(data, factors["azimuth"]), AZIMUTHS * 2 * len(CHAIRS))
    views = len(AZIMUTHS)
    np.testing.assert_array_equal(in_order(data, factors["elevation"]), ([0] * views + [1] * views) * len(CHAIRS))
    np.testing.assert_array_equal(in_order(data, factors["chair"]), np.repeat(range(len(CHAIRS)), 2 * views))


def test_the_folder_of_one_chair_has_angles_wherever_it_begins(chairs):
    one = chairs / CHAIRS[0]
    for path in (one, one / "renders"):
        with pytest.warns(UserWarning, match="^chair, a label of .* is left out: it is the same for all images$"):
            data, factors = load(path, GRAY)
        np.testing.assert_array_equal(in_order(data, factors["azimuth"]), AZIMUTHS * 2)


def test_renders_are_cropped_to_their_middle_unless_they_were_before(chairs):
    """In each render of 600x600 a black square of 200x200 stands in the middle."""

    def dark_pixels(**changes):
        data, _ = load(chairs, GRAY, **changes)
        return (data.training[0] < 128).sum(axis=0).max()

    assert dark_pixels() == 32  # 64 * 200 / 400
    assert dark_pixels(crop="none") == 22  # 64 * 200 / 600, rounded at both sides.
    for path in chairs.rglob("*.png"):
        with Image.open(path) as picture:
            small = picture.resize((64, 64))
        small.save(path)
    assert dark_pixels() == 22


def test_a_render_without_angles_is_left_out_and_named(chairs):
    name = "image_062_p020_t_r096.png"
    path = next(chairs.rglob("*.png"))
    path.rename(path.with_name(name))
    data, factors = load(chairs, GRAY)
    assert (len(factors), len(data.skipped)) == (3, 1)
    assert f"/{name}: it has no label, but most images have" in data.skipped[0]


def test_renders_of_a_person_are_images_as_any(tmp_path):
    (tmp_path / "renders").mkdir()
    for index in range(20):
        Image.new("L", (600, 600), index).save(tmp_path / "renders" / f"{index}.png")
    data, factors = load(tmp_path / "renders", GRAY)
    assert (len(data.training), factors) == (18, {})
    assert data.labels.description == "none, since 20 of 20 images don't lie in one of several folders, such as 0.png"
