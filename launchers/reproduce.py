"""Reproduces one of the paper's experiments: trains what is missing, measures, draws, and writes report.html.

Started again after an interruption, it resumes.
"""

try:
    from infogan_tf.interruption import exit_on_signals
except KeyboardInterrupt:
    raise SystemExit(130) from None


def run(config):
    from infogan_tf.reproduction.reproduce import reproduce

    reproduce(config)


if __name__ == "__main__":
    exit_on_signals()  # Before imports that take time.

    from infogan_tf.cli.command import launch
    from infogan_tf.reproduction.config import ReproductionConfig

    launch({"": ReproductionConfig()}, run)
