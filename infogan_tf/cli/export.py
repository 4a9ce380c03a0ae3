"""The work of `infogan export`."""

import shlex

from infogan_tf.cli.command import say_next
from infogan_tf.cli.options import ExportOptions
from infogan_tf.console import logger
from infogan_tf.explorer.exported_page import export_html
from infogan_tf.export import export_keras, export_onnx, export_saved_model
from infogan_tf.training.loading import load_model


def run(options: ExportOptions):
    """Writes a trained model in the format asked for."""
    loaded, path = load_model(options.model_path, options.step), options.output_path
    details = []
    if options.format == "keras":
        export_keras(loaded.model, path)
    elif options.format == "saved_model":
        export_saved_model(loaded.model, path, loaded.caption)
        details = [f"see its signatures:  saved_model_cli show --all --dir {shlex.quote(str(path))}"]
    elif options.format == "onnx":
        export_onnx(loaded.model, path, loaded.caption)
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
