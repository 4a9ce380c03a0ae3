"""The work of `infogan explore`."""

from infogan_tf.cli.options import ExplorerOptions
from infogan_tf.data.paths import given_path
from infogan_tf.explorer import RUNS
from infogan_tf.explorer.server import serve


def run(options: ExplorerOptions):
    """Serves the page until a signal comes."""
    serve(given_path("run_folder", options.run_folder, RUNS), options.host, options.port)
