"""Shows trained runs in the browser: `python launchers/explore.py --run_folder=logs`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("explore")
