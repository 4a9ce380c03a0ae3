import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Bernoulli, Categorical, Circular, Uniform
from infogan_tf.figures.traversals import FRAMES, describe_traversal, interpolate, move, num_columns, traverse, vary_two
from tests.evaluation.perfect_model import PerfectModel

SEED = tf.constant([1, 2], tf.int64)


def test_one_code_varies_and_everything_else_is_held_fixed(small_model):
    rows = traverse(small_model, "c2", SEED, rows=3, scale=2)
    assert rows.shape == (3, 10, 28, 28, 1)
    latents = small_model.spec.sample(3, SEED)
    for row in range(3):
        held = {name: values[row : row + 1].numpy() for name, values in latents.items()}
        expected = small_model.generate(
            codes={"c1": held["c1"], "c3": held["c3"], "c2": np.linspace(-2, 2, 10)}, noise=held["z"]
        )
        np.testing.assert_allclose(rows[row], expected, atol=1e-5)


def test_categories_run_from_left_to_right(small_model):
    rows = traverse(small_model, "c1", SEED, rows=2)
    latents = small_model.spec.sample(2, SEED)
    expected = small_model.generate(
        codes={"c1": range(10), "c2": latents["c2"][1:], "c3": latents["c3"][1:]}, noise=latents["z"][1:]
    )
    np.testing.assert_allclose(rows[1], expected, atol=1e-5)


def test_describes_what_varies(small_model):
    assert describe_traversal(small_model, "c2") == "c2: from -1 to 1"
    assert describe_traversal(small_model, "c2", scale=2) == "c2: from -2 to 2"
    assert describe_traversal(small_model, "c1") == "c1: categories 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


def test_a_column_for_each_of_up_to_twenty_categories():
    assert [num_columns(Categorical(number)) for number in (3, 20, 21)] == [3, 20, 10]
    assert num_columns(Uniform()) == 10
    assert num_columns(Bernoulli()) == 2


def test_two_codes_vary_together(small_model):
    samples = small_model.spec.sample(2, SEED)
    across, down = np.linspace(-2, 2, 3), np.arange(4)
    planes = vary_two(small_model, "c2", "c1", samples, across[:, None].astype(np.float32), tf.one_hot(down, 10))
    assert planes.shape == (2, 4, 3, 28, 28, 1)
    expected = small_model.generate({"c1": 3, "c2": across, "c3": samples["c3"][1:]}, samples["z"][1:])
    np.testing.assert_allclose(planes[1, 3], expected, atol=1e-5)


def test_codes_move_from_one_end_to_the_other_on_the_same_samples(small_model):
    samples = small_model.spec.sample(3, SEED)
    frames = move(small_model, ("c2", "c3"), samples, scale=2)
    assert frames.shape == (FRAMES, 2, 3, 28, 28, 1)
    for row, name in enumerate(("c2", "c3")):
        held = {code: samples[code][2:] for code in ("c1", "c2", "c3")}
        for frame, value in ((0, -2), (FRAMES // 2, 0), (FRAMES - 1, 2)):
            expected = small_model.generate(held | {name: value}, samples["z"][2:])
            np.testing.assert_allclose(frames[frame, row, 2], expected[0], atol=1e-5)


def test_a_circular_code_turns_between_two_angles():
    spec = LatentSpec((LatentCode("c1", Categorical(2)), LatentCode("c2", Circular())))
    codes = interpolate(PerfectModel(spec), {"c1": 0, "c2": 170}, {"c1": 0, "c2": -150}, SEED, rows=2, columns=5)
    angles = Circular().decode(codes[1, :, 2:])[:, 0] % 360
    np.testing.assert_allclose(angles, [170, 180, 190, 200, 210], atol=1e-3)


def test_codes_run_along_a_straight_line(small_model):
    rows = interpolate(small_model, {"c1": 3, "c2": -1}, {"c1": [5, 6], "c3": 2}, SEED, rows=2, columns=5)
    assert rows.shape == (2, 5, 28, 28, 1)
    samples = small_model.spec.sample(2, SEED)
    own_c2, own_c3 = samples["c2"][1, 0].numpy(), samples["c3"][1, 0].numpy()
    for column, share in ((0, 0.0), (1, 0.25), (4, 1.0)):
        latents = {name: values[1:] for name, values in samples.items()}
        latents["c1"] = (1 - share) * tf.one_hot([3], 10) + share * tf.one_hot([6], 10)
        latents["c2"] = tf.constant([[(1 - share) * -1 + share * own_c2]], tf.float32)
        latents["c3"] = tf.constant([[(1 - share) * own_c3 + share * 2]], tf.float32)
        expected = small_model(small_model.spec.join(latents))
        np.testing.assert_allclose(rows[1, column], expected[0], atol=1e-5)
    with pytest.raises(ValueError, match="code c2: expected one value or 2, one for each row, got 3"):
        interpolate(small_model, {"c2": [0, 1, 2]}, {}, SEED, rows=2)
