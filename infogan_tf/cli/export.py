"""Exports a trained model: `infogan export --run_folder=RUN --format=saved_model --output=FOLDER`."""

import dataclasses
import importlib.util
import shlex

from infogan_tf.cli.command import Command
from infogan_tf.cli.model_options import ModelOptions, OutputPath, ending, say_next
from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.options import Choice, Integer, option

FORMATS = {"keras": ".keras", "saved_model": "", "onnx": "", "html": ".html"}  # And their endings.
OUTPUT = "a new file that ends in .keras or .html, or a new folder for saved_model and onnx"


@dataclasses.dataclass(frozen=True)
class ExportOptions(ModelOptions):
    """How a model is exported."""

    format: str = option(
        "keras",
        Choice(*FORMATS),
        "keras: a file for infogan_tf.load; saved_model: a folder with the signatures generate and encode; onnx: a "
        "folder with generate.onnx and encode.onnx; html: a page with knobs that needs neither Python nor a network.",
    )
    output: str = option(None, OutputPath(OUTPUT, *FORMATS.values()), f"{OUTPUT.capitalize()}; required.")
    seed: int = option(0, Integer(0, 2**31 - 1), "Decides the noise of the samples, with --format=html.")

    def __post_init__(self):
        super().__post_init__()
        right = FORMATS[self.format]
        if ending(self.output) != right:
            expected = f"a file that ends in {right}" if right else "a folder, without an ending"
            raise SettingError("output", f"{expected}, with --format={self.format}", self.output)
        if self.seed and self.format != "html":
            raise SettingError("seed", f"none with --format={self.format}, which samples nothing", self.seed)
        if self.format == "onnx" and not all(map(importlib.util.find_spec, ("tf2onnx", "onnx"))):
            others = ", ".join(name for name in FORMATS if name != "onnx")
            expected = f"one of {others}, or first: pip install tf2onnx onnx"
            raise SettingError("format", expected, "onnx without its packages")


def run(options: ExportOptions):
    """Writes a trained model in the format asked for.

    Raises:
        SettingError: there is no such model, or its images don't fit into a page.
    """
    from infogan_tf import export as exports
    from infogan_tf.explorer.exported_page import export_html
    from infogan_tf.training.loading import load_model

    loaded, path = load_model(options.model_path, options.step), options.output_path
    details: list[str] = []
    if options.format == "keras":
        exports.export_keras(loaded.model, path)
    elif options.format == "saved_model":
        exports.export_saved_model(loaded.model, path, loaded.caption)
        details = [f"see its signatures:  saved_model_cli show --all --dir {shlex.quote(str(path))}"]
    elif options.format == "onnx":
        exports.export_onnx(loaded.model, path, loaded.caption)
        inputs = f"onnxruntime.InferenceSession({str(path / 'generate.onnx')!r}).get_inputs()"
        code = f"import onnxruntime; print([node.name for node in {inputs}])"
        details = [f"see its inputs:  {shlex.join(['python', '-c', code])}"]
    else:
        details = export_html(loaded, path, options.seed)
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        details.append(f"open it in a browser, or send it:  {size}, {path.resolve().as_uri()}")
    logger.info(f"{loaded.caption} as {options.format}: {path}")
    for line in details:
        logger.info(f"  {line}")
    if options.format == "keras":
        say_next("use it:", "generate", run_folder=path, output="images.png")


COMMAND = Command("export", __doc__, ExportOptions, run)
