"""Real files of every kind, written by the tests."""

import os
import struct

import numpy as np
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from infogan_tf.data.factors import load_factors
from infogan_tf.data.image_files import Unreadable, own_images
from infogan_tf.data.preparation import Preparation
from infogan_tf.errors import SettingError
from tests.data.archives import load_own, pack

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
    path.mkdir(parents=True, exist_ok=True)
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
        ("a.jfif", {"format": "JPEG"}),
        ("a.mpo", {}),
        ("a.bmp", {}),
        ("a.ppm", {}),
        ("a.tga", {}),
        ("a.jp2", {}),
        ("a.TIF", {"compression": "tiff_lzw", "save_all": True, "append_images": [square(BLUE, (40, 30))]}),
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


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_once_as_pillow_turns_them(tmp_path, ending, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    noise((24, 24)).save(tmp_path / f"a.{ending}", exif=exif)
    with Image.open(tmp_path / f"a.{ending}") as picture:
        expected = np.asarray(ImageOps.exif_transpose(picture))
    np.testing.assert_array_equal(load_one(tmp_path, image_size=24, channels=3), expected)


def test_metadata_of_a_wrong_type_or_size_do_not_make_a_picture_unreadable(tmp_path):
    def tag(number, kind, value):
        return struct.pack("<HHI", number, kind, 1) + value

    orientation, resolution = tag(0x112, 3, struct.pack("<HH", 6, 0)), tag(0x11A, 10, struct.pack("<I", 38))
    odd = b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + orientation + resolution + bytes(4) + struct.pack("<ii", -1, 0)
    upright = noise((24, 24))
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "odd.webp", exif=odd, lossless=True)
    turned.save(tmp_path / "odd.png", exif=odd)
    upright.save(tmp_path / "damaged.png", exif=b"Exif\0\0II*\0\xff")
    text = PngImagePlugin.PngInfo()
    text.add_text("workflow", "x" * 2_000_000, zip=True)
    upright.save(tmp_path / "text.png", pnginfo=text)
    data = load_own(tmp_path, image_size=24)
    assert (len(data.training), data.skipped) == (4, ())
    assert all((image == np.asarray(upright)).all() for image in data.training)


def save_values(path, dtype, largest):
    """A picture of even steps from 0 to the largest value."""
    values = np.linspace(0, largest, 16 * 16).reshape(16, 16).astype(dtype)
    values[-1, -1] = largest
    Image.fromarray(values).save(path)


@pytest.mark.parametrize(
    ("name", "dtype", "largest", "white"),
    [
        ("png", np.uint16, 1023, 1023),
        ("png", np.uint16, 3900, 4095),
        ("png", np.uint16, 40_000, 65_535),
        ("png", np.uint16, 200, 255),
        ("tif", np.uint16, 16_383, 16_383),
        ("tif", np.int32, 100_000, 131_071),
        ("tif", np.float32, 1, 1),
        ("tif", np.float32, 250, 255),
    ],
)
def test_values_of_more_than_8_bits_share_a_scale_of_as_many_bits_as_the_largest_needs(
    tmp_path, name, dtype, largest, white
):
    for index, share in enumerate((0.25, 0.5, 1)):
        save_values(tmp_path / f"{index}.{name}", dtype, largest * share)
    for _ in range(2):  # Decoded, then from the cache.
        data = load_own(tmp_path)
        assert data.image_shape == (SIZE, SIZE, 1)
        for image, share in zip(data.training, (0.25, 0.5, 1), strict=True):
            assert abs(float(image.max()) - 255 * share * largest / white) <= 1
        assert data.white == white
        note = f"pictures of more than 8 bits have values up to {white:,}, which becomes white"
        assert data.notes == (() if white == 65_535 else (note,))


def test_a_set_that_is_nearly_black_is_warned_of(tmp_path):
    for index in range(3):
        square(index, mode="L").save(tmp_path / f"{index}.png")  # As masks of classes are.
    expected = "warning: the brightest of all pixels is 2 of 255, so that the images are nearly black"
    assert load_own(tmp_path).notes == (expected,)


def test_files_that_are_no_images_are_counted(tmp_path):
    fill_with(tmp_path, 3)
    for name in ("a.heic", "b.HEIC", "notes.txt", "README", ".DS_Store"):
        (tmp_path / name).touch()
    for _ in range(2):
        assert load_own(tmp_path).notes == ("left out: files that are no images (no ending: 1, .heic: 2, .txt: 1)",)
    (tmp_path / "c.heic").touch()
    assert load_own(tmp_path).notes == ("left out: files that are no images (no ending: 1, .heic: 3, .txt: 1)",)


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
    assert data.labels.description == "folder, from the 3 folders cats, dogs, emus: big"


