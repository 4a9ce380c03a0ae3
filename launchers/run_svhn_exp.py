"""Trains InfoGAN on SVHN, house numbers in color; watch it with `tensorboard --logdir logs/svhn_cropped`.

Start it with no flag at all: TFDS then downloads the images, unless it has them. `--run_folder` alone resumes the run
in that folder.
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

    launching.launch(presets("svhn"), lambda config: infogan_tf.train(config, launching.command()))
