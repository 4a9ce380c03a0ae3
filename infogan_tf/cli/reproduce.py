"""Reproduces one of the paper's experiments: `infogan reproduce --experiment=mnist`.

It trains the runs that are missing, measures and draws them, and writes report.html. Started again after an
interruption, it resumes.
"""

from infogan_tf.cli.command import Command
from infogan_tf.reproduction.options import ReproductionOptions


def run(options: ReproductionOptions):
    """Reproduces the experiment."""
    from infogan_tf.reproduction.reproduce import reproduce

    reproduce(options)


COMMAND = Command("reproduce", __doc__, ReproductionOptions, run)
