"""The signed PDF of a text, put together from its parts."""

from __future__ import annotations

from dataclasses import dataclass

from partnerships.models import Revision


@dataclass(frozen=True)
class SignedFile:
    """`signatures`: how many stand in it. `sha256`: of the whole file."""

    data: bytes
    sha256: str
    signatures: int


def signed_file(revision: Revision) -> SignedFile | None:
    """As it is now; None of a text that was offered before files were kept."""
    parts = list(revision.parts.order_by("position"))
    if not parts:
        return None
    return SignedFile(b"".join(bytes(part.data) for part in parts), parts[-1].sha256, parts[-1].position)
