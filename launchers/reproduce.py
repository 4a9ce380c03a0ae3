"""Reproduces one of the paper's experiments: `python launchers/reproduce.py --experiment=mnist`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("reproduce")
