"""Who makes the signatures. A certified one needs an Indonesian PSrE (PP 71/2019): its adapter is one class like these.

SIGNATURE_PROVIDER names the class. A demo signs with the development provider; production without one signs nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Protocol

from asn1crypto.x509 import Certificate
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

DEVELOPMENT = "partnerships.signatures.development.DevelopmentProvider"
# What X.509 allows a name, and an organisation's, to be (RFC 5280, appendix A.1).
LONGEST_NAME = 64
# Fifteen digits or more, however they are grouped: a NIK or NPWP never stands in a certificate, whatever a name holds.
PERSONAL_NUMBER = re.compile(r"\d(?:[ .\-/]*\d){14,}")


@dataclass(frozen=True)
class Signer:
    """Whom a certificate names: a person, and for which organisation. No number of either."""

    name: str
    organisation: str

    def __post_init__(self) -> None:
        for field in ("name", "organisation"):
            clean = " ".join(PERSONAL_NUMBER.sub("", getattr(self, field)).split())
            object.__setattr__(self, field, clean[:LONGEST_NAME].strip() or "-")


class SignatureProvider(Protocol):
    def sign(self, pdf: bytes, *, signer: Signer, field: str, reason: str, at: dt.datetime) -> bytes:
        """The same bytes with one more signature appended to them. Called while the contract's row is held: be quick."""

    def trusted(self) -> list[Certificate]:
        """The roots that this provider's certificates and time stamps lead to. Nobody else's signature counts."""


def is_configured() -> bool:
    return bool(settings.SIGNATURE_PROVIDER)


def provider() -> SignatureProvider:
    return import_string(settings.SIGNATURE_PROVIDER)()


def not_set_up() -> str:
    return _("Nobody can sign on this installation yet: no provider of electronic signatures is set up.")
