"""A real server over real run folders, whose models have small networks."""

import contextlib
import threading
from pathlib import Path

import pytest

from infogan_tf.building import build_model
from infogan_tf.config import Config
from infogan_tf.explorer.catalog import Catalog
from infogan_tf.explorer.server import ExplorerServer
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.run_folder import RunFolder
from infogan_tf.training.run_record import new_record

MIXED = "kind=categorical(12), on=bernoulli(size=2), width=uniform(0, 3), style=gaussian(2, 0.5, size=2)"


def make_run(folder: Path, data, steps=(1,), **settings):
    """A run folder with checkpoints of an untrained model, whose weights are large enough to see what codes do.

    Returns:
        The model.
    """
    config = Config(run_folder=str(folder), **settings)
    model = build_model(config)
    for network in (model.generator, model.discriminator):
        for variable in network.trainable_variables:
            variable.assign(variable * 5)
    with RunFolder.open(config) as run:
        run.claim(0)
        run.write_record(new_record(config, data, max_shift=0))
        for step in steps:
            Checkpoints(run.checkpoints, model, keep_every=1).save(step)
    return model


@contextlib.contextmanager
def serving(root: Path):
    """A server in a thread of its own."""
    with ExplorerServer(Catalog(root), "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def logs(tmp_path_factory, embedded_digits, small_networks):
    """A folder with two runs, `plain` with two checkpoints and `mixed` with codes of every kind; and their models."""
    root = tmp_path_factory.mktemp("logs")
    mixed = make_run(root / "mixed", embedded_digits, codes=MIXED)
    return root, {"digits/plain": make_run(root / "digits" / "plain", embedded_digits, steps=(1, 2)), "mixed": mixed}


@pytest.fixture(scope="module")
def server(logs):
    """The explorer, serving these runs."""
    with serving(logs[0]) as server:
        yield server
