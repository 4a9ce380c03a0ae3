"""Beginning, refusing and leaving alone."""

import contextlib
import multiprocessing
import os
import queue
import re
import shutil

import pytest

from infogan_tf.config import Config
from infogan_tf.console import logger
from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError
from infogan_tf.training import run as run_module
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


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_default_is_a_new_folder_named_after_the_time(tmp_path, monkeypatch, embedded_digits):
    monkeypatch.chdir(tmp_path)
    paths = [begin(embedded_digits).path for _ in range(3)]
    assert all(re.fullmatch(r"logs/mnist/mnist_\d{4}(_\d\d){5}(_\d)?", str(path)) for path in paths)
    assert len(set(paths)) == 3
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
    assert run.record == begun.record
    assert run.config == Config()
    assert run.checkpoint_steps() == []
    assert {path: path.stat().st_mtime_ns for path in begun.path.rglob("*")} == before


def test_what_a_kill_leaves_before_there_is_a_record_is_a_new_folder(tmp_path, embedded_digits):
    for name in (".partial-7-config.json", ".lock"):
        (tmp_path / name).touch()
    with pytest.raises(RunNotFoundError, match=r"run_folder: expected the folder of a run, got .*where there is none"):
        Run.open(tmp_path)
    begin(embedded_digits, tmp_path)
    assert not list(tmp_path.glob(".partial*"))


def make_file(path):
    path.write_text("important")
    return path


REFUSALS = {
    "of something else": (
        lambda path: make_file(path / "thesis.tex").parent,
        r"expected the folder of a run, or a new or empty one, got .* without a readable config\.json \(",
    ),
    "a file": (lambda path: make_file(path / "file"), r"expected a folder, got .*file \(Not a directory\)"),
    "below a file": (lambda path: make_file(path / "file") / "run", r"expected a folder.*, got .*run \(Not a dir"),
    "too long": (lambda path: path / ("a" * 300), r"expected a folder, got .*aaa.* \(File name too long\)"),
    "of nobody": (lambda path: "~nobody_of_this_name/run", r"expected a folder, got ~nobody_of_this_name/run \("),
    "a pattern": (lambda path: path / "a[1]", r"expected a folder without \[ \\ \* \? in its path, got .*a\[1\]"),
    "a pattern of stars": (lambda path: path / "a*", r"expected a folder without .* in its path, got .*a\*"),
}


@pytest.mark.parametrize(("make", "text"), REFUSALS.values(), ids=REFUSALS)
def test_a_folder_that_can_not_be_used_is_refused_and_left_alone(tmp_path, embedded_digits, make, text):
    path = make(tmp_path)
    before = names(tmp_path)
    with pytest.raises(SettingError, match=f"^run_folder: {text}"):
        begin(embedded_digits, path)
    assert names(tmp_path) == before


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with training("~/runs/a") as run:
        assert run.path == tmp_path / "runs" / "a"


def test_a_default_folder_that_can_not_be_made_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").touch()
    with pytest.raises(SettingError, match=r"run_folder: expected a folder that can be written, got logs/.* \(Not a"):
        training()


def test_a_folder_among_the_images_is_refused(tmp_path):
    with (
        pytest.raises(SettingError, match=rf"run_folder: expected a folder outside of {tmp_path}, .*, got .*/run"),
        training(tmp_path / "run", images=str(tmp_path), dataset=None),
    ):
        pass


@pytest.mark.parametrize("path", ["logs/mnist/run", ".", None])
def test_disk_that_is_too_small_is_refused_and_nothing_is_left(tmp_path, monkeypatch, embedded_digits, path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 100 * 2**20))
    expected = r"run_folder: expected a disk with at least 364 MiB free for checkpoints, got 100 MiB free at"
    with pytest.raises(SettingError, match=expected):
        begin(embedded_digits, path, bytes_needed=300 * 2**20)
    assert not names(tmp_path)


def test_real_small_disk_is_refused_before_anything_is_trained(small_disk, embedded_digits):
    folder = small_disk(50)
    with pytest.raises(SettingError, match=r"run_folder: expected a disk with .* got \d+ MiB free at "):
        begin(embedded_digits, folder / "run")
    assert not names(folder)


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


def begin_at_once(barrier, answers, record, requests):
    """In a process of its own: begins runs at the same moment as the other process, and says how that went."""
    run_module.new_record, run_module.Record.resume = lambda *_: record, lambda record, _: record
    for number, (path, bytes_needed) in enumerate(requests):
        barrier.wait()
        with contextlib.ExitStack() as stack:
            try:
                run = stack.enter_context(training(path))
                run.begin(None, 0, bytes_needed)
                answers.put((number, str(run.path), ""))
            except SettingError as error:
                answers.put((number, "", str(error)))
            barrier.wait()  # Until both have what they get.


@pytest.mark.slow
def test_two_processes_never_get_the_same_folder(tmp_path, monkeypatch, embedded_digits):
    record = begin(embedded_digits, tmp_path / "record").record
    monkeypatch.chdir(tmp_path)
    same = [(f"runs/{number // 2}", 0) for number in range(40)]  # Each is new, and then resumed.
    requests = [[*same, *[(None, 0)] * 20, (None, 0)], [*same, *[(None, 0)] * 20, (None, 10**18)]]
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(2), context.Queue()
    started = [
        context.Process(target=begin_at_once, args=(barrier, answers, record, part), daemon=True) for part in requests
    ]
    for process in started:
        process.start()
    said = []
    while len(said) < 2 * len(requests[0]):
        with contextlib.suppress(queue.Empty):
            said.append(answers.get(timeout=5))
        assert not any(process.exitcode for process in started), "a process has failed"
    said.sort()
    for process in started:
        process.join()
    for number in range(40):
        (_, _, refused), (_, began, _) = said[2 * number : 2 * number + 2]
        assert began == f"runs/{number // 2}"
        assert "run_folder: expected a folder that is not in use, got runs/" in refused
    default = [path for number, path, _ in said if number >= 40]
    assert default.count("") == 1, "of the last two, one needed too much space"
    assert len(set(default)) == 42
    assert all((tmp_path / path / "config.json").exists() for path in default if path)
    assert len(list((tmp_path / "logs" / "mnist").iterdir())) == 41


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
