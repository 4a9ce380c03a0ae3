"""From a command line to a config, and from errors to one clear line."""

import contextlib
import dataclasses
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from absl import app, flags, logging

from infogan_tf.configs.base import Settings
from infogan_tf.configs.fields import Choice, as_text
from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError, first_line

# Flags belong to the launcher, so that its --help shows them.
flags.disclaim_key_flags()


def launch(presets: Mapping[str, Settings], run: Callable[[Settings], None]) -> NoReturn:
    """Runs a launcher, whose flags are the fields of its config, and ends the process.

    Exit status: 0 done, or stopped by a signal with everything saved; 1 training could not go on; 2 bad input; 130
    interrupted before training had begun.

    Args:
        presets: configs by name; the first gives the defaults that `--help` shows.
        run: what to do with the config.
    """
    logging.set_verbosity(logging.WARNING)
    _define_flags(next(iter(presets.values())))
    if len(presets) > 1:
        first = next(iter(presets))
        parser = _SettingParser(Choice(tuple(presets)))
        flags.DEFINE(parser, "preset", first, "Which defaults to start from; any flag given beside it wins.")
    app.run(lambda _: _run(presets, run), flags_parser=_parse_flags)


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
            raise ValueError(f"expected {self.kind.expected}, got {argument!r}")
        return value


class _SettingSerializer(flags.ArgumentSerializer):
    """Writes a flag's default in `--help` as one would type it."""

    def serialize(self, value: Any) -> str:
        return as_text(value)


def _define_flags(defaults: Settings):
    for field in dataclasses.fields(defaults):
        help_text = field.metadata["help"]
        flags.DEFINE(
            _SettingParser(field.metadata["kind"]),
            field.name,
            getattr(defaults, field.name),
            help_text,
            serializer=_SettingSerializer(),
        )


def _parse_flags(argv: list[str]) -> list[str]:
    try:
        unused = flags.FLAGS(argv)[1:]
    except flags.Error as error:
        _fail(str(error))
    except SystemExit:
        sys.exit(0)  # --help, which absl counts as a failure.
    if unused:
        _fail(f"expected flags only, such as --batch_size=128, got {' '.join(unused)}")
    return argv[:1]


def _config_from_flags(presets: Mapping[str, Settings]) -> Settings:
    preset = presets[flags.FLAGS.preset] if len(presets) > 1 else next(iter(presets.values()))
    names = [field.name for field in dataclasses.fields(preset)]
    given = {name: flags.FLAGS[name].value for name in names if flags.FLAGS[name].present}
    return dataclasses.replace(preset, **given)


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Holds back what is written to stderr below Python, and shows it after all if what runs meanwhile fails."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except Exception:
            held_back.seek(0)
            os.write(stderr, held_back.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _load_tensorflow():
    # Its remarks on processors and missing GPUs look like errors, come before any log level is read, and would bury
    # what the run has to say.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _quiet_stderr():
        import tensorflow as tf

        tf.config.list_logical_devices()


def _run(presets: Mapping[str, Settings], run: Callable[[Settings], None]):
    try:
        config = _config_from_flags(presets)
        _load_tensorflow()
        run(config)
    except SettingError as error:
        _fail(f"flag --{error}")
    except RunNotFoundError as error:
        _fail(f"flag --{error}")
    except TrainingError as error:
        _fail(str(error), status=1)
    except KeyboardInterrupt:
        _fail("interrupted; start the same command again", status=130)
    except OSError as error:
        _fail(first_line(error), status=1)


def _fail(message: str, status: int = 2) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(status)
