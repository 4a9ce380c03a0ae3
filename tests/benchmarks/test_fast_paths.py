import pytest

pytestmark = pytest.mark.slow
OFF = """
from infogan_tf import runtime
from tests import small_networks
runtime.onednn_is_on = lambda: False
small_networks.small_experiment().__enter__()
"""


def test_the_table_shows_what_is_lost_without_a_fast_path(launchers):
    arguments = ["--batch_size=4", "--rounds=1", "--part=Dense", "--part=FusedAdam"]
    finished = launchers.run("benchmarks/fast_paths.py", *arguments, setup=OFF)
    assert finished.returncode == 0, finished.stderr
    for text in ("oneDNN off; batch 4", "| all fast paths |", "| without Dense |", "| without FusedAdam |"):
        assert text in finished.stdout
    assert "round 1 of 1" in finished.stderr
