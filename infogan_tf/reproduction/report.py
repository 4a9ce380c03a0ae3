"""The paper's evidence of one experiment, from nothing to a report in Markdown, and as one HTML file with pictures."""

import base64
import dataclasses
import html
import mimetypes
import re
import statistics
from pathlib import Path
from typing import Any

import jinja2
import markdown
from markupsafe import Markup

from infogan_tf.build_model import build_augmentation
from infogan_tf.config import Config, added_to_the_objective
from infogan_tf.console import logger
from infogan_tf.devices import CLUSTER_VARIABLE, is_in_cluster
from infogan_tf.errors import SettingError
from infogan_tf.evaluation import glossary, table
from infogan_tf.experiments import presets
from infogan_tf.files import write_text
from infogan_tf.reproduction.choice import choose
from infogan_tf.reproduction.factors import FIGURES, FactorResults, draw_panels
from infogan_tf.reproduction.mnist import MnistResults, draw_mnist, median_and_range
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.runs import plan_runs, run_plan

# A picture in the folder of a report or of one of its runs.
PICTURE = re.compile(r'src="((?:\w+/)?\w+\.(?:png|gif))"')
# What has a meaning in Markdown within a line; an underscore has none within a word.
MARKUP = re.compile(r"[\\`*\[\]|]|(?<![^\W_])_|_(?![^\W_])")
# Settings that identify a run, not how it is trained.
NOT_OF_A_PRESET = ("images", "dataset", "data_source", "held_out", "objective")


def reproduce(options: ReproductionOptions) -> bool:
    """Trains what is missing, evaluates, draws and writes `report.html` and `report.md`; errors are `run_plan`'s.

    Finished runs are used as they are; an interrupted one is resumed. SettingError also in one of several workers.

    Returns:
        False if a signal stopped training; everything is saved, and the same call resumes.
    """
    if is_in_cluster():
        expected = f"those of one machine, without {CLUSTER_VARIABLE}, since each worker would write the same report"
        raise SettingError("devices", expected, options.devices)
    runs = run_plan(plan_runs(options), options)
    if runs is None:
        logger.info("stopped; the same command resumes")
        return False
    infogans = [run for run in runs if run.config.objective == "infogan"]
    choice = choose(infogans, options.data_dir, options.images)
    if options.experiment == "mnist":
        results = MnistResults(runs, choice)
        draw_mnist(options.path, results)
    else:
        results = FactorResults(FIGURES[options.experiment], runs, choice)
        draw_panels(options.path, results)
    write_report(options.path, report_text(options.experiment, results))
    logger.info(f"report: {options.path / 'report.html'}")
    return True


def report_text(experiment: str, results: FactorResults | MnistResults) -> str:
    """The report in Markdown, from `templates/<experiment>.md.jinja`."""
    text = _rendered(f"{experiment}.md.jinja", results=results)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _rendered(template: str, **values: Any) -> str:
    """A template with some values, which are escaped, since they may come from data; only the template is markup."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("infogan_tf.reproduction"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (statistics.mean, statistics.median, statistics.stdev, median_and_range)
    environment.filters |= {"code": _code_span, "form": table.number_text} | {each.__name__: each for each in filters}
    functions = (added_to_the_objective, build_augmentation, departures)
    environment.globals |= {"terms": glossary, "table": table} | {each.__name__: each for each in functions}
    return environment.get_template(template).render(values)


def departures(config: Config) -> tuple[str, list[str]]:
    """The preset after the paper that is nearest to a config, and the flags by which they differ."""
    same_run = {name: getattr(config, name) for name in NOT_OF_A_PRESET}
    flags = {
        name: config.differences(dataclasses.replace(preset, **same_run))
        for name, preset in presets(config.experiment).items()
        if name.startswith("paper")
    }
    return min(flags.items(), key=lambda item: len(item[1]))


def write_report(folder: Path, text: str):
    """Writes `report.md`, with its pictures beside it, and `report.html`, which needs no other file.

    The text is Markdown and begins with a title. The pictures that it names are in the folder, or in that of a run in
    it; no other file is read.
    """

    def inside(match: re.Match) -> str:
        content = base64.b64encode((folder / match[1]).read_bytes()).decode()
        return f'src="data:{mimetypes.guess_type(match[1])[0]};base64,{content}"'

    body = PICTURE.sub(inside, markdown.markdown(text, extensions=["tables"]))
    title = html.escape(text.splitlines()[0].removeprefix("# "))
    page = _rendered("page.html.jinja", title=Markup(title), body=Markup(body))
    write_text(folder / "report.md", text)
    write_text(folder / "report.html", page + "\n")


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
