"""Trains InfoGAN on MNIST; watch it with `tensorboard --logdir logs/mnist`.

Start it with no flag at all, or with any of those below. `--run_folder` alone resumes the run in that folder.
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

    launching.launch(presets("mnist"), lambda config: infogan_tf.train(config, launching.command()))
