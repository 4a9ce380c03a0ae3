"""Varies codes: `python launchers/traverse.py --run_folder=RUN --codes=c2 --output=c2.png`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("traverse")
