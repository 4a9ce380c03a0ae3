"""The explorer's server: a Werkzeug application with one page, and a few requests that it makes.

What comes over the network is not trusted. No request names a file; bodies are limited and validated. Pages of other
sites are refused: they may not send the types of content that are taken here, and a name of theirs that points at this
machine (DNS rebinding) is not one of its own. What a proxy adds, such as X-Forwarded-Host, is not read: a page could
send it too.
"""

import base64
import errno
import functools
import importlib.resources
import ipaddress
import json
import os
import shlex
import socket
import sys
import threading
import traceback
import webbrowser
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import numpy as np
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from werkzeug import Request, Response
from werkzeug.exceptions import Conflict, HTTPException, abort
from werkzeug.serving import (
    LISTEN_QUEUE,
    BaseWSGIServer,
    WSGIRequestHandler,
    get_interface_ip,
    make_server,
    select_address_family,
)

from infogan_tf.console import logger
from infogan_tf.errors import SettingError, first_line
from infogan_tf.explorer.catalog import Catalog
from infogan_tf.explorer.models import MAX_IMAGES, WALL, Codes, ExplorerModel, RequestError, animation

PAGE_FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/server.js": ("server.js", "text/javascript"),
}
MAX_JSON_BYTES = 2**18
MAX_PICTURE_BYTES = 2**24
BATCH = 25  # Images of one call of the model.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Index = Annotated[int, Field(ge=0)]
View = Annotated[str, Field(max_length=64)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
# For each image a sample, and the codes that it changes.
Images = Annotated[list[tuple[Annotated[int, Field(ge=0, lt=WALL)], Codes]], Field(min_length=1, max_length=MAX_IMAGES)]


class RequestQueue:
    """Lets many threads use a model one after the other, in order, and of what a view asks for only the latest.

    >>> RequestQueue().run("wall", [lambda: 1, lambda: 2])
    [1, 2]
    """

    def __init__(self):
        self._model, self._next = threading.Lock(), threading.Lock()
        self._newest: dict[str, object] = {}

    def run(self, view: str, calls: Iterable[Callable[[], Any]]) -> list[Any]:
        """Makes the short calls of one request; those of others come between them, so that nobody waits for all.

        `view` is the place on a page that shows the results; a newer request for it raises `Conflict` here.
        """
        request = self._newest[view] = object()
        results = []
        for call in calls:
            # Who waits for the model holds the other lock, or the thread that had the model would be first again.
            with self._next:
                self._model.acquire()
            try:
                if self._newest[view] is not request:
                    raise Conflict("a newer request for this view has come")
                results.append(call())
            finally:
                self._model.release()
        return results


class ExplorerApp:
    """The application.

    `names` are those that it may be asked by, besides those that this machine has; `.lab.org` stands for all names in
    lab.org too, and `*` for any.
    """

    def __init__(self, catalog: Catalog, names: Iterable[str]):
        self.catalog = catalog
        self._names = {"localhost", socket.gethostname().lower(), *(name.lower() for name in names)}
        self._queue = RequestQueue()
        answers = {"/describe": self._describe, "/generate": self._generate, "/animate": self._animate}
        # Each is called with the members of a JSON object as arguments, which pydantic checks.
        self._answers = {path: TypeAdapter(answer, config=ConfigDict(strict=True)) for path, answer in answers.items()}

    @Request.application
    def __call__(self, request: Request) -> Response:
        try:
            response = self._answer(request)
        except ValidationError as error:
            problem = error.errors()[0]
            response = _json({"error": " ".join(map(str, [*problem["loc"], problem["msg"]]))[:300]}, 400)
        except HTTPException as error:
            response = _json({"error": error.description}, error.code)
        except Exception as error:  # A bug, or there is too little memory.
            traceback.print_exception(error)
            response = _json({"error": first_line(error)}, 500)
        response.headers.update(HEADERS)
        return response

    def _answer(self, request: Request) -> Response:
        host = request.headers.get("Host", "")
        if not self._is_ours(host):
            abort(403, f"{host[:99]!r} is not a name of this server: --allowed_hosts may add it")
        match request.method, request.path:
            case "POST", path if path in self._answers:
                return self._answers[path].validate_json(_read_body(request, "application/json", MAX_JSON_BYTES))
            case "POST", "/encode":
                return self._encode(request)
            case "GET", "/runs":
                return _json([{"name": run.name, "steps": run.steps} for run in self.catalog.runs])
            case "GET", path if path in PAGE_FILES:
                name, kind = PAGE_FILES[path]
                return Response((importlib.resources.files(__package__) / name).read_bytes(), mimetype=kind)
        abort(404, "there is nothing at this address")

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names this machine: by address, which no other site can have, or by its own name."""
        try:  # Werkzeug's `trusted_hosts` are a list, which can't hold every address, nor one of IPv6.
            name = urlsplit(f"//{host}").hostname or ""
            domains = tuple(known for known in self._names if known.startswith("."))
            is_known = not self._names.isdisjoint({"*", name}) or f".{name}".endswith(domains)
            return is_known or bool(ipaddress.ip_address(name))
        except ValueError:
            return False

    def _describe(self, run: Index, step: Index | None) -> Response:
        step, damaged = self.catalog.newest(run) if step is None else (step, [])
        described = self.catalog.model(run, step).describe()
        if damaged:
            described["note"] = "; ".join([*damaged, f"update {step} is shown instead"])
        return _json({**described, "step": step})

    def _generate(self, run: Index, step: Index, view: View, seed: Seed, codes: Codes, images: Images) -> Response:
        model = self.catalog.model(run, step)
        pixels = self._images(view, model, model.latents(seed, codes, images)).tobytes()
        return Response(pixels, mimetype="application/octet-stream")

    def _animate(self, run: Index, step: Index, view: View, seed: Seed, codes: Codes, code: str) -> Response:
        model = self.catalog.model(run, step)
        frames, and_back = model.frames(seed, codes, code)
        images = self._images(view, model, np.concatenate(frames))
        return Response(animation(np.split(images, len(frames)), and_back), mimetype="image/gif")

    def _encode(self, request: Request) -> Response:
        run, step = (TypeAdapter(Index).validate_strings(request.args.get(name, "")) for name in ("run", "step"))
        data = _read_body(request, "application/octet-stream", MAX_PICTURE_BYTES)
        model = self.catalog.model(run, step)
        image = model.read_picture(data)
        (posteriors,) = self._queue.run(f"picture {id(request)}", [lambda: model.infer(image)])
        return _json({"pixels": base64.b64encode(image.tobytes()).decode(), "codes": posteriors})

    def _images(self, view: str, model: ExplorerModel, latents: np.ndarray) -> np.ndarray:
        batches = (latents[start : start + BATCH] for start in range(0, len(latents), BATCH))
        return np.concatenate(self._queue.run(view, [functools.partial(model.generate, batch) for batch in batches]))


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, mimetype="application/json")


def _read_body(request: Request, kind: str, limit: int) -> bytes:
    if request.mimetype != kind:
        abort(415, f"the content must be {kind}")
    request.max_content_length = limit
    return request.get_data()


class _QuietHandler(WSGIRequestHandler):
    """Prints nothing, and closes a connection that stays silent."""

    timeout = 60  # Seconds.

    def log(self, *_: Any):
        pass


def make_explorer(catalog: Catalog, host: str, port: int, allowed_hosts: Sequence[str] = ()) -> BaseWSGIServer:
    """A server that listens at an address and a port, a free one if it is 0, with a thread for each connection.

    `allowed_hosts` are further names for it, as of `ExplorerApp`.

    Raises:
        SettingError: the address or port can't be had.
    """
    try:
        family = select_address_family(host, port)
        address = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]
        is_dual = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
        # Not by Werkzeug, which ends the process if it can't.
        with socket.create_server(address, family=family, backlog=LISTEN_QUEUE, dualstack_ipv6=is_dual) as listening:
            app = ExplorerApp(catalog, [host, *allowed_hosts])
            return make_server(address[0], port, app, True, request_handler=_QuietHandler, fd=listening.fileno())
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror | UnicodeError) or error.errno == errno.EADDRNOTAVAIL:
            raise SettingError("host", "an address of this machine", host) from error
        got = f"{port} ({os.strerror(error.errno)})"
        raise SettingError("port", "a free port, or auto, which finds one", got) from error


def serve(root: Path, host: str, port: int | None, allowed_hosts: Sequence[str] = ()):
    """Serves the page for a `Catalog` as `make_explorer` does, at a free port if it is None, until a signal comes.

    Raises:
        SettingError: the runs can't be loaded, or the address or port not be had; others as `Catalog`.
    """
    catalog = Catalog(root)
    try:
        catalog.newest(0)  # The page shows it first.
    except RequestError as error:
        if len(catalog.runs) == 1:
            raise SettingError("run_folder", "a run that can be loaded", error.description) from error
    server = make_explorer(catalog, host, port or 0, allowed_hosts)
    threading.Thread(target=catalog.keep_rescanning, daemon=True).start()
    _announce(server, len(catalog.runs), [name for name in allowed_hosts if name[0] not in ".*"])
    server.serve_forever()
    logger.info("stopped")


def _announce(server: BaseWSGIServer, num_runs: int, names: Sequence[str]):
    address = ipaddress.ip_address(server.host)

    def url(host: str) -> str:
        return f"http://{f'[{host}]' if ':' in host else host}:{server.port}/"

    here = url("127.0.0.1" if address.is_unspecified else str(address))
    logger.info(f"explore {num_runs:,} run{'s' * (num_runs != 1)} at {here}; Ctrl-C ends")
    if address.is_loopback:
        connection = os.environ.get("SSH_CONNECTION", "").split()
        machine = connection[2] if len(connection) == 4 else socket.gethostname()
        user = os.environ.get("USER", "user")
        tunnel = f"ssh -N -L {server.port}:{urlsplit(here).netloc} {shlex.quote(f'{user}@{machine}')}"
        logger.info(f"from another machine: {tunnel}, then open the same address")
    else:
        if address.is_unspecified:
            families = [socket.AF_INET, *[socket.AF_INET6] * (address.version == 6)]
            hosts = [ip for ip in map(get_interface_ip, families) if not ipaddress.ip_address(ip).is_loopback]
            logger.info(f"from other machines: {', '.join(map(url, [*hosts, socket.gethostname(), *names]))}")
        logger.info(f"warning: everybody who can reach {address} can use this page; by default only this machine can")
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        threading.Thread(target=webbrowser.open, args=[here], daemon=True).start()
