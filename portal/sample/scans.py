"""A page that stands for each paper which somebody in the demo would want to open."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from portal.models import Document

A5 = (583, 827)
INK, PAPER = "#14212b", "#ffffff"


def scan(document: Document) -> None:
    """Give it a file, before it is saved: what was verified changes no more."""
    lines = [document.get_kind_display(), document.number, document.issuer, document.enterprise.name]
    data = page_pdf(lines)
    document.file.save("contoh.pdf", ContentFile(data), save=False)
    document.file_name, document.sha256 = f"{document.kind}.pdf", hashlib.sha256(data).hexdigest()


def photo_of_paper(lines: Iterable[str]) -> SimpleUploadedFile:
    """As a phone takes it."""
    out = io.BytesIO()
    _page(lines).save(out, "JPEG", quality=60)
    return SimpleUploadedFile("surat.jpg", out.getvalue(), content_type="image/jpeg")


def page_pdf(lines: Iterable[str]) -> bytes:
    out = io.BytesIO()
    _page(lines).save(out, "PDF", resolution=100)
    return out.getvalue()


def _page(lines: Iterable[str]) -> Image.Image:
    page = Image.new("L", A5, PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((40, 40), "CONTOH", fill=INK, font=ImageFont.load_default(36))
    draw.text((40, 90), "Bukan dokumen asli", fill=INK, font=ImageFont.load_default(16))
    for place, line in enumerate(line for line in lines if line):
        draw.text((40, 160 + 34 * place), line, fill=INK, font=ImageFont.load_default(18))
    return page
