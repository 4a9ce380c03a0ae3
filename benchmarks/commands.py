"""How fast the explorer answers on a trained run, how fast commands are, and how large its exports are."""

import contextlib
import http.client
import importlib.util
import io
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from absl import app, flags
from machine import describe_onednn, processor
from timing import show_progress

import infogan_tf  # noqa: F401 - turns oneDNN on, before TensorFlow is loaded.
from infogan_tf.errors import RunNotFoundError, SettingError, printable

LARGE = (128, 128, 3)
WARM_UP = 3  # Requests that are not timed.

flags.DEFINE_string("run_folder", None, "The folder of a trained run, or a .keras file; required.")
flags.DEFINE_integer("number", 5000, "Images that are generated and encoded.", lower_bound=1, upper_bound=100_000)
flags.DEFINE_integer("requests", 50, "Requests for a wall; the median is taken over them.", lower_bound=1)


def main(_):
    from infogan_tf.runtime import onednn_is_on

    run = flags.FLAGS.run_folder
    if run is None or not Path(run).exists():
        sys.exit(f"error: flag --run_folder: expected the folder of a trained run, or a .keras file, got {run}")
    print(f"{processor()}, {describe_onednn(onednn_is_on())}, {run}\n\n| | |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        try:
            for row, text in _rows(Path(run), Path(folder)):
                print(f"| {row} | {text} |", flush=True)
        except (SettingError, RunNotFoundError) as error:
            sys.exit(f"error: flag --{printable(str(error))}")


def _rows(run: Path, folder: Path) -> Iterator[tuple[str, str]]:
    from infogan_tf.build_model import build_model
    from infogan_tf.experiments import presets

    yield f"a wall of 25 of {run.name}", _wall_latency(run)
    build_model(next(iter(presets("images").values())), LARGE).save(folder / "large.keras")
    yield f"a wall of 25 of {'x'.join(map(str, LARGE))}, untrained", _wall_latency(folder / "large.keras")
    yield from _commands(str(run), folder)
    yield from _exports(str(run), folder)


def _wall_latency(path: Path) -> str:
    """From the request to the last byte of the answer."""
    from infogan_tf.explorer.catalog import Catalog

    catalog = Catalog(path)
    step, _ = catalog.newest(0)
    codes = catalog.model(0, step).describe()["codes"]
    body = {
        "run": 0,
        "step": step,
        "view": "wall",
        "seed": 0,
        "codes": {code["name"]: [code["default"]] * code["dimensions"] for code in codes},
        "images": [[sample, {}] for sample in range(25)],
    }
    with _serving(catalog) as port:
        milliseconds = [1e3 * _seconds(lambda: _post(port, body)) for _ in range(WARM_UP + flags.FLAGS.requests)]
    show_progress(f"walls of {path.name}")
    timed = milliseconds[WARM_UP:]
    return f"{median(timed):.0f} ms, at most {max(timed):.0f} ms"


@contextlib.contextmanager
def _serving(catalog) -> Iterator[int]:
    from infogan_tf.explorer.server import make_explorer

    server = make_explorer(catalog, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.port
    finally:
        server.shutdown()
        server.server_close()


def _post(port: int, body: dict):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/generate", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.status != 200:
        sys.exit(f"error: the explorer answered {response.status}: {content.decode(errors='replace')}")


def _commands(run: str, folder: Path) -> Iterator[tuple[str, str]]:
    from infogan_tf.cli import encode, generate, traverse

    number = flags.FLAGS.number
    for name, output in (("PNG files", "images"), ("arrays", "images.npz")):
        images = str(folder / output)
        generated = generate.GenerateOptions(run_folder=run, number=number, output=images)
        yield f"generate, {name}", _speed(partial(generate.run, generated), number)
        encoded = encode.EncodeOptions(run_folder=run, images=images, output=f"{images}.csv")
        yield f"encode, {name}", _speed(partial(encode.run, encoded), number)
    for ending in ("png", "gif"):
        options = traverse.TraverseOptions(run_folder=run, output=str(folder / f"all.{ending}"))
        yield f"traverse of all codes, .{ending}", f"{_seconds(partial(traverse.run, options)):.1f} s"


def _speed(command: Callable[[], None], number: int) -> str:
    seconds = _seconds(command)
    return f"{number / seconds:,.0f} images/s, with loading the model: {number:,} in {seconds:.1f} s"


def _exports(run: str, folder: Path) -> Iterator[tuple[str, str]]:
    from infogan_tf.cli import export

    for name, ending in export.FORMATS.items():
        if name == "onnx" and not all(map(importlib.util.find_spec, ("tf2onnx", "onnx"))):
            print("tf2onnx and onnx are not installed, and their format is left out", file=sys.stderr)
            continue
        if name == "run" and run.endswith(".keras"):
            continue  # A file has no record of its run.
        path = folder / f"export_{name}{ending}"
        options = export.ExportOptions(run_folder=run, format=name, output=str(path))
        seconds = _seconds(partial(export.run, options))
        yield f"export --format={name}", f"{_size(path) / 1e6:,.1f} MB, in {seconds:.1f} s"


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _seconds(function: Callable[[], None]) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        function()
        return time.perf_counter() - start


if __name__ == "__main__":
    app.run(main)
