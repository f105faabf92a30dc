"""The customs tariff as a judged set of a product search: short queries as a buyer types them, over eleven thousand lines.

Graded by where a line stands in the tariff, never by words that are shared: README.md beside this. Both languages stand beside each
other in it, so that a query of one may ask documents of the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.reference.files import rows_of
from tests.matching.judged_set import Document, Grade, Query

FILE = "btki2022.csv.gz"
LINE, SUBHEADING, HEADING = 8, 6, 4
# Of the line itself, of its subheading, of its heading.
GRADES = {LINE: 3, SUBHEADING: 2, HEADING: 1}
FEWEST, MOST = 2, 7
# One query in so many is mistyped, and one has its last word in the other number.
MISTYPED, OTHER_NUMBER = 6, 4
LONG = 6

SAYS_NOTHING = re.compile(r"^(other|lain-lain)\b", re.IGNORECASE)
ENDS = re.compile(r"[,;:(.]| and | or ")
QUALIFIES = re.compile(r"^(of|for|with|in|having|containing|suitable)\b", re.IGNORECASE)
LEFT_OUT = frozenset(
    {
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "kind",
        "not",
        "of",
        "on",
        "or",
        "other",
        "than",
        "that",
        "the",
        "their",
        "thereof",
        "this",
        "to",
        "used",
        "whether",
        "with",
        "without",
    }
)


@dataclass(frozen=True)
class Line:
    """One line with the texts above it, the heading first, in one language."""

    code: str
    text: str
    above: tuple[str, ...]

    @property
    def says_nothing(self) -> bool:
        return bool(SAYS_NOTHING.match(self.text))

    @property
    def title(self) -> str:
        """ "Other" is called after what it is another of."""
        told = next((text for text in reversed(self.above) if not SAYS_NOTHING.match(text)), "")
        return f"{told.rstrip('.')}, {self.text.lower()}" if self.says_nothing and told else self.text


def lines(language: str) -> list[Line]:
    found, above = [], []
    for row in rows_of(FILE):
        text, depth = row[f"uraian_{language}"].strip(), int(row["indentasi"])
        above = [(d, t) for d, t in above if d < depth]
        if len(row["kode"]) == LINE:
            found.append(Line(row["kode"], text, tuple(t for _d, t in above)))
        above.append((depth, text))
    return found


def documents(language: str) -> list[Document]:
    return [Document(each.code, each.title, ". ".join(each.above)) for each in lines(language)]


def judged(language: str = "en") -> tuple[list[Document], list[Query], list[Grade]]:
    """English queries over the documents in `language`: at most one of each heading, drawn by the digest of its code."""
    found = documents(language)
    asked: dict[str, list[str]] = {}
    for line in _drawn(lines("en")):
        if text := typed(line):
            asked.setdefault(text, []).append(line.code)
    queries = [Query(codes[0], text) for text, codes in asked.items()]
    by_code: dict[str, list[str]] = {}
    for document in found:
        for digits in GRADES:
            by_code.setdefault(document.id[:digits], []).append(document.id)
    grades = [grade for codes in asked.values() for grade in _grades(codes, by_code)]
    return found, queries, grades


def typed(line: Line) -> str:
    """What somebody who wants this types: the thing, then what is special about it. Empty where that says too little or too much."""
    if line.says_nothing or not line.above:
        return ""
    own = ENDS.split(line.text)[0]
    thing = ENDS.split(line.above[0])[0] if QUALIFIES.match(line.text) else ""
    words = [word for word in re.findall(r"[a-z0-9]+", f"{thing} {own}".lower()) if word not in LEFT_OUT]
    words = list(dict.fromkeys(words))
    if not FEWEST <= len(words) <= MOST:
        return ""
    drawn = int(_digest(f"typed {line.code}")[:8], 16)
    if drawn % OTHER_NUMBER == 0:
        words[-1] = words[-1].removesuffix("s") if words[-1].endswith("s") else f"{words[-1]}s"
    longest = max(words, key=len)
    if drawn % MISTYPED == 0 and len(longest) >= LONG:
        middle = len(longest) // 2
        words[words.index(longest)] = longest[:middle] + longest[middle + 1 :]
    return " ".join(words)


def _drawn(every: Iterable[Line]) -> Iterator[Line]:
    taken = set()
    for line in sorted(every, key=lambda line: _digest(line.code)):
        if line.code[:HEADING] not in taken and typed(line):
            taken.add(line.code[:HEADING])
            yield line


def _grades(codes: list[str], by_code: dict[str, list[str]]) -> Iterator[Grade]:
    best: dict[str, int] = {}
    for code in codes:
        for digits, grade in GRADES.items():
            for line in by_code[code[:digits]]:
                best[line] = max(best.get(line, 0), grade)
    yield from ((codes[0], line, grade) for line, grade in best.items())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
