from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from curation.models import SearchChange
from portal.enums import JobState, Role
from portal.models import Invitation, Job, Membership, Organisation, User
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

NEW_BUYER = {
    "name": "PT Contoh Baja (Persero)",
    "short_name": "Contoh Baja",
    "capabilities": ["buyer"],
    "ownership": "state",
    "first_email": "pejabat@contoh.id",
    "first_role": Role.APPROVER,
}


def test_the_first_operator_is_made_by_a_command() -> None:
    call_command("create_operator", "operator@contoh.id", password="kata-sandi-uji-1", verbosity=0)
    membership = Membership.objects.get(user__email="operator@contoh.id")
    assert membership.role == Role.OPERATOR
    assert User.objects.get().check_password("kata-sandi-uji-1")


def test_an_operator_enters_a_buyer_and_invites_its_first_person() -> None:
    client = signed_in(person(Role.OPERATOR))
    answer = client.post(reverse("organisation_add"), NEW_BUYER)
    organisation = Organisation.objects.get(name=NEW_BUYER["name"])
    assert answer["Location"] == reverse("organisation", args=[organisation.pk])
    assert Invitation.objects.get().organisation == organisation


def test_the_same_form_from_two_tabs_makes_one_organisation() -> None:
    client = signed_in(person(Role.OPERATOR))
    form = {**NEW_BUYER, "form_key": "5f0c0a39-9a0f-4a5b-8f9b-27a3f2fce0aa"}
    first, second = (client.post(reverse("organisation_add"), form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Organisation.objects.filter(name=NEW_BUYER["name"]).count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until"),
        ({"ownership": ""}, "ownership"),
        ({"first_role": Role.MINISTRY_ADMIN}, "first_role"),
        ({"first_role": ""}, "first_role"),
        ({"name": ""}, "name"),
    ],
)
def test_bad_input_is_answered_at_its_field_and_kept(change: dict, field: str) -> None:
    answer = signed_in(person(Role.OPERATOR)).post(reverse("organisation_add"), {**NEW_BUYER, **change})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "pejabat@contoh.id" in answer.content.decode()
    assert not Organisation.objects.filter(short_name="Contoh Baja").exists()


def test_a_parked_job_gets_another_chance() -> None:
    job = Job.objects.create(kind="portal.mail_notification", key="1", state=JobState.PARKED, attempts=5, error="x")
    client = signed_in(person(Role.OPERATOR))
    assert "portal.mail_notification" in client.get(reverse("job_list")).content.decode()
    client.post(reverse("job_retry", args=[job.pk]))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.READY, 0)


def test_the_operator_reads_how_far_search_is_behind() -> None:
    client = signed_in(person(Role.OPERATOR))
    SearchChange.objects.all().delete()
    assert "Mutakhir" in client.get(reverse("job_list")).content.decode()
    SearchChange.objects.create(
        enterprise=1, product=0, need=0, transaction=1, noted_at=timezone.now() - dt.timedelta(minutes=7)
    )
    page = client.get(reverse("job_list")).content.decode()
    assert "tertinggal 7 menit" in page
    assert "terlambat" in page
