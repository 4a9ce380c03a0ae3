"""Trains InfoGAN on your own images: `python launchers/run_images_exp.py --images=FOLDER`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("train", "images")
