"""A report in Markdown, and the same as one HTML file with its pictures inside."""

import base64
import html
import re
from collections.abc import Sequence
from pathlib import Path

import markdown

from infogan_tf.files import write_text

MEDIA_TYPES = {".png": "image/png", ".gif": "image/gif"}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border: 1px solid #ccc; padding: 0.3rem 0.6rem; text-align: left; }
img { max-width: 100%; height: auto; }
pre, code { background: #f4f4f4; }
pre { padding: 0.6rem; overflow-x: auto; }
"""


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A table; the first row is its header."""
    header, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([header, f"|{' --- |' * len(rows[0])}", *body])


def write_report(folder: Path, title: str, text: str):
    """Writes `report.md`, with its pictures beside it, and `report.html`, which needs no other file.

    Args:
        folder: where both go; the pictures that the text names are in it.
        title: the page's title.
        text: Markdown.
    """
    write_text(folder / "report.md", text)
    body = markdown.markdown(text, extensions=["tables", "fenced_code"])
    body = re.sub(r'src="([^"]+)"', lambda match: f'src="{_data_uri(folder / match[1])}"', body)
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body>\n{body}\n</body></html>\n"
    )
    write_text(folder / "report.html", page)


def _data_uri(path: Path) -> str:
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
