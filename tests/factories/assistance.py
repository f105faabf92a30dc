"""A PLUT centre with its people, and the enterprise they look after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.enums import EnterpriseStatus, Role
from portal.models import Assignment, Consent, Enterprise, Organisation, User
from portal.services.consent import give_consent
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import OrganisationFactory, person

EVERYTHING = ("identity", "activities", "address", "people", "finance", "production", "plan", "products", "documents")


@dataclass
class Help:
    plut: Organisation
    manager: User
    companion: User
    enterprise: Enterprise
    owner: User

    def consent(self, *scopes: str, days: int = 30) -> Consent:
        return give_consent(
            self.enterprise, by=self.owner, scopes=scopes or EVERYTHING, days=days, companion=self.companion
        )


def helped(**fields: Any) -> Help:
    """A companion assigned to an enterprise that is open to changes."""
    plut = OrganisationFactory(name="PLUT Klaten", capabilities=["plut"], ownership="")
    manager, companion = person(Role.PLUT_MANAGER, plut), person(Role.COMPANION, plut, full_name="Wahyu Pendamping")
    made = enterprise(**{"status": EnterpriseStatus.DRAFT, **fields})
    Assignment.objects.create(plut=plut, companion=companion, enterprise=made, assigned_by=manager)
    return Help(plut, manager, companion, made, owner_of(made, full_name="Sari Pemilik"))


def colleague_of(companion: User) -> User:
    return person(Role.COMPANION, companion.organisation)
