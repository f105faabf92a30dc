"""Invitations, roles, leaving, and acting for one organisation at a time."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from portal import jobs
from portal.enums import Role
from portal.models import AuditEntry, Invitation, Job, Membership
from portal.services import membership as service
from tests.factories.people import OrganisationFactory, UserFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_an_invited_person_joins_with_the_link_from_the_mail(mailbox: list) -> None:
    approver = person(Role.APPROVER)
    organisation = approver.organisation
    answer = signed_in(approver).post(reverse("member_list"), {"email": "baru@contoh.id", "role": Role.OFFICER})
    assert answer.status_code == 302
    jobs.drain()
    assert mailbox[0].to == ["baru@contoh.id"]
    path = re.search(r"/invitation/\S+", mailbox[0].body).group()
    assert not Job.objects.filter(payload__icontains="invitation/").exists(), "the secret link is not kept"
    newcomer = UserFactory(email="baru@contoh.id")
    client = signed_in(newcomer)
    assert organisation.name in client.get(path).content.decode()
    assert client.post(path)["Location"] == reverse("home")
    membership = Membership.objects.get(user=newcomer)
    assert (membership.organisation, membership.role) == (organisation, Role.OFFICER)
    assert AuditEntry.objects.of(organisation).filter(action="add_member", actor=newcomer).exists()
    assert client.post(path).status_code == 404, "a link works once"


def test_only_the_invited_address_can_accept() -> None:
    organisation = OrganisationFactory()
    _, token = service.invite(organisation, "asli@contoh.id", Role.OFFICER, by=None)
    client = signed_in(UserFactory(email="lain@contoh.id"))
    assert client.post(reverse("invitation_accept", args=[token])).status_code == 422
    assert not Membership.objects.filter(organisation=organisation).exists()


def test_an_old_invitation_has_ended() -> None:
    _, token = service.invite(OrganisationFactory(), "lama@contoh.id", Role.OFFICER, by=None)
    with time_machine.travel(timezone.now() + dt.timedelta(days=15), tick=False):
        assert service.open_invitation(token) is None


@pytest.mark.parametrize("role", [Role.STAFF, Role.COMPANION, Role.FINANCE_OFFICER])
def test_who_may_not_invite_sees_no_form_and_is_refused(role: Role) -> None:
    client = signed_in(person(role))
    assert 'name="email"' not in client.get(reverse("member_list")).content.decode()
    assert client.post(reverse("member_list"), {"email": "a@contoh.id", "role": role}).status_code == 403
    assert not Invitation.objects.exists()


def test_nobody_invites_into_a_role_above_their_own() -> None:
    officer = person(Role.OFFICER)
    answer = signed_in(officer).post(reverse("member_list"), {"email": "a@contoh.id", "role": Role.APPROVER})
    assert answer.status_code == 422


def test_the_last_owner_stays() -> None:
    owner = person(Role.OWNER)
    with pytest.raises(ValidationError):
        service.end_membership(owner.acting, by=owner)
    person(Role.OWNER, owner.organisation)
    service.end_membership(owner.acting, by=owner)
    assert Membership.objects.active().filter(organisation=owner.organisation).count() == 1


def test_a_stranger_cannot_end_a_membership() -> None:
    victim, stranger = person(Role.OFFICER), person(Role.APPROVER)
    assert signed_in(stranger).post(reverse("member_end", args=[victim.acting.pk])).status_code == 404


def test_a_person_acts_for_one_organisation_at_a_time() -> None:
    user = person(Role.OWNER)
    second = Membership.objects.create(
        user=user, organisation=OrganisationFactory(capabilities=["enterprise"]), role=Role.STAFF
    )
    client = signed_in(user)
    assert client.get("/api/v1/me/").json()["acting"]["role"] == Role.OWNER
    client.post(reverse("switch_organisation"), {"membership": second.pk})
    assert client.get("/api/v1/me/").json()["acting"]["organisation"] == second.organisation_id
    foreign = person(Role.OWNER).acting
    assert client.post(reverse("switch_organisation"), {"membership": foreign.pk}).status_code == 404
