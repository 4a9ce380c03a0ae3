"""How much codes know of factors while they are trained, as a heat map in TensorBoard; training sees no label."""

from pathlib import Path

import keras
import numpy as np
from PIL import Image

from infogan_tf.console import logger
from infogan_tf.data.image_data import evenly_spread
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.disentanglement.labeled_codes import LabeledCodes, discrete_factors
from infogan_tf.evaluation.evaluate import labeled_images
from infogan_tf.evaluation.factor_associations import CodePredictions
from infogan_tf.figures.plots import plot_shares
from infogan_tf.training.curves import TensorBoardWriter
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.run import Run

NUM_IMAGES = 2_000


class FactorMap(keras.callbacks.Callback):
    """Draws I(z; v) / H(v), as MIG has it, of each dimension z of a code and each factor v of held-out images.

    Args:
        every: epochs between two pictures, which are in `samples` too.
    """

    def __init__(self, every: int):
        super().__init__()
        self._every = every

    def on_train_begin(self, logs=None):
        run = Run.open(self.params["run_folder"])
        data, factors = labeled_images(TrainedRun(run, 0, self.model), None, None)
        if not factors:
            logger.info("warning: these images have no labels, so no heat map of codes and factors is drawn")
            return
        self._run, self._images = run, evenly_spread(data.held_out, NUM_IMAGES)
        self._factor_names = [factor.name for factor in factors]
        self._factors = evenly_spread(discrete_factors(factors)[0], NUM_IMAGES)
        self._model, self._writer = BatchedModel(self.model), TensorBoardWriter(run.path)

    def on_epoch_end(self, epoch, logs=None):
        if hasattr(self, "_run") and (epoch + 1) % self._every == 0:
            self._draw((epoch + 1) * self._run.config.updates_per_epoch)

    def on_train_end(self, logs=None):
        if hasattr(self, "_run"):
            self._writer.close()

    def _draw(self, step: int):
        posteriors = self._model.infer_codes(self._images)
        codes = self._model.spec.codes
        predictions = {code.name: CodePredictions.of(code.distribution, posteriors[code.name]) for code in codes}
        labeled = LabeledCodes.of(predictions, self._factors)
        shares = labeled.mutual_information() / np.maximum(labeled.factor_entropies(), 1e-9)
        path = Path(self._run.samples, f"step_{step:07d}_factors.png")
        caption = f"I(z; v) / H(v) on {len(self._images):,} held-out images; update {step:,}"
        plot_shares(shares, labeled.names, self._factor_names, path, caption)
        with Image.open(path) as picture:
            self._writer.pictures(step, {"factors": np.asarray(picture.convert("RGB"))})
