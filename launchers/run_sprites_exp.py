"""Trains InfoGAN on dSprites or, without a network, sprites that it draws itself, or `--images=FOLDER`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("train", "sprites")
