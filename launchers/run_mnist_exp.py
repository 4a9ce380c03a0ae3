"""Trains InfoGAN on MNIST: `python launchers/run_mnist_exp.py`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("train", "mnist")
