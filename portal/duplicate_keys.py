"""Names and phone numbers of businesses as they are compared."""

from __future__ import annotations

import re

from portal.text import fold

# Words that say of which legal form or kind a business is, and nothing of which one it is.
FORMS = frozenset(
    [
        "pt",
        "cv",
        "ud",
        "pd",
        "fa",
        "firma",
        "koperasi",
        "kop",
        "ksu",
        "kud",
        "usaha",
        "dagang",
        "perusahaan",
        "perorangan",
        "tbk",
        "toko",
        "umkm",
        "ikm",
        "kub",
        "poktan",
    ]
)
FEWEST_DIGITS = 8
# Said of a phone that is none.
SAME_DIGIT = re.compile(r"(\d)\1*")


def name_key(name: str) -> str:
    """`CV. Maju-Jaya` and `Maju Jaya, UD` alike: `maju jaya`. A name of such words alone stays as it is."""
    words = fold(name).split()
    told = [word for word in words if word not in FORMS]
    return " ".join(told or words)[:200]


def phone_key(phone: str) -> str:
    """`0812-3456-7890`, `+62 812 3456 7890` and `62812…` alike, without the prefix; empty where it cannot be a phone."""
    digits = re.sub(r"[^0-9]", "", phone)
    for prefix in ("0062", "62", "0"):
        if digits.startswith(prefix):
            digits = digits[len(prefix) :]
            break
    digits = digits.lstrip("0")
    return "" if len(digits) < FEWEST_DIGITS or SAME_DIGIT.fullmatch(digits) else digits[:20]
