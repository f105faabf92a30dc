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
    """A code works once, and those of the neighbouring half minutes are taken too: three uses before one must wait."""

    def __init__(self) -> None:
        self.used: set[tuple[str, int]] = set()

    def next(self, email: str) -> str:
        while True:
            now = int(time.time()) // STEP
            # The oldest first: the newer ones keep longer.
            for step in (now - 1, now, now + 1):
                if (email, step) not in self.used:
                    self.used.add((email, step))
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


def mail_to(email: str, holding: str = "", *, after: int = 0) -> Mail:
    """The newest message to this address that holds these words; waits for it. `after`: how many there were before."""

    def look() -> Mail | None:
        found = [each for each in newest(mail_folder(), 200) if email in each.to]
        matching = [each for each in found if holding in each.text or holding in each.subject]
        return matching[0] if len(found) > after and matching else None

    return wait_for(f"mail to {email} with “{holding}”", look)


def mail_count(email: str) -> int:
    return sum(email in each.to for each in newest(mail_folder(), 1000))


def code_in(mail: Mail, pattern: str) -> str:
    found = re.search(pattern, mail.text, re.MULTILINE)
    if not found:
        raise LookupError(f"no code in the mail “{mail.subject}”: {mail.text[:300]}")
    return found[1]


def opened(browser: Browser, path: str) -> Page:
    """The page, which must be there."""
    page = browser.open(path)
    if page.status != 200:
        raise LookupError(f"{path} answered {page.status}: {page.text[:300]}")
    return page
