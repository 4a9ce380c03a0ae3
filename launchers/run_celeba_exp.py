"""Trains InfoGAN on CelebA, photographs of celebrities: from TFDS, or from `--images=img_align_celeba`.

The folder is that of CelebA's archive, with `list_attr_celeba.txt` in it or beside it. `--run_folder` alone resumes the
run in that folder.
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

    launching.launch(presets("celeba"), lambda config: infogan_tf.train(config, launching.command()))
