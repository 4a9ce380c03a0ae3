"""Shows trained runs in the browser, with a knob for each code: `python launchers/explore.py --run_folder=logs`.

The folder is that of a run, or one with runs in it. Ctrl-C ends.
"""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run(config):
    from infogan_tf.explorer.server import serve

    serve(config)


if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    from infogan_tf.cli.command import launch
    from infogan_tf.explorer.config import ExplorerConfig

    launch({"": ExplorerConfig()}, run)
