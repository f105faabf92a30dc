"""The stylesheet as public and small-business pages carry it: inside the page, allowed by its hash.

One round trip draws the page (measured: 0.5 s earlier on a slow phone line than a linked sheet). Read once at start-up,
without Django, so that the settings can name the hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "static" / "css" / "app.css"
STATIC_ADDRESS = "/static/"


def inline_css(collected: Path) -> str:
    """`collected`: the folder of collected files, whose manifest tells the names they are served under; without one, their own.

    Relative addresses would be looked up from the page, not from the sheet, so they are made whole.
    """
    manifest = collected / "staticfiles.json"
    names = json.loads(manifest.read_text(encoding="utf-8"))["paths"] if manifest.exists() else {}
    return re.sub(
        r"url\(\.\./([^)]+)\)",
        lambda found: f"url({STATIC_ADDRESS}{names.get(found[1], found[1])})",
        minify(SOURCE.read_text(encoding="utf-8")),
    )


def source_expression(css: str) -> str:
    """What style-src says to allow exactly this sheet."""
    digest = hashlib.sha256(css.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def minify(css: str) -> str:
    """Comments and needless blanks out. Spaces that mean something (`.a .b`, `calc(1px - 2px)`) stay."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,>])\s*", r"\1", css)
    css = re.sub(r":\s+", ":", css)
    return css.replace(";}", "}").strip()
