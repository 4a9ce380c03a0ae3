import json

import pytest

from infogan_tf.training.metrics_log import SPEED, MetricsLog, newest_update, read_points, read_training_time


def steps(path):
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_every_point_is_on_disk_at_once(tmp_path):
    log = MetricsLog(tmp_path / "metrics.jsonl", resumed_at=0)
    log.append(10, {"loss/generator": 0.5})
    assert json.loads((tmp_path / "metrics.jsonl").read_text()) == {"step": 10, "loss/generator": 0.5}
    log.close()


def test_points_after_the_resumed_update_and_a_cut_line_are_dropped(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 10}\n{"st\n{"step": 20}\n[]\n{"step": 30}\n{"step": 4')
    assert newest_update(path) == 30
    assert read_points(path) == [{"step": 10}, {"step": 20}, {"step": 30}]
    log = MetricsLog(path, resumed_at=20)
    log.append(30, {})
    log.close()
    assert steps(path) == [10, 20, 30]
    assert log.dropped == 3, "the point of update 30 is made again, so it does not count"
    assert newest_update(tmp_path / "none") == 0
    assert read_points(tmp_path / "none") == []


def test_training_time_is_that_of_all_updates(tmp_path):
    path = tmp_path / "metrics.jsonl"
    assert read_training_time(path) == 0
    log = MetricsLog(path, resumed_at=0)
    for step, updates_per_second in ((10, 5.0), (30, 10.0)):
        log.append(step, {SPEED: updates_per_second})
    log.close()
    assert read_training_time(path) == pytest.approx(10 / 5 + 20 / 10)
