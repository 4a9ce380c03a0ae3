import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.build_model import build_model, compile_model
from infogan_tf.config import Config
from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.training.checkpoints import Checkpoints

pytestmark = pytest.mark.usefixtures("small_networks")


def new_model(seed):
    config = Config(seed=seed)
    model = build_model(config)
    compile_model(model, config)
    return model


@pytest.fixture(scope="module")
def trained(small_networks):
    """A model after three updates, so that optimizers and moving averages hold something."""
    model = new_model(seed=1)
    step = tf.function(model.apply_update)
    for _ in range(3):
        step(tf.random.stateless_uniform([4, 28, 28, 1], [1, 2]))
    return model


def state(model):
    parts = (model.generator, model.discriminator, model.d_optimizer, model.g_optimizer)
    return [variable.numpy() for part in parts for variable in part.variables]


def assert_same_state(model, other):
    for ours, theirs in zip(state(model), state(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_everything_comes_back(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained)
    checkpoints.save(3)
    assert [path.name for path in tmp_path.iterdir()] == ["step_0000003"]
    other = new_model(seed=2)
    assert Checkpoints(tmp_path, other).restore_newest() == (3, [])
    assert_same_state(trained, other)
    assert int(other.g_optimizer.iterations) == int(other.d_optimizer.iterations) == 3


def test_averaged_weights_come_back(tmp_path):
    config = Config(seed=1, average_decay=0.9)
    model, other = build_model(config), build_model(dataclasses.replace(config, seed=2))
    for variable in model.generator.trainable_variables:
        variable.assign(variable + 0.1)
    model.averaged_generator.update(tf.constant(5))
    Checkpoints(tmp_path, model).save(5)
    Checkpoints(tmp_path, other).restore_newest()
    latents = model.spec.join(model.spec.sample(3, [0, 0]))
    np.testing.assert_array_equal(other(latents), model(latents))
    assert not np.allclose(model(latents), model.generator(latents), rtol=0, atol=1e-6)


def test_size_on_disk_is_about_the_bytes_needed(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained)
    checkpoints.save(3)
    written = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    # TensorFlow adds an index.
    assert checkpoints.bytes_needed == pytest.approx(written, abs=30_000)


def test_keeps_the_last_two(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained)
    for step in (5, 10, 15):
        checkpoints.save(step)
    assert checkpoints.steps() == [10, 15]
    assert len(list(tmp_path.iterdir())) == 2


def test_keeps_every_nth_too_and_what_was_kept_before(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained, keep_every=10)
    for step in (5, 10, 15, 20, 25):
        checkpoints.save(step)
    assert checkpoints.steps() == [10, 20, 25]
    later = Checkpoints(tmp_path, trained)
    for step in (30, 35):
        later.save(step)
    assert later.steps() == [10, 30, 35]


def test_space_of_a_run(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained)
    size = checkpoints.bytes_needed
    assert checkpoints.bytes_to_come(100) == 3 * size, "two, and one more while it is written"
    assert Checkpoints(tmp_path, trained, keep_every=10).bytes_to_come(105) == 13 * size
    for step in (20, 40):
        (tmp_path / f"step_{step:07d}").mkdir()
    assert checkpoints.bytes_to_come(100) == size
    assert Checkpoints(tmp_path, trained, keep_every=10).bytes_to_come(105) == 7 * size
    assert Checkpoints(tmp_path, trained, keep_every=10).bytes_to_come(30) == size


def test_a_chosen_update_comes_back_or_is_refused(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained)
    for step in (5, 10):
        checkpoints.save(step)
    other = new_model(seed=2)
    restored = Checkpoints(tmp_path, other)
    restored.restore(5)
    assert_same_state(trained, other)
    with pytest.raises(SettingError, match=rf"step: expected .* in {tmp_path} \(there are: 5, 10\), got 7"):
        restored.restore(7)
    DAMAGES["empty index"](checkpoints.path(5))
    with pytest.raises(TrainingError, match=r"^checkpoint .*step_0000005 is damaged \("):
        restored.restore(5)


def test_no_checkpoint_is_update_zero(tmp_path, trained):
    assert Checkpoints(tmp_path / "none", trained).restore_newest() == (0, [])


def flip_bytes(file):
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    file.write_bytes(content)


DAMAGES = {
    "truncated data": lambda folder: _rewrite(folder / "variables.data-00000-of-00001", lambda b: b[: len(b) // 2]),
    "flipped data": lambda folder: flip_bytes(folder / "variables.data-00000-of-00001"),
    "missing data": lambda folder: (folder / "variables.data-00000-of-00001").unlink(),
    "empty index": lambda folder: _rewrite(folder / "variables.index", lambda _: b""),
    "truncated index": lambda folder: _rewrite(folder / "variables.index", lambda b: b[:100]),
    "missing index": lambda folder: (folder / "variables.index").unlink(),
}


def _rewrite(file, change):
    file.write_bytes(change(file.read_bytes()))


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_newest_is_named_and_the_one_before_is_used(tmp_path, trained, damage):
    checkpoints = Checkpoints(tmp_path, trained)
    checkpoints.save(2)
    checkpoints.save(3)
    DAMAGES[damage](checkpoints.path(3))
    other = new_model(seed=2)
    restored = Checkpoints(tmp_path, other)
    step, damaged = restored.restore_newest()
    assert step == 2
    assert len(damaged) == 1
    assert damaged[0].startswith(f"checkpoint {tmp_path}/step_0000003 is damaged (")
    assert_same_state(trained, other)
    restored.set_aside_after(2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged_step_0000003", "step_0000002"]
    restored.save(3)
    assert restored.steps() == [2, 3]


def test_all_damaged_is_an_error(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained)
    checkpoints.save(3)
    DAMAGES["empty index"](checkpoints.path(3))
    with pytest.raises(TrainingError, match=r"no checkpoint can be read: checkpoint .*step_0000003 is damaged"):
        checkpoints.restore_newest()


def test_partial_checkpoint_is_ignored_and_removed(tmp_path, trained):
    checkpoints = Checkpoints(tmp_path, trained)
    checkpoints.save(2)
    (tmp_path / ".partial-99-step_0000003").mkdir()
    assert checkpoints.restore_newest() == (2, [])
    checkpoints.set_aside_after(2)
    assert [path.name for path in tmp_path.iterdir()] == ["step_0000002"]


def test_failed_write_names_what_is_left(tmp_path, trained, monkeypatch):
    checkpoints = Checkpoints(tmp_path, trained)
    checkpoints.save(2)

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "_write", fail)
    expected = (
        rf"checkpoint of update 3 could not be written: the disk is full, with [\d,]+ MiB left at {tmp_path.parent}; "
        "the last good checkpoint is .*step_0000002"
    )
    with pytest.raises(TrainingError, match=expected):
        checkpoints.save(3)
    assert [path.name for path in tmp_path.iterdir()] == ["step_0000002"]


def test_a_disk_that_is_really_full_is_named(small_disk, trained):
    run = small_disk(2)
    (run / "filler").write_bytes(bytes(1_900_000))
    expected = rf"update 3 could not be written: the disk is full, with 0 MiB left at {run}; there is no earlier"
    with pytest.raises(TrainingError, match=expected):
        Checkpoints(run / "checkpoints", trained).save(3)
    assert not list((run / "checkpoints").iterdir())


def test_what_is_not_finite_is_not_saved(tmp_path):
    model = new_model(seed=1)
    model.generator.trainable_variables[0].assign(tf.fill([74, 32], float("nan")))
    with pytest.raises(TrainingError, match="kernel is not finite after update 7; there is no earlier checkpoint"):
        Checkpoints(tmp_path, model).save(7)
    assert not list(tmp_path.iterdir())
