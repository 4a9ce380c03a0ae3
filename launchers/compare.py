"""Compares runs in one table: `python launchers/compare.py --run_folder=logs`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("compare")
