"""Predicts the codes of images: `python launchers/encode.py --run_folder=RUN --images=FOLDER --output=codes.csv`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("encode")
