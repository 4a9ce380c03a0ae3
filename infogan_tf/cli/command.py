"""A command: options that are its flags, its help, and how it ends. Nothing here loads TensorFlow."""

import contextlib
import dataclasses
import difflib
import importlib.metadata
import mimetypes
import os
import platform
import shlex
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from absl import flags, logging

import infogan_tf
from infogan_tf.config import MODEL
from infogan_tf.console import logger
from infogan_tf.data.paths import given_path
from infogan_tf.errors import RunNotFoundError, SettingError, TrainingError, cause, first_line, printable
from infogan_tf.interruption import Interrupted, ignore_signals, raise_on_signals
from infogan_tf.options import Auto, Integer, MalformedError, Options, Text, as_text, option
from infogan_tf.pretrained import ALONG
from infogan_tf.startup import load_tensorflow

if TYPE_CHECKING:
    from infogan_tf.training.loading import LoadedModel

WIDTH = 100  # Of a line of --help.
SEED = Integer(0, 2**31 - 1)
OUR_ENDINGS = (".jsonl", ".keras", ".npy", ".npz", ".onnx", ".webp")  # That Python may not know.


class Flag(NamedTuple):
    """A flag; `default` is None where it is required."""

    name: str
    default: str | None
    expected: str
    help: str


class Command(NamedTuple):
    """What a person can do by typing its name.

    Attributes:
        name: as it is typed, such as `generate` or `train mnist`.
        description: what it does, for `--help`; the first line stands alone in lists of commands.
        flags: its flags, except `--help` and `--version`.
        read: makes its options from the texts of the flags that were given; raises SettingError.
        run: does it with these options, and imports what loads TensorFlow.
    """

    name: str
    description: str
    flags: Sequence[Flag]
    read: Callable[..., Options]
    run: Callable[[Any], None]


class RunPath(Text):
    """The path of a run, or of what holds runs or models; a run that comes with the package has one too."""

    def parse(self, argument: str) -> str:
        if not given_path("run_folder", super().parse(argument), self.syntactic_help).exists():
            raise MalformedError(f"{argument}, where there is none")
        return argument


def flags_of(defaults: Options | type[Options]) -> list[Flag]:
    """The flags of options, with the defaults of these or of their class."""
    flags_ = []
    for field in dataclasses.fields(defaults):
        parser, value = field.metadata["parser"], getattr(defaults, field.name)
        default = None if value is None and not isinstance(parser, Auto) else as_text(value)
        if field.metadata["is_flag"]:
            flags_.append(Flag(field.name, default, parser.syntactic_help, field.metadata["help"]))
    return flags_


@dataclasses.dataclass(frozen=True)
class ModelOptions(Options):
    """Which model a command works with; a subclass adds `output`, where it writes.

    Raises:
        SettingError: also if there is no model, or an output already: nothing is overwritten.
    """

    run_folder: str = option(None, RunPath(MODEL), f"The folder of a trained run, or a .keras file; {ALONG}; required.")
    step: int | None = option(None, Auto(Integer(1), "the newest"), "The checkpoint of a run, by its updates.")

    def __post_init__(self):
        super().__post_init__()
        output = self.output_path
        if os.path.lexists(output):
            raise SettingError("output", "a new path, since nothing is overwritten", f"{output}, which exists")
        if not os.access(output.parent, os.W_OK | os.X_OK):
            problem = "which can't be written" if output.parent.is_dir() else "which is not there"
            raise SettingError("output", "a path in a folder that can be written", f"{output.parent}, {problem}")

    @property
    def output_path(self) -> Path:
        """Where the result is written."""
        return given_path("output", self.output, "a path")

    @property
    def output_ending(self) -> str:
        """The ending of the file that is written; empty of a folder."""
        return file_ending(self.output)

    def load(self) -> "LoadedModel":
        """The model, with what is known of it."""
        from infogan_tf.training.loading import load_model

        return load_model(given_path("run_folder", self.run_folder, "a path"), self.step)

    def say_next(self, what: str, command: str, **given: object):
        """Prints a command to type next, for the same model unless other flags are given."""
        flags_ = {"run_folder": self.run_folder, "step": self.step} | given
        logger.info(f"  {what}  {command_line(command, **flags_)}")


def file_ending(path: str) -> str:
    """The ending by which a path names a file, in lower case; empty where it names a folder.

    A slash at the end always means a folder, and so does an ending that no type of file has.

    >>> [file_ending(path) for path in ("a.PNG", "a.jpg", "a.png/", "v1.0", "a.saved_model")]
    ['.png', '.jpg', '', '', '']
    """
    ending = "" if path.endswith("/") else Path(path).suffix.lower()
    # Python's own table: the system's has the numbers of man pages too, as in v1.1.
    return ending if ending in OUR_ENDINGS or any(mimetypes.MimeTypes().guess_type(f"a{ending}")) else ""


class OutputPath(Text):
    """A path with one of some endings; an empty ending stands for a folder."""

    def __init__(self, syntactic_help: str, *endings: str):
        super().__init__(syntactic_help)
        self.endings = endings

    def parse(self, argument: str) -> str:
        if file_ending(super().parse(argument)) not in self.endings:
            raise ValueError
        return argument


