"""Trained models that come with the package: `infogan_tf.load("pretrained:mnist")`. Nothing here loads TensorFlow.

Each is the folder of a run as `infogan export --format=run` writes it, with a README.md that says how it was made, what
was measured of it, and what it can't do.
"""

import hashlib
import shutil
from pathlib import Path

from infogan_tf.errors import SettingError
from infogan_tf.files import cache_folder, write_atomically

PREFIX = "pretrained:"  # Before the name of a model, where a run is named.
ALONG = "pretrained:mnist, :heads and :chairs come with the package"  # For --help.
FOLDER = Path(__file__).parent


def pretrained_run(name: str) -> Path:
    """The folder of a model that comes with the package, such as `mnist`; SettingError if there is none of this name.

    It is a copy in the user's cache, since an evaluation writes into the folder.
    """
    names = sorted(path.parent.name for path in FOLDER.glob("*/config.json"))
    if name not in names:
        raise SettingError("run_folder", f"one of {', '.join(f'{PREFIX}{name}' for name in names)}", f"{PREFIX}{name}")
    # Another release may have trained it again, or say more of it.
    described = b"".join((FOLDER / name / file).read_bytes() for file in ("config.json", "README.md"))
    copy = cache_folder() / "pretrained" / hashlib.sha256(described).hexdigest()[:12] / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not copy.exists():
            write_atomically(copy, lambda partial: shutil.copytree(FOLDER / name, partial))
    except OSError:
        if not copy.exists():  # Another process may just have made it.
            raise
    return copy
