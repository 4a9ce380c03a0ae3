"""Runs and evaluations made by hand, whose numbers a report must show."""

import dataclasses
import json
from types import SimpleNamespace

from infogan_tf.config import without_additions
from infogan_tf.evaluation import schema
from infogan_tf.experiments import presets
from infogan_tf.reproduction.mnist import MnistResults
from infogan_tf.reproduction.runs import ReportedRun

IMAGES = schema.ImageMeasures("digit classifier", "a hash", 1000, 500, {}, 4.0, 5.0, 0.9, 0.8, 0.6, 0.7, 0.9)
TEN = list(range(10))


def code(information=1.0, recovery=0.9, extrapolation=None, is_discrete=False, diversity=(0.5, 0.7)):
    verdict = "used" if information > 0.3 else "ignored"
    measures = ("R^2", recovery, extrapolation, list(diversity))
    return schema.CodeMeasures("Uniform(-1, 1)", is_discrete, verdict, information, 0.01, 2.303, *measures)


def classification(error, matched_error=0.05):
    rates = (error, error / 2, matched_error, 1 - error, 0.9)
    return schema.Classification(*rates, TEN[::-1], TEN[::-1], [[1] * 10] * 10, list(map(str, TEN)))


def association(measure, value, part=None, error=None, note=""):
    chance = 0.5 if measure == "AUC" else 0.0
    fit = schema.MonotoneFit(error, 90.0, 30.0, error / 2, 45.0) if error else None
    return schema.Association(measure, value, chance, (value - chance) / (1 - chance), part, note, fit)


def evaluated(codes, data="views, 90 images", images=IMAGES, vector_arithmetic=None, **by_code):
    by_code = {"confidence": {}, "associations": {}, "classification": {}, "disentanglement": None, **by_code}
    run = schema.EvaluatedRun("a folder", 1000, 0, "infogan", data, "test", 1000)
    return schema.Evaluation(
        schema.VERSION, run, codes, images=images, vector_arithmetic=vector_arithmetic, pictures=[], **by_code
    )


def run_of(folder, preset, config, evaluation, step=None, points=(), **data):
    """A run in a folder, at its last update unless another one is given, with points of its curves."""
    folder.mkdir(exist_ok=True)
    metrics = folder / "metrics.jsonl"
    metrics.write_text("".join(json.dumps(point) + "\n" for point in points))
    data = {"fingerprint": "views", "source": "npz", "name": "views", "max_shift": 0, **data}
    record = SimpleNamespace(
        versions={"tensorflow": "2.99"},
        data=SimpleNamespace(**data),
        preset="best",
        command=f"train --seed={config.seed}",
    )
    run = SimpleNamespace(path=folder, metrics=metrics)
    trained = SimpleNamespace(run=run, config=config, step=step or config.total_updates, record=record, model=None)
    return ReportedRun(preset, trained, evaluation)


def mnist_run(
    folder, seed, error=0.03, level=2.2, objective="infogan", preset="best", changes=None, last=1000, step=1000, **data
):
    """A run of MNIST at two updates a second; `level` is L_I of c1, `error` that of c1 as a classifier."""
    settings = presets("mnist")["best"] if objective == "infogan" else without_additions(presets("mnist")["best"])
    config = dataclasses.replace(settings, seed=seed, objective=objective, **(changes or {}))
    mean, one_code = schema.ClassChange(level / 4, 0.05, 0.5), schema.ClassChange(1 - error, 0.02, None)
    changes_of_class = {"mean of 3": mean, "one code": one_code}
    evaluation = evaluated(
        codes={"c1": code(level, 0.99, is_discrete=True), "c2": code(1.5, 0.97, 0.9), "c3": code(1.4, 0.95, 0.45)},
        data="digits, 100 images",
        images=dataclasses.replace(IMAGES, frechet_distance=4 + 10 * error, frechet_distance_halves=5 + 10 * error),
        confidence={"c1": schema.Confidence(0.98, 2.3, 0.97)},
        classification={"c1": {"label": classification(error)}},
        vector_arithmetic=schema.VectorArithmetic([0, 1], 100, 0.1, ["c1=3", "c1=4"], changes_of_class),
    )
    # The point at an update is off by the noise of its batch; the mean of five is not.
    values = {step: level + (0.04 if step % 50 == 0 else -0.01) for step in range(10, last + 1, 10)}
    points = [{"step": at, "mutual_information/c1": values[at], "speed/updates_per_second": 2.0} for at in values]
    name = f"{objective}_seed_{seed}" if preset == "best" else f"{objective}_{preset}_seed_{seed}"
    return run_of(folder / name, preset, config, evaluation, step, points, **{"source": "tfds", **data})


def mnist_results(folder, *infogans, gan=None):
    """Everything that a report needs of InfoGANs: a regular GAN is added, and two more for Figure 1."""
    gan = gan or mnist_run(folder, 0, error=0.9, level=0.25, objective="gan")
    own_q = mnist_run(folder, 0, level=0.95, objective="gan_own_q")
    of_paper = mnist_run(folder, 0, level=0.05, objective="gan", preset="paper")
    return MnistResults([*infogans, gan, *(dataclasses.replace(run, evaluation=None) for run in (own_q, of_paper))])


def measured(reported, images=None, run=None, **changes):
    """The same run with another evaluation; `images` and `run` are changes of these parts."""
    for name, of_part in {"images": images or {}, "run": run or {}}.items():
        changes[name] = dataclasses.replace(getattr(reported.evaluation, name), **of_part)
    return dataclasses.replace(reported, evaluation=dataclasses.replace(reported.evaluation, **changes))
