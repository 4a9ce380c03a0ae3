"""Generates images: `python launchers/generate.py --run_folder=RUN --codes="c1=3,c2=-2:2:9" --output=c2.png`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main("generate")
