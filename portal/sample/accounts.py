"""The demo's sign-ins as its page and its command list them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from portal.enums import SECOND_FACTOR_ROLES, Role
from portal.models import Membership
from portal.sample.cast import AUTHORITIES, FOUNDERS, HELPERS, LEADS, OTHER_BUYERS, SIGN_INS
from portal.sample.keys import secret_of
from portal.second_factor import STEP, code_at


@dataclass(frozen=True)
class SignIn:
    email: str
    name: str
    role: Any
    organisation: str
    needs_code: bool

    @property
    def secret(self) -> str:
        return secret_of(self.email) if self.needs_code else ""

    @property
    def code(self) -> str:
        return code_at(self.secret) if self.needs_code else ""

    @property
    def next_code(self) -> str:
        """Taken already now: for a second use within the same half minute."""
        return code_at(self.secret, time.time() + STEP) if self.needs_code else ""


def sign_ins() -> list[SignIn]:
    """One for each role, of those that are loaded."""
    return _of(SIGN_INS)


def other_sign_ins() -> dict[str, list[SignIn]]:
    """Everybody else with a story, by kind of organisation."""
    groups = {"sme": LEADS, "buyer": (*FOUNDERS, *OTHER_BUYERS), "authority": AUTHORITIES, "helper": HELPERS}
    return {
        kind: _of(player.email for house in houses for player in house.people if player.email not in SIGN_INS)
        for kind, houses in groups.items()
    }


def _of(emails: Any) -> list[SignIn]:
    wanted = list(emails)
    found: dict[str, SignIn] = {}
    rows = Membership.objects.active().filter(user__email__in=wanted, user__is_sample=True)
    for membership in rows.select_related("user", "organisation").order_by("pk"):
        user, role = membership.user, Role(membership.role)
        found.setdefault(
            user.email,
            SignIn(user.email, user.full_name, role.label, membership.organisation.name, role in SECOND_FACTOR_ROLES),
        )
    return [found[email] for email in wanted if email in found]
