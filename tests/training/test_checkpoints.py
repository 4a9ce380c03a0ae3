import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.errors import SettingError, TrainingError
from infogan_tf.training.checkpoints import Checkpoints, find_steps
from tests.tiny_models import compiled_tiny_model, tiny_images, tiny_model


@pytest.fixture(scope="module")
def trained():
    """A model after three updates, so that optimizers hold something."""
    model = compiled_tiny_model()
    for _ in range(3):
        model.apply_update(tiny_images())
    return model


def save(folder, model, *steps, keep_every=0):
    checkpoints = Checkpoints(folder, model, keep_every)
    for step in steps:
        checkpoints.save(step)
    return checkpoints


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def files(*steps, prefix=""):
    return [f"{prefix}step-{step}.{part}" for step in steps for part in ("data-00000-of-00001", "index")]


def assert_same_state(model, other):
    ours, theirs = (
        [v for part in (m.generator, m.discriminator, m.d_optimizer, m.g_optimizer) for v in part.variables]
        for m in (model, other)
    )
    for variable, twin in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(variable.numpy(), twin.numpy())


def test_everything_comes_back(tmp_path, trained):
    save(tmp_path, trained, 3)
    assert names(tmp_path) == ["checkpoint", *files(3)]
    other = compiled_tiny_model()
    assert Checkpoints(tmp_path, other).restore_newest() == (3, [])
    assert_same_state(trained, other)
    assert int(other.updates_done) == int(other.g_optimizer.iterations) == int(other.d_optimizer.iterations) == 3


def test_averaged_weights_come_back(tmp_path):
    model, other = tiny_model(average_decay=0.9), tiny_model(average_decay=0.9)
    for variable in model.generator.trainable_variables:
        variable.assign(variable + 0.1)
    model.averaged_generator.update(tf.constant(5))
    save(tmp_path, model, 5)
    Checkpoints(tmp_path, other).restore_newest()
    latents = model.spec.join(model.spec.sample(3, [0, 0]))
    np.testing.assert_array_equal(other(latents), model(latents))
    assert not np.allclose(model(latents), model.generator(latents), rtol=0, atol=1e-6)


def test_the_last_two_are_kept_and_every_nth_apart_for_good(tmp_path, trained):
    save(tmp_path / "last", trained, 5, 10, 15)
    assert find_steps(tmp_path / "last") == [10, 15]
    assert names(tmp_path / "last") == ["checkpoint", *files(10, 15)]
    save(tmp_path, trained, 5, 10, 15, 20, 25, keep_every=10)
    assert find_steps(tmp_path) == [10, 15, 20, 25]
    assert names(tmp_path / "kept") == ["checkpoint", *files(10, 20)]
    save(tmp_path, trained, 30, 35)
    assert find_steps(tmp_path) == [10, 20, 30, 35]


def test_what_other_programs_have_beside_them_is_no_checkpoint(tmp_path, trained):
    save(tmp_path, trained, 5)
    (tmp_path / "step-500 (1).npz").touch()
    assert find_steps(tmp_path) == [5]
    other = tf.train.CheckpointManager(tf.train.Checkpoint(), tmp_path / "other", None)
    other.save()
    assert find_steps(tmp_path / "other") == []


def test_space_of_a_run(tmp_path, trained):
    def to_come(total_updates, keep_every=0):
        return Checkpoints(tmp_path, trained, keep_every).bytes_to_come(total_updates)

    size = to_come(100) / 3  # Two, and one more while it is written.
    assert to_come(105, keep_every=10) == 13 * size
    save(tmp_path, trained, 20, 40)
    written = sum(file.stat().st_size for file in tmp_path.rglob("*.data*"))
    assert 2 * size == pytest.approx(written, abs=10_000), "TensorFlow adds a description"
    assert to_come(100) == to_come(30, keep_every=10) == size
    assert to_come(105, keep_every=10) == 7 * size


def test_a_chosen_update_comes_back_or_is_refused(tmp_path, trained):
    save(tmp_path, trained, 5, 10)
    other = compiled_tiny_model()
    restored = Checkpoints(tmp_path, other)
    restored.restore(5)
    assert_same_state(trained, other)
    with pytest.raises(SettingError, match=rf"step: expected .* in {tmp_path} \(there are: 5, 10\), got 7"):
        restored.restore(7)


