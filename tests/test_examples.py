"""The notebook runs from top to bottom."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

TOUR = ROOT / "examples" / "tour.ipynb"


@pytest.mark.slow
def test_the_tour_trains_and_shows_pictures(tmp_path):
    notebook = nbformat.read(TOUR, as_version=4)
    (setup,) = (cell for cell in notebook.cells if "UPDATES = 400" in cell.source)
    setup.source = setup.source.replace("UPDATES = 400", "UPDATES = 20")
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 8
    assert (tmp_path / "tour/run_20/page.html").stat().st_size > 1e6


def test_the_notebook_is_kept_without_outputs():
    assert not any(cell.get("outputs") for cell in nbformat.read(TOUR, as_version=4).cells)
