"""The explorer's server: what it answers, and what it refuses."""

import base64
import contextlib
import http.client
import io
import json
import re
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.explorer import catalog as catalog_module
from infogan_tf.explorer.catalog import Catalog
from infogan_tf.explorer.models import MAX_IMAGES, WALL, RequestError
from infogan_tf.explorer.server import make_explorer, serve
from infogan_tf.training.loading import load_model
from tests import processes
from tests.conftest import ROOT
from tests.explorer.conftest import damage_checkpoint, make_run, save_checkpoints, serving

JSON, BYTES = "application/json", "application/octet-stream"
PLAIN, MIXED = 0, 1
CODES = {"c1": [3], "c2": [0.5], "c3": [-1.5]}
MIXED_CODES = {"kind": [11], "on": [0, 1], "width": [2.5], "style": [1, 3], "view": [90]}
WALL_IMAGES = [[sample, {}] for sample in range(WALL)]
GENERATE = {"run": PLAIN, "step": 2, "view": "test", "seed": 5, "codes": CODES, "images": WALL_IMAGES}


def ask(server, method, path, body=None, kind=JSON, **headers):
    """One request; returns (status, content, headers)."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        if body is not None:
            headers["Content-Type"] = kind
        connection.request(method, path, body if isinstance(body, bytes | None) else json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, response.read(), response.headers


def post(server, path, body, kind=JSON):
    """What a good request is answered."""
    status, content, _ = ask(server, "POST", path, body, kind)
    assert status == 200, content
    return content


def refusal(server, path, body, kind=JSON):
    """The status and message that a bad request is answered with."""
    status, content, headers = ask(server, "POST", path, body, kind)
    assert headers.get_content_type() == JSON
    return status, json.loads(content)["error"]


def picture(size=(40, 30), name="PNG"):
    """A file of a picture, which compresses well."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(file, name)
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


def test_single_images_differ_in_the_codes_that_they_name(server, logs):
    images = [[2, {}], [2, {"kind": [0]}], [7, {"style": [0, 0], "on": [1, 1], "view": [-45]}]]
    request = {**GENERATE, "run": MIXED, "step": 1, "codes": MIXED_CODES, "images": images}
    base = {"kind": 11, "on": [[0, 1]], "width": 2.5, "style": [[1, 3]], "view": 90}
    changes = ((2, {}), (2, {"kind": 0}), (7, {"style": [[0, 0]], "on": [[1, 1]], "view": -45}))
    model = logs[1]["mixed"]
    expected = [model.generate(base | change, num_images=WALL, seed=5)[sample] for sample, change in changes]
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
    request = {**GENERATE, "run": MIXED, "step": 1, "codes": {name: c["values"] for name, c in codes.items()}}
    assert len(post(server, "/generate", request)) == WALL * 28 * 28


@pytest.mark.parametrize(("name", "frames"), [("kind", 22), ("style", 32), ("view", 17)])
def test_animates_a_code(server, name, frames):
    request = {name: GENERATE[name] for name in ("view", "seed")}
    content = post(server, "/animate", {**request, "run": MIXED, "step": 1, "codes": MIXED_CODES, "code": name})
    with Image.open(io.BytesIO(content)) as file:
        assert (file.format, file.n_frames, file.size) == ("GIF", frames, (280, 280))


# Runs and checkpoints


def test_new_checkpoints_and_runs_are_found(tmp_path, embedded_digits, small_networks):
    model = make_run(tmp_path / "b", embedded_digits)
    catalog = Catalog(tmp_path)
    make_run(tmp_path / "a", embedded_digits)
    save_checkpoints(tmp_path / "b", model, [2])
    catalog.rescan()
    assert [(run.name, run.steps) for run in catalog.runs] == [("b", (1, 2)), ("a", (1,))]
    with pytest.raises(RequestError, match="no checkpoint of this update"):
        catalog.model(0, 3)
    assert catalog.model(0, 2) is catalog.model(0, 2)


