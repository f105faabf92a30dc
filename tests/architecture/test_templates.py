"""Templates: each can be read, and none asks for what the content policy refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

FOLDER = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in (".html", ".txt"))
REFUSED = {
    "a style attribute": re.compile(r"""\sstyle\s*=\s*["'{]"""),
    "a handler attribute": re.compile(r"""\son[a-z]+\s*=\s*["'{]"""),
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>"),
    "an address that is a script": re.compile(r"javascript:", re.IGNORECASE),
    "a form of htmx that evaluates": re.compile(r"""\shx-(on|vals=["']js:)"""),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_can_be_read(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".html")])
def test_no_template_holds_what_the_content_policy_refuses(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert [what for what, pattern in REFUSED.items() if pattern.search(text)] == []


def test_only_the_frame_carries_the_stylesheet_inline() -> None:
    """Its hash is in the policy; any other style element would be refused."""
    with_style = {name for name in TEMPLATES if "<style" in (FOLDER / name).read_text(encoding="utf-8")}
    assert with_style == {"base.html"}
