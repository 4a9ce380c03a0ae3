"""The explorer's server: what it answers, and a hundred requests that mean it harm."""

import base64
import http.client
import io
import json
import re
import signal
import socket
import struct
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.explorer import catalog as catalog_module
from infogan_tf.explorer import server as server_module
from infogan_tf.explorer.catalog import Catalog
from infogan_tf.explorer.config import ExplorerConfig
from infogan_tf.explorer.models import MAX_IMAGES, WALL, RequestError
from infogan_tf.explorer.server import MAX_SENDERS, ExplorerServer, serve
from infogan_tf.training.loading import load_model
from tests import processes
from tests.conftest import ROOT
from tests.explorer.conftest import make_run, serving

JSON, BYTES = "application/json", "application/octet-stream"
PLAIN, MIXED = 0, 1
CODES = {"c1": [3], "c2": [0.5], "c3": [-1.5]}
MIXED_CODES = {"kind": [11], "on": [0, 1], "width": [2.5], "style": [1, 3], "view": [90]}
# A second on a machine of its own; tests share theirs.
STALL_SECONDS = 5.0
WALL_IMAGES = [[sample, {}] for sample in range(WALL)]
GENERATE = {"run": PLAIN, "step": 2, "view": "test", "seed": 5, "codes": CODES, "images": WALL_IMAGES}


def ask(server, method, path, body=None, kind=JSON, **headers):
    """One request; returns (status, content, headers)."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        if body is not None:
            headers["Content-Type"] = kind
        connection.request(method, path, body if isinstance(body, bytes | None) else json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        if response.headers["Content-Encoding"] == "deflate":
            content = zlib.decompress(content)
        return response.status, content, response.headers
    finally:
        connection.close()


def post(server, path, body, kind=JSON):
    """What a good request is answered."""
    status, content, _ = ask(server, "POST", path, body, kind)
    assert status == 200, content
    return content


def picture(size=(40, 30), name="PNG", **options):
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, name, **options)
    return file.getvalue()


def assert_shows(content, images):
    """Whether an answer has the pixels of a model's images, up to rounding."""
    np.testing.assert_allclose(np.frombuffer(content, np.uint8), 255 * np.asarray(images).ravel(), atol=1)


# Answers


def test_the_page_comes_whole_and_names_no_other_host(server):
    for path, kind in (("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")):
        status, content, headers = ask(server, "GET", path)
        assert status == 200
        assert headers.get_content_type() == kind
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert b"http://" not in content
        assert b"https://" not in content


def test_runs_have_numbers(server):
    runs = json.loads(ask(server, "GET", "/runs")[1])
    assert runs == [{"name": "digits/plain", "steps": [1, 2]}, {"name": "mixed", "steps": [1]}]


def test_describes_codes_of_every_kind(server):
    described = json.loads(post(server, "/describe", {"run": MIXED, "step": 1}))
    kind, on, width, style, view = described["codes"]
    assert described["image_shape"] == [28, 28, 1]
    assert (kind["choices"], kind["dimensions"]) == (list(range(12)), 1)
    assert (on["choices"], on["dimensions"]) == ([0, 1], 2)
    assert (width["range"], width["trained"], width["default"]) == ([-1.5, 4.5], [0, 3], 1.5)
    assert (style["range"], style["trained"], style["dimensions"]) == ([0, 4], [1, 3], 2)
    assert (view["range"], view["trained"], view["default"], view["dimensions"]) == ([-180, 180], [-180, 180], 0, 1)
    assert (view["is_circular"], width["is_circular"]) == (True, False)


def test_the_wall_is_what_generate_makes_of_the_same_seed(server, logs):
    expected = logs[1]["digits/plain"].generate({"c1": 3, "c2": 0.5, "c3": -1.5}, num_images=WALL, seed=5)
    content = post(server, "/generate", GENERATE)
    assert_shows(content, expected)
    assert len(set(content)) > 20  # Not a blank wall.


