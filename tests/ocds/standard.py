"""The standard's own tools over a package, offline: libcoveocds and ocdskit, each in a process of its own (libcoveocds is AGPL).

`ocds-standard-1.1-schema.zip` (beside this file): schemas and codelists of OCDS 1.1.5, from open-contracting/standard, Apache-2.0.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

ZIP = Path(__file__).parent / "ocds-standard-1.1-schema.zip"
# The four lists that must be empty: a wrong value of a closed codelist leaves the first one so.
LISTS = {
    "validation_errors": ("validation_errors",),
    "codelist": ("additional_closed_codelist_values", "additional_open_codelist_values"),
    "additional_checks": ("additional_checks",),
    "additional_fields": ("additional_fields",),
}


def schema(name: str = "dereferenced-release-schema.json") -> dict[str, Any]:
    with zipfile.ZipFile(ZIP) as archive:
        return json.loads(archive.read(f"standard-1.1/schema/{name}"))


def next_page(answer: Any) -> str:
    """What the header Link names so; empty on the last page."""
    return next(iter(re.findall(r'<([^>]+)>; rel="next"', answer.get("Link", ""))), "")


def report(package: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What libcoveocds says of a release or record package."""
    path = folder / "package.json"
    path.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    command = ("--schema-version", "1.1", "--additional-checks", "all", "--standard-zip", str(ZIP))
    said = _run("libcoveocds", *command, "--delete", "--output-dir", str(folder / "out"), str(path))
    return json.loads(said)


def record_errors(package: dict[str, Any]) -> list[str]:
    """Of a record package: libcoveocds fetches a schema for it that the archive has, so the schema is asked directly.

    Compiled releases go through `report` in a release package of their own.
    """
    found = Draft4Validator(_without_references(schema("record-package-schema.json"))).iter_errors(package)
    return [f"{list(each.absolute_path)}: {each.message}" for each in found]


def _without_references(value: Any) -> Any:
    if isinstance(value, dict):
        if str(value.get("$ref", "")).startswith("http"):
            # Enough to tell a release from a link to one.
            return {"type": "object", "required": ["ocid", "initiationType"]}
        return {key: _without_references(each) for key, each in value.items()}
    return [_without_references(each) for each in value] if isinstance(value, list) else value


def findings(found: dict[str, Any]) -> dict[str, list[str]]:
    """What stands in the four lists, in words."""
    return {name: [_in_words(each) for key in keys for each in _rows(found[key])] for name, keys in LISTS.items()}


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: len(said) for name, said in findings(found).items()}


def _rows(listed: Any) -> list[Any]:
    """Some lists are objects by what was found."""
    return [f"{key}: {value}" for key, value in listed.items()] if isinstance(listed, dict) else list(listed)


def _in_words(row: Any) -> str:
    return (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False))[:300]


def compiled_by_ocdskit(package: dict[str, Any]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "release-schema.json"
        path.write_text(json.dumps(schema()), encoding="utf-8")
        said = _run("ocdskit", "compile", "--schema", str(path), given=json.dumps(package))
    return [json.loads(line) for line in said.splitlines()]


def _run(program: str, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{program}: {done.stderr}")
    return done.stdout
