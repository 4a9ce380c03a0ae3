import pytest

from infogan_tf.errors import SettingError
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.report import reproduce


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": "0,0"}, "seeds: expected different integers from 0 to 2147483647, separated by commas"),
        ({"preset": "mine"}, "preset: expected one of quick, best, paper, original, got mine"),
        (
            {"experiment": "chairs", "preset": "a"},
            "preset: expected one of quick, best, paper_rotation, paper_width, paper, ",
        ),
        ({"experiment": "cats"}, "experiment: expected one of mnist, faces, chairs, svhn, celeba, got 'cats'"),
        ({"images": "cats"}, "images: expected auto with --experiment=mnist, got cats"),
        ({"dataset": "cats"}, "dataset: expected auto with --experiment=mnist, got cats"),
        ({"experiment": "svhn", "images": "a", "dataset": "b"}, "dataset: expected nothing beside --images=a, got b"),
        ({"experiment": "faces", "images": "no_cats.npz"}, "images: expected a folder of images"),
        ({"max_epoch": 0}, "max_epoch: expected an integer >= 1, or auto (the preset's), got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(SettingError) as refusal:
        ReproductionOptions(**options)
    assert str(refusal.value).startswith(message)


def test_each_preset_has_a_folder_of_its_own():
    paths = [str(ReproductionOptions(experiment="faces", preset=name).path) for name in ("best", "paper")]
    assert paths == ["logs/faces/reproduction", "logs/faces/reproduction_paper"]


def test_several_workers_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TF_CONFIG", "{}")
    with pytest.raises(
        SettingError, match=r"^devices: expected those of one machine, without TF_CONFIG, .*, got auto$"
    ):
        reproduce(ReproductionOptions(folder=str(tmp_path / "reproduction")))
    assert not list(tmp_path.iterdir())
