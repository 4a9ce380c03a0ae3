"""Real files of every kind, written by the tests."""

import os

import numpy as np
import pytest
from PIL import Image

from infogan_tf.data.factors import load_factors
from infogan_tf.data.image_files import Unreadable, own_images
from infogan_tf.data.preparation import Preparation
from infogan_tf.errors import SettingError
from tests.data.archives import load_own

SIZE = 16
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def load_one(path, **changes):
    """The only image of a folder."""
    data = load_own(path, **changes)
    assert (len(data.training), len(data.held_out)) == (1, 0)
    return data.training[0]


def square(color=RED, size=(SIZE, SIZE), mode="RGB"):
    return Image.new(mode, size, color)


def noise(size=(SIZE, SIZE), seed=0):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8))


def fill_with(path, number, start=0):
    path.mkdir(exist_ok=True)
    for index in range(start, start + number):
        square((index, 0, 255 - index)).save(path / f"{index:03d}.png")


def of_16_bits(value):
    return Image.fromarray(np.full([SIZE, SIZE], value, np.uint16))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.JPEG", {"format": "JPEG", "progressive": True}),
        ("a.webp", {"lossless": True}),
        ("a.webp", {"save_all": True, "append_images": [square(BLUE, (40, 30))]}),
        ("a.gif", {"save_all": True, "append_images": [square(BLUE, (40, 30))]}),
        ("a.png.jpg", {"format": "PNG"}),
    ],
)
def test_reads_every_kind_and_of_animations_the_first_frame(tmp_path, name, options):
    square(RED, (40, 30)).save(tmp_path / name, **options)
    np.testing.assert_allclose(load_one(tmp_path), np.broadcast_to(RED, [SIZE, SIZE, 3]), atol=4)


@pytest.mark.parametrize(
    ("picture", "options", "expected"),
    [
        (square((0, 0, 255, 0), mode="RGBA"), {}, (255, 255, 255)),
        (square((0, 0, 255, 128), mode="RGBA"), {}, (127, 127, 255)),
        (square().convert("P"), {}, RED),
        (square().convert("P"), {"transparency": square().convert("P").getpixel((0, 0))}, (255, 255, 255)),
        (square((0, 128), mode="LA"), {}, (127, 127, 127)),
        (square(1, mode="1"), {}, (255, 255, 255)),
        (of_16_bits(128 * 257), {}, (128, 128, 128)),
        (square((0, 255, 255, 0), mode="CMYK"), {"format": "JPEG", "quality": 95}, RED),
    ],
)
def test_reads_every_mode_and_lays_what_is_transparent_on_white(tmp_path, picture, options, expected):
    picture.save(tmp_path / "a.png", **options)
    image = load_one(tmp_path, channels=3)
    np.testing.assert_allclose(image, np.broadcast_to(expected, [SIZE, SIZE, 3]), atol=4)


def test_rotates_pictures_by_their_exif_data(tmp_path):
    upright = noise((24, 24))
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(load_one(tmp_path, image_size=24), np.asarray(upright))


