"""The explorer's server: one page, and a few requests that it makes.

What comes over the network is not trusted. Files are read when the server starts or loads a model, never by a name
in a request; bodies are limited and validated; whoever sends slowly is cut off; pages of other sites are refused,
also when their name points at this machine (DNS rebinding).
"""

import base64
import contextlib
import errno
import getpass
import importlib.resources
import io
import ipaddress
import json
import os
import shlex
import socket
import socketserver
import sys
import threading
import time
import traceback
import webbrowser
import zlib
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from infogan_tf.config import given_path
from infogan_tf.console import log
from infogan_tf.errors import SettingError, first_line
from infogan_tf.explorer.catalog import Catalog
from infogan_tf.explorer.config import RUNS, ExplorerConfig
from infogan_tf.explorer.models import ExplorerModel, RequestError, animation
from infogan_tf.explorer.request_queue import BusyError, SupersededError, Turns

PAGE_FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/server.js": ("server.js", "text/javascript; charset=utf-8"),
}
MAX_JSON_BYTES = 2**18
MAX_PICTURE_BYTES = 2**24
MAX_VIEW = 64
BATCH = 25  # Images of one turn at the model.
REQUEST_SECONDS = 10.0  # A request must have come in this time, however slowly its parts drop in.
RESPONSE_SECONDS = 20.0
DECODER_SECONDS = 1.0
MAX_SENDERS = 128  # Connections whose request has not come; one more cuts off the oldest.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class _HTTPError(Exception):
    """An answer that is an error."""

    def __init__(self, status: HTTPStatus, message: str):
        super().__init__(message)
        self.status = status


