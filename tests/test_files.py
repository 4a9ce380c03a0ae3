import json
import re

import pytest
import tensorflow as tf

from infogan_tf.files import (
    make_folder,
    reason_not_written,
    remove_empty,
    remove_partial,
    write_atomically,
    write_json,
    write_text,
)


def test_file_is_replaced_whole(tmp_path):
    path = tmp_path / "file.json"
    write_text(path, "old")
    write_json(path, {"a": [1, 2]})
    assert json.loads(path.read_text()) == {"a": [1, 2]}
    assert list(tmp_path.iterdir()) == [path]


def test_failure_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    write_text(path, "old")

    def fail(partial):
        partial.write_text("half")
        assert path.read_text() == "old"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_appears_whole_or_not_at_all(tmp_path):
    def fail(partial):
        partial.mkdir()
        (partial / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "folder", fail)
    assert not list(tmp_path.iterdir())


def test_what_a_kill_left_is_removed(tmp_path):
    (tmp_path / ".partial-1-folder").mkdir()
    (tmp_path / ".partial-1-folder" / "file").write_text("half")
    (tmp_path / ".partial-2-file").write_text("half")
    (tmp_path / "whole").write_text("whole")
    remove_partial(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_only_the_folders_that_were_made_are_removed_and_only_if_empty(tmp_path):
    (tmp_path / "a").mkdir()
    made = make_folder(tmp_path / "a" / "b" / "c")
    assert made == [tmp_path / "a" / "b" / "c", tmp_path / "a" / "b"]
    (tmp_path / "a" / "b" / "other").touch()
    remove_empty(made)
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == ["a", "a/b", "a/b/other"]
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "a")
    with pytest.raises(NotADirectoryError):
        make_folder(tmp_path / "a" / "b" / "other" / "c")


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        # As TensorFlow raises it.
        tf.errors.ResourceExhaustedError(None, None, "{{function_node __wrapped__SaveV2}} x; No space left on device"),
    ],
)
def test_a_full_disk_is_named(tmp_path, error):
    assert re.fullmatch(rf"the disk is full, with [\d,]+ MiB left at {tmp_path}", reason_not_written(tmp_path, error))


def test_other_failures_give_their_cause(tmp_path):
    error = tf.errors.ResourceExhaustedError(None, None, "{{function_node __wrapped__Conv2D}} OOM when allocating")
    assert reason_not_written(tmp_path, error) == "out of memory (OOM when allocating)"
