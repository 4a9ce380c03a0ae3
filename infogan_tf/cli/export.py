"""Exports a trained model: `infogan export --run_folder=RUN --format=saved_model --output=FOLDER`."""

import dataclasses
import importlib.util
import shlex

from infogan_tf.cli.command import SEED, ModelOptions
from infogan_tf.console import logger
from infogan_tf.errors import SettingError
from infogan_tf.options import Choice, Text, option

FORMATS = {"keras": ".keras", "run": "", "saved_model": "", "onnx": "", "html": ".html"}  # And their files' endings.
NEW = "a new file that ends in .keras or .html, or a new folder for run, saved_model and onnx"


@dataclasses.dataclass(frozen=True)
class ExportOptions(ModelOptions):
    """Which model is exported, and in which format."""

    format: str = option(
        "keras",
        Choice(*FORMATS),
        "keras: a file for infogan_tf.load; run: a small run folder, in float16 and without optimizers, for every "
        "command but train; saved_model: a folder with the signatures generate and encode; onnx: a folder with "
        "generate.onnx and encode.onnx; html: a page with knobs that needs neither Python nor a network.",
    )
    output: str = option(None, Text(NEW), f"{NEW.capitalize()}; required.")
    seed: int = option(0, SEED, "Decides the noise of the samples, with --format=html.")

    def __post_init__(self):
        super().__post_init__()
        right = FORMATS[self.format]
        if not self.output.endswith(right) if right else self.output_ending in (".keras", ".html"):
            expected = f"a file that ends in {right}" if right else "a folder"
            raise SettingError("output", f"{expected}, with --format={self.format}", self.output)
        if self.seed and self.format != "html":
            raise SettingError("seed", f"none with --format={self.format}, which samples nothing", self.seed)
        if self.format == "onnx" and not all(map(importlib.util.find_spec, ("tf2onnx", "onnx"))):
            others = ", ".join(name for name in FORMATS if name != "onnx")
            expected = f"one of {others}, or first: pip install tf2onnx onnx"
            raise SettingError("format", expected, "onnx without its packages")


def run(options: ExportOptions):
    """Writes a trained model in the format asked for."""
    from infogan_tf import export
    from infogan_tf.explorer.exported_page import export_html

    loaded, path = options.load(), options.output_path
    details = []
    if options.format == "keras":
        export.export_keras(loaded.model, path)
    elif options.format == "run":
        if loaded.record is None:
            raise SettingError("run_folder", "the folder of a run, with --format=run", options.run_folder)
        export.export_run(loaded, path)
        details = [f"{sum(file.stat().st_size for file in path.rglob('*.*')) / 1e6:.1f} MB"]
    elif options.format == "saved_model":
        export.export_saved_model(loaded.model, path, loaded.caption)
        details = [f"see its signatures:  saved_model_cli show --all --dir {shlex.quote(str(path))}"]
    elif options.format == "onnx":
        export.export_onnx(loaded.model, path, loaded.caption)
        inputs = f"onnxruntime.InferenceSession({str(path / 'generate.onnx')!r}).get_inputs()"
        code = f"import onnxruntime; print([node.name for node in {inputs}])"
        details = [f"see its inputs:  {shlex.join(['python', '-c', code])}"]
    else:
        size = "open it in a browser, or send it:  {:.1f} MB, {}"
        details = export_html(loaded, path, options.seed)
        details.append(size.format(path.stat().st_size / 1e6, path.resolve().as_uri()))
    logger.info("\n  ".join([f"{loaded.caption} as {options.format}: {path}", *details]))
    if options.format in ("keras", "run"):
        step = None if options.format == "keras" else options.step  # A file holds one update.
        options.say_next("use it:", "generate", run_folder=path, step=step, output="images.png")
