"""Shows trained runs in the browser, with a knob for each code: `infogan explore --run_folder=logs`.

Ctrl-C ends it.
"""

import dataclasses
import re
from urllib.parse import urlsplit

from absl import flags

from infogan_tf.cli.command import RunPath
from infogan_tf.data.paths import given_path
from infogan_tf.explorer import RUNS
from infogan_tf.options import Auto, Integer, Options, Text, option
from infogan_tf.pretrained import ALONG


class Hosts(flags.ArgumentParser):
    """Names of hosts as browsers send them; of a pasted address, its name.

    >>> Hosts().parse("GPU1.lab.org:8008, https://x-8008.app.github.dev/, *.b\u00fccher.de")
    ('gpu1.lab.org', 'x-8008.app.github.dev', '.xn--bcher-kva.de')
    """

    syntactic_help = "names of hosts, separated by commas"

    def parse(self, argument: str | tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(self._name, argument.split(",") if isinstance(argument, str) else argument))

    def _name(self, text: str) -> str:
        text = text.strip()
        if text == "*":
            return text
        name = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        if not re.fullmatch(r"(\*?\.)?\w[\w.-]*", name):
            raise ValueError
        return "." * (name[0] in "*.") + name.lstrip("*.").encode("idna").decode()


@dataclasses.dataclass(frozen=True)
class ExplorerOptions(Options):
    """Which runs are shown, and where the page is served."""

    run_folder: str = option(None, RunPath(RUNS), f"{RUNS.capitalize()}; {ALONG}; required.")
    host: str = option(
        "127.0.0.1",
        Text(),
        "The address to listen at. With any but the default, other machines can use the page: there is no password.",
    )
    port: int | None = option(8008, Auto(Integer(1, 65535), "a free one"), "The port to listen at.")
    allowed_hosts: tuple[str, ...] | None = option(
        None,
        Auto(Hosts(), "addresses, and the names of this machine and of --host"),
        "Other names by which browsers reach the page, through DNS or a proxy: gpu1.lab.org, or .lab.org for all names "
        "in lab.org, or * for any. Names that aren't allowed are refused, since pages of other sites could use them.",
    )


def run(options: ExplorerOptions):
    """Serves the page until a signal comes."""
    from infogan_tf.explorer.server import serve

    run_folder = given_path("run_folder", options.run_folder, RUNS)
    serve(run_folder, options.host, options.port, options.allowed_hosts or ())
