"""Flags and errors of a launcher, each in a real process."""

import subprocess
import sys

import pytest

BAD_FLAGS = {
    "--batch_size=0": "flag --batch_size=0: expected an integer >= 2, got '0'",
    "--batch_size=many": "flag --batch_size=many: expected an integer >= 2, got 'many'",
    "--max_epoch=-3": "flag --max_epoch=-3: expected an integer >= 1, got '-3'",
    "--updates_per_epoch=1.5": "flag --updates_per_epoch=1.5: expected an integer >= 1, got '1.5'",
    "--snapshot_interval=0": "flag --snapshot_interval=0: expected an integer >= 1",
    "--summary_interval=0": "flag --summary_interval=0: expected an integer >= 1",
    "--sample_interval=0": "flag --sample_interval=0: expected an integer >= 1",
    "--generator_learning_rate=fast": "flag --generator_learning_rate=fast: expected a number > 0, got 'fast'",
    "--discriminator_learning_rate=nan": "flag --discriminator_learning_rate=nan: expected a number > 0",
    "--info_reg_coeff=-1": "flag --info_reg_coeff=-1: expected a number >= 0, got '-1'",
    "--leaky_slope=inf": "flag --leaky_slope=inf: expected a number >= 0, got 'inf'",
    "--min_std=1e-300": "flag --min_std=1e-300: expected a number > 0, got '1e-300'",
    "--min_std=0": "flag --min_std=0: expected a number > 0, got '0'",
    "--posterior_std=wide": "flag --posterior_std=wide: expected one of learned, fixed, got 'wide'",
    "--code_weights=1,2": "expected 3 numbers >= 0, separated by commas, for c1, c2, c3, got '1,2'",
    "--seed=-1": "flag --seed=-1: expected an integer from 0 to 2147483647, got '-1'",
    "--max_shift=99": "flag --max_shift=99: expected an integer from 0 to 8, or auto",
    "--preset=worst": "flag --preset=worst: expected one of paper, original, best, got 'worst'",
    "--data_source=web": "flag --data_source=web: expected one of auto, tfds, embedded, got 'web'",
    "--dataset=": "flag --dataset=: expected a text that is not empty, got ''",
    "--data_dir=": "flag --data_dir=: expected a text that is not empty, or auto (TFDS's own folder), got ''",
    "--run_folder=": "flag --run_folder=: expected a text that is not empty, or auto",
    "--bach_size=3": "Unknown command line flag 'bach_size'. Did you mean: batch_size ?",
    "stray": "expected flags only, such as --batch_size=128, got stray",
}


@pytest.mark.parametrize("flag", BAD_FLAGS)
def test_bad_flag_ends_with_one_clear_line_and_leaves_nothing(run_mnist, tmp_path, flag):
    result = run_mnist(flag, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert BAD_FLAGS[flag] in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not list(tmp_path.iterdir())


def test_help_documents_every_setting(run_mnist):
    import dataclasses

    from infogan_tf.configs import MnistConfig

    result = run_mnist("--help")
    assert result.returncode == 0
    assert "Trains InfoGAN on MNIST" in result.stdout
    text = " ".join(result.stdout.split())
    for field in dataclasses.fields(MnistConfig):
        assert f"--{field.name}: {' '.join(field.metadata['help'].split())}" in text
    assert "(default: '1,0.1,0.1')" in text


def test_flags_win_over_the_preset():
    code = (
        "import sys; from infogan_tf.configs.mnist import PRESETS; from infogan_tf import launching; "
        "launching._load_tensorflow = lambda: None; launching.launch(PRESETS, print)"
    )
    flags = ["--preset=original", "--leaky_slope=0.2", "--code_weights=1,0,0.5", "--max_shift=auto"]
    result = subprocess.run([sys.executable, "-c", code, *flags], capture_output=True, text=True, check=True)
    assert "leaky_slope=0.2" in result.stdout
    assert "posterior_std='fixed'" in result.stdout
    assert "code_weights=(1.0, 0.0, 0.5)" in result.stdout
    assert "max_shift=None" in result.stdout


def test_a_bad_flag_is_answered_without_loading_tensorflow():
    code = "import sys, infogan_tf, infogan_tf.launching, infogan_tf.configs.mnist; print('tensorflow' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
