"""Trains InfoGAN on SVHN, house numbers in color, which TFDS downloads: `python launchers/run_svhn_exp.py`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("train", "svhn")
