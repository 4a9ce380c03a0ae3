"""Keras callbacks in a run, and its settings on TensorBoard's HParams page."""

import dataclasses

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

from infogan_tf.config import Config
from infogan_tf.training.curves import TensorBoardWriter
from infogan_tf.training.loading import load
from infogan_tf.training.loop import train

pytestmark = pytest.mark.usefixtures("small_networks")

TINY = Config(data_source="embedded", batch_size=8, max_epoch=2, updates_per_epoch=3, summary_interval=1)
LOSS = "loss/generator"


class Recording(keras.callbacks.Callback):
    """Writes down what it is told, and the model's own counter at the end of each epoch."""

    def __init__(self, stop_after=None):
        super().__init__()
        self.calls, self.losses, self.stop_after = [], [], stop_after

    def on_train_begin(self, logs=None):
        self.calls.append("begin")

    def on_train_end(self, logs=None):
        self.calls.append("end")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch}")
        self.losses.clear()

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(batch)
        self.losses.append(logs[LOSS])

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append((epoch, int(self.model.updates_done)))
        assert logs[LOSS] == pytest.approx(np.mean(self.losses), abs=1e-6)
        self.model.stop_training = epoch == self.stop_after


def test_callbacks_are_called_as_fit_calls_them(tmp_path):
    callback = Recording()
    assert train(dataclasses.replace(TINY, run_folder=str(tmp_path / "run")), callbacks=[callback])
    first, second = ["epoch 0", 0, 1, 2, (0, 3)], ["epoch 1", 0, 1, 2, (1, 6)]
    assert callback.calls == ["begin", *first, *second, "end"]


def test_a_callback_can_end_training_and_a_resumed_run_goes_on(tmp_path, capsys):
    config = dataclasses.replace(TINY, run_folder=str(tmp_path / "run"))
    assert not train(config, callbacks=[Recording(stop_after=0)])
    assert "stopped by a callback after update 3, which is saved" in capsys.readouterr().out
    callback = Recording()
    assert train(config, callbacks=[callback])
    assert callback.calls == ["begin", "epoch 1", 0, 1, 2, (1, 6), "end"]
    assert int(load(tmp_path / "run").updates_done) == 6


def test_what_is_no_callback_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"^callbacks: expected keras.callbacks.Callback objects, got <function"):
        train(dataclasses.replace(TINY, run_folder=str(tmp_path / "run")), callbacks=[lambda logs: None])
    assert not list(tmp_path.iterdir())


def test_tensorboard_compares_runs_by_settings_and_measures(tmp_path):
    for name, width, error in (("narrow", 0.25, 0.03), ("wide", 1.0, 0.02)):
        (tmp_path / name).mkdir()
        settings = dataclasses.replace(TINY, width=width).compared_settings()
        writer = TensorBoardWriter(tmp_path / name, resumed_at=0)
        writer.settings(settings, name)
        writer.scalars(6, {"evaluation/error_of_label": error})
        writer.compared(settings, ["evaluation/error_of_label"])
        writer.close()
    groups = hparams_page(tmp_path)
    rows = {group.name: (group.hparams, group.metric_values[0].value) for group in groups}
    assert {name: value for name, (_, value) in rows.items()} == {
        "narrow": pytest.approx(0.03),
        "wide": pytest.approx(0.02),
    }
    assert rows["narrow"][0]["width"].number_value == 0.25
    assert rows["narrow"][0]["codes"].string_value == "categorical(10), 2*uniform@0.1"


def hparams_page(folder):
    """The rows that TensorBoard's own HParams page has of the runs in a folder."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    statuses = [api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_RUNNING, api_pb2.STATUS_SUCCESS]
    request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=10, allowed_statuses=statuses)
    request.col_params.add(metric={"tag": "evaluation/error_of_label"})
    handler = list_session_groups.Handler(RequestContext(), context, "", request)
    return handler.run().session_groups
