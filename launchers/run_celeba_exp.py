"""Trains InfoGAN on CelebA: from TFDS or, with its attributes beside it, from `--images=img_align_celeba`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("train", "celeba")
