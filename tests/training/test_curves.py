import json

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from infogan_tf.training.curves import (
    SPEED,
    MetricsLog,
    TensorBoardWriter,
    displayed,
    newest_update,
    read_curve,
    read_training_time,
)


@pytest.fixture
def written(tmp_path):
    """Writes events with the given writes, and reads them back."""

    def write(*writes):
        writer = TensorBoardWriter(tmp_path)
        for name, *arguments in writes:
            getattr(writer, name)(*arguments)
        writer.close()
        events = EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
        events.Reload()
        return events

    return write


def test_scalars_are_read_back_and_the_mutual_information_comes_first(written):
    points = {"loss/generator": 0.5, "mutual_information/c1": 2.25}
    events = written(("scalars", 10, points), ("scalars", 20, {"loss/generator": 0.25}))
    losses = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors("loss/generator")]
    assert losses == [(10, 0.5), (20, 0.25)]
    tags = sorted(events.PluginTagToContent("scalars"))  # As TensorBoard sorts them.
    assert tags == ["Mutual_information/c1", "loss/generator"]


def test_a_curve_is_described_by_the_longest_beginning_of_its_tag(written):
    tags = {"mutual_information/c1": "Lower bound L_I", "mutual_information_augmented/c1": "augmented", "unknown": ""}
    events = written(("scalars", 1, dict.fromkeys(tags, 0.0)))
    for tag, part in tags.items():
        description = events.SummaryMetadata(displayed(tag)).summary_description
        assert part in description if part else not description


def test_pictures_are_read_back(written):
    rng = np.random.default_rng(0)
    pictures = {name: rng.integers(0, 256, [6, 8, 3], np.uint8) for name in ("samples", "c1")}
    events = written(("pictures", 20, pictures))
    for name, tag in (("samples", "samples"), ("c1", "traversals/c1")):
        (event,) = events.Tensors(tag)
        assert event.step == 20
        np.testing.assert_array_equal(tf.io.decode_png(tf.make_ndarray(event.tensor_proto)[2]), pictures[name])


def test_warnings_are_read_back(written):
    (note,) = written(("note", 20, "warning: update 20: D has won")).Tensors("health")
    assert (note.step, tf.make_ndarray(note.tensor_proto).item()) == (20, b"warning: update 20: D has won")


def test_what_a_killed_process_wrote_after_its_last_checkpoint_is_read_once(tmp_path):
    sessions = (0, "loss/generator", (10, 20, 30)), (None, "evaluation/recall", (20,)), (20, "loss/generator", (30, 40))
    for number, (resumed_at, tag, steps) in enumerate(sessions):
        writer = TensorBoardWriter(tmp_path, resumed_at)
        for step in steps:
            writer.scalars(step, {tag: number})
        writer.close()
        (file,) = tmp_path.glob("*.v2")
        file.rename(tmp_path / f"events.out.tfevents.{number}")  # As if they had begun at other times.
    events = plugin_event_accumulator.EventAccumulator(str(tmp_path))  # TensorBoard's own.
    events.Reload()
    losses = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors("loss/generator")]
    assert losses == [(10, 0), (20, 0), (30, 2), (40, 2)]
    assert [event.step for event in events.Tensors("evaluation/recall")] == [20]


def test_every_point_is_on_disk_at_once(tmp_path):
    log = MetricsLog(tmp_path / "metrics.jsonl", resumed_at=0)
    log.append(10, {"loss/generator": 0.5})
    assert json.loads((tmp_path / "metrics.jsonl").read_text()) == {"step": 10, "loss/generator": 0.5}
    log.close()


def test_points_after_the_resumed_update_and_a_cut_line_are_dropped(tmp_path):
    path = tmp_path / "metrics.jsonl"
    kept = '{"step": 10, "speed": 0.1}\n{"step": 20}\n'
    path.write_text(f'{kept[:27]}{{"st\n{kept[27:]}[]\n{{"step": 30}}\n{{"step": 4')
    assert newest_update(path) == 30
    log = MetricsLog(path, resumed_at=20)
    log.append(30, {})
    log.close()
    assert path.read_text() == kept + '{"step": 30}\n'
    assert read_curve(path, "speed") == [(10, 0.1)]


def test_training_time_is_that_of_all_updates(tmp_path):
    path = tmp_path / "metrics.jsonl"
    assert read_training_time(path) == 0, "there is no file"
    path.write_text("".join(json.dumps({"step": step, SPEED: speed}) + "\n" for step, speed in ((10, 5.0), (30, 10.0))))
    assert read_training_time(path) == pytest.approx(10 / 5 + 20 / 10)
