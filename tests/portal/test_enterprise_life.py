"""From registration to verification: what the services write, refuse, record and tell."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal import audit
from portal.enums import BusinessClass, EnterpriseStatus, LegalForm, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, Enterprise, Membership, Notification
from portal.models.audit import stream_of
from portal.services import enterprise as service
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import UserFactory, person

pytestmark = pytest.mark.django_db
S = EnterpriseStatus


def actions(subject):
    return list(AuditEntry.objects.of(subject).values_list("action", flat=True))


def kinds(user):
    return list(Notification.objects.visible_to(user).values_list("kind", flat=True))


def ready(**fields):
    """Everything filled in, not sent yet."""
    made = enterprise(status=S.DRAFT, **fields)
    return made, owner_of(made)


def submitted(**fields):
    made, owner = ready(**fields)
    service.submit_enterprise(made, by=owner)
    return made, owner


def test_registering_makes_the_person_the_owner_of_a_draft():
    user = UserFactory(email="sari@contoh.id")
    made = service.register_enterprise(" CV Logam Ceper ", LegalForm.CV, by=user)
    membership = Membership.objects.get(user=user)
    assert (made.status, made.name, made.legal_form) == (S.DRAFT, "CV Logam Ceper", "cv")
    assert (membership.organisation, membership.role) == (made.organisation, Role.OWNER)
    assert made.organisation.capabilities == ["enterprise"]
    assert made.email == "sari@contoh.id"
    assert actions(made) == ["register"]
    assert Enterprise.objects.visible_to(user.act_as(membership)).get() == made


def test_sending_derives_the_class_in_the_same_transaction_and_tells_everybody():
    admin = person(Role.MINISTRY_ADMIN)
    made, owner = submitted(capital=8_000_000_000, annual_sales=4_200_000_000)
    made.refresh_from_db()
    assert made.status == S.SUBMITTED
    assert (made.business_class, made.class_decided_by) == (BusinessClass.SMALL, "sales")
    assert made.class_rule == "business_class 2021-02-02"
    assert made.is_ikm is True
    entry = AuditEntry.objects.of(made).get(action="submit")
    assert entry.payload["class"] == "small"
    assert entry.payload["rule"] == "business_class 2021-02-02"
    assert kinds(owner) == ["enterprise.submitted"]
    assert kinds(admin) == ["enterprise.to_verify"]
    assert audit.first_break(stream_of(made)) is None


def test_the_desk_is_told_when_its_queue_begins_to_fill_and_not_for_each_one():
    admin = person(Role.MINISTRY_ADMIN)
    submitted()
    submitted()
    assert kinds(admin) == ["enterprise.to_verify"]


def test_everything_missing_is_named_at_once():
    user = UserFactory()
    made = service.register_enterprise("CV Baru", LegalForm.CV, by=user)
    with pytest.raises(service.Incomplete) as found:
        service.submit_enterprise(made, by=user.act_as(Membership.objects.get(user=user)))
    assert [each.field for each in found.value.missing] == [
        "nib", "npwp", "established_on", "women_led", "activities", "village", "address",
        "workforce", "workforce_women", "capital", "full_year_of_sales", "investment",
    ]  # fmt: skip
    made.refresh_from_db()
    assert made.status == S.DRAFT


def test_without_a_full_year_of_sales_capital_decides():
    made, owner = ready(full_year_of_sales=False, annual_sales=None, sales_year=None, capital=900_000_000)
    standing = service.submit_enterprise(made, by=owner)
    assert (standing.business_class.business_class, standing.business_class.decided_by) == ("micro", "capital")


def test_a_large_business_is_told_what_it_can_be_instead():
    made, owner = ready(annual_sales=50_000_000_001)
    with pytest.raises(service.TooLarge) as found:
        service.submit_enterprise(made, by=owner)
    assert "sales" in found.value.message_dict
    made.refresh_from_db()
    assert made.status == S.DRAFT


def test_verified_by_the_ministry():
    made, owner = submitted()
    admin = person(Role.MINISTRY_ADMIN)
    service.verify_enterprise(made, by=admin)
    made.refresh_from_db()
    assert (made.status, made.decided_by, made.return_reasons) == (S.VERIFIED, admin, [])
    assert "enterprise.verified" in kinds(owner)
    assert actions(made) == ["submit", "verify"]


def test_returned_with_reasons_and_sent_again():
    made, owner = submitted()
    admin = person(Role.MINISTRY_ADMIN)
    with pytest.raises(ValidationError):
        service.return_enterprise(made, [service.Reason("  ", "identity")], by=admin)
    service.return_enterprise(made, [service.Reason("Nama di NIB lain", "identity")], by=admin)
    made.refresh_from_db()
    assert made.status == S.RETURNED
    assert made.return_reasons == [{"section": "identity", "reason": "Nama di NIB lain"}]
    notice = Notification.objects.visible_to(owner).get(kind="enterprise.returned")
    assert "Nama di NIB lain" in notice.params["reasons"]
    entry = AuditEntry.objects.of(made).get(action="return")
    assert "Nama di NIB lain" not in str(entry.payload)
    service.submit_enterprise(made, by=owner)
    made.refresh_from_db()
    assert (made.status, made.return_reasons) == (S.SUBMITTED, [])


def test_suspended_with_a_reason_and_restored():
    made = enterprise()
    owner, admin = owner_of(made), person(Role.MINISTRY_ADMIN)
    with pytest.raises(ValidationError):
        service.suspend_enterprise(made, "", by=admin)
    service.suspend_enterprise(made, "NIB dicabut", by=admin)
    assert made.status == S.SUSPENDED
    assert made.return_reasons == [{"section": "", "reason": "NIB dicabut"}]
    service.restore_enterprise(made, by=admin)
    assert (made.status, made.return_reasons) == (S.VERIFIED, [])
    assert kinds(owner) == ["enterprise.restored", "enterprise.suspended"]


@pytest.mark.parametrize("role", [r for r in Role if r != Role.MINISTRY_ADMIN])
def test_only_the_ministry_decides(role):
    made, owner = submitted()
    other = owner if role == Role.OWNER else person(role)
    with pytest.raises(NotPermitted):
        service.verify_enterprise(made, by=other)
    with pytest.raises(NotPermitted):
        service.return_enterprise(made, [service.Reason("x")], by=other)


@pytest.mark.parametrize("ended", [None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])
def test_nobody_decides_on_an_enterprise_they_belong_to(ended):
    """Who has left it included: a membership ended for a minute opens no way."""
    made, _owner = submitted()
    admin = person(Role.MINISTRY_ADMIN)
    Membership.objects.create(user=admin, organisation=made.organisation, role=Role.STAFF, ended_at=ended)
    with pytest.raises(NotPermitted):
        service.verify_enterprise(made, by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=made.pk).update(status=S.RETURNED, decided_by=admin)


def test_a_strangers_owner_sends_nothing():
    made, _owner = ready()
    with pytest.raises(NotPermitted):
        service.submit_enterprise(made, by=person(Role.OWNER))


def test_sending_twice_is_answered_with_the_state():
    made, owner = submitted()
    with pytest.raises(MoveNotAllowed) as found:
        service.submit_enterprise(made, by=owner)
    assert found.value.status == S.SUBMITTED


def test_the_class_of_the_day_counts():
    made, _owner = ready(capital=400_000_000, full_year_of_sales=False, annual_sales=None)
    before = service.standing_of(made, dt.date(2021, 2, 1))
    after = service.standing_of(made, dt.date(2021, 2, 2))
    assert (before.business_class.business_class, after.business_class.business_class) == ("small", "micro")
