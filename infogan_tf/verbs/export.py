"""A trained model as a file or folder for others."""

import shlex

from infogan_tf import export as exports
from infogan_tf.console import log
from infogan_tf.verbs.config import ExportConfig
from infogan_tf.verbs.trained import load_trained, say_next


def export(config: ExportConfig):
    """Writes a trained model in the format asked for."""
    trained, path = load_trained(config), config.output_path
    if config.format == "keras":
        exports.export_keras(trained.model, path)
    elif config.format == "saved_model":
        exports.export_saved_model(trained.model, path, trained.caption)
    else:
        exports.export_onnx(trained.model, path, trained.caption)
    log(f"{trained.caption} as {config.format}: {path}")
    if config.format == "keras":
        say_next("use it:", "generate", run_folder=path, output="images.png")
    elif config.format == "saved_model":
        log(f"  see its signatures:  saved_model_cli show --all --dir {shlex.quote(str(path))}")
    else:
        show = (
            f"print([node.name for node in onnxruntime.InferenceSession({str(path / 'generate.onnx')!r}).get_inputs()])"
        )
        log(f"  see its inputs:  {shlex.join(['python', '-c', f'import onnxruntime; {show}'])}")
