"""Generates images by codes: `python launchers/generate.py --run_folder=RUN --codes="c1=3,c2=-2:2:9" --output=c2.png`.

Writes a PNG file each into a new folder, a sheet of all (.png), or arrays (.npz), by the ending of --output.
"""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run(config):
    from infogan_tf.cli.generate import generate

    generate(config)


if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    from infogan_tf.cli.command import launch
    from infogan_tf.cli.config import GenerateConfig

    launch({"": GenerateConfig()}, run)
