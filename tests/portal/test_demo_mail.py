"""What the demo would have sent, as its page shows it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from portal.sample.mailbox import newest


@pytest.mark.parametrize("header", ["Thu, 01 Jan 2026 02:00:00 -0000", "Thu, 01 Jan 2026 09:00:00 +0700"])
def test_the_moment_of_sending_has_its_zone(tmp_path: Path, header: str) -> None:
    """Without one the page would show UTC's hour for Jakarta's."""
    (tmp_path / "20260101-1.log").write_text(f"To: a@contoh.id\nSubject: Kode\nDate: {header}\n\nK4T-9Z2\n")

    (mail,) = newest(tmp_path, 5)

    assert (mail.to, mail.sent_at) == ("a@contoh.id", dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC))
