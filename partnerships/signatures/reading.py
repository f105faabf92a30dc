"""Reads the signatures of a PDF that anybody may have made. Also run by path, in a process of its own (see `checking`).

Only the standard library and pyHanko are imported here. What cannot be read is no signature: nothing of a stranger's file raises.
"""

import base64
import contextlib
import datetime as dt
import io
import json
import logging
import resource
import sys
from dataclasses import asdict, dataclass
from typing import Any

from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

MEGABYTE = 1024 * 1024
MEMORY, CPU_SECONDS = 512 * MEGABYTE, 15
# A contract has a signature for each enterprise, one for the buyer, and the authorities'.
MOST_SIGNATURES = 60


@dataclass(frozen=True)
class Found:
    """One signature. `intact`: nothing it covers was changed, and what came after it only added signatures.

    `trusted`: its certificate leads to one of the roots asked for. `covers`: the bytes from the file's beginning. `at`:
    of its time stamp, when that is trusted, too.
    """

    name: str
    organisation: str
    at: str
    intact: bool
    trusted: bool
    covers: int

    @property
    def moment(self) -> dt.datetime | None:
        return dt.datetime.fromisoformat(self.at) if self.at else None


class Unreadable(Exception):
    """Not a PDF that a reader would open."""


def read(pdf: bytes, roots: list[bytes]) -> list[Found]:
    """All signatures in the file, in the order they were made. `roots`: certificates, DER."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        embedded = list(reader.embedded_signatures)
    except Exception as error:
        raise Unreadable from error
    if len(embedded) > MOST_SIGNATURES:
        raise Unreadable
    trusted = [Certificate.load(root) for root in roots]
    return [_found(each, trusted) for each in embedded]


def _found(signature: EmbeddedPdfSignature, roots: list[Certificate]) -> Found:
    try:
        status = validate_pdf_signature(
            signature,
            ValidationContext(trust_roots=roots, allow_fetching=False),
            ts_validation_context=ValidationContext(trust_roots=roots, allow_fetching=False),
        )
        stamp = status.timestamp_validity
        in_time = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
        start, _length, *rest = (int(each) for each in signature.byte_range)
        return Found(
            **_named(signature),
            at=stamp.timestamp.isoformat() if in_time else "",
            # `bottom_line` asks for a trusted certificate as well: whose it is stands beside it.
            intact=bool(status.intact and status.valid and status.docmdp_ok)
            and (status.bottom_line or not status.trusted),
            trusted=bool(status.trusted and in_time),
            covers=sum(rest) if start == 0 and len(rest) == 2 else 0,
        )
    except Exception:
        with contextlib.suppress(Exception):
            return Found(**_named(signature), at="", intact=False, trusted=False, covers=0)
        return Found(name="", organisation="", at="", intact=False, trusted=False, covers=0)


def _named(signature: EmbeddedPdfSignature) -> dict[str, str]:
    subject: dict[str, Any] = signature.signer_cert.subject.native
    return {
        "name": str(subject.get("common_name", ""))[:200],
        "organisation": str(subject.get("organization_name", ""))[:200],
    }


def main() -> None:
    """A line of JSON with the roots, then the file; answers with one line. Limits first, before anything of the file."""
    for what, most in (
        ("RLIMIT_AS", MEMORY),
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            resource.setrlimit(getattr(resource, what), (most, most))
    logging.disable(logging.CRITICAL)  # the library logs a traceback of whatever a stranger's file does to it
    roots = [base64.b64decode(each) for each in json.loads(sys.stdin.buffer.readline())]
    try:
        answer: Any = [asdict(each) for each in read(sys.stdin.buffer.read(), roots)]
    except (Unreadable, MemoryError, RecursionError):
        answer = None
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
