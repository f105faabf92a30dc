"""Uploaded files, after a permission check: nothing under a guessable address, nothing that a browser would run."""

from __future__ import annotations

from pathlib import Path

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control

from portal.methods import require_safe
from portal.models import Document, Photo
from portal.policy import PUBLIC, SIGNED_IN, policy

TYPES = {".webp": "image/webp", ".pdf": "application/pdf", ".jpg": "image/jpeg"}
A_DAY = 24 * 60 * 60


@policy(PUBLIC)
@require_safe
def photo_file(request: HttpRequest, pk: int, size: str) -> FileResponse:
    """Of public products for everybody; of others for their own people. A photo never changes under its number."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
    response = _answer(photo.thumbnail if size == "small" else photo.file)
    patch_cache_control(response, private=True, max_age=A_DAY)
    return response


@policy(SIGNED_IN)
@require_safe
def file_download(request: HttpRequest, pk: int) -> FileResponse:
    """The paper of a document, to be saved and not to be shown in our pages."""
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    if not document.file:
        raise Http404
    return answer_file(document.file, f"{document.kind}-{document.pk}")


def answer_file(stored: FieldFile, name: str) -> FileResponse:
    """To be saved by the one who may have it, and kept by nobody on the way."""
    suffix = Path(str(stored.name)).suffix
    response = _answer(stored, as_attachment=True, filename=f"{name}{suffix}")
    patch_cache_control(response, private=True, no_store=True)
    return response


def _answer(stored: FieldFile, *, as_attachment: bool = False, filename: str = "") -> FileResponse:
    try:
        opened = stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(
        opened,
        as_attachment=as_attachment,
        filename=filename,
        content_type=TYPES.get(Path(str(stored.name)).suffix, "application/octet-stream"),
        headers={
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
