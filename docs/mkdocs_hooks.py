"""What mkdocs.yml needs beside the pages here: README as the front page, and no links to what lies outside of docs."""

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#:]+)(#[^)]*)?\)")


def on_files(files: Files, config: Any):
    """Adds README.md as the front page."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "index.md", content=readme.replace("](docs/", "](")))


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Leaves only the text of links to files that are not pages of the site."""
    folder = os.path.dirname(page.file.src_uri)

    def without_what_is_outside(link: re.Match) -> str:
        path = os.path.normpath(os.path.join(folder, link[2]))
        is_outside = files.get_file_from_path(path) is None and any((ROOT / up / path).exists() for up in ("", "docs"))
        return link[1] if is_outside else link[0]

    return LINK.sub(without_what_is_outside, markdown)
