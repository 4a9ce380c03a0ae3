"""Predicts the codes of images: `python launchers/encode.py --run_folder=RUN --images=FOLDER --output=codes.csv`.

Writes a row for each image with every parameter of Q, as .csv or .jsonl, by the ending of --output.
"""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run(config):
    from infogan_tf.cli.encode import encode

    encode(config)


if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    from infogan_tf.cli.command import launch
    from infogan_tf.cli.config import EncodeConfig

    launch({"": EncodeConfig()}, run)
