import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infogan_tf.configs import MnistConfig
from infogan_tf.errors import SettingError
from infogan_tf.training.run_folder import RunFolder


def test_default_is_a_new_folder_named_after_the_time():
    path = str(RunFolder.of(MnistConfig()).path)
    assert re.fullmatch(r"logs/mnist/mnist_\d{4}(_\d\d){5}", path)


def test_new_and_empty_folders_have_no_record(tmp_path):
    assert RunFolder(tmp_path / "new").read_record() is None
    assert RunFolder(tmp_path).read_record() is None
    (tmp_path / ".partial-7-config.json").write_text("{")
    (tmp_path / ".lock").touch()
    assert RunFolder(tmp_path).read_record() is None


def test_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("important")
    with pytest.raises(SettingError, match=r"run_folder: expected a new or empty folder, .* without a readable config"):
        RunFolder(tmp_path).read_record()
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(SettingError, match="without a readable config"):
        RunFolder(tmp_path).read_record()
    for record in ('{"experiment": "cars", "settings": {}}', '{"experiment": "mnist"}', "[]", '{"experiment": []}'):
        (tmp_path / "config.json").write_text(record)
        with pytest.raises(SettingError, match="without a readable config"):
            RunFolder(tmp_path).read_record()
    (tmp_path / "config.json").write_text('{"experiment": "mnist", "settings": {"wings": 2}}')
    with pytest.raises(SettingError, match=r"readable config.json \(.*unexpected keyword argument 'wings'\)"):
        RunFolder(tmp_path).read_record()


def test_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"run_folder: expected a folder, got .*file, which is a file"):
        RunFolder(tmp_path / "file").read_record()


def test_folder_that_cannot_be_written_is_refused():
    with pytest.raises(SettingError, match="run_folder: expected a folder that can be written, got /proc/run/1"):
        RunFolder(Path("/proc/run/1")).create(0)


def test_disk_that_is_too_small_is_refused_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 100 * 2**20))
    expected = r"run_folder: expected a disk with at least 364 MiB free for checkpoints, got 100 MiB free at"
    with pytest.raises(SettingError, match=expected):
        RunFolder(tmp_path / "logs" / "mnist" / "run").create(300 * 2**20)
    assert not list(tmp_path.iterdir())


def test_refusal_on_an_existing_folder_leaves_it_as_it_was(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 0))
        with pytest.raises(SettingError, match="run_folder: expected a disk with"):
            RunFolder(tmp_path).create(0)
    assert not list(tmp_path.iterdir())
    RunFolder(tmp_path).create(0)


def test_folder_of_another_process_is_refused_and_left_alone(recorded):
    with pytest.raises(SettingError, match=r"run_folder: expected a folder of one's own, got .* another process is"):
        RunFolder(recorded.path).create(0)
    assert recorded.config_file.exists()
    recorded.release()
    RunFolder(recorded.path).create(0)


def test_path_that_no_system_takes_is_refused(tmp_path):
    with pytest.raises(SettingError, match=r"run_folder: expected a folder, got .*aaa"):
        RunFolder(tmp_path / ("a" * 300)).read_record()


def test_home_is_expanded(monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere")
    assert RunFolder.of(MnistConfig(run_folder="~/runs/a")).path == Path("/somewhere/runs/a")


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 50 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_real_small_disk_is_refused_before_anything_is_trained(small_disk, run_mnist):
    result = run_mnist("--data_source=embedded", f"--run_folder={small_disk}/run")
    assert result.returncode == 2
    assert re.fullmatch(r"error: flag --run_folder: expected a disk with .* got \d+ MiB free at .*\n", result.stderr)
    assert not list(small_disk.iterdir())


def test_announcements_are_printed_and_kept(recorded, capsys):
    recorded.announce("data: digits")
    assert capsys.readouterr().out == "data: digits\n"
    assert recorded.log.read_text().endswith("  data: digits\n")
