"""A contract's text as a file, for pages and the API: with every signature it has."""

from __future__ import annotations

import hashlib

from django.http import HttpResponse

from partnerships.models import Partnership, Revision
from partnerships.selectors.signed_file import signed_file
from partnerships.services.document import pdf_of
from portal.exports import as_download


def pdf_answer(partnership: Partnership, text: Revision) -> HttpResponse:
    kept = signed_file(text)
    pdf = kept.data if kept else pdf_of(text)
    answer = as_download(pdf, f"{partnership.number.replace('/', '-')}-v{text.number}.pdf", "application/pdf")
    answer["X-Document-SHA256"] = text.document_hash
    answer["X-File-SHA256"] = kept.sha256 if kept else hashlib.sha256(pdf).hexdigest()
    answer["X-Signatures"] = str(kept.signatures if kept else 0)
    return answer
