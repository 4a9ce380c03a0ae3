import dataclasses
import json
import os

import pytest
import tensorflow as tf

from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.training.run_record import check_resumable, recorded_config, resumed_record, with_recorded_origin


def test_record_has_settings_data_and_versions(recorded, embedded_digits):
    record = json.loads(recorded.config_file.read_text())
    assert record == recorded.read_record()
    assert record["data"]["description"] == embedded_digits.description
    assert record["data"]["max_shift"] == 2
    assert record["resumed"] == []
    names = {"infogan_tf", "tensorflow", "keras", "python", "TF_ENABLE_ONEDNN_OPTS", "device"}
    assert set(record["versions"]) == names
    assert record["versions"]["TF_ENABLE_ONEDNN_OPTS"] == os.environ.get("TF_ENABLE_ONEDNN_OPTS")
    assert record["versions"]["device"] == ("GPU" if tf.config.list_physical_devices("GPU") else "CPU")
    assert recorded_config(record) == Config()


def test_settings_that_change_nothing_computed_may_change(recorded):
    changed = Config(
        max_epoch=99,
        summary_interval=1,
        sample_interval=7,
        snapshot_interval=3,
        keep_every=6,
        data_dir="/elsewhere",
        run_folder="x",
    )
    check_resumable(recorded.read_record(), changed)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"batch_size": 64}, "batch_size: expected 128, as this run folder was trained with, got 64"),
        ({"seed": 1}, "seed: expected 0, as this run folder was trained with, got 1"),
        ({"codes": "uniform"}, r"codes: expected categorical\(10\), 2\*uniform@0.1, as .*, got uniform"),
        ({"max_shift": 0}, "max_shift: expected auto, as this run folder was trained with, got 0"),
        ({"dataset": "fashion_mnist"}, "dataset: expected mnist, .* got fashion_mnist"),
        ({"updates_per_epoch": 50}, "updates_per_epoch: expected 100, .* got 50"),
    ],
)
def test_changed_setting_is_refused_by_name(recorded, change, text):
    with pytest.raises(SettingError, match=text):
        check_resumable(recorded.read_record(), Config(**change))


def test_other_held_out_images_are_refused_unless_the_record_is_older(recorded, embedded_digits):
    record = recorded.read_record()
    assert with_recorded_origin(record, embedded_digits).description == embedded_digits.description
    changed = dataclasses.replace(embedded_digits, held_out_fingerprint="another")
    with pytest.raises(SettingError, match=r"that this run was trained on: .*, got other held-out images: MNIST"):
        with_recorded_origin(record, changed)
    del record["data"]["held_out_fingerprint"]
    with_recorded_origin(record, changed)


def test_resumption_keeps_data_and_versions_and_never_lowers_the_epochs(recorded):
    before = recorded.read_record()
    recorded.write_record(resumed_record(before, Config(max_epoch=3, sample_interval=7)))
    after = recorded.read_record()
    assert after["data"] == before["data"]
    assert after["versions"] == before["versions"]
    assert (after["settings"]["max_epoch"], after["settings"]["sample_interval"]) == (50, 7)
    assert len(after["resumed"]) == 1
