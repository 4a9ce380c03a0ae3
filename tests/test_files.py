import json
import re

import pytest

from infogan_tf.files import make_folder, reason_not_written, remove_empty, remove_partial, write_atomically, write_json


def test_a_file_is_replaced_whole_or_stays_as_it_is_with_nothing_beside_it(tmp_path):
    path = tmp_path / "file.json"
    path.write_text("old")

    def fail(partial):
        partial.write_text("half")
        assert path.read_text() == "old"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    write_json(path, {"a": [1, 2]})
    assert json.loads(path.read_text()) == {"a": [1, 2]}
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_of_a_folder_that_was_interrupted_or_killed(tmp_path):
    def fail(partial):
        partial.mkdir()
        (partial / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "folder", fail)
    assert not list(tmp_path.iterdir())
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


def test_a_full_disk_is_named_with_what_is_left(tmp_path):
    reason = reason_not_written(tmp_path, OSError(28, "No space left on device"))
    assert re.fullmatch(rf"the disk is full, with [\d,]+ MiB left at {tmp_path}", reason)
    assert reason_not_written(tmp_path, OSError(13, "Permission denied")) == "[Errno 13] Permission denied"
