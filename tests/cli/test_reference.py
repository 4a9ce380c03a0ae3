from infogan_tf.cli.reference import reference
from tests.conftest import ROOT


def test_the_reference_of_commands_is_up_to_date():
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == reference(), "write it anew: python -m infogan_tf.cli.reference > docs/commands.md"


def test_every_flag_has_its_default_and_what_it_expects():
    text = reference()
    assert "| `--batch_size` | `128` | an integer >= 2 | Images in a batch. |" in text
    assert "| `--output` | required | a new file that ends in .png or .gif |" in text
    assert "| `mnist` | `best` | `--width=0.25` `--code_augmentation=1.0`" in text
