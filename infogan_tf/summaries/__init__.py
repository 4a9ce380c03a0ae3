"""What TensorBoard shows of a run."""

from infogan_tf.summaries.tensorboard import TensorBoardWriter

__all__ = ["TensorBoardWriter"]