def test_single_images_differ_in_the_codes_that_they_name(server, logs):
    images = [[2, {}], [2, {"kind": [0]}], [7, {"style": [0, 0], "on": [1, 1], "view": [-45]}]]
    request = {**GENERATE, "run": MIXED, "step": 1, "codes": MIXED_CODES, "images": images}
    model = logs[1]["mixed"]
    base = {"kind": 11, "on": [[0, 1]], "width": 2.5, "style": [[1, 3]], "view": 90}
    changes = ({}, {"kind": 0}, {"style": [[0, 0]], "on": [[1, 1]], "view": -45})
    expected = [
        model.generate(base | change, num_images=WALL, seed=5)[sample]
        for (sample, _), change in zip(images, changes, strict=True)
    ]
    assert_shows(post(server, "/generate", request), expected)


def test_a_picture_gets_the_posteriors_of_q(server, logs):
    answer = json.loads(post(server, "/encode?run=1&step=1", picture(), BYTES))
    image = np.frombuffer(base64.b64decode(answer["pixels"]), np.uint8).reshape(1, 28, 28, 1)
    posteriors = logs[1]["mixed"].infer_codes(image / np.float32(255))
    codes = answer["codes"]
    np.testing.assert_allclose(codes["kind"]["probs"], posteriors["kind"].probs, atol=1e-5)
    np.testing.assert_allclose(np.array(codes["on"]["probs"])[:, 1], posteriors["on"].probs[0], atol=1e-5)
    np.testing.assert_allclose(codes["style"]["mean"], posteriors["style"].mean[0], rtol=1e-4)
    np.testing.assert_allclose(codes["style"]["std"], posteriors["style"].std[0], rtol=1e-4)
    np.testing.assert_allclose(codes["view"]["mean"], posteriors["view"].angle[0], rtol=1e-4)
    np.testing.assert_allclose(codes["view"]["std"], posteriors["view"].angle_std[0], rtol=1e-4)
    assert codes["kind"]["values"] == [int(np.argmax(posteriors["kind"].probs))]
    request = {**GENERATE, "run": MIXED, "step": 1, "codes": {name: c["values"] for name, c in codes.items()}}
    assert len(post(server, "/generate", request)) == WALL * 28 * 28


@pytest.mark.parametrize(("name", "frames"), [("kind", 22), ("on", 2), ("width", 32), ("style", 32), ("view", 17)])
def test_animates_a_code(server, name, frames):
    request = {name: GENERATE[name] for name in ("view", "seed")}
    content = post(server, "/animate", {**request, "run": MIXED, "step": 1, "codes": MIXED_CODES, "code": name})
    with Image.open(io.BytesIO(content)) as file:
        assert (file.format, file.n_frames, file.size) == ("GIF", frames, (280, 280))


def test_new_checkpoints_and_runs_are_found(tmp_path, embedded_digits, small_networks):
    make_run(tmp_path / "b", embedded_digits)
    catalog = Catalog(tmp_path)
    make_run(tmp_path / "a", embedded_digits)
    (tmp_path / "b" / "checkpoints" / "step_0000001").rename(tmp_path / "b" / "checkpoints" / "step_0000002")
    catalog.rescan()
    assert [(run.name, run.steps) for run in catalog.runs] == [("b", (2,)), ("a", (1,))]
    with pytest.raises(RequestError, match="no checkpoint of this update"):
        catalog.model(0, 1)
    assert catalog.model(0, 2).describe()["wall"] == WALL


def test_the_newest_checkpoint_that_can_be_read_is_described(tmp_path, embedded_digits, small_networks):
    make_run(tmp_path / "run", embedded_digits, steps=(1, 2, 3))
    for step in (2, 3):
        next((tmp_path / "run" / "checkpoints" / f"step_000000{step}").glob("*.data-*")).write_bytes(b"damaged")
    with serving(tmp_path / "run") as server:
        described = json.loads(post(server, "/describe", {"run": 0, "step": None}))
        assert described["step"] == 1
        assert re.fullmatch(
            r"run, update 3: checkpoint \S+step_0000003 is damaged \(.*\); "
            r"run, update 2: checkpoint \S+step_0000002 is damaged \(.*\); update 1 is shown instead",
            described["note"],
        )
        assert json.loads(post(server, "/describe", {"run": 0, "step": 1}))["note"] == ""
    next((tmp_path / "run" / "checkpoints" / "step_0000001").glob("*.data-*")).unlink()
    with serving(tmp_path / "run") as server:
        for step in (None, 3):
            status, content, _ = ask(server, "POST", "/describe", {"run": 0, "step": step})
            assert (status, b"step_0000003 is damaged" in content) == (400, True)


