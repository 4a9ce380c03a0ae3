"""Trains InfoGAN on 3D chairs: those that it renders itself, or `--images=rendered_chairs`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("train", "chairs")
