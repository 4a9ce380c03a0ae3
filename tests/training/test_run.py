"""Beginning, refusing and leaving alone."""

import os
import re
import shutil

import pytest

from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError
from infogan_tf.training.run import Run


def training(path=None, **settings):
    return Run.create(Config(run_folder=path and str(path), **settings)).training()


def begin(data, path=None, bytes_needed=0, error=None):
    """Begins a run as training does, and ends it, by an error if one is given."""
    with training(path) as run:
        run.begin(data, 2, bytes_needed)
        if error is not None:
            raise error
    return run


@pytest.fixture
def begun(tmp_path, embedded_digits):
    """A run that has begun, and is in training."""
    with training(tmp_path / "run") as run:
        run.begin(embedded_digits, max_shift=2)
        yield run


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_default_is_a_new_folder_named_after_the_time(tmp_path, monkeypatch, embedded_digits):
    monkeypatch.chdir(tmp_path)
    paths = {begin(embedded_digits).path for _ in range(3)}
    assert len(paths) == 3
    assert all(re.fullmatch(r"logs/mnist/mnist_\d{4}(_\d\d){5}(_\d)?", str(path)) for path in paths)
    assert all(path.is_dir() for path in paths)


def test_default_folder_of_a_run_that_did_not_begin_is_removed_but_nothing_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt), training():
        raise KeyboardInterrupt
    assert not names(tmp_path)
    with training() as run:
        (run.path.parent / "other").mkdir()
    assert names(tmp_path) == ["logs", "logs/mnist", "logs/mnist/other"]


def test_an_existing_run_is_opened_without_a_lock_and_nothing_is_changed(begun):
    before = {path: path.stat().st_mtime_ns for path in begun.path.rglob("*")}
    run = Run.open(str(begun.path))
    assert (run.record, run.config, run.checkpoint_steps()) == (begun.record, Config(), [])
    assert {path: path.stat().st_mtime_ns for path in begun.path.rglob("*")} == before


def test_what_a_kill_leaves_before_there_is_a_record_is_a_new_folder(tmp_path, embedded_digits):
    for name in (".partial-7-config.json", ".lock"):
        (tmp_path / name).touch()
    with pytest.raises(RunNotFoundError, match=r"run_folder: expected the folder of a run, got .*where there is none"):
        Run.open(tmp_path)
    begin(embedded_digits, tmp_path)
    assert not list(tmp_path.glob(".partial*"))


# Beside a file; `~nobody` has no home.
REFUSALS = {
    ".": r"expected the folder of a run, or a new or empty one, got .* without a readable config\.json \(",
    "thesis.tex": r"expected a folder, got .*thesis\.tex \(Not a directory\)",
    "thesis.tex/run": r"expected a folder.*, got .*run \(Not a dir",
    "a" * 300: r"expected a folder, got .*aaa.* \(File name too long\)",
    "~nobody_of_this_name/run": r"expected a folder, got ~nobody_of_this_name/run \(",
    "a[1]": r"expected a folder without \[ \\ \* \? in its path, got .*a\[1\]",
    "a*": r"expected a folder without .* in its path, got .*a\*",
}


@pytest.mark.parametrize(("path", "text"), REFUSALS.items())
def test_a_folder_that_can_not_be_used_is_refused_and_left_alone(tmp_path, embedded_digits, path, text):
    (tmp_path / "thesis.tex").write_text("important")
    with pytest.raises(SettingError, match=f"^run_folder: {text}"):
        begin(embedded_digits, path if path.startswith("~") else tmp_path / path)
    assert names(tmp_path) == ["thesis.tex"]


def test_what_is_no_run_is_refused_where_one_is_read(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(SettingError, match=r"^run_folder: expected the folder of a run, got .* without a read"):
        Run.open(tmp_path)
    with pytest.raises(SettingError, match=r"^run_folder: expected the folder of a run, got ~nobody_of_this_name"):
        Run.open("~nobody_of_this_name/run")


def test_a_default_folder_that_can_not_be_made_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").touch()
    with pytest.raises(SettingError, match=r"run_folder: expected a folder that can be written, got logs/.* \(Not a"):
        training()


def test_a_folder_among_the_images_is_refused(tmp_path):
    expected = rf"run_folder: expected a folder outside of {tmp_path}, .*, got .*/run"
    with pytest.raises(SettingError, match=expected), training(tmp_path / "run", images=str(tmp_path), dataset=None):
        pass


@pytest.mark.parametrize("path", ["logs/mnist/run", ".", None])
def test_disk_that_is_too_small_is_refused_and_nothing_is_left(tmp_path, monkeypatch, embedded_digits, path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 100 * 2**20))
    expected = r"run_folder: expected a disk with at least 364 MiB free for checkpoints, got 100 MiB free at"
    with pytest.raises(SettingError, match=expected):
        begin(embedded_digits, path, bytes_needed=300 * 2**20)
    assert not names(tmp_path)


def test_a_folder_in_training_is_refused_at_once_and_left_alone(begun):
    before = names(begun.path)
    expected = r"run_folder: expected a folder that is not in use, got .* which another process is training"
    with pytest.raises(SettingError, match=expected), training(begun.path):
        pass
    assert names(begun.path) == before


def test_lock_file_stays_and_the_folder_is_free_again(tmp_path, embedded_digits):
    for _ in range(2):
        run = begin(embedded_digits, tmp_path / "run")
        assert names(run.path) == [".lock", "checkpoints", "config.json", "samples"]
    assert len(run.record.resumed) == 1


def test_a_folder_in_which_a_run_began_meanwhile_is_refused(tmp_path, embedded_digits):
    with training(tmp_path / "other") as run:
        begin(embedded_digits, tmp_path / "other")
        with pytest.raises(SettingError, match=r"got .*other, in which another process has started a run"):
            run.begin(embedded_digits, 2)
    assert Run.open(tmp_path / "other").record.resumed == []


def test_what_is_logged_is_printed_and_kept_while_the_run_is_open(tmp_path, embedded_digits, capsys):
    with training(tmp_path / "run") as run:
        run.begin(embedded_digits, 2)
        logger.info(os.fsdecode(b"data: b\xff"))  # A name that is not UTF-8.
        logger.getChild("terminal").info("epoch 1")
        logger.debug("left out: a.png")
    logger.info("afterwards")
    assert capsys.readouterr().out == "data: b\\udcff\nepoch 1\nafterwards\n"
    lines = (run.path / "log.txt").read_text().splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == ["data: b\\udcff", "left out: a.png"]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", line) for line in lines)


def test_a_log_that_can_not_be_written_ends_the_run(begun):
    (begun.path / "log.txt").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        logger.info("data: digits")


@pytest.mark.parametrize(
    ("error", "line"),
    [(TrainingError("the disk is full\nreally"), "error: the disk is full"), (KeyboardInterrupt(), "interrupted")],
)
def test_an_error_that_ends_a_run_is_kept(tmp_path, embedded_digits, error, line):
    with pytest.raises(type(error)):
        begin(embedded_digits, tmp_path / "run", error=error)
    assert (tmp_path / "run" / "log.txt").read_text().endswith(f"  {line}\n")
