"""The companion's desk says who needs help today and why; the manager says who looks after whom."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curation.enums import ApplicationStatus, Outcome
from curation.models import Application
from curation.services.review import Finding, decide
from partnerships.selectors import assisted
from portal.enums import DocumentKind, EnterpriseStatus, Role
from portal.models import (
    Appointment,
    Assignment,
    CompanionRequest,
    Consent,
    Document,
    Enterprise,
    Notification,
    Organisation,
    User,
)
from portal.services import assistance as service
from tests.factories import curation
from tests.factories.assistance import Help, colleague_of, helped
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.people import OrganisationFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TODAY = dt.timedelta()


@pytest.fixture
def help_() -> Help:
    return helped()


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def another(given: Help, **fields: object) -> Enterprise:
    made = enterprise(**fields)
    Assignment.objects.create(plut=given.plut, companion=given.companion, enterprise=made)
    return made


def kinds(given: Help, of: Enterprise | None = None) -> list[str]:
    rows = assisted.caseload(given.companion, only=[(of or given.enterprise).pk])
    return [reason.kind for reason in rows[0].reasons if reason.kind != assisted.NO_CONSENT]


def certificate(of: Enterprise, until: dt.date, **fields: object) -> Document:
    return Document.objects.create(enterprise=of, kind=DocumentKind.SNI, valid_until=until, **fields)


def application(of: Enterprise, status: str, *, closes_in: int = 30, **fields: object) -> None:
    """A draft, or one that its officer sent back for changes."""
    officer = person(Role.OFFICER)
    programme = curation.programme(by=officer, closes_at=timezone.now() + dt.timedelta(days=closes_in))
    if status == ApplicationStatus.DRAFT:
        curation.draft_application(programme, of, created_by=owner_of(of), product=product(of))
        return
    made = curation.application(programme, of, created_by=owner_of(of), product=product(of))
    Application.objects.filter(pk=made.pk).update(status=ApplicationStatus.IN_REVIEW)
    made.refresh_from_db()
    decide(made, Outcome.CHANGES_REQUESTED, by=officer, reason="Kurang.", findings=[Finding(text="Lengkapi.")])
    Application.objects.filter(pk=made.pk).update(**fields)


def test_nothing_presses_for_a_fresh_draft(help_: Help) -> None:
    assert kinds(help_) == []


def test_each_reason_is_found(help_: Help) -> None:
    returned = another(help_, status=EnterpriseStatus.RETURNED, return_reasons=[{"section": "", "reason": "NIB"}])
    assert kinds(help_, returned) == [assisted.RETURNED]
    verified = another(help_)
    application(verified, ApplicationStatus.CHANGES_REQUESTED, answer_by=in_days(3))
    application(verified, ApplicationStatus.DRAFT, closes_in=5)
    application(verified, ApplicationStatus.DRAFT, closes_in=9)
    certificate(verified, in_days(20))
    assert kinds(help_, verified) == [assisted.ASKED, assisted.CLOSING, assisted.EXPIRING]
    Enterprise.objects.filter(pk=help_.enterprise.pk).update(updated_at=timezone.now() - dt.timedelta(days=15))
    service.make_appointment(help_.enterprise, on=in_days(1), by=help_.companion)
    assert kinds(help_) == [assisted.APPOINTMENT, assisted.UNTOUCHED]


@pytest.mark.parametrize(
    ("days", "found"),
    [(-200, []), (-1, [assisted.EXPIRED]), (0, [assisted.EXPIRING]), (30, [assisted.EXPIRING]), (31, [])],
)
def test_papers_press_around_their_last_day(help_: Help, days: int, found: list[str]) -> None:
    certificate(help_.enterprise, in_days(days))
    assert kinds(help_) == found


def test_a_renewed_paper_presses_no_more(help_: Help) -> None:
    certificate(help_.enterprise, in_days(-3))
    certificate(help_.enterprise, in_days(700))
    assert kinds(help_) == []


def test_a_renewal_presses_until_it_is_checked_and_a_refused_one_hides_nothing(help_: Help) -> None:
    checked = verified_paper(help_.enterprise, "sni", valid_until=in_days(20))
    new = certificate(help_.enterprise, in_days(700), replaces=checked)
    assert kinds(help_) == [assisted.RENEWED]
    by = checked.verified_by
    Document.objects.filter(pk=new.pk).update(refused_at=timezone.now(), refused_by=by, refused_reason="Buram")
    assert kinds(help_) == [assisted.EXPIRING]


def test_the_most_pressing_stands_first_then_the_nearest_day_then_the_name(help_: Help) -> None:
    returned = another(help_, name="CV Z", status=EnterpriseStatus.RETURNED)
    later, sooner = another(help_, name="CV A"), another(help_, name="CV B")
    certificate(later, in_days(20))
    certificate(sooner, in_days(10))
    quiet = another(help_, name="CV C")
    order = [row.enterprise for row in assisted.caseload(help_.companion)]
    assert order[:3] == [returned, sooner, later]
    assert set(order[3:]) == {quiet, help_.enterprise}
    for row in assisted.caseload(help_.companion):
        assert row.weight == sum(assisted.KINDS[reason.kind].weight for reason in row.reasons)


def test_the_consent_is_shown_and_its_end_is_a_reason(help_: Help) -> None:
    row = assisted.caseload(help_.companion)[0]
    assert row.consent is None
    assert [reason.kind for reason in row.reasons] == [assisted.NO_CONSENT]
    consent = help_.consent(days=90)
    row = assisted.caseload(help_.companion)[0]
    assert (row.consent, row.reasons) == (consent, [])
    help_.consent(days=7)
    assert [reason.kind for reason in assisted.caseload(help_.companion)[0].reasons] == [assisted.CONSENT_ENDS]


def test_the_desk_asks_as_often_for_three_as_for_one(help_: Help) -> None:
    help_.consent()
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assisted.caseload(help_.companion)
        counts.append(len(queries))
        for _each in range(2):
            made = another(help_, status=EnterpriseStatus.RETURNED)
            certificate(made, in_days(3))
            service.make_appointment(made, on=in_days(0), by=help_.companion)
    assert counts[0] == counts[1]


def test_only_ones_own_stand_on_the_desk(help_: Help) -> None:
    other = helped()
    assert [row.enterprise for row in assisted.caseload(help_.companion)] == [help_.enterprise]
    text = signed_in(help_.companion).get(reverse("home")).content.decode()
    assert str(help_.enterprise) in text
    assert str(other.enterprise) not in text
    assert signed_in(help_.companion).get(reverse("assisted_enterprise", args=[other.enterprise.pk])).status_code == 404


def test_the_weights_are_said_on_the_page(help_: Help) -> None:
    text = signed_in(help_.companion).get(reverse("home")).content.decode()
    for kind in assisted.KINDS.values():
        assert str(kind.label) in text


# -- Who looks after whom ------------------------------------------------------------------------------------------


def asking() -> tuple[User, Organisation, CompanionRequest]:
    made = enterprise(status=EnterpriseStatus.DRAFT)
    owner, plut = owner_of(made), OrganisationFactory(name="PLUT Bantul", capabilities=["plut"], ownership="")
    return owner, plut, service.ask_for_companion(made, plut, message="Sertifikat halal", by=owner)


def test_a_business_asks_and_the_manager_assigns() -> None:
    owner, plut, asked = asking()
    manager, companion = person(Role.PLUT_MANAGER, plut), person(Role.COMPANION, plut)
    assert asked.enterprise.name in signed_in(manager).get(reverse("home")).content.decode()
    address = reverse("companion_request_answer", args=[asked.pk])
    signed_in(manager).post(address, {f"a{asked.pk}-companion": companion.pk})
    asked.refresh_from_db()
    assert (asked.outcome, asked.answered_by) == ("assigned", manager)
    assert Enterprise.objects.visible_to(companion).get() == asked.enterprise
    assert Notification.objects.filter(user=owner, kind="companion.yours").exists()
    assert Notification.objects.filter(user=companion, kind="companion.assigned").exists()


def test_whoever_chooses_nobody_reads_so_at_the_request() -> None:
    _owner, plut, asked = asking()
    answer = signed_in(person(Role.PLUT_MANAGER, plut)).post(reverse("companion_request_answer", args=[asked.pk]), {})
    assert answer.status_code == 422
    ((shown, form),) = answer.context["requests"]
    assert shown == asked
    assert form.errors["companion"][0] in answer.content.decode()


def test_it_asks_once_and_can_take_it_back() -> None:
    owner, plut, asked = asking()
    with pytest.raises(ValidationError):
        service.ask_for_companion(asked.enterprise, plut, message="", by=owner)
    client = signed_in(owner)
    client.post(reverse("companion_take_back", args=[asked.pk]))
    client.post(reverse("companion_ask"), {"plut": plut.pk, "message": "Sekali lagi"})
    assert CompanionRequest.objects.open().get().message == "Sekali lagi"


def test_a_refusal_says_why() -> None:
    owner, plut, asked = asking()
    manager = person(Role.PLUT_MANAGER, plut)
    address = reverse("companion_request_refuse", args=[asked.pk])
    assert address in signed_in(manager).get(reverse("home")).content.decode()
    for answer in (" ", "Penuh. " * 200):
        page = signed_in(manager).post(address, {"answer": answer})
        assert page.status_code == 422
        assert answer.strip() in page.content.decode()
        assert page.context["form"].errors["answer"]
    assert CompanionRequest.objects.open().exists()
    signed_in(manager).post(address, {"answer": "Penuh; coba PLUT Sleman."})
    asked.refresh_from_db()
    assert (asked.outcome, asked.answer) == ("refused", "Penuh; coba PLUT Sleman.")
    assert "Penuh; coba PLUT Sleman." in signed_in(owner).get(reverse("companion_ask")).content.decode()


def test_reassigning_ends_the_first_assignment_and_its_consent(help_: Help) -> None:
    consent, successor = help_.consent(), colleague_of(help_.companion)
    address = reverse("companion_assign", args=[help_.enterprise.pk])
    signed_in(help_.manager).post(address, {"companion": successor.pk})
    assert [each.companion for each in Assignment.objects.open().filter(enterprise=help_.enterprise)] == [successor]
    consent.refresh_from_db()
    assert consent.end_reason == "unassigned"
    assert not Consent.objects.held_by(help_.companion).exists()


def test_a_centre_takes_no_business_that_never_came_to_it(help_: Help) -> None:
    stranger = enterprise()
    with pytest.raises(PermissionDenied):
        service.assign_companion(stranger, help_.companion, plut=help_.plut, by=help_.manager)


def test_only_a_companion_of_the_centre_can_be_assigned(help_: Help) -> None:
    other = helped()
    with pytest.raises(ValidationError):
        service.assign_companion(help_.enterprise, other.companion, plut=help_.plut, by=help_.manager)
    with pytest.raises(DatabaseError, match="no companion"), transaction.atomic():
        Assignment.objects.create(plut=help_.plut, companion=other.companion, enterprise=help_.enterprise)


def test_only_the_manager_assigns(help_: Help) -> None:
    with pytest.raises(PermissionDenied):
        service.assign_companion(help_.enterprise, help_.companion, plut=help_.plut, by=help_.companion)


def test_a_visit_that_cannot_be_planned_keeps_what_was_typed(help_: Help) -> None:
    address = reverse("appointment_add", args=[help_.enterprise.pk])
    for day in ("kemarin", "2020-01-02", ""):
        answer = signed_in(help_.companion).post(address, {"on": day, "at": "09:30", "purpose": "Melihat dapur"})
        assert answer.status_code == 422
        assert answer.context["form"].errors["on"]
        for typed in (day, "09:30", "Melihat dapur"):
            assert typed in answer.content.decode()
    assert not Appointment.objects.exists()


def test_a_visit_sent_by_two_tabs_is_planned_and_told_once(help_: Help) -> None:
    client = signed_in(help_.companion)
    address = reverse("appointment_add", args=[help_.enterprise.pk])
    key = client.get(address).context["form"]["form_key"].value()
    for _tab in range(2):
        answer = client.post(address, {"on": in_days(3).isoformat(), "form_key": key})
        assert answer["Location"] == reverse("assisted_enterprise", args=[help_.enterprise.pk])
    assert Appointment.objects.count() == 1
    assert Notification.objects.filter(user=help_.owner, kind="companion.comes").count() == 1


def test_a_visit_that_was_noted_keeps_its_appointment(help_: Help) -> None:
    client = signed_in(help_.companion)
    client.post(
        reverse("appointment_add", args=[help_.enterprise.pk]), {"on": timezone.localdate().isoformat(), "at": "09:30"}
    )
    planned = Appointment.objects.open().get()
    assert Notification.objects.filter(user=help_.owner, kind="companion.comes").exists()
    assert "pukul 09.30" in client.get(reverse("home")).content.decode()
    client.post(reverse("appointment_call_off", args=[planned.pk]))
    assert not Appointment.objects.open().exists()
