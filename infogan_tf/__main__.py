"""The command line as `python -m infogan_tf`."""

from infogan_tf.cli.main import main

if __name__ == "__main__":
    main()
