import pytest

from infogan_tf.errors import cause, first_line

OF_TENSORFLOW = "{{function_node __wrapped__MatMul_device_/job:here}} OOM when allocating tensor [Op:MatMul] name: "
LARGE = "Unable to allocate 9.31 GiB for an array"


@pytest.mark.parametrize(
    ("error", "line", "known"),
    [
        (OSError(28, "No space left on device"), "disk full ([Errno 28] No space left on device)", "disk full"),
        (MemoryError(), "out of memory (MemoryError)", "out of memory"),
        (MemoryError(LARGE), f"out of memory ({LARGE})", "out of memory"),
        (RuntimeError(OF_TENSORFLOW), "out of memory (OOM when allocating tensor)", "out of memory"),
        (ValueError("first\nsecond"), "first", None),
        (ValueError(), "ValueError", None),
        (ValueError("x" * 300), "x" * 200, None),
    ],
)
def test_an_error_in_one_line_names_its_cause(error, line, known):
    assert first_line(error) == line
    assert cause(error) == known
