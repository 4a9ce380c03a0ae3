import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from infogan_tf.training.tensorboard import TensorBoardWriter, describe_curve


@pytest.fixture
def events(tmp_path, small_model):
    writer = TensorBoardWriter(tmp_path)
    writer.describe(small_model.spec, '{\n  "seed": 1\n}')
    writer.scalars(10, {"loss/generator": 0.5, "mutual_information/c1": 2.25})
    writer.scalars(20, {"loss/generator": 0.25})
    rng = np.random.default_rng(0)
    pictures = {name: rng.integers(0, 256, [6, 8, 3], np.uint8) for name in ("samples", "c1")}
    writer.pictures(20, pictures)
    writer.note(20, "warning: update 20: D has won")
    writer.note(40, "update 40: D no longer wins")
    writer.close()
    events = EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
    events.Reload()
    return events, pictures


def test_scalars_are_read_back(events):
    points = [(e.step, float(tf.make_ndarray(e.tensor_proto))) for e in events[0].Tensors("loss/generator")]
    assert points == [(10, 0.5), (20, 0.25)]
    assert len(events[0].Tensors("Mutual_information/c1")) == 1


def test_curves_are_described_and_the_mutual_information_comes_first(events):
    tags = sorted(events[0].PluginTagToContent("scalars"))  # As TensorBoard sorts them.
    assert tags == ["Mutual_information/c1", "loss/generator"]
    described = [events[0].SummaryMetadata(tag).summary_description for tag in tags]
    assert described == [describe_curve("mutual_information/c1"), describe_curve("loss/generator")]


@pytest.mark.parametrize(
    ("tag", "part"),
    [
        ("mutual_information/total", "Lower bound L_I"),
        ("mutual_information_augmented/c1", "augmented images"),
        ("loss/discriminator", "2 ln 2 = 1.39"),
        ("evaluation/mutual_information_c1", "many generated images"),
        ("evaluation/frechet_distance", "evaluate.py"),
    ],
)
def test_a_curve_is_described_in_one_line(tag, part):
    assert part in describe_curve(tag)
    assert "\n" not in describe_curve(tag)


def test_pictures_are_read_back(events):
    for name, tag in (("samples", "samples"), ("c1", "traversals/c1")):
        (event,) = events[0].Tensors(tag)
        assert event.step == 20
        encoded = tf.make_ndarray(event.tensor_proto)[2]
        np.testing.assert_array_equal(tf.io.decode_png(encoded), events[1][name])


def test_notes_on_health_are_read_back(events):
    notes = [(event.step, tf.make_ndarray(event.tensor_proto).item().decode()) for event in events[0].Tensors("health")]
    assert notes == [(20, "warning: update 20: D has won"), (40, "update 40: D no longer wins")]
    assert "health" in events[0].PluginTagToContent("text")


def test_texts_are_read_back(events, small_model):
    (latents,), (config,) = events[0].Tensors("latents"), events[0].Tensors("config")
    text = tf.make_ndarray(latents.tensor_proto).item().decode()
    assert text.replace("\n    ", "\n").strip() == str(small_model.spec)
    assert '"seed": 1' in tf.make_ndarray(config.tensor_proto).item().decode()
