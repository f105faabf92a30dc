"""A contract's text as a file, for pages and the API."""

from __future__ import annotations

from django.http import HttpResponse

from partnerships.models import Partnership, Revision
from partnerships.services.document import pdf_of
from portal.exports import as_download


def pdf_answer(partnership: Partnership, text: Revision) -> HttpResponse:
    answer = as_download(pdf_of(text), f"{partnership.number}-v{text.number}.pdf", "application/pdf")
    answer["X-Document-SHA256"] = text.document_hash
    return answer
