"""Claiming, refusing and leaving alone; the processes here are real ones that load no TensorFlow."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from infogan_tf.config import Config
from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.training import load
from infogan_tf.training.run_folder import RunFolder
from tests.conftest import ROOT


def open_folder(path):
    return RunFolder.open(Config(run_folder=path and str(path)))


def claim(path, bytes_needed=0, then=lambda folder: None):
    """Opens and claims a folder as training does, calls `then` on it and closes it."""
    with open_folder(path) as folder:
        folder.claim(bytes_needed)
        then(folder)
    return folder


def fail(error):
    def raise_it(_):
        raise error

    return raise_it


def test_default_is_a_new_folder_named_after_the_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with RunFolder.open(Config()) as folder:
        assert re.fullmatch(r"logs/mnist/mnist_\d{4}(_\d\d){5}", str(folder.path))
        assert folder.path.is_dir()
        folder.claim(0)
    assert folder.path.is_dir()


def test_default_folder_that_was_not_claimed_is_removed_but_nothing_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt), RunFolder.open(Config()):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
    with RunFolder.open(Config()) as folder:
        (folder.path.parent / "other").mkdir()
    assert [str(path) for path in tmp_path.rglob("*")] == [
        str(tmp_path / path) for path in ("logs", "logs/mnist", "logs/mnist/other")
    ]


def test_new_and_empty_folders_have_no_record(tmp_path):
    assert RunFolder(tmp_path / "new").read_record() is None
    assert RunFolder(tmp_path).read_record() is None
    (tmp_path / ".partial-7-config.json").write_text("{")
    (tmp_path / ".lock").touch()
    assert RunFolder(tmp_path).read_record() is None


def test_folder_of_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("important")
    with pytest.raises(SettingError, match=r"run_folder: expected a new or empty folder, .* without a readable config"):
        claim(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


DAMAGED_RECORDS = {
    "{": "Expecting property name",
    "[" * 100_000: "recursion",
    "[]": r"record: expected a JSON object, got \[\]",
    '{"data": {}}': "record: 'settings' is missing",
}
CHANGES = {
    "settings: expected an object, got null": {"settings": None},
    r"settings: expected an object, got \[1\]": {"settings": [1]},
    "resumed: expected a list, got null": {"resumed": None},
    'data: expected an object, got "here"': {"data": "here"},
}
CHANGED_SETTINGS = {
    "settings: 'wings' is unknown": {"wings": 2},
    "batch_size: expected .*, got 'many'": {"batch_size": "many"},
    "codes: expected .*, got {}": {"codes": {}},
    "experiment: expected one of .*mnist.*, got 'cars'": {"experiment": "cars"},
}


@pytest.mark.parametrize("read", [claim, load])
def test_damaged_record_is_named_in_one_line(recorded, tmp_path, read):
    record = recorded.read_record()
    texts = dict(DAMAGED_RECORDS)
    texts |= {json.dumps({**record, **change}): text for text, change in CHANGES.items()}
    for text, change in CHANGED_SETTINGS.items():
        texts[json.dumps({**record, "settings": {**record["settings"], **change}})] = text
    del record["settings"]["batch_size"], record["settings"]["max_epoch"]
    texts[json.dumps(record)] = "settings: 'batch_size' is missing"
    record = recorded.read_record()
    del record["data"]["max_shift"]
    texts[json.dumps(record)] = "data: 'max_shift' is missing"
    for content, text in texts.items():
        (tmp_path / "other").mkdir(exist_ok=True)
        (tmp_path / "other" / "config.json").write_text(content)
        with pytest.raises(SettingError, match=rf"run_folder: .*without a readable config.json \(.*{text}") as info:
            read(tmp_path / "other")
        assert "\n" not in str(info.value)


def test_a_setting_that_may_change_may_be_missing(recorded):
    record = recorded.read_record()
    del record["settings"]["keep_every"]
    recorded.write_record(record)
    assert recorded.read_record() == record


def test_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"run_folder: expected a folder, got .*file, which is a file"):
        claim(tmp_path / "file")


def test_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").touch()
    for path in ("logs/run", None):
        with pytest.raises(
            SettingError, match=r"run_folder: expected a folder that can be written, got logs/.* \(Not a"
        ):
            claim(path)


@pytest.mark.parametrize("path", ["logs/mnist/run", ".", None])
def test_disk_that_is_too_small_is_refused_and_nothing_is_left(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 100 * 2**20))
    expected = r"run_folder: expected a disk with at least 364 MiB free for checkpoints, got 100 MiB free at"
    with pytest.raises(SettingError, match=expected):
        claim(path, bytes_needed=300 * 2**20)
    assert not list(tmp_path.iterdir())


def test_folder_of_another_process_is_refused_and_left_alone(recorded):
    before = sorted(recorded.path.rglob("*"))
    expected = r"run_folder: expected a folder that is not in use, got .* which another process is training"
    # At once, before its record is read.
    with pytest.raises(SettingError, match=expected), open_folder(recorded.path):
        pass
    assert sorted(recorded.path.rglob("*")) == before


def test_lock_file_stays_and_the_folder_is_free_again(tmp_path):
    for _ in range(2):
        folder = claim(tmp_path / "run")
        assert [path.name for path in folder.path.iterdir()] == [".lock"]


def test_folder_in_which_a_run_began_meanwhile_is_refused(recorded, tmp_path):
    expected = "got .*other, in which another process has started a run"
    with open_folder(tmp_path / "other") as folder:
        claim(tmp_path / "other", then=lambda faster: faster.write_record(recorded.read_record()))
        with pytest.raises(SettingError, match=expected):
            folder.claim(0)
    assert (tmp_path / "other" / "config.json").exists()


CLAIM = """
import sys
from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.files import write_text
from infogan_tf.training.run_folder import RunFolder
assert "tensorflow" not in sys.modules
record = sys.stdin.readline()
print("ready", flush=True)
while name := sys.stdin.readline().strip():
    path, bytes_needed = name.split()
    try:
        with RunFolder.open(Config(run_folder=None if path == "default" else path)) as folder:
            folder.claim(int(bytes_needed))
            if folder.record is None:
                write_text(folder.config_file, record)
            print("claimed", folder.path, flush=True)
            sys.stdin.readline()
    except SettingError as error:
        print("refused", error, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def claim_at_once(recorded, tmp_path):
    """Makes two processes claim a folder at the same moment; what they say, while both still hold what they got."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", CLAIM],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    bufsize=1,
                    cwd=tmp_path,
                    env=environment,
                )
            )
            for _ in range(2)
        ]

        def tell(*lines):
            for process, line in zip(processes, lines, strict=True):
                process.stdin.write(f"{line}\n")

        @contextlib.contextmanager
        def claim(*requests):
            tell(*requests)
            yield [process.stdout.readline().strip() for process in processes]
            tell("done", "done")

        record = json.dumps(recorded.read_record())
        tell(record, record)
        assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2
        yield claim
        tell("", "")


def test_of_two_processes_one_gets_the_folder_and_the_other_is_refused(claim_at_once, tmp_path):
    for number in range(20):
        for _ in ("new", "resumed"):
            with claim_at_once(f"runs/{number} 0", f"runs/{number} 0") as said:
                assert sorted(said) == [
                    f"claimed runs/{number}",
                    "refused run_folder: expected a folder that is not in use, got "
                    f"runs/{number}, which another process is training",
                ]
                names = sorted(path.name for path in (tmp_path / "runs" / str(number)).iterdir())
                assert names == [".lock", "config.json"]


def test_two_processes_get_a_default_folder_each(claim_at_once, tmp_path):
    claimed = set()
    for _ in range(20):
        with claim_at_once("default 0", "default 0") as said:
            folders = {line.removeprefix("claimed ") for line in said}
            assert len(folders - claimed) == 2
            claimed |= folders
            assert all((tmp_path / folder / "config.json").exists() for folder in claimed)


@pytest.mark.parametrize("path", ["default", "logs/mnist/run"])
def test_a_refused_process_removes_nothing_of_the_other(claim_at_once, tmp_path, path):
    for _ in range(20):
        with claim_at_once(f"{path} 0", f"{path} {10**18}") as said:
            claimed, refused = said
            assert claimed.startswith("claimed logs/mnist/")
            assert re.match("refused run_folder: expected a (disk with|folder that is not in use)", refused)
            assert (tmp_path / claimed.removeprefix("claimed ") / "config.json").exists()
            assert len(list((tmp_path / "logs" / "mnist").iterdir())) == 1
        shutil.rmtree(tmp_path / "logs")


def test_path_that_no_system_takes_is_refused(tmp_path):
    for path in (tmp_path / ("a" * 300), "~nobody_of_this_name/run"):
        with pytest.raises(SettingError, match=r"run_folder: expected a folder, got .*(aaa|~nobody).* \("):
            claim(path)


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_folder("~/runs/a") as folder:
        assert folder.path == tmp_path / "runs" / "a"


def test_real_small_disk_is_refused_before_anything_is_trained(small_disk, run_mnist):
    small_disk = small_disk(50)
    result = run_mnist("--data_source=embedded", f"--run_folder={small_disk}/run")
    assert result.returncode == 2
    assert re.fullmatch(r"error: flag --run_folder: expected a disk with .* got \d+ MiB free at .*\n", result.stderr)
    assert not list(small_disk.iterdir())


def test_announcements_are_printed_and_kept(recorded, capsys):
    recorded.announce("data: digits")
    assert capsys.readouterr().out == "data: digits\n"
    assert recorded.log.read_text().endswith("  data: digits\n")


def test_an_error_that_ends_a_run_is_kept(recorded, tmp_path):
    for error, line in (
        (TrainingError("the disk is full"), "error: the disk is full"),
        (KeyboardInterrupt(), "interrupted"),
    ):
        path = tmp_path / line
        claim(path, then=lambda folder: folder.write_record(recorded.read_record()))
        with pytest.raises(type(error)):
            claim(path, then=fail(error))
        assert (path / "log.txt").read_text().endswith(f"  {line}\n")


def test_an_error_before_there_is_a_record_leaves_a_new_folder(tmp_path):
    with pytest.raises(TrainingError):
        claim(tmp_path / "run", then=fail(TrainingError("the disk is full")))
    assert RunFolder(tmp_path / "run").read_record() is None