class _TimedReader(io.RawIOBase):
    """A socket that must have delivered what is read of it in a given time, all in all."""

    def __init__(self, connection: socket.socket, seconds: float):
        self._connection = connection
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class ExplorerServer(ThreadingHTTPServer):
    """Serves the page and answers it, a thread for each connection.

    Args:
        catalog: the runs.
        host: the address to listen at.
        port: the port; 0 for a free one.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, catalog: Catalog, host: str, port: int):
        self.catalog = catalog
        self.turns = Turns()
        self.decoder = threading.Lock()
        folder = importlib.resources.files(__package__)
        self.pages = {path: ((folder / name).read_bytes(), kind) for path, (name, kind) in PAGE_FILES.items()}
        self._senders: dict[socket.socket, None] = {}
        self._sending = threading.Lock()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.port = self.server_address[1]
        self.address = ipaddress.ip_address(self.server_address[0])
        self.is_local = self.address.is_loopback
        self._names = {"localhost"} if self.is_local else {"localhost", host.lower(), socket.gethostname().lower()}

    def server_bind(self):
        # The base class also asks the network for its name, which may take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def is_ours(self, host: str | None) -> bool:
        """Whether a Host header names this machine: by address, which no other site can have, or by its own name."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
            if name not in self._names:
                ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def process_request(self, request: socket.socket, client_address: Any):
        with self._sending:
            self._senders[request] = None
            oldest = next(iter(self._senders)) if len(self._senders) > MAX_SENDERS else None
            self._senders.pop(oldest, None)
        if oldest is not None:
            with contextlib.suppress(OSError):
                oldest.shutdown(socket.SHUT_RDWR)
        super().process_request(request, client_address)

    def request_has_come(self, request: socket.socket):
        """Notes that a connection is no longer waited for."""
        with self._sending:
            self._senders.pop(request, None)

    def shutdown_request(self, request: socket.socket):
        self.request_has_come(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket.socket, client_address: Any):
        if not isinstance(sys.exception(), OSError):  # A connection that broke.
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers one request; the connection is closed after it."""

    server: ExplorerServer
    server_version, sys_version = "infogan_tf", ""

    def setup(self):
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_TimedReader(self.connection, REQUEST_SECONDS))

    def do_GET(self):
        self._respond({"/runs": self._runs}, self._page)

    def do_POST(self):
        answers = {
            "/describe": self._describe,
            "/generate": self._generate,
            "/animate": self._animate,
            "/encode": self._encode,
        }
        self._respond(answers, self._not_found)

    def log_message(self, *_: Any):
        """Prints nothing."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None):
        """Answers what the base class refuses."""
        self._send(HTTPStatus(code), _json({"error": message or HTTPStatus(code).phrase}), "application/json")

    def _respond(self, answers: dict[str, Callable], otherwise: Callable):
        try:
            self._check_sender()
            content, kind = answers.get(urlsplit(self.path).path, otherwise)()
            status = HTTPStatus.OK
        except Exception as error:
            status = _status_of(error)
            content, kind = _json({"error": first_line(error, length=300)}), "application/json"
        self._send(status, content, kind)

    def _send(self, status: HTTPStatus, content: bytes, kind: str):
        self.server.request_has_come(self.connection)
        self.connection.settimeout(RESPONSE_SECONDS)
        self.close_connection = True
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if len(content) > 1000 and kind != "image/gif":
            content = zlib.compress(content, 1)
            self.send_header("Content-Encoding", "deflate")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        if status != HTTPStatus.OK:
            self._read_the_rest()

    def _read_the_rest(self):
        # A connection that is closed with something unread is reset, and the client may lose the answer.
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            rest = _TimedReader(self.connection, 1.0)
            while rest.read(2**16):
                pass

    def _check_sender(self):
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or not self.server.is_ours(hosts[0]):
            raise _HTTPError(HTTPStatus.FORBIDDEN, "this name is not one of this server's")
        origin = self.headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{hosts[0].lower()}":
            raise _HTTPError(HTTPStatus.FORBIDDEN, "pages of other sites can't use this server")

    def _page(self) -> tuple[bytes, str]:
        return self.server.pages.get(urlsplit(self.path).path) or self._not_found()

    def _not_found(self):
        raise _HTTPError(HTTPStatus.NOT_FOUND, "there is nothing at this address")

    def _runs(self) -> tuple[bytes, str]:
        return _json([{"name": run.name, "steps": run.steps} for run in self.server.catalog.runs]), "application/json"

    def _describe(self) -> tuple[bytes, str]:
        request = self._read_json("run", "step")
        step, damaged = request["step"], []
        if step is None:
            step, damaged = self.server.catalog.newest(request["run"])
        model = self.server.catalog.model(request["run"], step)
        note = "; ".join([*damaged, f"update {step} is shown instead"]) if damaged else ""
        return _json({**model.describe(), "step": step, "note": note}), "application/json"

    def _generate(self) -> tuple[bytes, str]:
        request = self._read_json("run", "step", "view", "seed", "codes", "images")
        model = self._model(request)
        latents = model.latents(request["seed"], request["codes"], request["images"])
        return self._in_turns(request, model.generate, latents).tobytes(), "application/octet-stream"

    def _animate(self) -> tuple[bytes, str]:
        request = self._read_json("run", "step", "view", "seed", "codes", "code")
        model = self._model(request)
        frames = model.frames(request["seed"], request["codes"], request["code"])
        images = self._in_turns(request, model.generate, np.concatenate(frames))
        and_back = not model.is_circular(request["code"])
        return animation(np.split(images, len(frames)), and_back), "image/gif"

    def _encode(self) -> tuple[bytes, str]:
        query = dict(parse_qsl(urlsplit(self.path).query))
        request = {name: int(text) for name, text in query.items() if text.isascii() and text.isdecimal()}
        data = self._read_body("application/octet-stream", MAX_PICTURE_BYTES)
        model = self._model({"run": request.get("run"), "step": request.get("step")})
        # One at a time: pictures of the largest size take some hundred megabytes.
        if not self.server.decoder.acquire(timeout=DECODER_SECONDS):
            raise BusyError("another picture is being decoded; try again")
        try:
            image = model.read_picture(data)
        finally:
            self.server.decoder.release()
        with self.server.turns.request(f"picture {id(self)}") as turn, turn():
            posteriors = model.infer(image)
        pixels = base64.b64encode(image.tobytes()).decode()
        return _json({"pixels": pixels, "codes": posteriors}), "application/json"

    def _model(self, request: dict[str, Any]) -> ExplorerModel:
        return self.server.catalog.model(request["run"], request["step"])

    def _in_turns(self, request: dict[str, Any], function: Callable, inputs: np.ndarray) -> np.ndarray:
        view = request["view"]
        if not isinstance(view, str) or len(view) > MAX_VIEW:
            raise RequestError(f"view must be a text of at most {MAX_VIEW} characters")
        outputs = []
        with self.server.turns.request(view) as turn:
            for start in range(0, len(inputs), BATCH):
                with turn():
                    outputs.append(function(inputs[start : start + BATCH]))
        return np.concatenate(outputs)

    def _read_json(self, *names: str) -> dict[str, Any]:
        body = self._read_body("application/json", MAX_JSON_BYTES)
        try:
            request = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise RequestError(f"not JSON: {first_line(error)}") from error
        if not isinstance(request, dict) or set(request) != set(names):
            raise RequestError(f"expected an object with {', '.join(names)}")
        return request

    def _read_body(self, kind: str, limit: int) -> bytes:
        # A page of another site can send neither type without being asked for permission first.
        if self.headers.get_content_type() != kind:
            raise _HTTPError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content must be {kind}")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal() and len(length) < 20) or "Transfer-Encoding" in self.headers:
            raise _HTTPError(HTTPStatus.LENGTH_REQUIRED, "Content-Length is required")
        if int(length) > limit:
            raise _HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {limit / 2**20:g} MiB")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionResetError("the connection was closed")
        self.server.request_has_come(self.connection)
        return body


