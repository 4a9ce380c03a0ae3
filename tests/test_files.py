import json

import pytest

from infogan_tf.files import remove_atomically, remove_partial, write_atomically, write_json, write_text


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


def test_removal_takes_the_good_name_away_first(tmp_path, monkeypatch):
    folder = tmp_path / "step"
    folder.mkdir()
    (folder / "file").write_text("whole")
    monkeypatch.setattr("infogan_tf.files.shutil.rmtree", lambda *_, **__: None)  # As if killed before it removes.
    remove_atomically(folder)
    assert not folder.exists()
    monkeypatch.undo()
    remove_partial(tmp_path)
    assert not list(tmp_path.iterdir())
