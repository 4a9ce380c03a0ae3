"""A trained model as a file or folder for others."""

import shlex

from infogan_tf import export as exports
from infogan_tf.cli.config import ExportConfig
from infogan_tf.cli.output import say_next
from infogan_tf.console import log
from infogan_tf.explorer.exported_page import export_html
from infogan_tf.training.loading import load_model


def export(config: ExportConfig):
    """Writes a trained model in the format asked for.

    Raises:
        SettingError: there is no such model, or its images don't fit into a page.
    """
    loaded, path = load_model(config.model_path, config.step), config.output_path
    details: list[str] = []
    if config.format == "keras":
        exports.export_keras(loaded.model, path)
    elif config.format == "saved_model":
        exports.export_saved_model(loaded.model, path, loaded.caption)
    elif config.format == "onnx":
        exports.export_onnx(loaded.model, path, loaded.caption)
    else:
        details = export_html(loaded, path, config.seed)
    log(f"{loaded.caption} as {config.format}: {path}")
    for line in details:
        log(f"  {line}")
    if config.format == "keras":
        say_next("use it:", "generate", run_folder=path, output="images.png")
    elif config.format == "saved_model":
        log(f"  see its signatures:  saved_model_cli show --all --dir {shlex.quote(str(path))}")
    elif config.format == "onnx":
        show = (
            f"print([node.name for node in onnxruntime.InferenceSession({str(path / 'generate.onnx')!r}).get_inputs()])"
        )
        log(f"  see its inputs:  {shlex.join(['python', '-c', f'import onnxruntime; {show}'])}")
    else:
        log(f"  open it in a browser, or send it:  {path.stat().st_size / 1e6:.1f} MB, {path.resolve().as_uri()}")
