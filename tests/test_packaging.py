"""What `python -m build` makes can be installed, and works outside the checkout."""

import sys
import venv
import zipfile

import pytest

from tests import processes
from tests.conftest import ROOT


def run(*command, **kwargs):
    result = processes.run([str(word) for word in command], **kwargs)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel, made from the source distribution, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_package(wheel):
    paths = [path for path in ROOT.glob("infogan_tf/**/*") if path.is_file() and path.suffix != ".pyc"]
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == {str(path.relative_to(ROOT)) for path in paths}


@pytest.mark.slow
def test_the_wheel_trains_and_exports_outside_of_the_checkout(wheel, tmp_path):
    environment, home = tmp_path / "environment", tmp_path / "home"
    venv.create(environment)
    home.mkdir()
    (packages,) = environment.glob("lib/*/site-packages")
    run(sys.executable, "-m", "pip", "--python", environment, "install", "--no-deps", "--no-index", wheel)
    # Everything else is that of this environment.
    (packages / "others.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))

    def infogan(*flags):
        variables = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3"}
        return run(environment / "bin" / "infogan", *flags, cwd=home, env=variables)

    assert "infogan train mnist" in infogan("--help")
    infogan("train", "mnist", "--data_source=embedded", "--max_epoch=1", "--updates_per_epoch=2", "--run_folder=run")
    infogan("export", "--run_folder=run", "--format=html", "--output=page.html")
    assert (home / "page.html").stat().st_size > 1e6
    licenses = packages.glob("infogan_tf-*.dist-info/licenses/**/*LICENSE")
    assert {path.name for path in licenses} == {"LICENSE", "mnist_digits.LICENSE"}
