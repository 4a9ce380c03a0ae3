import pytest

from infogan_tf.cli.config import EncodeConfig, ExportConfig, GenerateConfig, TraverseConfig, parse_code_values
from infogan_tf.errors import SettingError


def test_values_of_codes_are_read():
    assert parse_code_values("c1=3") == {"c1": (3,)}
    assert parse_code_values(" c1 = 0:9:10 , tilt=-2:2:5,width=1.5") == {
        "c1": tuple(range(10)),
        "tilt": (-2, -1, 0, 1, 2),
        "width": (1.5,),
    }
    assert parse_code_values("c2=0:1:11")["c2"][3] == 0.3
    assert parse_code_values("c2=2:-2:3,c3=1e-3:9:1") == {"c2": (2, 0, -2), "c3": (0.001,)}
    assert all(isinstance(value, int) for value in parse_code_values("c1=0:9:10")["c1"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the term ''"),
        ("c1", "the term 'c1'"),
        ("=3", "the term '=3'"),
        ("c1=3,", "the term ''"),
        ("c1=three", "the term 'c1=three'"),
        ("c2=-2:2", "the term 'c2=-2:2'"),
        ("c2=-2:2:0", "the term 'c2=-2:2:0'"),
        ("c2=-2:2:1.5", "the term 'c2=-2:2:1.5'"),
        ("c2=-2:2:3:4", "the term 'c2=-2:2:3:4'"),
        ("c2=0:1:100001", "the term 'c2=0:1:100001'"),
        ("c2=nan", "the term 'c2=nan'"),
        ("c2=0:inf:3", "the term 'c2=0:inf:3'"),
        ("c1=1,c1=2", "the code 'c1' for the second time"),
    ],
)
def test_other_texts_are_refused_with_the_wrong_term(text, problem):
    with pytest.raises(SettingError) as refused:
        GenerateConfig(codes=text)
    assert str(refused.value) == (
        "codes: expected values of codes such as c1=3,c2=-2:2:9, each name=number or name=first:last:count, or auto "
        f"(all are sampled), got {problem}"
    )


def test_images_are_counted_over_all_combinations(tmp_path):
    config = GenerateConfig(run_folder=tmp_path, output=tmp_path / "all", codes="c1=0:9:10,c2=-2:2:9", number=3)
    assert config.num_images == 270
    config.check()
    with pytest.raises(SettingError, match=r"codes: expected at most 100,000 images, got 100,080 with --number=1112"):
        GenerateConfig(run_folder=tmp_path, output=tmp_path / "all", codes=config.codes, number=1112).check()


@pytest.mark.parametrize(
    ("config", "outputs", "refused"),
    [
        (GenerateConfig, ("images", "images.v1/", "a.png", "a.npz"), ("a.jpg", "a.PNG", "images.v1")),
        (EncodeConfig, ("a.csv", "a.jsonl"), ("a.json", "a")),
        (TraverseConfig, ("a.png", "a.gif"), ("a.webp", "a")),
        (ExportConfig, ("a.keras", "a"), ("a.onnx", "a.h5")),
    ],
)
def test_the_ending_of_the_output_is_checked(config, outputs, refused):
    for output in outputs:
        assert config(output=output).output == output
    for output in refused:
        with pytest.raises(SettingError, match="output: expected a new f"):
            config(output=output)


def test_what_was_given_can_be_typed_again():
    config = TraverseConfig(run_folder="run", step=5, codes="c2", scale=1.5)
    assert config.given_flags == {"run_folder": "run", "step": "5", "codes": "c2", "scale": "1.5"}
    assert config.model_flags == {"run_folder": "run", "step": 5}
