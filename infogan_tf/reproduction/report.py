"""A report in Markdown, from a template, and the same as one HTML file with its pictures inside."""

import base64
import dataclasses
import html
import re
import statistics
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
import markdown
from markupsafe import Markup

from infogan_tf.config import Config, added_to_the_objective
from infogan_tf.evaluation import glossary as terms
from infogan_tf.evaluation.table import PRECISION_WARNING, precision_misleads
from infogan_tf.experiments import presets
from infogan_tf.files import write_text

MEDIA_TYPES = {".png": "image/png", ".gif": "image/gif"}
# A picture in the folder of a report or of one of its runs.
PICTURE = re.compile(r'src="((?:\w+/)?\w+\.(?:png|gif))"')
# What has a meaning in Markdown within a line; an underscore has none within a word.
MARKUP = re.compile(r"[\\`*\[\]|]|(?<![^\W_])_|_(?![^\W_])")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border: 1px solid #ccc; padding: 0.3rem 0.6rem; text-align: left; }
img { max-width: 100%; height: auto; }
pre, code { background: #f4f4f4; }
pre { padding: 0.6rem; overflow-x: auto; }
"""
# Settings that identify a run, not how it is trained.
NOT_OF_A_PRESET = ("images", "dataset", "data_source", "held_out", "objective")


class Departures(NamedTuple):
    """How a config differs from the nearest preset after the paper: the preset's name, and flags."""

    preset: str
    flags: list[str]


def departures(config: Config) -> Departures:
    """The preset after the paper that is nearest to a config, and the flags by which they differ."""
    same_run = {name: getattr(config, name) for name in NOT_OF_A_PRESET}
    flags = {
        name: config.differences(dataclasses.replace(preset, **same_run))
        for name, preset in presets(config.experiment).items()
        if name.startswith("paper")
    }
    return Departures(*min(flags.items(), key=lambda item: len(item[1])))


def report_text(experiment: str, results: Any) -> str:
    """The report in Markdown.

    What a template prints is escaped, since it may come from data, such as the name of a factor. Only the template
    itself is markup.

    Args:
        experiment: its template is `templates/<experiment>.md.jinja`.
        results: what the template calls `results`.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("infogan_tf.reproduction"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "code": _code_span,
        "form": format,
        **{name: getattr(statistics, name) for name in ("mean", "median", "stdev")},
    }
    environment.globals |= {
        "terms": terms,
        "added_to_the_objective": added_to_the_objective,
        "departures": departures,
        "precision_misleads": precision_misleads,
        "precision_warning": PRECISION_WARNING,
    }
    text = environment.get_template(f"{experiment}.md.jinja").render(results=results)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def write_report(folder: Path, text: str):
    """Writes `report.md`, with its pictures beside it, and `report.html`, which needs no other file.

    Args:
        folder: where both go; the pictures that the text names are in it or in the folder of a run in it, and no other
            file is read.
        text: Markdown, which begins with a title.
    """
    title = text.splitlines()[0].removeprefix("# ")
    body = markdown.markdown(text, extensions=["tables", "fenced_code"])
    body = PICTURE.sub(lambda match: f'src="{_data_uri(folder / match[1])}"', body)
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body>\n{body}\n</body></html>\n"
    )
    write_text(folder / "report.md", text)
    write_text(folder / "report.html", page)


def _escaped(value: Any) -> Any:
    """A value as Markdown that shows it as it is, on one line and in a table's cell too; markup is left alone."""
    if hasattr(value, "__html__"):
        return value
    text = re.sub(r"\s+", " ", str(value))
    return Markup(MARKUP.sub(r"\\\g<0>", html.escape(text, quote=False)))


def _code_span(text: str) -> Markup:
    """Markdown of a text as code, which more backticks enclose than it has in a row."""
    text = re.sub(r"\s+", " ", text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return Markup(f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}")


def _data_uri(path: Path) -> str:
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
