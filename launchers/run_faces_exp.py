"""Trains InfoGAN on 3D faces: heads that it renders itself, or `--images=FOLDER`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("train", "faces")
