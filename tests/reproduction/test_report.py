import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from infogan_tf.figures.pictures import save_animation, save_picture
from infogan_tf.reproduction.report import write_report

TABLE = "| a | b |\n| --- | --- |\n| 1 | \\|Spearman\\| |\n"
TEXT = f"# A & B\n\n![a picture](picture.png)\n\n![moving](moving.gif)\n\n{TABLE}"


@pytest.fixture
def report(tmp_path):
    save_picture(tmp_path / "picture.png", np.full([20, 30, 3], 200, np.uint8))
    save_animation(tmp_path / "moving.gif", [np.zeros([20, 20, 3], np.uint8), np.full([20, 20, 3], 255, np.uint8)])
    write_report(tmp_path, TEXT)
    return tmp_path


def test_the_page_carries_its_pictures(report):
    page = (report / "report.html").read_text()
    sources = re.findall(r'src="([^"]+)"', page)
    assert [source.split(",")[0] for source in sources] == ["data:image/png;base64", "data:image/gif;base64"]
    sizes = [Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))).size for source in sources]
    assert sizes == [(30, 20), (20, 20)]
    assert "<td>1</td>\n<td>|Spearman|</td>" in page
    assert "<title>A &amp; B</title>" in page
    assert (report / "report.md").read_text() == TEXT


def test_nothing_but_pictures_of_the_report_is_embedded(report):
    for file in ("/etc/passwd", "../picture.png", str(report / "picture.png"), "picture.svg"):
        write_report(report, f"# A\n\n![x]({file})\n")
        assert f'src="{file}"' in (report / "report.html").read_text()
    before = {path: path.read_bytes() for path in report.iterdir()}
    with pytest.raises(FileNotFoundError):
        write_report(report, "# A\n\n![x](missing.png)\n")
    assert {path: path.read_bytes() for path in report.iterdir()} == before, "nothing is half written"
