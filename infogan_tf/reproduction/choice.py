"""The run that is chosen without labels, and what several runs say together of a class."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from infogan_tf.console import logger
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.classification import classify_by_factor
from infogan_tf.evaluation.evaluate import labeled_images, matched_images
from infogan_tf.evaluation.model_centrality import FEWEST_RUNS, model_centrality
from infogan_tf.evaluation.schema import Classification
from infogan_tf.reproduction.runs import ReportedRun


@dataclasses.dataclass(frozen=True)
class Choice:
    """What several runs of the same settings say about each other, for which no label is read.

    Attributes:
        run: the most central one.
        centrality: by the name of a run, its score in ModelCentrality, from 0 to 1.
        consensus: how well the mean of the runs' predictions classifies held-out images, by class factor; empty unless
            each run has one categorical code. Labels name its categories, as they do those of a single run.
    """

    run: ReportedRun
    centrality: dict[str, float]
    consensus: dict[str, Classification]


def choose(runs: Sequence[ReportedRun], data_dir: str | None, images: str | None) -> Choice | None:
    """The choice among the runs of one preset; None where they are too few, or of several presets."""
    if len(runs) < FEWEST_RUNS or len({run.preset for run in runs}) > 1:
        return None
    logger.info(f"choosing one of {len(runs)} runs without labels")
    models = [BatchedModel(run.trained.model) for run in runs]
    scores = model_centrality(models).tolist()
    best = int(np.argmax(scores))
    models.insert(0, models.pop(best))  # Its categories are those that the others' are matched with.
    classes = _classify_together(models, runs[best], data_dir, images)
    return Choice(runs[best], dict(zip((run.name for run in runs), scores, strict=True)), classes)


def _classify_together(
    models: Sequence[BatchedModel], run: ReportedRun, data_dir: str | None, images: str | None
) -> dict[str, Classification]:
    codes = models[0].spec.categorical_codes
    if not run.evaluation.classification or len(codes) != 1:
        return {}
    (code,) = codes
    data, factors = labeled_images(run.trained, data_dir, images)
    matched, scored = (
        [model.infer_codes(of_set)[code.name].probs.numpy() for model in models]
        for of_set in (matched_images(data.training), data.held_out)
    )
    return classify_by_factor(*consensus(matched, scored), factors)


def consensus(matched: Sequence[np.ndarray], scored: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Averages several runs' probabilities of K categories, of two sets of images, each `[images, K]`.

    The same category has another number in each run. Those of a run are matched one to one with those of the first run,
    by how probable both are for the same images of the first set: the Hungarian algorithm (Kuhn 1955).

    >>> one = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> consensus([one, one[:, ::-1]], [one, one[:, ::-1]])[1].tolist()
    [[0.9, 0.1], [0.2, 0.8]]
    """
    orders = [linear_sum_assignment(matched[0].T @ of_run, maximize=True)[1] for of_run in matched]
    first, second = (
        np.mean([of_run[:, order] for of_run, order in zip(of_set, orders, strict=True)], axis=0)
        for of_set in (matched, scored)
    )
    return first, second