@pytest.mark.parametrize("ending", ["folder", "zip", "tar.gz"])
def test_folders_are_a_label_in_a_folder_around_them_and_beside_a_stray_file(tmp_path, ending):
    pets = tmp_path / "pets"
    for index, name in enumerate(["cats", "dogs"]):
        fill_with(pets / "images" / name, 20, start=20 * index)
    fill_with(pets, 1, start=90)
    data = load_own(pets if ending == "folder" else pack(pets, ending))
    (label,) = load_factors(data)
    assert label.class_names == ("cats", "dogs")
    assert label.training.tolist() == (data.training[:, 0, 0, 0] // 20).tolist()
    assert [line.rpartition("/")[2] for line in data.skipped] == ["090.png: it has no label, but most images have"]
    assert data.notes == (f"left out: 1 of 41 images, such as {data.skipped[0]}",)


@pytest.mark.parametrize("ending", ["folder", "zip", "tar.gz"])
def test_folders_for_training_and_testing_are_no_label_and_the_latter_are_held_out(tmp_path, ending):
    pets = tmp_path / "pets"
    start = 0
    for split, number in (("train", 14), ("test", 4), ("valid", 2)):
        for name in ("cats", "dogs"):
            fill_with(pets / split / name, number, start)
            start += number
    fill_with(pets, 1, start=90)
    data = load_own(pets if ending == "folder" else pack(pets, ending))
    (label,) = load_factors(data)
    assert label.class_names == ("cats", "dogs")
    assert sorted(data.training[:, 0, 0, 0]) == list(range(28))
    assert sorted(data.held_out[:, 0, 0, 0]) == list(range(28, 40))
    is_cat = [list(labels == 0) for labels in (label.training, label.held_out)]
    assert is_cat == [
        [x < 14 for x in data.training[:, 0, 0, 0]],
        [x in {*range(28, 32), 36, 37} for x in data.held_out[:, 0, 0, 0]],
    ]
    assert data.notes == (
        "held out: the images in test and valid; those in train are trained on",
        f"left out: 1 of 41 images, such as {data.skipped[0]}",
    )
    assert data.skipped[0].endswith("090.png: it is outside of train and test and valid")


def test_where_more_than_a_tenth_lie_in_no_folder_there_are_no_labels_and_all_images_are_trained_on(tmp_path):
    for name in ("cats", "dogs"):
        fill_with(tmp_path / name, 10)
    fill_with(tmp_path, 3)
    data = load_own(tmp_path)
    assert (load_factors(data), data.skipped) == ((), ())
    expected = "none, since 3 of 23 images don't lie in one of several folders, such as 000.png"
    assert data.labels.description == expected


def test_folders_named_by_numbers_are_numbers_and_a_single_one_is_no_label(tmp_path):
    fill_with(tmp_path / "-40", 40)
    assert load_factors(load_own(tmp_path)) == ()
    for angle in range(-30, 200, 10):
        fill_with(tmp_path / str(angle), 2, start=angle + 40)
    (label,) = load_factors(load_own(tmp_path))
    assert (label.kind, label.training.min(), label.training.max()) == ("ordered", -40, 190)


@pytest.mark.parametrize("name", ["{:05d}", "{}"])
def test_folders_that_are_numbered_one_by_one_are_classes(tmp_path, name):
    for number in range(25):
        fill_with(tmp_path / name.format(number), 2, start=number)
    (label,) = load_factors(load_own(tmp_path))
    assert (label.kind, label.class_names) == ("class", tuple(name.format(number) for number in range(25)))


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
            "bad0.jpg: not an image that Pillow can open",
            "bad1.png: image file is truncated",
            "bad2.png: not a file, or a broken link",
            "bad3.png: not a file, or a broken link",
            r"bad4\udcff\n.png: not an image that Pillow can open",
        )
        assert data.notes == (f"left out: 5 of 105 images, such as {data.skipped[0]}",)
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
        (0, 0, r"expected a folder of images, got .*photos, which has none"),
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
    assert images["bad0.png"] == Unreadable("bad0.png: not an image that Pillow can open")
    ((name, image),) = own_images(tmp_path / "images" / "001.png").each(preparation)
    assert (name, image[0, 0].tolist()) == ("001.png", [1, 0, 254])
