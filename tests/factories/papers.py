"""PDFs, plain and harmful, put together by hand so that nothing but the harm is in them."""

from __future__ import annotations

import zlib

PLAIN_OBJECTS = (
    b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>\nendobj\n",
    b"4 0 obj\n<< /Length 44 >>\nstream\nBT /F1 12 Tf 20 100 Td (Sertifikat halal) Tj ET\nendstream\nendobj\n",
)


def pdf(*extra: bytes, trailer: bytes = b"<< /Root 1 0 R >>") -> bytes:
    body = b"%PDF-1.7\n" + b"".join(PLAIN_OBJECTS) + b"".join(extra)
    return body + b"xref\n0 1\n0000000000 65535 f \ntrailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % len(body)


def stored(content: bytes, dictionary: bytes = b"", number: int = 9) -> bytes:
    """An object whose content is compressed, as modern PDFs store nearly everything."""
    packed = zlib.compress(content)
    head = b"%d 0 obj\n<< /Filter /FlateDecode /Length %d %s >>\nstream\n" % (number, len(packed), dictionary)
    return head + packed + b"\nendstream\nendobj\n"


SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
HARMFUL = {
    "script": pdf(b"5 0 obj\n" + SCRIPT + b"\nendobj\n"),
    "script with an escaped name": pdf(b"5 0 obj\n<< /S /J#61vaScript /JS (x) >>\nendobj\n"),
    "script in a compressed object": pdf(stored(SCRIPT, b"/Type /ObjStm /N 1 /First 4")),
    "script in a stream that doesn't say what it is": pdf(stored(b"5 0 " + SCRIPT)),
    "objects in a filter we don't unpack": pdf(
        b"9 0 obj\n<< /Type /ObjStm /Filter /LZWDecode /Length 4 >>\nstream\nabcd\nendstream\nendobj\n"
    ),
    "program to launch": pdf(b"5 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n"),
    "attached file": pdf(b"5 0 obj\n<< /Type /EmbeddedFile >>\nstream\nMZ\nendstream\nendobj\n"),
    "list of attached files": pdf(b"5 0 obj\n<< /Names << /EmbeddedFiles 6 0 R >> >>\nendobj\n"),
    "film that plays": pdf(b"5 0 obj\n<< /Subtype /RichMedia >>\nendobj\n"),
    "form that sends": pdf(b"5 0 obj\n<< /S /SubmitForm /F (http://example.org) >>\nendobj\n"),
    "XFA form": pdf(b"5 0 obj\n<< /AcroForm << /XFA 6 0 R >> >>\nendobj\n"),
    "bomb": pdf(*(stored(b"\0" * 20_000_000, number=9 + n) for n in range(4))),
}
LOCKED = pdf(trailer=b"<< /Root 1 0 R /Encrypt 7 0 R >>")
