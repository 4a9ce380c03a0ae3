"""Trains InfoGAN on 3D chairs: those that it renders itself, or `--images=rendered_chairs`.

The folder is that of the archive of Aubry et al., or any other, or an .npz file. The paper trains one model a factor,
such as `--preset=paper_rotation`. `--run_folder` alone resumes the run in that folder.
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

    launching.launch(presets("chairs"), lambda config: infogan_tf.train(config, launching.command()))
