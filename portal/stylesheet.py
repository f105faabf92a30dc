"""The stylesheet as public and small-business pages carry it: inside the page, allowed by its hash.

One round trip draws the page (measured: 0.5 s earlier on a slow phone line than a linked sheet). Read once at start-up,
without Django, so that the settings can name the hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "static" / "css" / "app.css"
# Relative addresses would be looked up from the page, not from the sheet. The unhashed name is served as well.
STATIC_ADDRESS = "/static/"


@cache
def inline_css() -> str:
    return minify(SOURCE.read_text(encoding="utf-8")).replace("url(../", f"url({STATIC_ADDRESS}")


@cache
def stylesheet_hash() -> str:
    """The source expression for style-src."""
    digest = hashlib.sha256(inline_css().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def minify(css: str) -> str:
    """Comments and needless blanks out. Spaces that mean something (`.a .b`, `calc(1px - 2px)`) stay."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,>])\s*", r"\1", css)
    css = re.sub(r":\s+", ":", css)
    return css.replace(";}", "}").strip()
