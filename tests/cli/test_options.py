"""Options of the commands that take a trained model."""

import pytest

from infogan_tf.cli.export import ExportOptions
from infogan_tf.cli.generate import CodeValues
from infogan_tf.data.paths import IMAGES
from infogan_tf.errors import SettingError
from infogan_tf.options import parsed

MODEL = "the folder of a trained run, or a .keras file"
ONE_OR_MORE = f"an image, {IMAGES}"
NEW = "a new path, since nothing is overwritten"
REFUSED = {
    "generate": f"run_folder: expected {MODEL}, got none",
    "encode --run_folder=run": f"images: expected {ONE_OR_MORE}, got none",
    "encode --run_folder=run --images=nowhere --output=a.csv": f"images: expected {ONE_OR_MORE}, got nowhere, "
    "which does not exist",
    "traverse --run_folder=run": "output: expected a new file that ends in .png or .gif, got none",
    "traverse --run_folder=nowhere --output=a.png": f"run_folder: expected {MODEL}, got nowhere, where there is none",
    "traverse --run_folder=run --output=old.png": f"output: expected {NEW}, got old.png, which exists",
    "generate --run_folder=run --output=run": f"output: expected {NEW}, got run, which exists",
    "traverse --run_folder=run --output=no/a.png": "output: expected a path in a folder that can be written, got no, "
    "which is not there",
    "traverse --run_folder=run --output=~nobody_here/a.png": "output: expected a path, got ~nobody_here/a.png (Could "
    "not determine home directory.)",
    "traverse --run_folder=run --output=a.webp": "output: expected a new file that ends in .png or .gif, got 'a.webp'",
    "traverse --run_folder=run --output=a.png/": "output: expected a new file that ends in .png or .gif, got 'a.png/'",
    "generate --run_folder=run --output=a.jpg": "output: expected a new folder, or a new file that ends in .png or "
    ".npz, got 'a.jpg'",
    "export --run_folder=run --output=a": "output: expected a file that ends in .keras, with --format=keras, got a",
    "export --run_folder=run --output=a.keras/": "output: expected a file that ends in .keras, with --format=keras, "
    "got a.keras/",
    "export --run_folder=run --output=a.keras --format=onnx": "output: expected a folder, with --format=onnx, got "
    "a.keras",
    "export --run_folder=run --output=a.keras --seed=3": "seed: expected none with --format=keras, which samples "
    "nothing, got 3",
    "explore": "run_folder: expected the folder of a run, a folder with runs in it, or a .keras file, got none",
    "explore --run_folder=run --allowed_hosts=a,,b": "allowed_hosts: expected names of hosts, separated by commas, or "
    "auto (addresses, and the names of this machine and of --host), got 'a,,b'",
    "explore --run_folder=no": "run_folder: expected the folder of a run, a folder with runs in it, or a .keras file, "
    "got no, where there is none",
    "evaluate --run_folder=no": "run_folder: expected the folder of a trained run, got no, where there is none",
    "evaluate --run_folder=run --step=0": "step: expected an integer >= 1, or auto (the newest), got '0'",
}


@pytest.fixture(autouse=True)
def _place(tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "old.png").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_wrong_or_missing_is_refused_before_anything_is_loaded(refused, typed):
    assert refused(*typed.split(" ")) == f"flag --{REFUSED[typed]}"


def test_missing_onnx_packages_are_named_with_the_command_that_installs_them(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "tf2onnx" else name)
    with pytest.raises(SettingError, match="one of keras, run, saved_model, html, or first: pip install tf2onnx onnx"):
        ExportOptions(run_folder="run", output="a", format="onnx")


def test_values_of_codes_are_read():
    read = CodeValues().parse
    assert read("c1=3") == {"c1": (3,)}
    assert read(" c1 = 0:9:10 , tilt=-2:2:5,width=1.5") == {
        "c1": tuple(range(10)),
        "tilt": (-2, -1, 0, 1, 2),
        "width": (1.5,),
    }
    assert read("c2=0:1:11")["c2"][3] == 0.3
    assert read("c2=2:-2:3,c3=1e-3:9:1") == {"c2": (2, 0, -2), "c3": (0.001,)}
    assert all(isinstance(value, int) for value in read("c1=0:9:10")["c1"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the term ''"),
        ("c1=3,", "the term ''"),
        *((text, f"the term {text!r}") for text in ("c1", "=3", "c1=three", "c2=-2:2", "c2=-2:2:0", "c2=-2:2:1.5")),
        *((text, f"the term {text!r}") for text in ("c2=-2:2:3:4", "c2=0:1:100001", "c2=0:inf:3")),
        ("c1=1,c1=2", "the code 'c1' for the second time"),
    ],
)
def test_other_values_are_refused_with_the_wrong_term(text, problem):
    with pytest.raises(SettingError) as refused:
        parsed("codes", text, CodeValues())
    assert str(refused.value) == (
        "codes: expected values of codes such as c1=3,c2=-2:2:9, each name=number or name=first:last:count, got "
        f"{problem}"
    )