def test_the_newest_checkpoint_that_can_be_read_is_shown(tmp_path, embedded_digits, small_networks):
    make_run(tmp_path / "run", embedded_digits, steps=(1, 2, 3))
    for step in (2, 3):
        damage_checkpoint(tmp_path / "run", step)
    with serving(tmp_path) as server:
        described = json.loads(post(server, "/describe", {"run": 0, "step": None}))
        assert described["step"] == 1
        assert re.fullmatch(
            r"run, update 3: .* is damaged \(.*; run, update 2: .* is damaged \(.*; update 1 is shown instead",
            described["note"],
        )
    damage_checkpoint(tmp_path / "run", 1)
    with pytest.raises(RequestError, match=r"update 3: .* is damaged .*update 1: .* is damaged"):
        Catalog(tmp_path).newest(0)


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


# Refusals


def changed(**changes):
    return {**GENERATE, **changes}


BAD_VALUES = [None, True, "1", -1, 1.5, 99, 10**400, [], {}, [0]]
BAD_JSON = [
    *(changed(**{name: value}) for name in ("run", "step") for value in BAD_VALUES),
    *(changed(seed=value) for value in (None, True, "1", -1, 1.5, 2**31, 10**400, [])),
    *(changed(view=value) for value in (None, 1, [], "x" * 65)),
    *(changed(codes=value) for value in (None, [], "c1", {}, {"c1": [1]}, {**CODES, "c9": [1]}, {**CODES, "z": [1]})),
    *(changed(codes={**CODES, "c1": value}) for value in (3, [], [10], [-1], [1.5], [True], ["3"], [None], [1, 2])),
    *(changed(codes={**CODES, "c2": value}) for value in (1, [], ["x"], [None], [10**400], [[0.5]], [{}], [1, 2])),
    changed(codes={**CODES, "c2": [float("nan")]}),
    *(changed(images=value) for value in (None, [], {}, "x", [1], [[0]], [[0, 1]], [[0, {}, 0]], [[25, {}]])),
    *(changed(images=[[0, value]]) for value in ([], None, {"c9": [1]}, {"c1": [11]}, {"c2": "x"})),
    changed(images=[[0, {}]] * (MAX_IMAGES + 1)),
    changed(path="/etc/passwd"),
    *({}, [], "text", 5, b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"NaN", b"null", b"9" * 10_000),
]
BAD_PATHS = ["/../../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/page.js/../server.py", "/server.py"]
OUR_HOSTS = ["localhost", "LOCALHOST:9", "127.0.0.1", "[::1]:80", "192.168.0.7:1234"]
BAD_HOSTS = ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "", "[", "127.1"]
BAD_PICTURES = [b"", b"no picture", picture()[:60], b"GIF89a" + bytes(99)]
QUERIES = ["", "?run=0", "?run=x&step=2", "?run=0&step=-1", f"?run=0&step={'9' * 4000}", "?run=../..&step=2"]


@pytest.fixture
def unharmed(server, capfd):
    """After a test, the server answers and has reported no bug."""
    yield
    post(server, "/generate", changed(view="a user"))
    assert capfd.readouterr().err == ""


def statuses(server, *hosts):
    """The status of an answer by the name that the server is asked by, with headers as of a page behind a proxy."""
    headers = {"Origin": "https://x-8008.app.github.dev", "X-Forwarded-Host": "localhost"}
    return {host: ask(server, "GET", "/runs", Host=host, **headers)[0] for host in hosts}


