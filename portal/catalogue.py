"""Message catalogues without the gettext programs: read the sources, keep locale/*/LC_MESSAGES/django.po, compile it.

Django's own makemessages and compilemessages call xgettext and msgfmt, which a machine with only Python doesn't have.
Entries stay in the order they were written, so that branches can append to the end of one file and merge by union.
"""

import contextlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po
from django.utils.translation.template import templatize

PO_NAME = Path("LC_MESSAGES") / "django.po"
SOURCE_FOLDERS = ("portal", "curation", "partnerships", "templates")
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml"}
SKIPPED_FOLDERS = {"migrations", "node_modules", "__pycache__"}

ONE, SINGULAR_AND_PLURAL = (1,), (1, 2)
WITH_CONTEXT, PLURAL_WITH_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    "_": ONE,
    "gettext": ONE,
    "gettext_lazy": ONE,
    "gettext_noop": ONE,
    "ngettext": SINGULAR_AND_PLURAL,
    "ngettext_lazy": SINGULAR_AND_PLURAL,
    "pgettext": WITH_CONTEXT,
    "pgettext_lazy": WITH_CONTEXT,
    "npgettext": PLURAL_WITH_CONTEXT,
    "npgettext_lazy": PLURAL_WITH_CONTEXT,
}

PLACEHOLDER = re.compile(r"%\((?P<name>\w+)\)[#0\- +]*\d*\.?\d*[a-zA-Z]|%(?P<bare>[sdfr])|\{(?P<brace>\w*)[^{}\s]*\}")

HEADER = """\
# MitraPasok
# Append new entries at the end; `manage.py messages extract` does.
msgid ""
msgstr ""
"Project-Id-Version: MitraPasok\\n"
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"
"""


class TolerantCatalog(Catalog):
    """A catalogue that survives a merge by union: of several entries with one id, the first translation wins."""

    @property
    def num_plurals(self) -> int:
        # CLDR's rules; Babel's own list for catalogues doesn't know Indonesian and would ask for a plural it hasn't.
        return len(self.locale.plural_form.tags) + 1

    @property
    def plural_expr(self) -> str:
        return "0" if self.num_plurals == 1 else super().plural_expr

    def __setitem__(self, id, message: Message) -> None:
        known = self.get(id, message.context) if id else None
        if known and is_translated(message) and not message.fuzzy and (known.fuzzy or not is_translated(known)):
            known.id, known.string = message.id, message.string
            known.flags.discard("fuzzy")
        elif known and message.fuzzy:
            message.flags.discard("fuzzy")
        super().__setitem__(id, message)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a translation, as `check` prints it."""

    message: str
    what: str

    def __str__(self) -> str:
        return f"{self.what}: {self.message}"


def is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(strings) and all(strings)


def read_catalogue(path: Path, locale: str) -> Catalog:
    """The catalogue in a file, duplicates folded; an empty one where there is no file yet."""
    catalogue = TolerantCatalog(locale=locale, project="MitraPasok", charset="utf-8")
    if path.exists():
        # Babel prints a warning for an entry without msgstr; it then counts as untranslated, which `check` names.
        with path.open("rb") as source, contextlib.redirect_stdout(io.StringIO()):
            PoFileParser(catalogue, ignore_obsolete=True).parse(source)
    return catalogue


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    body = io.BytesIO()
    # Unwrapped and without line numbers: an entry is the same bytes on every branch.
    write_po(body, catalogue, width=0, no_location=True, omit_header=True)
    header = HEADER.format(locale=catalogue.locale_identifier, plural_forms=catalogue.plural_forms)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + "\n" + body.getvalue().decode().strip() + "\n", encoding="utf-8")


def source_files(root: Path) -> Iterator[Path]:
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if SKIPPED_FOLDERS.isdisjoint(path.parts) and (path.suffix == ".py" or path.suffix in TEMPLATE_SUFFIXES):
                yield path


def extract_messages(root: Path) -> Catalog:
    """Every message id in the Python sources and templates under `root`."""
    found = Catalog(charset="utf-8")
    for path in source_files(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # In brackets, so that the template's indentation means nothing to the Python tokenizer.
            text = f"(\n{templatize(text, origin=str(path))}\n)"
        source = io.BytesIO(text.encode())
        for line, ids, _comments, context in extract("python", source, KEYWORDS, options={"encoding": "utf-8"}):
            if any(ids) if isinstance(ids, tuple) else ids:
                found.add(ids, locations=[(str(path.relative_to(root)), line)], context=context)
    return found


def missing_from(catalogue: Catalog, found: Catalog) -> list[Message]:
    """Messages of the sources that the catalogue has no entry for (or only one without its plural)."""
    missing = []
    for message in found:
        if not message.id:
            continue
        known = catalogue.get(singular(message), message.context)
        if known is None or (message.pluralizable and not known.pluralizable):
            missing.append(message)
    return missing


def singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def update(catalogue: Catalog, found: Catalog, *, prune: bool = False) -> int:
    """Append what is new; say how many. What no source uses stays unless pruned: another branch may use it."""
    missing = missing_from(catalogue, found)
    for message in missing:
        catalogue.add(message.id, context=message.context, flags=message.flags)
    if prune:
        for message in [m for m in catalogue if m.id and found.get(singular(m), m.context) is None]:
            catalogue.delete(singular(message), message.context)
    return len(missing)


def problems(catalogue: Catalog, found: Catalog) -> list[Problem]:
    """What stands between this catalogue and a page that is all in its language."""
    result = [Problem(describe(message), "no entry") for message in missing_from(catalogue, found)]
    for message in catalogue:
        if not message.id or found.get(singular(message), message.context) is None:
            continue
        if message.fuzzy:
            result.append(Problem(describe(message), "fuzzy"))
        elif not is_translated(message):
            result.append(Problem(describe(message), "no translation"))
        elif difference := placeholder_difference(message):
            result.append(Problem(describe(message), f"placeholders differ ({difference})"))
    return result


def describe(message: Message) -> str:
    where = next((f" ({path}:{line})" for path, line in message.locations), "")
    context = f" [{message.context}]" if message.context else ""
    return f"{singular(message)!r}{context}{where}"


def placeholder_difference(message: Message) -> str:
    """The placeholders one side has and the other lacks. A singular may leave out the number that its plural prints."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    allowed = set().union(*map(placeholders, ids))
    for string in strings:
        if placeholders(string) not in (allowed, placeholders(ids[-1])):
            return ", ".join(sorted(allowed ^ placeholders(string)))
    return ""


def placeholders(text: str) -> set[str]:
    """Named placeholders by name, bare ones by kind and place: `%s %s` is not `%s`."""
    found = set()
    for number, match in enumerate(PLACEHOLDER.finditer(text.replace("%%", ""))):
        if match["name"]:
            found.add(f"%({match['name']})")
        elif match["bare"]:
            found.add(f"%{match['bare']} #{number + 1}")
        else:
            found.add("{" + (match["brace"] or f"#{number + 1}") + "}")
    return found


def compile_catalogue(po: Path) -> Path:
    """Write the binary beside a .po in one step, so that a server starting meanwhile never reads half a file."""
    target = po.with_suffix(".mo")
    partial = target.with_suffix(f".{os.getpid()}.tmp")
    with partial.open("wb") as out:
        write_mo(out, read_catalogue(po, po.parents[1].name))
    partial.replace(target)
    return target


def compile_all(locale_folder: Path) -> list[Path]:
    return [compile_catalogue(po) for po in sorted(locale_folder.glob(f"*/{PO_NAME}"))]
