"""Command lines as configs, and errors as one line."""

import contextlib
import dataclasses
import importlib.metadata
import json
import os
import platform
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from absl import app, flags, logging

import infogan_tf
from infogan_tf.runtime import load_tensorflow
from infogan_tf.config import Config
from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError, cause, first_line, printable
from infogan_tf.interruption import Interrupted, ignore_signals, raise_on_signals
from infogan_tf.settings import Choice, Settings, as_text, describe

# Flags belong to the launcher, so that its --help shows them.
flags.disclaim_key_flags()

CONFIG_FILE = "config.json"  # Of a run; importing it from `training.run_folder` would load TensorFlow.


def launch(presets: Mapping[str, Settings], run: Callable[[Settings], None]) -> NoReturn:
    """Runs a launcher, whose flags are the fields of its config, and ends the process.

    A `--run_folder` that holds a run gives the defaults instead of a preset, so that this flag alone resumes it.

    Exit status: 0 done, or training stopped by a signal with everything saved; 1 it could not continue; 2 bad input;
    129, 130 or 143 ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM with nothing saved.

    Args:
        presets: configs by name; the first gives the defaults that `--help` shows.
        run: what to do with the config.
    """
    _make_streams_safe()
    logging.set_verbosity(logging.WARNING)
    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"
    _define_flags(next(iter(presets.values())))
    flags.DEFINE_boolean("version", False, "Print versions and end.")
    if len(presets) > 1:
        first = next(iter(presets))
        parser = _SettingParser(Choice(tuple(presets)))
        flags.DEFINE(parser, "preset", first, "Which defaults to start from; any flag given beside it wins.")
    with _stdout_that_may_fail():
        app.run(lambda _: _run(presets, run), flags_parser=_parse_flags)


def command(launcher: str | None = None) -> str:
    """The command that starts this launcher, or another one beside it, for pasting into a shell."""
    path = Path(sys.argv[0])
    return f"python {shlex.quote(str(path.with_name(f'{launcher}.py')) if launcher else sys.argv[0])}"


class _SettingParser(flags.ArgumentParser):
    """Reads and checks one flag by the kind of its setting."""

    def __init__(self, kind: Any):
        self.kind = kind
        self.syntactic_help = kind.expected

    def parse(self, argument: Any) -> Any:
        try:
            value = self.kind.parse(argument) if isinstance(argument, str) else argument
            accepted = self.kind.accepts(value)
        except ValueError:
            accepted = False
        if not accepted:
            raise ValueError(f"expected {self.kind.expected}, got {describe(self.kind, argument)}")
        return value


class _SettingSerializer(flags.ArgumentSerializer):
    """Writes a flag's default in `--help` as it is typed."""

    def serialize(self, value: Any) -> str:
        return as_text(value)


def _define_flags(defaults: Settings):
    for field in _flags_of(defaults):
        help_text = field.metadata["help"]
        flags.DEFINE(
            _SettingParser(field.metadata["kind"]),
            field.name,
            getattr(defaults, field.name),
            help_text,
            serializer=_SettingSerializer(),
        )


def _flags_of(settings: Settings) -> list[dataclasses.Field]:
    return [field for field in dataclasses.fields(settings) if field.metadata["is_flag"]]


def _parse_flags(argv: list[str]) -> list[str]:
    try:
        unused = flags.FLAGS(argv)[1:]
    except flags.Error as error:
        _fail(str(error))
    except SystemExit:
        sys.exit(0)  # --help, which absl counts as a failure.
    if unused:
        _fail(f"expected flags only, such as --batch_size=128, got {' '.join(unused)}")
    if flags.FLAGS.version:
        print(_versions())
        sys.exit(0)
    return argv[:1]


def _versions() -> str:
    """The versions of what a run depends on, without loading it."""
    tensorflow, keras = map(importlib.metadata.version, ("tensorflow", "keras"))
    python = platform.python_version()
    return f"infogan_tf {infogan_tf.__version__} (TensorFlow {tensorflow}, Keras {keras}, Python {python})"


def _config_from_flags(presets: Mapping[str, Settings]) -> Settings:
    defaults = presets[flags.FLAGS.preset] if len(presets) > 1 else next(iter(presets.values()))
    names = [field.name for field in _flags_of(defaults)]
    given = {name: flags.FLAGS[name].value for name in names if flags.FLAGS[name].present}
    asks_for_preset = len(presets) > 1 and flags.FLAGS["preset"].present
    if isinstance(defaults, Config) and given.get("run_folder") and not asks_for_preset:
        defaults = _recorded(given["run_folder"], defaults.experiment) or defaults
    if given.get("images") and given.get("dataset"):
        raise SettingError("dataset", f"nothing beside --images={given['images']}", given["dataset"])
    config = dataclasses.replace(defaults, **given)
    if isinstance(config, Config) and (config.run_folder is None or "images" in given):
        config.check_images()  # Before what takes seconds.
    return config


def _recorded(run_folder: str, experiment: str) -> Config | None:
    """The settings of a folder's run; None if they can't be read, which is reported later."""
    try:
        record = json.loads(Path(os.path.expanduser(run_folder), CONFIG_FILE).read_text(encoding="utf-8"))
        config = Config(**record["settings"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return config if config.experiment == experiment else None


def _load_tensorflow():
    # Its messages about processors and missing GPUs look like errors, come before any log level is read, and would
    # hide the run's own output.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with stderr_held_back():
        import tensorflow as tf

        tf.config.list_logical_devices()


def _run(presets: Mapping[str, Settings], run: Callable[[Settings], None]):
    try:
        config = _config_from_flags(presets)
        config.check()
        _load_tensorflow()
        raise_on_signals()
        run(config)
        ignore_signals()
    except Interrupted as error:
        ignore_signals()
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)
    except (SettingError, RunNotFoundError) as error:
        _fail(f"flag --{error}")
    except TrainingError as error:
        _fail(str(error), status=1)
    except Exception as error:
        if not isinstance(error, OSError) and cause(error) is None:
            raise  # A bug in the program.
        _fail(first_line(error), status=1)


def _make_streams_safe():
    """Prevents failures from closed streams and from characters that they can't show."""
    for file in (0, 1, 2):
        try:
            os.fstat(file)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # Otherwise output would go to the next file that is opened.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it stays open until the end.
        getattr(sys, name).reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def _stdout_that_may_fail() -> Iterator[None]:
    """Ends with one line if stdout can't be written, and silently if it was closed by its reader (`| head`)."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        # Python must not flush the rest again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if not isinstance(error, BrokenPipeError):
            _fail(first_line(error), status=1)
        sys.exit(0)


def _fail(message: str, status: int = 2) -> NoReturn:
    if "out of memory" in message and "batch_size" in flags.FLAGS:
        message += "; a smaller --batch_size may help"
    print(f"error: {printable(message)}", file=sys.stderr)
    sys.exit(status)
