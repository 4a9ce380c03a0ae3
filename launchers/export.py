"""Exports a trained model: `python launchers/export.py --run_folder=RUN --format=saved_model --output=FOLDER`."""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run(config):
    from infogan_tf.cli.export import export

    export(config)


if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    from infogan_tf.cli.command import launch
    from infogan_tf.cli.config import ExportConfig

    launch({"": ExportConfig()}, run)
