"""Trains InfoGAN on your own images: `python launchers/run_images_exp.py --images=FOLDER`.

The folder may be nested, and its images of any size, in color or gray. `--run_folder` alone resumes the run in that
folder.
"""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None

if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    import infogan_tf
    from infogan_tf.cli import command as launching
    from infogan_tf.experiments import presets

    launching.launch(presets("images"), lambda config: infogan_tf.train(config, launching.command()))
