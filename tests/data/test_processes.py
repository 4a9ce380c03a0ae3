import operator
import os
import sys
from functools import partial

import numpy as np
import pytest
from PIL import Image

from infogan_tf.data import processes
from infogan_tf.data.image_files import own_images
from infogan_tf.data.preparation import Preparation, cores
from infogan_tf.data.processes import MANY, in_processes


def test_results_come_in_order_from_a_process_a_core_and_few_items_are_held():
    taken = []

    def items():
        for number in range(MANY):
            taken.append(number)
            yield number

    results = in_processes(partial(operator.mul, 2), items(), MANY)
    assert next(results) == 0
    assert len(taken) < MANY / 2 or cores() > 16
    assert list(results) == [2 * number for number in range(1, MANY)]
    pids = set(in_processes(eval, ["__import__('os').getpid()"] * MANY, MANY))
    assert len(pids) <= cores()
    assert os.getpid() not in pids
    assert set(in_processes(eval, ["__import__('os').getpid()"], 1)) == {os.getpid()}


def test_a_folder_gives_the_same_from_processes_and_threads(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for number in range(110):
        Image.fromarray(rng.integers(0, 256, [40, 33, 3], np.uint8)).save(tmp_path / f"{number:03d}.jpg")
    (tmp_path / "050.jpg").write_bytes(b"broken")
    folder, preparation = own_images(tmp_path), Preparation(16, 3, "center")
    threads = list(folder.decode(preparation).chunks)
    monkeypatch.setattr(processes, "MANY", 105)
    for one, other in zip(threads, folder.decode(preparation).chunks, strict=True):
        np.testing.assert_array_equal(one.images, other.images)
        np.testing.assert_array_equal(one.is_held_out, other.is_held_out)
        assert one.skipped == other.skipped
    assert sum(len(chunk.images) for chunk in threads) == 109
    assert threads[-1].skipped == ("050.jpg: not an image that Pillow can open",)


def test_a_process_loads_neither_tensorflow_nor_a_script():
    (loaded, *_) = in_processes(eval, ["sorted(__import__('sys').modules)"] * MANY, MANY)
    assert "infogan_tf.data.processes" in loaded
    assert not {"tensorflow", "keras", __name__} & set(loaded)
    assert "tensorflow" in sys.modules


def test_a_process_that_crashes_is_an_error():
    with pytest.raises(RuntimeError, match="a process that prepares images ended with code 7"):
        list(in_processes(os._exit, [7] * MANY, MANY))
