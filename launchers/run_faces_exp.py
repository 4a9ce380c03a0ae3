"""Trains InfoGAN on 3D faces: heads that it renders itself, or `--images=` with a folder or an .npz file.

The paper trains one model a factor, such as `--preset=paper_azimuth`. `--run_folder` alone resumes the run in that
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

    launching.launch(presets("faces"), lambda config: infogan_tf.train(config, launching.command()))
