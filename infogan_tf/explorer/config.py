"""Settings of the explorer. Nothing here loads TensorFlow."""

import dataclasses

from infogan_tf.settings import Automatic, Integer, Required, Settings, Text, setting

PORT = 8008
RUNS = "the folder of a run, a folder with runs in it, or a .keras file"


@dataclasses.dataclass(frozen=True)
class ExplorerConfig(Settings):
    """Which runs are explored, and who can see them.

    >>> ExplorerConfig(run_folder="logs").port
    8008
    """

    run_folder: str | None = setting(
        None, Required(RUNS), "The folder of a run, a folder with runs in it, or a .keras file; required."
    )
    host: str = setting(
        "127.0.0.1",
        Text(),
        "The address to listen at. With any but the default, other machines can use the page: there is no password.",
    )
    port: int | None = setting(PORT, Automatic(Integer(1, 65535), "a free one"), "The port to listen at.")