DATA, INDEX = files(3)
# What is left of a file; None if nothing is.
DAMAGES = {
    "truncated data": (DATA, lambda content: content[: len(content) // 2]),
    "zeros in data": (DATA, lambda content: content[:999] + bytes(64) + content[1063:]),
    "missing data": (DATA, None),
    "empty index": (INDEX, lambda _: b""),
    "truncated index": (INDEX, lambda content: content[:100]),
    "missing index": (INDEX, None),
}


@pytest.mark.parametrize(("name", "change"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_newest_is_named_and_set_aside_and_the_one_before_is_used(tmp_path, trained, name, change):
    save(tmp_path, trained, 2, 3)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if change:
        (tmp_path / name).write_bytes(change(content))
    other = compiled_tiny_model()
    restored = Checkpoints(tmp_path, other)
    step, (damaged,) = restored.restore_newest()
    assert step == 2
    assert damaged.startswith(f"checkpoint {tmp_path}/step-3 is damaged (")
    assert_same_state(trained, other)
    restored.set_aside_after(2)
    assert find_steps(tmp_path) == [2]
    assert set(names(tmp_path)) <= {"checkpoint", *files(2), *files(3, prefix="damaged_")}
    restored.save(3)
    assert find_steps(tmp_path) == [2, 3]


def test_all_damaged_is_an_error_and_none_is_update_zero(tmp_path, trained):
    checkpoints = save(tmp_path, trained)
    assert checkpoints.restore_newest() == (0, [])
    checkpoints.save(3)
    (tmp_path / "step-3.index").write_bytes(b"")
    with pytest.raises(TrainingError, match=r"no checkpoint can be read: checkpoint .*step-3 is damaged"):
        checkpoints.restore_newest()


def test_what_a_kill_left_is_ignored_and_removed(tmp_path, trained):
    checkpoints = save(tmp_path, trained, 2)
    (tmp_path / "step-3_temp").mkdir()
    for name in (*files(3), "step-3_temp/part-00000-of-00001.data-00000-of-00001", "checkpoint.tmp12ab"):
        (tmp_path / name).touch()
    assert checkpoints.restore_newest() == (2, [])
    checkpoints.set_aside_after(2)
    assert names(tmp_path) == ["checkpoint", *files(2)]


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("moment", range(4))
@pytest.mark.parametrize("keep_every", [0, 1])
def test_a_kill_during_a_save_leaves_complete_checkpoints(tmp_path, trained, monkeypatch, moment, keep_every):
    """Killed before one of the files that a save writes or removes, whichever TensorFlow does first."""
    from tensorflow.python.lib.io import file_io

    save(tmp_path, trained, 1, 2, keep_every=keep_every)
    left = iter(range(moment))

    def until_killed(function):
        def call(*args, **kwargs):
            if next(left, None) is None:
                raise KilledError
            return function(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        for name in ("atomic_write_string_to_file", "delete_file"):
            patch.setattr(file_io, name, until_killed(getattr(file_io, name)))
        with pytest.raises(KilledError):
            save(tmp_path, trained, 3, 4, keep_every=keep_every)
    other = compiled_tiny_model()
    resumed = Checkpoints(tmp_path, other, keep_every)
    step, damaged = resumed.restore_newest()
    assert step in (2, 3, 4)
    assert not damaged
    assert_same_state(trained, other)
    resumed.set_aside_after(step)
    for later in (3, 4, 5):
        resumed.save(later)
    assert find_steps(tmp_path) == ([1, 2, 3, 4, 5] if keep_every else [4, 5])
    left = names(tmp_path)
    save(tmp_path / "undisturbed", trained, 1, 2, 3, 4, 5, keep_every=keep_every)
    assert left == names(tmp_path / "undisturbed")


def test_failed_write_names_what_is_left(tmp_path, trained, monkeypatch):
    checkpoints = save(tmp_path, trained, 2)

    def fail(*_, **__):
        (tmp_path / "step-3.data-00000-of-00001").touch()
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(tf.train.CheckpointManager, "save", fail)
    with pytest.raises(TrainingError, match=r"update 3 could not be written: the disk is full, .* is .*step-2$"):
        checkpoints.save(3)
    assert names(tmp_path) == ["checkpoint", *files(2)]


def test_what_is_not_finite_is_not_saved(tmp_path):
    model = tiny_model()
    kernel = model.generator.trainable_variables[0]
    kernel.assign(tf.fill(kernel.shape, float("nan")))
    with pytest.raises(TrainingError, match="kernel is not finite after update 7; there is no earlier checkpoint"):
        save(tmp_path, model, 7)
    assert not list(tmp_path.iterdir())
