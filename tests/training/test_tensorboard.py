import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from infogan_tf.training.tensorboard import TensorBoardWriter


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


def text(event):
    return tf.make_ndarray(event.tensor_proto).item().decode()


def test_scalars_are_read_back_and_the_mutual_information_comes_first(written):
    points = {"loss/generator": 0.5, "mutual_information/c1": 2.25}
    events = written(("scalars", 10, points), ("scalars", 20, {"loss/generator": 0.25}))
    losses = [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors("loss/generator")]
    assert losses == [(10, 0.5), (20, 0.25)]
    tags = sorted(events.PluginTagToContent("scalars"))  # As TensorBoard sorts them.
    assert tags == ["Mutual_information/c1", "loss/generator"]


DESCRIPTIONS = [
    ("mutual_information/total", "Lower bound L_I"),
    ("mutual_information_augmented/c1", "augmented images"),
    ("loss/discriminator", "2 ln 2 = 1.39"),
    ("evaluation/mutual_information_c1", "many generated images"),
    ("evaluation/frechet_distance", "evaluate.py"),
    ("unknown", ""),
]


def test_curves_are_described_in_one_line(written):
    events = written(("scalars", 1, {tag: 0.0 for tag, _ in DESCRIPTIONS}))
    for tag, part in DESCRIPTIONS:
        shown = tag[0].upper() + tag[1:] if tag.startswith("mutual") else tag
        description = events.SummaryMetadata(shown).summary_description
        assert part in description if part else not description
        assert "\n" not in description


def test_pictures_are_read_back(written):
    rng = np.random.default_rng(0)
    pictures = {name: rng.integers(0, 256, [6, 8, 3], np.uint8) for name in ("samples", "c1")}
    events = written(("pictures", 20, pictures))
    for name, tag in (("samples", "samples"), ("c1", "traversals/c1")):
        (event,) = events.Tensors(tag)
        assert event.step == 20
        np.testing.assert_array_equal(tf.io.decode_png(tf.make_ndarray(event.tensor_proto)[2]), pictures[name])


def test_texts_are_read_back(written, small_model):
    events = written(("describe", small_model.spec, '{\n  "seed": 1\n}'), ("note", 20, "warning: update 20: D has won"))
    (latents,), (config,), (note,) = (events.Tensors(tag) for tag in ("latents", "config", "health"))
    assert text(latents).replace("\n    ", "\n").strip() == str(small_model.spec)
    assert '"seed": 1' in text(config)
    assert (note.step, text(note)) == (20, "warning: update 20: D has won")
