"""The notebook, kept without outputs, runs from top to bottom."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT


@pytest.mark.slow
def test_the_tour_trains_and_shows_pictures(tmp_path):
    notebook = nbformat.read(ROOT / "examples" / "tour.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    (setup,) = (cell for cell in notebook.cells if "UPDATES = 1000" in cell.source)
    setup.source = setup.source.replace("UPDATES = 1000", "UPDATES = 20")
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 8
    assert (tmp_path / "tour/run_20/page.html").stat().st_size > 1e6