@pytest.mark.parametrize("size", [(96, 48), (48, 97)])
def test_crops_the_largest_centered_square_or_squeezes_the_whole(tmp_path, size):
    picture = square(RED, size)
    side = min(size)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    picture.paste(BLUE, (left, top, left + side, top + side))
    picture.save(tmp_path / "a.png")
    np.testing.assert_array_equal(load_one(tmp_path), np.broadcast_to(BLUE, [SIZE, SIZE, 3]))
    squeezed = load_one(tmp_path, crop="none")
    assert squeezed[0, 0].tolist() == squeezed[-1, -1].tolist() == list(RED)
    assert squeezed[SIZE // 2, SIZE // 2].tolist() == list(BLUE)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_resizes_without_aliasing(tmp_path, suffix):
    stripes = np.zeros([512, 512], np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / f"a.{suffix}")
    np.testing.assert_allclose(load_one(tmp_path), 127, atol=3)


def test_channels_follow_from_all_images_unless_chosen(tmp_path):
    square(90, mode="L").save(tmp_path / "a.png")
    square((9, 9, 9)).save(tmp_path / "b.jpg")
    assert load_own(tmp_path).image_shape == (SIZE, SIZE, 1)
    assert load_own(tmp_path).training[:, 0, 0, 0].tolist() == [90, 9]
    assert load_own(tmp_path, channels=3).image_shape == (SIZE, SIZE, 3)
    square(GREEN).save(tmp_path / "c.png")
    of_16_bits(65535).save(tmp_path / "d.png")
    assert load_own(tmp_path).training[:, 0, 0].tolist() == [[90] * 3, [9] * 3, list(GREEN), [255] * 3]
    assert load_own(tmp_path, channels=1).training[:, 0, 0, 0].tolist() == [90, 9, 150, 255]


def test_gray_images_stay_gray_through_lossy_compression_and_pale_colors_do_not(tmp_path):
    gray = noise().convert("L").convert("RGB")
    for quality in (10, 80):
        gray.save(tmp_path / f"{quality}.webp", quality=quality)
        gray.save(tmp_path / f"{quality}.jpg", quality=quality)
    assert load_own(tmp_path).image_shape == (SIZE, SIZE, 1)
    square((90, 93, 90)).save(tmp_path / "pale.png")
    assert load_own(tmp_path).image_shape == (SIZE, SIZE, 3)


def test_folders_that_all_images_lie_in_are_a_label(tmp_path):
    for index, name in enumerate(["cats", "dogs", "emus: big"]):
        fill_with(tmp_path / name, 30, start=30 * index)
    (tmp_path / "dogs" / "030.png").write_text("no image")
    (tmp_path / "emus: big" / "061.png").write_text("no image")
    data = load_own(tmp_path)
    (label,) = load_factors(data)
    assert (label.name, label.kind, label.class_names) == ("folder", "class", ("cats", "dogs", "emus: big"))
    assert label.training.tolist() == (data.training[:, 0, 0, 0] // 30).tolist()
    assert label.held_out.tolist() == (data.held_out[:, 0, 0, 0] // 30).tolist()
    assert len(data.skipped) == 2
    fill_with(tmp_path, 1, start=90)
    assert load_factors(load_own(tmp_path)) == ()


def test_folders_named_by_numbers_are_numbers_and_a_single_one_is_no_label(tmp_path):
    fill_with(tmp_path / "-40", 40)
    assert load_factors(load_own(tmp_path)) == ()
    for angle in range(-30, 200, 10):
        fill_with(tmp_path / str(angle), 2, start=angle + 40)
    (label,) = load_factors(load_own(tmp_path))
    assert (label.kind, label.training.min(), label.training.max()) == ("ordered", -40, 190)


def test_a_folder_is_read_once_however_it_is_linked_and_what_is_hidden_or_no_image_is_left_out(tmp_path):
    photos = tmp_path / "photos"
    fill_with(photos, 3)
    (photos / "deeper").mkdir()
    (photos / "deeper" / "circle").symlink_to(photos)
    (photos / "itself").symlink_to("itself")
    square().save(photos / ".hidden.png")
    fill_with(photos / ".thumbnails", 2)
    (photos / "notes.txt").write_text("no image")
    (photos / "folder.png").mkdir()
    fill_with(tmp_path / "elsewhere", 1, start=7)
    (photos / "linked").symlink_to(tmp_path / "elsewhere")
    (photos / "linked.png").symlink_to(tmp_path / "elsewhere" / "007.png")
    data = load_own(photos)
    assert data.training[:, 0, 0, 0].tolist() == [0, 1, 2, 7, 7]
    assert data.skipped == ()


def test_what_cannot_be_read_is_left_out_and_named_with_the_reason(tmp_path, capsys):
    fill_with(tmp_path, 100)
    (tmp_path / "bad0.jpg").write_text("no image")
    (tmp_path / "bad1.png").write_bytes((tmp_path / "000.png").read_bytes()[:50])
    (tmp_path / "bad2.png").symlink_to("nothing")
    os.mkfifo(tmp_path / "bad3.png")
    (tmp_path / os.fsdecode(b"bad4\xff\n.png")).write_bytes(b"")
    for _ in range(2):  # Decoded, then from the cache.
        data = load_own(tmp_path, channels=3)
        assert len(data.training) + len(data.held_out) == 100
        assert data.skipped == (
            "bad0.jpg: not a file of PNG, JPEG, WEBP, GIF",
            "bad1.png: image file is truncated",
            "bad2.png: not a file, or a broken link",
            "bad3.png: not a file, or a broken link",
            r"bad4\udcff\n.png: not a file of PNG, JPEG, WEBP, GIF",
        )
        assert data.reason == f"read from {tmp_path}, without 5 that can't be read"
    assert capsys.readouterr() == ("", "")


def test_a_folder_of_which_a_file_was_changed_renamed_or_removed_is_read_anew(tmp_path):
    fill_with(tmp_path, 9)
    load_own(tmp_path)
    changed = tmp_path / "003.png"
    status = changed.stat()
    square(GREEN).save(changed)
    os.utime(changed, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert load_own(tmp_path).training[3, 0, 0].tolist() == list(GREEN)
    changed.rename(tmp_path / "100.png")
    assert load_own(tmp_path).training[3, 0, 0].tolist() == [4, 0, 251]
    (tmp_path / "100.png").unlink()
    assert len(load_own(tmp_path).training) == 8


def fill_broken(path, whole, broken):
    fill_with(path, whole)
    for index in range(broken):
        (path / f"bad{index}.png").write_text("no image")
    return path


@pytest.mark.parametrize(
    ("whole", "broken", "text"),
    [
        (0, 0, r"expected a folder of images \(.png, .jpg, .jpeg, .webp, .gif\), got .*photos, which has none"),
        (8, 1, "expected a folder of images of which nine in ten can be read, got .*, where 1 of 9 can't, such as"),
    ],
)
def test_refuses_a_folder_without_images_and_one_of_which_much_cannot_be_read(tmp_path, whole, broken, text):
    with pytest.raises(SettingError, match=f"^images: .*{text}.*$"):
        load_own(fill_broken(tmp_path / "photos", whole, broken))


def test_a_tenth_that_cannot_be_read_is_accepted(tmp_path):
    assert len(load_own(fill_broken(tmp_path / "photos", 9, 1)).skipped) == 1


def test_of_each_image_what_cannot_be_read_has_its_reason_and_one_may_be_alone(tmp_path):
    preparation = Preparation(SIZE, 3, "center")
    images = dict(own_images(fill_broken(tmp_path / "images", 2, 1)).each(preparation))
    assert images["bad0.png"] == Unreadable("bad0.png: not a file of PNG, JPEG, WEBP, GIF")
    ((name, image),) = own_images(tmp_path / "images" / "001.png").each(preparation)
    assert (name, image[0, 0].tolist()) == ("001.png", [1, 0, 254])