def run_command(command: Command, arguments: Sequence[str]) -> int:
    """Runs a command with what was typed after its name.

    Returns:
        The exit status: 0 done, or training stopped by a signal with everything saved; 1 it could not continue; 2 bad
        input; 129, 130 or 143 ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM with nothing saved.
    """
    try:
        given = parse(command, arguments)
    except flags.Error as error:
        return fail(str(error))
    if "help" in given or "version" in given:
        print(help_text(command) if "help" in given else versions())
        return 0
    try:
        options = command.read(**given)
        load_tensorflow(options.devices)
        raise_on_signals()
        command.run(options)
        return 0
    except Interrupted as error:
        ignore_signals()
        print(error, file=sys.stderr)
        return error.exit_status
    except (SettingError, RunNotFoundError) as error:
        return fail(f"flag --{error}")
    except TrainingError as error:
        return fail(str(error), status=1)
    except Exception as error:
        if not isinstance(error, OSError) and cause(error) is None:
            raise  # A bug in the program.
        has_batches = any(flag.name == "batch_size" for flag in command.flags)
        advice = "; a smaller --batch_size may help" if cause(error) == "out of memory" and has_batches else ""
        return fail(first_line(error) + advice, status=1)


def parse(command: Command, arguments: Sequence[str]) -> dict[str, str]:
    """The flags that were given, by name, as texts that are not yet checked; also `help` and `version`.

    Of a command that needs a run, the first word is its folder, if it is no flag: `infogan explore logs`.

    Raises:
        flags.Error: one is unknown or has no value, or something is no flag.
    """
    first = command.flags[0]
    if first.name == "run_folder" and first.default is None and arguments and not arguments[0].startswith("-"):
        arguments = [f"--run_folder={arguments[0]}", *arguments[1:]]
    # Of this call alone: a notebook may run several commands in one process.
    values = flags.FlagValues()
    for flag in command.flags:
        flags.DEFINE_string(flag.name, None, flag.help, flag_values=values)
    flags.DEFINE_boolean("help", False, "Describes the command and its flags.", short_name="h", flag_values=values)
    flags.DEFINE_boolean("version", False, "Prints versions.", flag_values=values)
    try:
        unused = values([command.name, *arguments])[1:]
    except flags.UnrecognizedFlagError as error:
        name = error.flagname
        near = [f"--{other}" for other in difflib.get_close_matches(name.replace("-", "_"), values, n=2)]
        advice = f"did you mean {' or '.join(near)}?" if near else "--help lists all"
        raise flags.Error(f"unknown flag --{name}: {advice}") from error
    if unused:
        raise flags.Error(f"expected flags only, such as --{command.flags[0].name}=..., got {' '.join(unused)}")
    return {name: values[name].value for name in values if values[name].present and values[name].value is not False}


def help_text(command: Command) -> str:
    """The description of a command and of its flags."""
    lines = [command.description.strip(), "", "flags:"]
    for flag in [*command.flags, Flag("version", None, "", "Print versions and end.")]:
        lines += _wrapped(f"--{flag.name}: {flag.help}", 2)
        default = "" if flag.default is None else f"default: {flag.default}; "
        lines += _wrapped(f"({default}expected: {flag.expected})", 6) if flag.expected else []
    return "\n".join(lines)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))


def versions() -> str:
    """The versions of what a run depends on, without loading it."""
    tensorflow, keras = map(importlib.metadata.version, ("tensorflow", "keras"))
    python = platform.python_version()
    return f"infogan_tf {infogan_tf.__version__} (TensorFlow {tensorflow}, Keras {keras}, Python {python})"


def command_line(*words: str, **given: object) -> str:
    """A command such as `train`, `mnist` for a shell, typed as this one was; flags that are None are left out."""
    started = Path(sys.argv[0])
    launcher = started.with_name(f"run_{words[1]}_exp.py" if len(words) > 1 else f"{words[0]}.py")
    if started.parts[-2:] == ("infogan_tf", "__main__.py"):
        typed = ["python", "-m", "infogan_tf", *words]
    elif started.suffix == ".py" and launcher.is_file():
        typed = ["python", str(launcher)]
    else:
        typed = ["infogan", *words]
    return shlex.join([*typed, *(f"--{name}={value}" for name, value in given.items() if value is not None)])


@contextlib.contextmanager
def safe_output() -> Iterator[None]:
    """Shows warnings in one line each, escapes characters that stdout can't show, and survives that it is closed.

    The process ends silently if the reader of stdout has closed it (`| head`), and with one line if stdout can't be
    written for another reason, such as a full disk.
    """
    verbosity, formatwarning = logging.get_verbosity(), warnings.formatwarning  # A notebook's, which goes on.
    logging.set_verbosity(logging.WARNING)
    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # The shell closed it, as with `>&-`.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it stays open until the end.
        if hasattr(getattr(sys, name), "reconfigure"):  # A notebook's has none.
            getattr(sys, name).reconfigure(errors="backslashreplace")
    try:
        try:
            yield
        finally:
            logging.set_verbosity(verbosity)
            warnings.formatwarning = formatwarning
            sys.stdout.flush()
    except OSError as error:
        # Python must not flush the rest again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0 if isinstance(error, BrokenPipeError) else fail(first_line(error), status=1))


def fail(message: str, status: int = 2) -> int:
    """Prints an error in one line and returns the exit status."""
    print(f"error: {printable(message)}", file=sys.stderr)
    return status
