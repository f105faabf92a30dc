"""The inline stylesheet: allowed by its own hash, small, and free of what old browsers drop."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from portal.stylesheet import SOURCE, inline_css, minify

ROOT = Path(__file__).resolve().parents[2]
# Everybody's, and what desks have besides.
SHEETS = sorted(SOURCE.parent.glob("*.css"))


def test_the_policy_allows_exactly_what_the_page_carries():
    html = render_to_string("base_public.html", {})
    carried = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(carried.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["style-src"]


def test_minifying_keeps_what_blanks_mean():
    css = "/* why */\n.a .b,\n.c > .d {\n  margin: calc(-1 * var(--x)) 0;\n  color: red;\n}\n"
    css += "@media (min-width: 2rem) {\n  a {\n    b: c;\n  }\n}\n"
    assert minify(css) == ".a .b,.c>.d{margin:calc(-1 * var(--x)) 0;color:red}@media (min-width:2rem){a{b:c}}"


def test_the_font_is_found_from_any_page_under_the_name_it_is_served_by(tmp_path):
    assert "url(/static/fonts/plus-jakarta-sans-subset.woff2)" in inline_css(tmp_path)
    assert "url(../" not in inline_css(tmp_path)
    names = {"fonts/plus-jakarta-sans-subset.woff2": "fonts/plus-jakarta-sans-subset.d8d531.woff2"}
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": names}))
    assert "url(/static/fonts/plus-jakarta-sans-subset.d8d531.woff2)" in inline_css(tmp_path)


def test_the_sheet_and_the_script_keep_to_their_weight():
    assert len(gzip.compress(settings.INLINE_STYLESHEET.encode(), 9)) <= 7 * 1024
    assert len(gzip.compress((ROOT / "static" / "js" / "app.js").read_bytes(), 9)) <= 3 * 1024


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_nothing_in_a_sheet_that_an_older_chrome_drops_whole(sheet: Path):
    css = sheet.read_text(encoding="utf-8")
    without_comments = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    assert "@layer" not in without_comments
    assert "@import" not in without_comments
    depth = 0
    for line in without_comments.splitlines():
        opens_rule = line.rstrip().endswith("{") and not line.lstrip().startswith("@")
        assert not (opens_rule and depth > 1), f"nested rule: {line}"
        depth += line.count("{") - line.count("}")
    assert depth == 0


# Named in a page for what they are, and drawn by the rules of what they stand on.
DRAWN_BY_THEIR_ELEMENT = {"pub", "sugs"}


def test_every_class_that_a_page_names_is_in_a_sheet():
    """A class that isn't there is a slip, or a component that was made up by hand: see the living page."""
    selectors = re.sub(
        r"/\*.*?\*/", "", " ".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS), flags=re.DOTALL
    )
    selectors = re.sub(r"\{[^{}]*\}", " ", selectors)
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors)) | DRAWN_BY_THEIR_ELEMENT
    unknown = {}
    for path in (ROOT / "templates").rglob("*.html"):
        markup = re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8"))
        named = {name for value in re.findall(r'\sclass="([^"]*)"', markup) for name in value.split()}
        if named - known:
            unknown[str(path.relative_to(ROOT))] = sorted(named - known)
    assert unknown == {}


def test_the_vendored_files_are_the_recorded_ones():
    readme = (ROOT / "static" / "vendor" / "README.md").read_text(encoding="utf-8")
    for address, digest in re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", readme, re.MULTILINE):
        path = ROOT / "static" / "vendor" / address
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, address