def test_a_keras_file_can_be_explored(tmp_path, small_model):
    small_model.save(tmp_path / "small.keras")
    catalog = Catalog(tmp_path / "small.keras")
    assert [(run.name, run.steps) for run in catalog.runs] == [("small.keras", (0,))]
    assert catalog.model(0, 0).describe()["codes"][0]["choices"] == list(range(10))


# Refusals


def changed(**changes):
    return {**GENERATE, **changes}


def bomb_png(width, height):
    """A small file that claims to be a large picture."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(10**6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


HEAD = b"POST /generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
BAD_VALUES = [None, True, "1", -1, 1.5, 99, 10**400, [], {}, [0]]
BAD_JSON = [
    *(changed(run=value) for value in BAD_VALUES),
    *(changed(step=value) for value in BAD_VALUES),
    *(changed(seed=value) for value in (None, True, "1", -1, 1.5, 2**31, 10**400, [])),
    *(changed(view=value) for value in (None, 1, [], "x" * 65)),
    *(changed(codes=value) for value in (None, [], "c1", {}, {"c1": [1]}, {**CODES, "c9": [1]}, {**CODES, "z": [1]})),
    *(changed(codes={**CODES, "c1": value}) for value in (3, [], [10], [-1], [1.0], [True], ["3"], [None], [1, 2])),
    *(changed(codes={**CODES, "c2": value}) for value in (1, [], ["x"], [None], [10**400], [[0.5]], [{}], [1, 2])),
    *(changed(images=value) for value in (None, [], {}, "x", [1], [[0]], [[0, 1]], [[0, {}, 0]], [[25, {}]])),
    *(changed(images=[[0, value]]) for value in ([], None, {"c9": [1]}, {"c1": [11]}, {"c2": "x"})),
    changed(images=[[0, {}]] * (MAX_IMAGES + 1)),
    changed(path="/etc/passwd"),
    {},
    [],
    "text",
    5,
]
BAD_BODIES = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"NaN",
    b"null",
    b"9" * 10_000,
    json.dumps(changed(codes={**CODES, "c2": [float("nan")]})).encode(),
]
BAD_PATHS = [
    "/../../etc/passwd",
    "/..%2f..%2fetc/passwd",
    "//etc/passwd",
    "/page.js/../server.py",
    "/server.py",
    "/page.html",
    "/%00",
    "/runs/0",
    "/config.json",
    "/static/page.js",
    "/~root",
    "http://evil.example/runs2",
    "/[",
    "*",
]
BAD_HOSTS = [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
    "[",
    "a b",
    "127.1",
]
BAD_PICTURES = [
    b"",
    b"no picture",
    b"\x89PNG\r\n\x1a\n",
    picture()[:200],
    picture(name="TIFF"),
    picture(name="BMP"),
    picture(name="PPM"),
    b"%!PS-Adobe-3.0 EPSF-3.0\n",
    bomb_png(30_000, 30_000),
    bomb_png(2**31 - 1, 2**31 - 1),
    bomb_png(6000, 6000),
    picture(name="JPEG") + b"\xff\xda" * 100,
    b"GIF89a" + b"\xff" * 100,
    b"RIFF\xff\xff\xff\xffWEBPVP8 ",
    b'<svg xmlns="http://www.w3.org/2000/svg"/>',
]


@pytest.fixture
def unharmed(server, capfd):
    """After a test, the server answers at once and has reported no bug."""
    yield
    started = time.monotonic()
    post(server, "/generate", changed(view="a user"))
    assert time.monotonic() - started < STALL_SECONDS
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.usefixtures("unharmed")
class TestHostileRequests:
    def test_json_of_another_form(self, server):
        for body in BAD_JSON:
            status, content, _ = ask(server, "POST", "/generate", body)
            assert status == 400, body
            assert len(json.loads(content)["error"]) <= 300

    def test_bodies_that_are_no_json(self, server):
        for body in BAD_BODIES:
            assert ask(server, "POST", "/generate", body)[0] == 400, body[:50]

    def test_paths(self, server):
        for path in BAD_PATHS:
            for method in ("GET", "POST"):
                status, content, _ = ask(server, method, path, b"" if method == "POST" else None)
                assert status in (403, 404), path
                assert b"root:" not in content

    def test_names_that_point_here(self, server):
        for host in BAD_HOSTS:
            assert ask(server, "GET", "/runs", Host=host)[0] == 403, host
        for host in ("localhost", "localhost:9", "127.0.0.1", "[::1]:80", "192.168.0.7:1234"):
            assert ask(server, "GET", "/runs", Host=host)[0] == 200, host

    def test_pages_of_other_sites(self, server):
        for origin in ("http://evil.example", "null", "https://127.0.0.1", f"http://localhost:{server.port}"):
            assert ask(server, "POST", "/generate", GENERATE, Origin=origin)[0] == 403
        assert ask(server, "POST", "/generate", GENERATE, Origin=f"http://127.0.0.1:{server.port}")[0] == 200
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            assert ask(server, "POST", "/generate", GENERATE, kind)[0] == 415

    def test_pictures(self, server):
        for data in BAD_PICTURES:
            started = time.monotonic()
            status, content, _ = ask(server, "POST", "/encode?run=0&step=2", data, BYTES)
            assert status == 400, data[:20]
            assert b"picture" in content or b"JPEG" in content
            assert time.monotonic() - started < STALL_SECONDS
        for query in (
            "",
            "?run=0",
            "?run=x&step=2",
            "?run=0&step=-1",
            "?run=0&step=" + "9" * 4000,
            "?run=../..&step=2",
        ):
            assert ask(server, "POST", f"/encode{query}", picture(), BYTES)[0] == 400

    def test_bodies_that_are_too_large(self, server):
        assert ask(server, "POST", "/generate", bytes(2**18 + 1))[0] == 413
        assert ask(server, "POST", "/encode?run=0&step=2", bytes(2**24 + 1), BYTES)[0] == 413

    def test_what_is_no_http(self, server):
        for data, status in (
            (b"\r\n\r\n", None),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01", None),
            (b"GET\r\n\r\n", b"Bad request"),
            (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
            (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"431"),
            (b"GET / HTTP/9.9\r\n\r\n", b"Invalid HTTP version"),
            (b"GET /runs HTTP/1.1\r\n\r\n", b"403"),
            (b"GET /runs HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", b"403"),
            (b"BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"501"),
            (HEAD + b"\r\n", b"411"),
            (HEAD + b"Content-Length: -5\r\n\r\n", b"411"),
            (HEAD + b"Content-Length: 0x10\r\n\r\n", b"411"),
            (HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n", b"411"),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"411"),
            (HEAD + b"Content-Length: 100\r\n\r\n{}", b"400"),
        ):
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda c=connection: c.recv(65536), b""))
            assert status is None or status in answer, data[:60]

    def test_slow_senders_are_cut_off_and_hold_nobody_up(self, server, monkeypatch):
        monkeypatch.setattr(server_module, "REQUEST_SECONDS", 0.6)
        connections = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(20)]
        head = HEAD + b"Content-Length: 999\r\n\r\n"
        for i, connection in enumerate(connections):
            connection.sendall(head if i % 2 else head[:30])
        started = time.monotonic()
        post(server, "/generate", changed(view="a user"))
        assert time.monotonic() - started < STALL_SECONDS
        for _ in range(8):  # Each byte comes in time, the request doesn't.
            time.sleep(0.1)
            for connection in connections:
                try:
                    connection.sendall(b" ")
                except OSError:
                    continue
        for i, connection in enumerate(connections):
            with connection:
                try:
                    answer = connection.recv(1000)
                except ConnectionResetError:
                    continue
                assert b" 408 " in answer if i % 2 else answer == b""

    def test_more_idle_connections_than_are_kept(self, server):
        address = ("127.0.0.1", server.port)
        connections = [socket.create_connection(address, timeout=5) for _ in range(MAX_SENDERS + 20)]
        started = time.monotonic()
        post(server, "/generate", changed(view="a user"))
        assert time.monotonic() - started < STALL_SECONDS
        assert connections[0].recv(1) == b""  # The oldest was cut off.
        for connection in connections:
            connection.close()

    def test_fifty_at_once(self, server):
        good = json.dumps(GENERATE).encode()

        def one(number):
            body = json.dumps(changed(view=f"view {number // 2}")) if number % 5 else "{"
            return ask(server, "POST", "/generate", body.encode())[0]

        with ThreadPoolExecutor(50) as pool:
            statuses = list(pool.map(one, range(50)))
        assert statuses.count(400) == 10
        assert set(statuses) <= {200, 400, 409}
        assert ask(server, "POST", "/generate", good)[0] == 200


def test_others_are_answered_while_a_model_is_loaded(logs, monkeypatch):
    loading, done = threading.Event(), threading.Event()

    def slow_load(*args):
        loading.set()
        done.wait()
        return load_model(*args)

    with serving(logs[0]) as server, ThreadPoolExecutor(1) as pool:
        post(server, "/describe", {"run": PLAIN, "step": 2})
        monkeypatch.setattr(catalog_module, "load_model", slow_load)
        slow = pool.submit(post, server, "/describe", {"run": PLAIN, "step": 1})
        loading.wait()
        post(server, "/generate", GENERATE)
        assert not slow.done()
        done.set()
        assert slow.result()


# The command


@pytest.mark.parametrize(
    ("flags", "error", "text"),
    [
        ({}, SettingError, "run_folder: expected the folder of a run, .* or a .keras file, got none"),
        (
            {"run_folder": "~nobody_of_this_name/logs"},
            SettingError,
            r"run_folder: expected .* got ~nobody_of_this_name/logs \(",
        ),
        ({"run_folder": "nowhere"}, RunNotFoundError, "got nowhere, where there is none"),
        ({"run_folder": "empty"}, RunNotFoundError, "expected runs with a checkpoint, got empty without any"),
        ({"run_folder": "file.txt"}, SettingError, "got file.txt, which is another file"),
        ({"run_folder": "file.keras"}, SettingError, "expected a run that can be loaded, got file.keras, update 0"),
        ({"run_folder": "other"}, SettingError, "run_folder: expected a run that can be loaded, got other, update 1"),
        ({"run_folder": "logs", "port": "taken"}, SettingError, r"port: expected a free port, or auto, .* in use"),
        ({"run_folder": "logs", "host": "198.51.100.1"}, SettingError, "host: expected an address of this machine"),
        ({"run_folder": "logs", "host": "no host"}, SettingError, "host: expected an address of this machine"),
    ],
)
def test_refuses_what_it_cannot_serve(flags, error, text, tmp_path, monkeypatch, logs, server):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("text")
    (tmp_path / "file.keras").write_text("text")
    (tmp_path / "other" / "checkpoints" / "step_0000001").mkdir(parents=True)
    (tmp_path / "other" / "config.json").write_text("{}")
    (tmp_path / "logs").symlink_to(logs[0])
    port = {"port": server.port} if "port" in flags else {"port": None}
    config = ExplorerConfig(**{**flags, **port})

    def launch():
        config.check()
        serve(config)

    with pytest.raises(error, match=text):
        launch()


def test_other_machines_are_served_only_if_asked_for(logs, capsys, monkeypatch):
    monkeypatch.setattr(ExplorerServer, "serve_forever", lambda self: None)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.2 22")
    serve(ExplorerConfig(run_folder=str(logs[0]), port=None))
    assert "@10.0.0.2, then open the same address" in capsys.readouterr().out
    serve(ExplorerConfig(run_folder=str(logs[0]), port=None, host="0.0.0.0"))
    out = capsys.readouterr().out
    assert "warning: everybody who can reach 0.0.0.0 can use this page" in out
    assert "ssh" not in out


def test_the_launcher_serves_until_it_is_interrupted(tmp_path, small_model):
    small_model.save(tmp_path / "small.keras")
    command = [sys.executable, str(ROOT / "launchers" / "explore.py"), "--run_folder=small.keras", "--port=auto"]
    with processes.started(command, cwd=tmp_path) as process:
        process.wait_for(lambda: "from another machine: ssh -N -L" in process.out)
        port = int(process.out.split("127.0.0.1:")[1].split("/")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/runs")
        assert json.loads(connection.getresponse().read()) == [{"name": "small.keras", "steps": [0]}]
        process.send_signal(signal.SIGINT)
        out, err = process.wait()
    assert process.returncode == 0
    assert out.endswith("stopped\n")
    assert err == ""
