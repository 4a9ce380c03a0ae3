"""Measures a trained run: `python launchers/evaluate.py --run_folder=RUN`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("evaluate")
