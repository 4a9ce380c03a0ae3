"""Shows trained runs in the browser, with a knob for each code: `infogan explore --run_folder=logs`.

Ctrl-C ends it.
"""

import dataclasses

from infogan_tf.data.paths import given_path
from infogan_tf.explorer import RUNS
from infogan_tf.options import Auto, Integer, Options, Text, option


@dataclasses.dataclass(frozen=True)
class ExplorerOptions(Options):
    """Which runs are shown, and where the page is served."""

    run_folder: str = option(None, Text(RUNS), f"{RUNS.capitalize()}; required.")
    host: str = option(
        "127.0.0.1",
        Text(),
        "The address to listen at. With any but the default, other machines can use the page: there is no password.",
    )
    port: int | None = option(8008, Auto(Integer(1, 65535), "a free one"), "The port to listen at.")


def run(options: ExplorerOptions):
    """Serves the page until a signal comes."""
    from infogan_tf.explorer.server import serve

    serve(given_path("run_folder", options.run_folder, RUNS), options.host, options.port)
