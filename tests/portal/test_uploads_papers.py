"""Papers: what may come in, and that nothing that could do something does."""

from __future__ import annotations

import io

import pytest

from portal.uploads.papers import read_paper
from portal.uploads.refusals import Refused
from tests.factories.papers import HARMFUL, LOCKED, PLAIN_OBJECTS, pdf, stored
from tests.factories.products import picture


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_paper(io.BytesIO(data), len(data))
    return caught.value.code


@pytest.mark.parametrize("data", [pdf(), pdf(stored(b"BT (panjang) Tj ET" * 500))], ids=["plain", "compressed"])
def test_a_plain_pdf_stays_as_it_is(data: bytes) -> None:
    paper = read_paper(io.BytesIO(data), len(data))
    assert (paper.data, paper.suffix) == (data, ".pdf")


@pytest.mark.parametrize("data", HARMFUL.values(), ids=HARMFUL.keys())
def test_a_pdf_that_could_do_something_is_not_taken(data: bytes) -> None:
    assert refused(data) == "pdf_active"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LOCKED, "pdf_locked"),
        (pdf()[:-30], "pdf_damaged"),
        (b"%PDF-1.7\n" + b"".join(PLAIN_OBJECTS), "pdf_damaged"),
        (b"", "empty"),
        (b"sertifikat", "not_a_paper"),
        (b"PK\x03\x04 docx", "not_a_paper"),
        (picture(kind="WEBP"), "not_a_paper"),
        (b"<svg/>", "not_a_paper"),
        (picture()[:500], "photo_damaged"),
        (pdf() + b"\0" * 5 * 1024 * 1024, "too_large"),
    ],
    ids=["locked", "cut", "no end", "empty", "text", "docx", "webp", "svg", "cut photo", "too large"],
)
def test_what_is_no_paper_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_scan_is_written_anew(kind: str) -> None:
    data = picture(kind=kind, size=(3000, 2000))
    paper = read_paper(io.BytesIO(data + b"<script>alert(1)</script>"), len(data))
    assert paper.suffix == ".jpg"
    assert b"<script>" not in paper.data
