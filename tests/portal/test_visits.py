"""A companion was there: noted once, never changed, read by those who look after the enterprise and by itself."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.enums import EnterpriseStatus, Role, Sight
from portal.models import AuditEntry, AuditPersonal, Notification, Visit
from portal.services.visit import record_visit
from tests.factories.checking import companion_of, visit
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "visited_on": timezone.localdate().isoformat(),
        "seen": ["premises", "machines"],
        "place": "",
        "latitude": "-7,7056",
        "longitude": "110,6011",
        "notes": "Tungku dua, keduanya jalan.",
    } | changes


def test_a_companion_notes_a_visit_and_the_owner_is_told_and_reads_it() -> None:
    made = enterprise()
    owner, companion = owner_of(made), companion_of(made, full_name="Wahyu Pendamping")
    location = reverse("visit_list", args=[made.pk])
    response = signed_in(companion).post(reverse("visit_add", args=[made.pk]), answers())
    assert response.url == location
    noted = Visit.objects.get()
    assert (noted.seen, noted.made_by, noted.plut) == (["premises", "machines"], companion, companion.organisation)
    entry = AuditEntry.objects.of(made).get(action="visit")
    assert "notes" not in entry.payload, "notes may name a person"
    assert AuditPersonal.objects.get(digest=entry.personal_digest).values["notes"] == noted.notes
    assert Notification.objects.get(user=owner).kind == "enterprise.visited"
    page = signed_in(owner).get(location).content.decode()
    assert "Tungku dua, keduanya jalan." in page
    assert "Wahyu Pendamping" in page
    assert reverse("visit_add", args=[made.pk]) not in page


def test_the_same_form_sent_twice_is_one_visit() -> None:
    made = enterprise()
    client = signed_in(companion_of(made))
    for _ in range(2):
        client.post(reverse("visit_add", args=[made.pk]), answers(form_key=str(uuid.uuid4())) | {"form_key": KEY})
    assert Visit.objects.count() == 1


KEY = "6f1f0f5e-55ba-4d0f-9a53-5f2f6f1f0f5e"


def test_the_same_key_brought_twice_is_one_visit() -> None:
    """As two companions do who merge the same kit."""
    made = enterprise()
    key = uuid.UUID(KEY)
    values = {"visited_on": timezone.localdate(), "seen": [Sight.PREMISES], "key": key}
    first = record_visit(made, by=companion_of(made), **values)
    assert record_visit(made, by=companion_of(made), **values) == first
    assert Visit.objects.count() == 1
    with pytest.raises(ValidationError):
        other = enterprise()
        record_visit(other, by=companion_of(other), **values)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"visited_on": ""}, "visited_on"),
        ({"visited_on": (timezone.localdate() + dt.timedelta(days=1)).isoformat()}, "visited_on"),
        ({"visited_on": "2011-01-01"}, "visited_on"),
        ({"seen": []}, "seen"),
        ({"seen": ["ghost"]}, "seen"),
        ({"longitude": ""}, "longitude"),
        ({"latitude": "51,5"}, "latitude"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(changes: dict[str, Any], field: str) -> None:
    made = enterprise()
    response = signed_in(companion_of(made)).post(reverse("visit_add", args=[made.pk]), answers(**changes))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert "Tungku dua" in response.content.decode()
    assert not Visit.objects.exists()


def test_only_the_companion_to_whom_it_is_assigned() -> None:
    made, other = enterprise(), enterprise()
    values = {"visited_on": timezone.localdate(), "seen": [Sight.PREMISES]}
    companion = companion_of(made)
    with pytest.raises(PermissionDenied):
        record_visit(other, by=companion, **values)
    for role in (Role.MINISTRY_ADMIN, Role.PLUT_MANAGER, Role.REGIONAL_OFFICER):
        with pytest.raises(PermissionDenied):
            record_visit(made, by=person(role), **values)
    companion.assignments.update(ended_at=timezone.now())
    with pytest.raises(PermissionDenied):
        record_visit(made, by=companion, **values)
    closed = enterprise(status=EnterpriseStatus.CLOSED)
    with pytest.raises(PermissionDenied):
        record_visit(closed, by=companion_of(closed), **values)


def test_nobody_visits_a_business_they_belong_to() -> None:
    made = enterprise()
    companion = companion_of(made)
    companion.memberships.create(organisation=made.organisation, role=Role.STAFF)
    assert signed_in(companion).post(reverse("visit_add", args=[made.pk]), answers()).status_code == 403


def test_the_database_keeps_what_was_noted() -> None:
    noted = visit(enterprise())
    with pytest.raises(ProgrammingError, match="append-only or frozen"), transaction.atomic():
        Visit.objects.filter(pk=noted.pk).update(visited_on=dt.date(2020, 1, 1))
    with pytest.raises(IntegrityError, match="visit_saw_something"), transaction.atomic():
        visit(noted.enterprise, seen=[])


def test_by_api() -> None:
    made = enterprise()
    client = signed_in(companion_of(made))
    address = reverse("api_enterprise-visits", args=[made.pk])
    sent = {"visited_on": timezone.localdate().isoformat(), "seen": ["premises"], "key": KEY}
    for _ in range(2):
        assert client.post(address, sent, content_type="application/json").status_code == 201
    assert [each["key"] for each in client.get(address).json()] == [KEY]
    wrong = client.post(address, sent | {"seen": [], "key": str(uuid.uuid4())}, content_type="application/json")
    assert wrong.status_code == 422
    assert signed_in(owner_of(made)).post(address, sent, content_type="application/json").status_code == 403
