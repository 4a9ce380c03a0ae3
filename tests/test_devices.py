"""The choice and the description of devices; what several of them train is in `test_several_devices.py`."""

import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf import devices
from infogan_tf.config import Config
from infogan_tf.devices import describe_device, missing_cuda, prepare_devices
from infogan_tf.errors import SettingError


class Machine:
    """A machine with GPUs by their names, of which TensorFlow only says that they are there."""

    def __init__(self, monkeypatch, *gpus):
        self.visible, self.growing, self.parts = list(gpus), [], 1
        config = {
            "list_physical_devices": lambda kind: list(gpus) if kind == "GPU" else ["cpu"],
            "get_visible_devices": lambda kind: self.visible,
            "set_visible_devices": lambda chosen, kind: setattr(self, "visible", chosen),
            "set_logical_device_configuration": lambda cpu, parts: setattr(self, "parts", len(parts)),
        }
        for name, function in config.items():
            monkeypatch.setattr(tf.config, name, function)
        details = {"get_device_details": lambda gpu: {"device_name": gpu}}
        for name, function in details.items() | {"set_memory_growth": lambda gpu, _: self.growing.append(gpu)}.items():
            monkeypatch.setattr(tf.config.experimental, name, function)


@pytest.mark.parametrize(
    ("name", "gpus", "chosen", "parts"),
    [
        ("auto", [], [], 1),
        ("auto", ["a", "b"], ["a"], 1),
        ("all", ["a", "b"], ["a", "b"], 1),
        ("all", [], [], 1),
        ("cpu", ["a"], [], 1),
        ("cpu:3", ["a"], [], 3),
        ("gpu:2,0", ["a", "b", "c"], ["c", "a"], 1),
    ],
)
def test_what_is_named_is_made_ready(monkeypatch, name, gpus, chosen, parts):
    machine = Machine(monkeypatch, *gpus)
    prepare_devices(name)
    assert (machine.visible, machine.growing, machine.parts) == (chosen, chosen, parts)


def test_devices_that_are_not_there_are_refused(monkeypatch):
    Machine(monkeypatch, "a", "b")
    with pytest.raises(SettingError, match=r"^devices: expected GPUs that TensorFlow finds \(0,1\), got gpu:2,3$"):
        prepare_devices("gpu:0,2,3")


def test_devices_that_come_too_late_are_refused(tmp_path):
    """As in a notebook where TensorFlow has computed something before."""
    tf.constant(1) + 1
    prepare_devices("auto")
    refusal = "devices: expected auto, since this program has used TensorFlow's devices before; .*, got cpu:2$"
    with pytest.raises(SettingError, match=refusal):
        infogan_tf.train(Config(devices="cpu:2", run_folder=str(tmp_path / "run")))
    assert not list(tmp_path.iterdir())


def test_devices_are_described(monkeypatch):
    assert describe_device().startswith("CPU, ")
    Machine(monkeypatch, "NVIDIA X", "NVIDIA X")
    assert describe_device() == "NVIDIA X, 1 GPU of 2; --devices=all trains on all"


def test_a_driver_without_a_gpu_is_warned_of(monkeypatch, tmp_path):
    monkeypatch.setattr(devices, "NVIDIA_DRIVER", [str(tmp_path)])
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert missing_cuda().endswith(": pip install tensorflow[and-cuda] installs what it needs")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert missing_cuda() == ""
