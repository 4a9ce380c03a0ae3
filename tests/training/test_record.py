import dataclasses
import json
import os
import sys

import pytest

from infogan_tf.config import Config
from infogan_tf.devices import describe_device
from infogan_tf.errors import SettingError
from infogan_tf.runtime import describe_precision
from infogan_tf.training.record import check_resumable, new_record, read_record, with_recorded_origin, write_record


@pytest.fixture
def record(embedded_digits):
    return new_record(Config(), embedded_digits, max_shift=2)


def test_record_has_settings_data_and_versions(tmp_path, record, embedded_digits):
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record
    written = json.loads((tmp_path / "config.json").read_text())
    assert (written["format"], written["resumed"], record.config) == (2, [], Config())
    assert written["preset"].startswith("paper")
    assert written["data"]["description"] == embedded_digits.description
    assert (written["data"]["image_shape"], written["data"]["max_shift"]) == ([28, 28, 1], 2)
    versions = written["versions"]
    assert {"infogan_tf", "tensorflow", "keras", "python"} < set(versions)
    assert versions["TF_ENABLE_ONEDNN_OPTS"] == os.environ.get("TF_ENABLE_ONEDNN_OPTS")
    assert (versions["device"], versions["precision"]) == (describe_device(), describe_precision("float32"))


@pytest.mark.parametrize(("before", "after"), [("float16", "float32"), ("bfloat16", "float16")])
def test_only_float16_resumes_float16(embedded_digits, before, after):
    record = new_record(Config(precision=before), embedded_digits, max_shift=2)
    with pytest.raises(SettingError, match=f"^precision: expected {before}, as this run folder was trained with, got "):
        check_resumable(record, Config(precision=after))
    check_resumable(record, Config(precision=before))


def test_a_command_that_is_not_utf8_can_be_recorded(tmp_path, embedded_digits, monkeypatch):
    monkeypatch.setattr(sys, "orig_argv", ["python", os.fsdecode(b"b\xff.py")])
    write_record(tmp_path, new_record(Config(), embedded_digits, 0))
    assert read_record(tmp_path).command == "python 'b\\udcff.py'"


def changed(part=None, drop=None, **changes):
    """Changes a part of a record, in JSON: the whole, or its settings or data."""

    def change(record):
        values = record[part] if part else record
        values.update(changes)
        values.pop(drop, None)
        return json.dumps(record)

    return change


DAMAGES = {
    "JSON": (lambda record: "{", "Invalid JSON"),
    "nesting": (lambda record: "[" * 100_000, "recursion"),
    "no UTF-8": (lambda record: '{"a": "\udcff"}', "JSON"),
    "another config.json": (lambda record: '{"model_type": "bert"}', ""),
    "settings": (changed(settings=[1]), "settings: .*object"),
    "max_shift": (changed("data", drop="max_shift"), "data.max_shift: Field required"),
    "unknown": (changed("settings", wings=2), "'wings'"),
    "missing": (changed("settings", drop="batch_size"), "settings: 'batch_size' is missing"),
    "batch_size": (changed("settings", batch_size="many"), "batch_size: expected .*, got 'many'"),
    "experiment": (changed("settings", experiment="cars"), "experiment: expected one of .*mnist.*, got 'cars'"),
}


@pytest.mark.parametrize(("damage", "text"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_is_named_in_one_line(tmp_path, record, damage, text):
    content = damage(json.loads(json.dumps(dataclasses.asdict(record))))
    (tmp_path / "config.json").write_text(content, errors="surrogateescape")
    with pytest.raises(SettingError, match=rf"^run_folder: .*without a readable config.json \(.*{text}") as info:
        read_record(tmp_path)
    assert "\n" not in str(info.value)


@pytest.mark.parametrize("given", ["logs", "logs/mnist", "logs/mnist/new/checkpoints"])
def test_where_a_run_is_beside_the_given_folder_the_newest_is_named(tmp_path, given):
    for age, name in enumerate(["new", "old"]):
        folder = tmp_path / "logs" / "mnist" / name
        (folder / "checkpoints").mkdir(parents=True)
        (folder / "config.json").touch()
        os.utime(folder, (9 - age, 9 - age))
    with pytest.raises(SettingError, match=rf"config.json \(do you mean {tmp_path}/logs/mnist/new\?\)$"):
        read_record(tmp_path / given)


@pytest.mark.parametrize("change", [changed(drop="format"), changed(format=1)])
def test_the_record_of_an_earlier_version_is_called_so(tmp_path, record, change):
    (tmp_path / "config.json").write_text(change(dataclasses.asdict(record)))
    with pytest.raises(SettingError, match=r"^run_folder: expected the folder of a run.*made by an earlier version of"):
        read_record(tmp_path)


def test_settings_that_change_nothing_computed_may_change_or_be_missing(tmp_path, record):
    del record.settings["keep_every"], record.settings["width"]
    write_record(tmp_path, record)
    changes = {"max_epoch": 99, "summary_interval": 1, "sample_interval": 7, "snapshot_interval": 3, "keep_every": 6}
    check_resumable(read_record(tmp_path), Config(**changes, data_dir="/elsewhere", run_folder="x"))


DIFFERENT = [
    ({"batch_size": 64, "seed": 1}, "seed: expected 0, as this run folder was trained with, got 1"),
    ({"codes": "uniform"}, r"codes: expected categorical\(10\), 2\*uniform@0.1, as .*, got uniform"),
    ({"max_shift": 0}, "max_shift: expected auto, as this run folder was trained with, got 0"),
    ({"seed": 1, "preset": "best"}, "seed: expected 0, .*, got 1 of the preset best$"),
    ({"experiment": "faces"}, "run_folder: expected a run of faces, got a run of mnist"),
]


@pytest.mark.parametrize(("change", "text"), DIFFERENT)
def test_the_first_changed_setting_is_refused_by_name(record, change, text):
    with pytest.raises(SettingError, match=text):
        check_resumable(record, Config(**change))


@pytest.mark.parametrize(("part", "text"), [("training", "other images"), ("held_out", "other held-out images")])
def test_other_images_are_refused(record, embedded_digits, part, text):
    other = dataclasses.replace(embedded_digits, reason="found now")
    assert with_recorded_origin(record, other).description == embedded_digits.description
    with pytest.raises(SettingError, match=f"data_source: .*that this run was trained on: .*, got {text}: MNIST"):
        with_recorded_origin(record, dataclasses.replace(other, **{f"{part}_fingerprint": "another"}))


def test_resumption_keeps_data_and_versions_and_never_lowers_the_epochs(record):
    after = record.resume(Config(max_epoch=3, sample_interval=7, run_folder="x"))
    assert (after.data, after.versions) == (record.data, record.versions)
    settings = {"max_epoch": 50, "sample_interval": 7, "run_folder": None}
    assert settings.items() <= after.settings.items()
    (resumption,) = after.resumed
    assert set(resumption) == {"time", "command", *record.versions}
    longer = record.resume(Config(max_epoch=None, minutes=5)).settings
    assert (longer["max_epoch"], longer["minutes"]) == (None, 5)
