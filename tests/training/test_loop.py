"""Training in this process, tiny networks on real digits, a few updates at a time."""

import dataclasses
import json
import re
import shlex
import shutil
import signal
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from infogan_tf import runtime
from infogan_tf.config import Config
from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.experiments import presets
from infogan_tf.training import loop
from infogan_tf.training.curves import displayed
from infogan_tf.training.loading import load, load_run
from infogan_tf.training.loop import train
from infogan_tf.training.run import Run
from tests.conftest import prepare_tfds

pytestmark = pytest.mark.usefixtures("small_networks")

INTERVALS = {"summary_interval": 1, "sample_interval": 4, "snapshot_interval": 2}
TINY = Config(data_source="embedded", batch_size=8, max_epoch=2, updates_per_epoch=2, **INTERVALS)


def tiny(folder, **changes):
    return dataclasses.replace(TINY, run_folder=str(folder), **changes)


def final_tensors(folder):
    """Every number of the newest checkpoint, optimizers and all."""
    reader = tf.train.load_checkpoint(str(folder / "checkpoints"))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names if name != "_CHECKPOINTABLE_OBJECT_GRAPH"}


def points(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if not k.startswith("speed/")} for line in lines]


def assert_same_tensors(folder, other):
    ours, theirs = final_tensors(folder), final_tensors(other)
    assert set(ours) == set(theirs)
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name], err_msg=name)


