"""Exports a trained model: `python launchers/export.py --run_folder=RUN --format=onnx --output=FOLDER`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("export")