@pytest.mark.usefixtures("unharmed")
class TestBadRequests:
    def test_json_of_another_form(self, server):
        for body in BAD_JSON:
            status, message = refusal(server, "/generate", body)
            assert status == 400, body
            assert len(message) <= 300

    def test_paths(self, server):
        for path in BAD_PATHS:
            assert ask(server, "GET", path)[0] == 404
            assert ask(server, "POST", path, b"")[0] == 404

    def test_names_that_point_here(self, server):
        assert statuses(server, *OUR_HOSTS, *BAD_HOSTS) == dict.fromkeys(OUR_HOSTS, 200) | dict.fromkeys(BAD_HOSTS, 403)
        assert ask(server, "GET", "http://evil.example/runs")[0] == 403

    def test_contents_that_a_page_of_another_site_can_send(self, server):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            assert refusal(server, "/generate", GENERATE, kind) == (415, "the content must be application/json")

    def test_pictures(self, server):
        for data in BAD_PICTURES:
            status, message = refusal(server, "/encode?run=0&step=2", data, BYTES)
            assert status == 400, data[:20]
            assert "picture" in message
        for query in QUERIES:
            assert refusal(server, f"/encode{query}", picture(), BYTES)[0] == 400

    def test_bodies_that_are_too_large(self, server):
        assert refusal(server, "/generate", bytes(2**18 + 1))[0] == 413
        assert refusal(server, "/encode?run=0&step=2", bytes(2**24 + 1), BYTES)[0] == 413


def test_allowed_names_are_answered_and_a_refusal_names_the_flag(logs):
    with serving(logs[0], "gpu1.lab.org", ".github.dev") as server:
        allowed = ["localhost", "gpu1.lab.org", "GPU1.lab.org:8008", "github.dev", "x-8008.app.github.dev:443"]
        others = ["gpu2.lab.org", "lab.org", "a.gpu1.lab.org", "evilgithub.dev", "github.dev.evil", ""]
        assert statuses(server, *allowed, *others) == dict.fromkeys(allowed, 200) | dict.fromkeys(others, 403)
        content = ask(server, "GET", "/", Host="gpu2.lab.org")[1]
        assert json.loads(content)["error"] == "'gpu2.lab.org' is not a name of this server: --allowed_hosts may add it"
    with serving(logs[0], "*") as server:
        assert statuses(server, "any.name:1", "[") == {"any.name:1": 200, "[": 403}


# The command


@pytest.mark.parametrize(
    ("root", "error", "text"),
    [
        *((name, RunNotFoundError, f"got {name}, where there is no run") for name in ("nowhere", "empty", "file.txt")),
        ("file.keras", SettingError, "expected a run that can be loaded, got file.keras, update 0"),
        ("other", SettingError, "run_folder: expected a run that can be loaded, got other, update 1"),
    ],
)
def test_refuses_what_it_cannot_load(root, error, text, tmp_path, monkeypatch, embedded_digits, small_networks):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("text")
    (tmp_path / "file.keras").write_text("text")
    if root == "other":
        make_run(tmp_path / root, embedded_digits)
        (tmp_path / root / "config.json").write_text("{}")
    with pytest.raises(error, match=text):
        serve(Path(root), "127.0.0.1", None)


def test_refuses_addresses_and_ports_that_it_cannot_have(server):
    for host in ("198.51.100.1", "no host", "a" * 100, "unix://file"):
        with pytest.raises(SettingError, match=f"host: expected an address of this machine, got {host}"):
            make_explorer(server.app.catalog, host, 0)
    with pytest.raises(SettingError, match=r"port: expected a free port, or auto, .* in use"):
        make_explorer(server.app.catalog, "127.0.0.1", server.port)


def test_other_machines_are_served_only_if_asked_for(logs, capsys, monkeypatch):
    monkeypatch.setattr("werkzeug.serving.BaseWSGIServer.serve_forever", lambda self: self.server_close())
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.2 22")
    serve(logs[0], "localhost", None)
    assert "@10.0.0.2, then open the same address" in capsys.readouterr().out
    monkeypatch.setattr("socket.gethostname", lambda: "gpu1")
    monkeypatch.setattr("infogan_tf.explorer.server.get_interface_ip", lambda family: "10.0.0.2")
    serve(logs[0], "0.0.0.0", 18765, ("gpu1.lab.org", ".lab.org", "*"))
    out = capsys.readouterr().out
    assert "at http://127.0.0.1:18765/; Ctrl-C ends\n" in out
    expected = "http://10.0.0.2:18765/, http://gpu1:18765/, http://gpu1.lab.org:18765/"
    assert f"from other machines: {expected}\n" in out
    assert "warning: everybody who can reach 0.0.0.0 can use this page" in out
    assert "ssh" not in out


@pytest.mark.slow
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
