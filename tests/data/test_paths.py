import subprocess
import sys

import pytest

from infogan_tf.data.paths import find_images
from infogan_tf.errors import SettingError
from tests.conftest import ROOT


def test_importing_paths_loads_no_heavy_library():
    code = "import sys, infogan_tf.data.paths; print({'numpy', 'PIL', 'tensorflow'} & set(sys.modules))"
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert finished.stdout == "set()\n"


@pytest.mark.parametrize("name", ["photos.zip", "photos.TAR", "photos.tar.gz", "photos.tgz", "photos.npz", "photos/"])
def test_finds_folders_archives_and_npz_files(tmp_path, name):
    path = tmp_path / name
    path.mkdir() if name.endswith("/") else path.touch()
    assert find_images(str(path)) == path


def test_a_file_is_refused_unless_it_may_be_a_single_image(tmp_path):
    path = tmp_path / "a.png"
    expected = (
        "images: expected a folder of images, a .zip or .tar archive of them, or an .npz file, got .*a.png, which "
    )
    with pytest.raises(SettingError, match=f"{expected}does not exist"):
        find_images(str(path))
    path.touch()
    with pytest.raises(SettingError, match=f"{expected}is none of these"):
        find_images(str(path))
    assert find_images(str(path), or_one=True) == path


@pytest.mark.parametrize("text", ["~nobody/photos", "a\0b", "a" * 5000])
def test_what_can_be_no_path_is_refused_in_one_line(text):
    with pytest.raises(SettingError, match=r"^images: expected ") as info:
        find_images(text)
    assert "\n" not in str(info.value)
