import json

import pytest

from infogan_tf.training.metrics_log import SPEED, MetricsLog, newest_update, read_curve, read_training_time


def test_every_point_is_on_disk_at_once(tmp_path):
    log = MetricsLog(tmp_path / "metrics.jsonl", resumed_at=0)
    log.append(10, {"loss/generator": 0.5})
    assert json.loads((tmp_path / "metrics.jsonl").read_text()) == {"step": 10, "loss/generator": 0.5}
    log.close()


def test_points_after_the_resumed_update_and_a_cut_line_are_dropped(tmp_path):
    path = tmp_path / "metrics.jsonl"
    kept = '{"step": 10, "speed": 0.1}\n{"step": 20}\n'
    path.write_text(f'{kept[:27]}{{"st\n{kept[27:]}[]\n{{"step": 30}}\n{{"step": 4')
    assert newest_update(path) == 30
    log = MetricsLog(path, resumed_at=20)
    log.append(30, {})
    log.close()
    assert path.read_text() == kept + '{"step": 30}\n'
    assert log.dropped == 3, "the point of update 30 is made again, so it does not count"
    assert read_curve(path, "speed") == [(10, 0.1)]


def test_a_missing_file_has_no_points(tmp_path):
    path = tmp_path / "none"
    assert (newest_update(path), read_curve(path, SPEED), read_training_time(path)) == (0, [], 0)


def test_training_time_is_that_of_all_updates(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(json.dumps({"step": step, SPEED: speed}) + "\n" for step, speed in ((10, 5.0), (30, 10.0))))
    assert read_training_time(path) == pytest.approx(10 / 5 + 20 / 10)
