"""Signing in, with the codes of the demo's second factors and the mail that it keeps in a folder."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import struct
import time
from pathlib import Path

from portal.sample.keys import PASSWORD, secret_of
from portal.sample.mailbox import Mail, newest
from tests.smoke.browser import Browser, Page
from tests.smoke.counting import wait_for

STEP = 30


class Codes:
    """A code works once for signing in and once for signing, and those of the neighbouring half minutes are taken too:
    three uses of each kind before one must wait."""

    def __init__(self) -> None:
        self.used: set[tuple[str, str, int]] = set()

    def next(self, email: str, *, to_sign: bool = False) -> str:
        kind = "sign" if to_sign else "sign in"
        while True:
            now = int(time.time()) // STEP
            # The one before last: it may end while the request is on its way.
            for step in (now, now + 1, now - 1):
                if (kind, email, step) not in self.used:
                    self.used.add((kind, email, step))
                    return _code(secret_of(email), step)
            time.sleep(0.5)


codes = Codes()


def _code(secret: str, step: int) -> str:
    """RFC 6238: SHA-1, six digits."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(root: str, email: str, password: str = PASSWORD) -> Browser:
    """A browser in which this person is signed in, with the second factor when the portal asks for one."""
    browser = Browser(root)
    page = browser.open("/accounts/login/").form("login").fill(login=email, password=password).send()
    if "/2fa/" in page.path:
        page = page.form("code").fill(code=codes.next(email)).send()
    if "/accounts/" in page.path:
        raise PermissionError(f"{email} could not sign in ({page.status} at {page.path}): {page.text[:300]}")
    return browser


def mail_folder() -> Path:
    return Path(os.environ["STATE_DIR"]) / "mail"


def mail_to(email: str, holding: str = "") -> Mail:
    """The newest message to this address whose subject or text holds these words; waits for it."""

    def look() -> Mail | None:
        found = (each for each in newest(mail_folder(), 200) if email in each.to)
        return next((each for each in found if holding in each.text or holding in each.subject), None)

    return wait_for(f"mail to {email} with “{holding}”", look)


def code_to(email: str, pattern: str) -> str:
    """The code in the newest message to this address that has one; `pattern` finds it, alone on its line."""
    line = re.compile(rf"^\s*({pattern})\s*$", re.MULTILINE)

    def look() -> str:
        found = (line.search(each.text) for each in newest(mail_folder(), 200) if email in each.to)
        return next((match[1] for match in found if match), "")

    return wait_for(f"a code for {email}", look)


def opened(browser: Browser, path: str) -> Page:
    """The page, which must be there."""
    page = browser.open(path)
    if page.status != 200:
        raise LookupError(f"{path} answered {page.status}: {page.text[:300]}")
    return page