def assert_same_run(folder, other):
    assert_same_tensors(folder, other)
    assert points(folder) == points(other)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, small_networks):
    """A run of four updates that was never stopped."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    train(tiny(folder))
    return folder


@pytest.mark.filterwarnings("ignore:float16, the precision")
def test_the_settings_of_keras_change_nothing_and_are_left_as_they_were(finished, tmp_path):
    before = keras.config.floatx(), keras.config.dtype_policy(), keras.config.image_data_format()
    others = "float16", keras.DTypePolicy("float16"), "channels_first"
    runtime.set_keras(*others)
    keras.config.set_epsilon(0.1)
    try:
        with pytest.warns(
            UserWarning, match="^float16, the precision that .*/keras.json or a program has set in Keras, is"
        ):
            train(tiny(tmp_path / "run"))
        load(tmp_path / "run").save(tmp_path / "model.keras")
        model = load(tmp_path / "model.keras")
        assert (keras.config.floatx(), keras.config.dtype_policy(), keras.config.image_data_format()) == others
    finally:
        runtime.set_keras(*before)
        keras.config.set_epsilon(1e-7)
    assert_same_run(tmp_path / "run", finished)
    np.testing.assert_array_equal(model.generate(seed=1), load(finished).generate(seed=1))


def test_run_folder_holds_everything(finished):
    files = {path.name for path in finished.iterdir() if "tfevents" not in path.name}
    assert files == {".lock", "checkpoints", "config.json", "log.txt", "metrics.jsonl", "samples"}
    assert Run.open(finished).checkpoint_steps() == [2, 4]
    names = [f"step_0000004_{name}.png" for name in ("c1", "c2", "c3", "samples")]
    assert sorted(path.name for path in (finished / "samples").iterdir()) == names
    with Image.open(finished / "samples" / names[0]) as picture:
        assert picture.size[0] == 560
    assert [point["step"] for point in points(finished)] == [1, 2, 3, 4]


def test_choice_of_data_is_recorded_and_announced(finished):
    record = json.loads((finished / "config.json").read_text())
    expected = "MNIST digits embedded in infogan_tf, 4,000 training and 1,000 held-out images (as requested)"
    assert (record["data"]["description"], record["data"]["max_shift"]) == (expected, 2)
    assert record["preset"].startswith("paper with --data_source=embedded ")
    assert record["command"] == shlex.join(sys.orig_argv)
    log = (finished / "log.txt").read_text()
    assert f"data: {expected}\n" in log
    assert "shifted by up to 2 pixels with a probability of 0.5, to prevent D from overfitting so few images" in log
    assert "warning" not in log, "the run is healthy"


def test_events_are_read_back(finished):
    events = EventAccumulator(str(finished), size_guidance={"tensors": 0})
    events.Reload()
    tags = {"samples", "traversals/c1", *map(displayed, points(finished)[-1])} - {"step"}
    assert tags <= set(events.Tags()["tensors"])
    steps = [[event.step for event in events.Tensors(tag)] for tag in ("speed/updates_per_second", "samples")]
    assert steps == [[1, 2, 3, 4], [4]]


@pytest.mark.slow
def test_what_goes_wrong_is_said_once_and_again_in_tensorboard(tmp_path, monkeypatch, capsys):
    # As soon as a small D is a little ahead of a G that learns nothing and shows no code.
    for name, value in {"WINDOW": 10, "FOUND_BY": 20, "WON": (1.35, 1.4)}.items():
        monkeypatch.setattr(f"infogan_tf.training.health.{name}", value)
    absurd = {"generator_learning_rate": 1e-9, "discriminator_learning_rate": 0.05, "codes": "categorical(10)"}
    absurd |= {"batch_size": 16, "updates_per_epoch": 6, "summary_interval": 2, "sample_interval": 1000}
    folder = tmp_path / "run"
    train(tiny(folder, max_epoch=5, **absurd))
    begun = [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning: update ")]
    won, ignored = sorted(begun, key=lambda line: "D has won" not in line)
    assert re.match(r"warning: update [12]\d: D has won: ", won)
    assert re.match(r"warning: update 2\d: c1 is ignored: ", ignored)
    train(tiny(folder, max_epoch=8, **absurd))
    assert "warning: update" not in capsys.readouterr().out, "a resumed run has said it before"
    logged = [line.partition("  ")[2] for line in (folder / "log.txt").read_text().splitlines()]
    assert [line for line in logged if line.startswith("warning: update ")] == begun
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    notes = [(event.step, tf.make_ndarray(event.tensor_proto).item().decode()) for event in events.Tensors("health")]
    assert [note for _, note in notes] == begun
    assert all(f" update {step}: " in note for step, note in notes)


def test_minutes_become_epochs_once_updates_are_timed(tmp_path):
    train(tiny(tmp_path / "run", max_epoch=None, minutes=0.02, sample_interval=1000))
    run = Run.open(tmp_path / "run")
    assert (run.config.minutes, run.config.total_updates) == (None, points(run.path)[-1]["step"])
    assert run.checkpoint_steps()[-1] == run.config.total_updates
    pace = r"pace: \S+ updates a second on this machine; update (\S+), the last one, comes in about 1 minute\n"
    (last,) = re.findall(pace, (run.path / "log.txt").read_text())
    assert int(last.replace(",", "")) == run.config.total_updates


@pytest.mark.slow
def test_two_updates_and_two_more_are_four_to_the_bit(finished, tmp_path):
    train(tiny(tmp_path / "run", max_epoch=1))
    # A run's last update is drawn and measured, which its longer twin's is not.
    assert points(tmp_path / "run")[-1].pop("memorization/held_out") > 0
    train(tiny(tmp_path / "run"))
    assert_same_tensors(tmp_path / "run", finished)
    assert points(tmp_path / "run")[2:] == points(finished)[2:]
    assert "resumed: from update 2\n" in (tmp_path / "run" / "log.txt").read_text()


@pytest.mark.slow
def test_a_run_on_photographs_resumes_to_the_same_bits(tmp_path, random_images):
    np.savez(tmp_path / "own.npz", images=random_images(40, (20, 24, 3)))
    changes = {"images": str(tmp_path / "own.npz"), "image_size": 16, "batch_size": 8, "updates_per_epoch": 2}
    changes |= {"minutes": None, "max_epoch": 2, "summary_interval": 1, "seed": 3}
    config = dataclasses.replace(presets("images")["photographs"], **changes)
    assert config.average_decay
    whole, stopped = (dataclasses.replace(config, run_folder=str(tmp_path / name)) for name in ("whole", "stopped"))
    train(whole)
    train(dataclasses.replace(stopped, max_epoch=1))
    train(stopped)
    assert any("average" in name for name in final_tensors(tmp_path / "whole"))
    assert (
        " images are held out: what is measured on fewer than 30 means little"
        in (tmp_path / "whole" / "log.txt").read_text()
    )
    assert_same_tensors(tmp_path / "whole", tmp_path / "stopped")


def test_finished_run_is_left_alone(finished, capsys):
    before = written(finished / "checkpoints"), points(finished)
    train(tiny(finished))
    assert "already trained for 4 updates\n" in capsys.readouterr().out
    assert (written(finished / "checkpoints"), points(finished)) == before


@pytest.mark.slow
def test_a_signal_is_reported_to_the_caller_even_during_the_last_update(tmp_path, monkeypatch):
    record = loop.Recorder.record

    def record_and_signal(recorder, step, metrics):
        record(recorder, step, metrics)
        if step == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(loop.Recorder, "record", record_and_signal)
    assert train(tiny(tmp_path / "run")) is False
    monkeypatch.undo()
    assert train(tiny(tmp_path / "run")) is True


@pytest.mark.slow
def test_damaged_newest_checkpoint_is_named_and_the_run_reaches_the_same_bits(finished, tmp_path, capsys):
    shutil.copytree(finished, tmp_path / "run")
    data = tmp_path / "run" / "checkpoints" / "step-4.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.warns(UserWarning, match=r"step-4 is damaged .*; update 2 is loaded instead"):
        load(tmp_path / "run")
    train(tiny(tmp_path / "run"))
    assert "step-4 is damaged" in (tmp_path / "run" / "log.txt").read_text()
    assert_same_run(tmp_path / "run", finished)


@pytest.mark.slow
def test_labels_never_reach_training_and_other_images_are_refused(tmp_path, embedded_digits, random_images):
    """The same images with other labels train to the same bits."""
    images = embedded_digits.training[::100]
    changes = {"dataset": "tiny_digits", "data_source": "tfds", "max_epoch": 1}
    for name, labels in (("zeros", None), ("digits", np.arange(len(images)) % 10)):
        prepare_tfds(tmp_path / name / "data", images, labels)
        train(tiny(tmp_path / name / "run", data_dir=str(tmp_path / name / "data"), **changes))
    assert_same_run(tmp_path / "zeros" / "run", tmp_path / "digits" / "run")
    prepare_tfds(tmp_path / "others", random_images(20))
    with pytest.raises(SettingError, match="data_source: expected the images that this run was trained on: tiny_digit"):
        train(tiny(tmp_path / "zeros" / "run", data_dir=str(tmp_path / "others"), **changes | {"max_epoch": 2}))


@pytest.mark.slow
def test_auto_resumes_on_the_source_that_it_began_with(tmp_path, monkeypatch):
    monkeypatch.setattr("infogan_tf.data.tfds.DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr("tensorflow_datasets.core.constants.DATA_DIR", str(tmp_path / "nothing"))
    config = tiny(tmp_path / "run", data_source="auto", max_epoch=1)
    train(config)
    monkeypatch.setattr("infogan_tf.data.sources.find_builder", None)
    train(dataclasses.replace(config, max_epoch=2))
    assert points(tmp_path / "run")[-1]["step"] == 4
    said = [line for line in (tmp_path / "run" / "log.txt").read_text().splitlines() if "data: " in line]
    assert len(said) == 2
    assert all("mnist is not prepared in" in line for line in said), "the reason is kept"


NO_SHIFT = {"max_shift": 0, "augmentation_probability": 0.5}
XLA_WITH_BFLOAT16 = {"xla": "on", "precision": "bfloat16"}
REFUSALS = [
    ("batch_size: expected at most 4000, the number of training images, got 4001", {"batch_size": 4001}),
    (r"augmentation_probability: expected auto where max_shift is 0, got 0\.5", NO_SHIFT),
    ("max_shift: expected at most 14, half of the size of the images, got 15", {"max_shift": 15}),
    ("xla: expected auto or off where precision is bfloat16 on a CPU, .*, got on", XLA_WITH_BFLOAT16),
]


@pytest.mark.parametrize(("text", "changes"), REFUSALS)
def test_what_does_not_go_with_the_data_is_refused_and_nothing_is_left(tmp_path, text, changes):
    with pytest.raises(SettingError, match=text):
        train(tiny(tmp_path / "run", **changes))
    assert not list(tmp_path.iterdir())


def test_labels_that_no_evaluation_can_use_are_named_at_the_start(tmp_path, capsys):
    age = np.where(np.arange(40) == 3, np.nan, np.arange(40))
    np.savez(tmp_path / "set.npz", images=np.zeros([40, 28, 28], np.uint8), labels=age, label_names=["age"])
    changes = {"images": str(tmp_path / "set.npz"), "data_source": "auto", "batch_size": 4, "max_epoch": 1}
    train(tiny(tmp_path / "run", **changes))
    expected = "warning: an evaluation will leave out the label age: some values are not finite\n"
    assert expected in capsys.readouterr().out


def test_a_share_of_augmented_images_is_refused_where_so_many_need_no_augmentation(tmp_path, monkeypatch):
    monkeypatch.setattr("infogan_tf.augmentation.FEW_IMAGES", 4000)
    text = "augmentation_probability: expected auto where max_shift is auto: 0 for 4,000 images, got 0.5"
    with pytest.raises(SettingError, match=text):
        train(tiny(tmp_path / "run", augmentation_probability=0.5))


def test_what_is_not_finite_stops_the_run_and_the_last_good_checkpoint_stays(tmp_path, monkeypatch):
    batch, nan = loop.ImageBatches.__call__, tf.fill([TINY.batch_size, 28, 28, 1], float("nan"))
    monkeypatch.setattr(
        loop.ImageBatches, "__call__", lambda batches, step, *_: nan if step == 2 else batch(batches, step)
    )
    with pytest.raises(TrainingError) as info:
        train(tiny(tmp_path / "run", snapshot_interval=1))
    message = str(info.value)
    assert (tmp_path / "run" / "log.txt").read_text().endswith(f"  error: {message}\n")
    assert message.startswith("loss/discriminator became nan at update 3; the last good checkpoint is ")
    assert Run.open(tmp_path / "run").checkpoint_steps() == [1, 2]
    assert [point["step"] for point in points(tmp_path / "run")] == [1, 2]
    assert np.isfinite(load(tmp_path / "run").generate(seed=1)).all()


def test_load_gives_the_trained_model_back(finished, tmp_path, monkeypatch):
    newest = final_tensors(finished)
    moved = finished.rename(tmp_path / "moved")
    monkeypatch.setenv("HOME", str(tmp_path))
    try:
        model, first = load("~/moved"), load_run(moved, np.int64(2))
    finally:
        moved.rename(finished)
    kernels = [loaded.generator.body.layers[0].kernel.numpy() for loaded in (model, first.model)]
    found = [any(np.array_equal(kernel, value) for value in newest.values()) for kernel in kernels]
    assert found == [True, False]
    assert model.max_shift == 2
    assert (first.step, first.run.path, first.record.data.source) == (2, moved, "embedded")


NOT_LOADED = [
    ("finished", 3, ValueError, r"step: expected the update of a checkpoint .*are: 2, 4\), got 3"),
    ("finished", "4", TypeError, "integer"),
    ("finished", 2.0, TypeError, "integer"),
    ("without", None, FileNotFoundError, "run_folder: expected a run with a checkpoint, got .*without without one"),
]


@pytest.mark.parametrize(("name", "step", "error", "text"), NOT_LOADED)
def test_what_can_not_be_loaded_is_refused(finished, name, step, error, text):
    if name == "without":
        (without_checkpoints(finished, finished.with_name(name)) / "checkpoints").mkdir()
    with pytest.raises(error, match=text):
        load(finished.with_name(name), step)


def test_arguments_of_other_types_are_refused():
    with pytest.raises(TypeError, match="PathLike"):
        load(3)
    with pytest.raises(TypeError, match=r"config: expected a Config, such as .* got 'x'"):
        train("x")


def without_checkpoints(run, folder):
    return shutil.copytree(run, folder, ignore=shutil.ignore_patterns("checkpoints"))


def written(folder):
    """When each file of a folder was last written, but for the log."""
    may_be_written = ("log.txt", ".lock")  # The lock is, and stays empty, by early versions of filelock.
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in may_be_written)
    return {path: path.stat().st_mtime_ns for path in files}


def fail(error):
    def raise_it(*_):
        raise error

    return raise_it


def remove_checkpoints(run, patch):
    shutil.rmtree(run / "checkpoints")


def damage_checkpoints(run, patch):
    for index in run.rglob("step-*.index"):
        index.write_bytes(b"")


def lose_data(run, patch):
    patch.setattr(loop, "load_images", fail(SettingError("data_dir", "data", "none")))


NOT_RESUMED = [
    (
        remove_checkpoints,
        "run_folder: expected a checkpoint in .*, since metrics.jsonl goes to update 4, got none; a new",
    ),
    (damage_checkpoints, "no checkpoint can be read"),
    (lose_data, "data_dir: expected data, got none"),
]


@pytest.mark.parametrize(("prepare", "text"), NOT_RESUMED)
def test_refused_resume_changes_nothing(finished, tmp_path, monkeypatch, prepare, text):
    run = shutil.copytree(finished, tmp_path / "run")
    prepare(run, monkeypatch)
    before = written(run)
    with pytest.raises((SettingError, TrainingError), match=text):
        train(tiny(run, max_epoch=9))
    assert written(run) == before


@pytest.mark.slow
def test_a_run_killed_before_its_first_checkpoint_restarts_and_announces_it(finished, tmp_path):
    run = without_checkpoints(finished, tmp_path / "run")
    # As a kill leaves it while the checkpoint of update 2 is written.
    (run / "checkpoints" / "step-2_temp").mkdir(parents=True)
    lines = (run / "metrics.jsonl").read_text().splitlines(keepends=True)
    (run / "metrics.jsonl").write_text("".join(lines[:2]) + lines[2][:20])
    train(tiny(run, keep_every=3))
    assert_same_run(run, finished)
    log = (run / "log.txt").read_text()
    assert "resumed: from update 0, since the run ended before its first checkpoint\n" in log
    assert Run.open(run).checkpoint_steps() == [2, 3, 4]
    assert not (run / "checkpoints" / "step-2_temp").exists()


def test_a_disk_that_is_full_in_mid_run_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(loop.ImageBatches, "__call__", fail(OSError(28, "No space left on device")))
    full = rf"the disk is full, with [\d,]+ MiB left at {tmp_path}/run"
    expected = f"training can't continue: {full}; there is no earlier checkpoint"
    with pytest.raises(TrainingError, match=expected):
        train(tiny(tmp_path / "run"))
    assert re.search(f"  error: {expected}", (tmp_path / "run" / "log.txt").read_text())
