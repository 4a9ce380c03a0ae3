"""Varies codes: `python launchers/traverse.py --run_folder=RUN --codes=c2 --output=c2.png`.

Writes a sheet (.png) or an animation (.gif), by the ending of --output.
"""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run(config):
    from infogan_tf.cli.traverse import traverse_codes

    traverse_codes(config)


if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    from infogan_tf.cli.command import launch
    from infogan_tf.cli.config import TraverseConfig

    launch({"": TraverseConfig()}, run)
