"""Why a file is not taken: a code with parameters, so that the words can be made in the reader's language later."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.presentation.numbers import angka

MEGABYTE = 1024 * 1024

MESSAGES = {
    "too_large": _("The file is %(size)s MB. The limit is %(limit)s MB."),
    "photo_too_large": _(
        "The file is %(size)s MB. The limit is %(limit)s MB. Photos are made smaller automatically when JavaScript is on."
    ),
    "empty": _("The file is empty. Choose it again."),
    "not_a_photo": _("This file is not a photo. Choose a JPEG, PNG or WebP file."),
    "photo_damaged": _("The photo is not complete. Take it or upload it again."),
    "photo_too_many_pixels": _("The photo has more than %(limit)s million pixels. Choose a smaller one."),
    "photo_too_small": _("The photo is too small to see anything. It needs at least %(limit)s pixels on each side."),
    "not_a_paper": _("This file cannot be read as a document. Choose a PDF, JPEG or PNG file."),
    "not_a_pdf": _("This file is not a PDF. Choose the PDF as it was downloaded here."),
    "pdf_damaged": _("The PDF is not complete. Upload it again."),
    "pdf_locked": _("The PDF is locked with a password. Save it without one and upload it again."),
    "pdf_active": _(
        "The PDF holds scripts, attached files or commands. Print it to a new PDF and upload that one instead."
    ),
    "not_a_sheet": _("This file cannot be read as a list of products. Choose an XLSX or CSV file."),
    "not_excel": _(
        "The name ends in .xlsx, but this is not an Excel file. Save it as XLSX from a spreadsheet program, or name it .csv if"
        " it is CSV."
    ),
    "not_a_book": _(
        "This file is not a workbook. Choose the XLSX file of the kit. LibreOffice: save it as XLSX, not as ODS."
    ),
    "old_sheet": _("This is an old Excel file or one with a password. Save it as XLSX without a password."),
    "sheet_damaged": _("The file is not complete or damaged. Save it again and upload it once more."),
    "sheet_gone": _("The file is no longer here. Upload it again."),
    "sheet_macros": _("The file holds macros. Save it as XLSX without macros."),
    "sheet_too_heavy": _(
        "The file is too large once unpacked: it holds too many formatted cells. Copy the filled rows to a new file."
    ),
    "encoding": _("The letters of this file cannot be read. Save it as “CSV UTF-8” and upload it again."),
    "csv_line": _("Line %(line)s cannot be read: a quotation mark is not closed, or the text is far too long."),
    "no_rows": _("The file has no product rows below the column names."),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it into several files."),
    "consent_ended": _("The consent of the business ended before the whole list was taken in."),
    "columns": _("The columns don't match the template."),
}


class Refused(Exception):
    """This file is not taken. `str()` says why in the language now active."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return refusal(self.code, self.params)


def refusal(code: str, params: dict[str, Any]) -> str:
    return str(MESSAGES[code]) % {key: angka(value) if is_number(value) else value for key, value in params.items()}


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_size(size: int, limit: int, code: str = "too_large") -> None:
    if size == 0:
        raise Refused("empty")
    if size > limit:
        # Rounded up: a file a little over the limit never reads "5 MB, the limit is 5 MB".
        tenths = -(-size * 10 // MEGABYTE)
        raise Refused(code, size=tenths / 10 if tenths < 100 else -(-size // MEGABYTE), limit=limit // MEGABYTE)
