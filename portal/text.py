"""Texts as they are compared: lower case, without accents, one space for whatever is not a letter or digit."""

import re
import unicodedata

NOT_WORD = re.compile(r"[^0-9a-z]+")
# Letters that decomposition leaves alone though people type them without their stroke, and the printer's marks.
STROKED = str.maketrans("ØøĐđŁł’–—“”", "OoDdLl     ", "")


def fold(text: str) -> str:
    """`Sekrup/Baut Ø 16` → `sekrup baut o 16`. The same folding on both sides of every search."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(STROKED)).encode("ascii", "ignore").decode()
    return NOT_WORD.sub(" ", text.lower()).strip()


def padded(text: str) -> str:
    """Folded, with a space at both ends, so that ` word ` and ` word` find whole words and beginnings."""
    return f" {fold(text)} "


def one_line_of(text: str) -> str:
    return " ".join(text.split())


def lines_of(text: str) -> str:
    """Ended alike, whatever typed them: a browser sends CR LF, a spreadsheet LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").strip()
