"""People and organisations, with the least that the rules ask."""

from __future__ import annotations

import base64

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from factory.django import DjangoModelFactory

from portal import crypto
from portal.enums import ROLE_CAPABILITY, Ownership, Role
from portal.models import Membership, Organisation, User

PASSWORD = "kata-sandi-uji-1"
SECRET = base64.b32encode(b"rahasia-uji-12345678").decode()


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"orang{n}@contoh.id")
    full_name = factory.Sequence(lambda n: f"Orang {n}")

    @factory.post_generation
    def password(self, create: bool, extracted: str | None, **kwargs: object) -> None:
        self.set_password(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisasi {n}")
    capabilities = ["buyer"]
    ownership = Ownership.STATE


def person(role: Role, organisation: Organisation | None = None, **fields: object) -> User:
    """Somebody who acts in this role, with a second factor where the role asks for one."""
    if organisation is None:
        organisation = OrganisationFactory(capabilities=[ROLE_CAPABILITY[role]], ownership="")
    user = UserFactory(**fields)
    membership = Membership.objects.create(user=user, organisation=organisation, role=role)
    if role not in (Role.OWNER, Role.STAFF):
        give_second_factor(user)
    return user.act_as(membership)


def give_second_factor(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": crypto.encrypt(SECRET)})
