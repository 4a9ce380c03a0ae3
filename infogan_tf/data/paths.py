"""Paths as a person writes them. Nothing here loads NumPy, Pillow or TensorFlow."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from infogan_tf.errors import SettingError, first_line
from infogan_tf.pretrained import PREFIX, pretrained_run

ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
IMAGES = "a folder of images, a .zip or .tar archive of them, or an .npz file"


def find_images(images: str, or_one: bool = False) -> Path:
    """The path of a person's own images: a folder, an archive or an .npz file; with `or_one` also any other file.

    Raises:
        SettingError: there is nothing, or something else.
    """
    expected = f"an image, {IMAGES}" if or_one else IMAGES
    path = given_path("images", images, expected)
    if path.is_dir() or (path.is_file() and (or_one or path.name.lower().endswith((*ARCHIVE_ENDINGS, ".npz")))):
        return path
    problem = "which is none of these" if path.exists() else "which does not exist"
    raise SettingError("images", expected, f"{path}, {problem}")


def given_path(name: str, text: str, expected: str) -> Path:
    """The path in the setting of a name, whether or not there is something.

    In `run_folder`, `pretrained:mnist` is the path of a trained model that comes with the package.

    Raises:
        SettingError: there can't be a path like this.
    """
    if name == "run_folder" and text.startswith(PREFIX):
        return pretrained_run(text.removeprefix(PREFIX))
    try:
        path = Path(text).expanduser()
        path.exists()
    except (OSError, RuntimeError) as error:  # RuntimeError: no user has the name behind a ~.
        reason = getattr(error, "strerror", None) or first_line(error)
        raise SettingError(name, expected, f"{text} ({reason})") from error
    return path


@contextlib.contextmanager
def refused_if_damaged(path: Path, expected: str) -> Iterator[None]:
    """Turns whatever damaged files raise into a SettingError."""
    try:
        yield
    except SettingError:
        raise
    except Exception as error:  # Readers of .zip and .tar raise many kinds of errors on damaged files.
        raise SettingError("images", expected, f"{path} ({first_line(error)})") from error