def serve(config: ExplorerConfig):
    """Serves the page until a signal comes.

    Raises:
        SettingError: the runs can't be loaded, or the address or port not be had.
        RunNotFoundError: there is no run with a checkpoint.
    """
    catalog = Catalog(given_path("run_folder", config.run_folder, RUNS))
    _load_first(catalog)
    with _bound(catalog, config) as server:
        catalog.keep_rescanning()
        _announce(server, config.host)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    log("stopped")


def _load_first(catalog: Catalog):
    """Loads the newest checkpoint of the first run, which the page shows first."""
    try:
        catalog.newest(0)
    except RequestError as error:
        if len(catalog.runs) == 1:
            raise SettingError("run_folder", "a run that can be loaded", error) from error


def _bound(catalog: Catalog, config: ExplorerConfig) -> ExplorerServer:
    try:
        return ExplorerServer(catalog, config.host, config.port or 0)
    except socket.gaierror as error:
        raise SettingError("host", "an address of this machine", config.host) from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise SettingError("host", "an address of this machine", config.host) from error
        got = f"{config.port} ({os.strerror(error.errno)})"
        raise SettingError("port", "a free port, or auto, which finds one", got) from error


def _announce(server: ExplorerServer, host: str):
    address = "127.0.0.1" if server.address.is_unspecified else str(server.address)
    shown = f"[{address}]" if ":" in address else address
    url = f"http://{shown}:{server.port}/"
    log(f"explore {len(server.catalog.runs)} run(s) at {url}; Ctrl-C ends")
    if server.is_local:
        connection = os.environ.get("SSH_CONNECTION", "").split()
        machine = connection[2] if len(connection) == 4 else socket.gethostname()
        target = shlex.quote(f"{_user()}@{machine}")
        log(f"from another machine: ssh -N -L {server.port}:{shown}:{server.port} {target}, then open the same address")
    else:
        log(f"warning: everybody who can reach {host} can use this page; without --host only this machine can")
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()


def _user() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # The user has no name.
        return "user"


def _status_of(error: Exception) -> HTTPStatus:
    """The status that an error is answered with; one that is not expected is also printed."""
    if isinstance(error, _HTTPError):
        return error.status
    for kind, status in {
        RequestError: HTTPStatus.BAD_REQUEST,
        SupersededError: HTTPStatus.CONFLICT,
        BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
        TimeoutError: HTTPStatus.REQUEST_TIMEOUT,
        ConnectionError: HTTPStatus.BAD_REQUEST,
    }.items():
        if isinstance(error, kind):
            return status
    traceback.print_exception(error)
    return HTTPStatus.INTERNAL_SERVER_ERROR


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
