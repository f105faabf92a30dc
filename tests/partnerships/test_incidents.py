"""Problem reports: the other side answers in its term or the authority does; what is in confidence stays unknown to the buyer."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from partnerships.enums import IncidentStatus, Party
from partnerships.models import AgreementParty, Incident, IncidentPaper
from partnerships.selectors.incidents import reports_of, waiting_for_you
from partnerships.services import incidents, paying
from partnerships.tasks import keep_up
from portal import jobs
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import DatedRule, Notification, Organisation, User
from portal.working_days import WorkingDays
from tests.factories import incidents as problem
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
S = IncidentStatus


@pytest.fixture
def world() -> World:
    return make.world(enterprises=2)


def told(user: User) -> list[str]:
    return [
        kind for kind in Notification.objects.filter(user=user).values_list("kind", flat=True) if "incident" in kind
    ]


def ministry(world: World, incident: Incident) -> User:
    return next(admin for admin in world.admins if admin.organisation_id == incident.authority_id)


def last_day(incident: Incident, *, days_ago: int = 0) -> None:
    """The database has a clock of its own: what waits is made older, not the day later."""
    Incident.objects.filter(pk=incident.pk).update(answer_by=timezone.localdate() - dt.timedelta(days=days_ago))


def time_passes() -> None:
    """Twice: the second time changes nothing."""
    for _twice in range(2):
        keep_up()
        jobs.drain()


def refused_by(name: str, sql: str) -> None:
    with (
        pytest.raises((IntegrityError, ProgrammingError)) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert name in (refusal.value.__cause__.diag.constraint_name or "")  # type: ignore[union-attr]


def test_what_is_not_answered_in_its_term_goes_to_the_authority_that_the_agreement_names(world: World) -> None:
    contract = make.active(world)
    incident = problem.reported(contract, by=world.owner)
    first = AgreementParty.objects.filter(agreement=contract.agreement).order_by("position")[0].organisation
    assert (incident.status, incident.authority, incident.side) == (S.OPEN, first, Party.ENTERPRISE)
    assert incident.answer_by == WorkingDays().after(timezone.localdate(), 5)
    assert told(world.officer) == ["incident.opened"]
    assert list(waiting_for_you(world.officer)) == [incident]
    admin = ministry(world, incident)
    assert not Incident.objects.visible_to(admin).exists(), "not the authority's yet"
    assert not Incident.objects.visible_to(world.owners[1]).exists(), "of the other enterprise in the contract"
    with pytest.raises(MoveNotAllowed, match="ada waktu"):
        problem.escalated(incident, by=world.owner)
    last_day(incident)
    time_passes()
    assert told(world.officer) == ["incident.due", "incident.opened"], "reminded once"
    assert Incident.objects.get().status == S.OPEN, "the last day is the other side's"
    last_day(incident, days_ago=1)
    time_passes()
    incident.refresh_from_db()
    assert incident.status == S.ESCALATED
    assert [told(each).count("incident.unanswered") for each in (world.owner, world.officer, admin)] == [1, 1, 1]
    # The authority hears both: the answer may still come, once.
    problem.answered(incident, by=world.officer)
    with pytest.raises(MoveNotAllowed):
        problem.answered(incident, by=world.officer)
    with pytest.raises(NotPermitted):
        incidents.find_on_incident(incident, outcome="uphold", finding="Terbukti.", by=world.admins[1])
    incidents.find_on_incident(incident, outcome="uphold", finding="Terbukti; tandatangani dalam 3 hari.", by=admin)
    assert (incident.status, incident.found_by) == (S.UPHELD, admin)
    assert told(world.owner)[0] == told(world.officer)[0] == "incident.upheld"
    refused_by("", f"UPDATE partnerships_incident SET what = 'lain' WHERE id = {incident.pk}")


def test_in_confidence_the_buyer_learns_nothing_until_it_is_passed_on(world: World) -> None:
    contract = make.active(world)
    incident = problem.reported(contract, by=world.owner, kind="unfair_terms", in_confidence=True)
    admin = ministry(world, incident)
    assert told(admin) == ["incident.in_confidence"]
    assert list(waiting_for_you(admin)) == [incident]
    page = reverse("incident_detail", args=[incident.pk])
    for reader in (world.officer, world.approver, world.owners[1], world.admins[1]):
        client = signed_in(reader)
        assert not told(reader)
        assert client.get(page).status_code == 404
        assert client.get(f"/api/v1/incidents/{incident.pk}/").status_code == 404
        for listing in ("/incidents/", f"/partnerships/{contract.pk}/", "/home/", "/api/v1/incidents/"):
            assert incident.number not in client.get(listing).content.decode()
    assert "tidak mengetahuinya" in signed_in(world.owner).get(page).content.decode()
    # Nobody is judged unheard.
    decide = reverse("incident_find", args=[incident.pk])
    answer = signed_in(admin).post(decide, {"outcome": "uphold", "finding": "Terbukti."})
    assert answer.status_code == 422
    with pytest.raises(ValidationError):
        incidents.find_on_incident(incident, outcome="uphold", finding="Terbukti.", by=admin)
    signed_in(admin).post(reverse("incident_release", args=[incident.pk]))
    incident.refresh_from_db()
    assert (incident.status, told(world.officer), told(world.owner)) == (
        S.OPEN,
        ["incident.opened"],
        ["incident.released"],
    )
    assert signed_in(world.officer).get(page).status_code == 200
    # Another one is taken back, and stays unknown.
    other = problem.reported(contract, by=world.owner, in_confidence=True)
    incidents.withdraw_incident(other, reason="Sudah dibicarakan.", by=world.owner)
    assert told(world.officer) == ["incident.opened"]
    assert other not in Incident.objects.visible_to(world.officer)
    assert told(admin)[0] == "incident.withdrawn"
    with pytest.raises(ValidationError):
        problem.reported(contract, by=world.officer, share=contract.shares.first(), in_confidence=True)


def test_an_answer_ends_it_when_the_opener_agrees_or_says_nothing(world: World) -> None:
    order = ordered.confirmed(world, 100)
    late = problem.reported(order.partnership, by=world.officer, about=order, kind="late_delivery")
    with pytest.raises(MoveNotAllowed, match=late.number):
        problem.reported(order.partnership, by=world.officer, about=order, kind="late_delivery")
    with pytest.raises(NotPermitted):
        problem.answered(late, by=world.officer)
    problem.answered(late, by=world.owner, stance="concedes")
    assert list(waiting_for_you(world.officer)) == [late]
    incidents.settle_incident(late, by=world.officer)
    assert late.status == S.SETTLED
    bad = problem.reported(order.partnership, by=world.officer, about=order, kind="quality")
    problem.answered(bad, by=world.owner)
    last_day(bad, days_ago=1)
    time_passes()
    bad.refresh_from_db()
    assert (bad.status, told(world.officer)[0]) == (S.SETTLED, "incident.settled_silently")
    assert set(Incident.objects.proven()) == {late}, "silence about an answer that objects proves nothing"
    third = problem.reported(order.partnership, by=world.officer, about=order, kind="quality")
    problem.escalated(problem.answered(third, by=world.owner), by=world.officer)
    assert told(ministry(world, third)) == ["incident.escalated"]
    assert {each.row for each in reports_of(world.owner, order=order)} == {late, bad, third}


def test_money_that_did_not_come_is_disputed_at_its_payment_and_taken_further_from_there(world: World) -> None:
    invoice = ordered.invoiced(ordered.accepted(world, 100), by=world.owner)
    payment = ordered.paid(invoice, by=world.officer)
    with pytest.raises(MoveNotAllowed):
        problem.reported(invoice.partnership, by=world.owner, about=payment, kind="late_payment")
    paying.dispute_payment(payment, reason="Belum masuk ke rekening kami.", by=world.owner)
    client = signed_in(world.owner)
    address = f"{reverse('incident_new', args=[invoice.partnership.pk])}?payment={payment.pk}"
    assert address in client.get(reverse("invoice_detail", args=[invoice.pk])).content.decode()
    page = client.get(address)
    assert "Belum masuk ke rekening kami." in page.content.decode(), "what was said is not typed again"
    answer = client.post(address, {"kind": "late_payment", "what": " ", "wanted": "Bayar", "way": "openly"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["what"]
    photo = BytesIO()
    Image.new("RGB", (640, 480), "navy").save(photo, "PNG")
    answer = client.post(
        address,
        {
            "kind": "late_payment",
            "what": "Mutasi rekening terlampir.",
            "wanted": "Bayar minggu ini.",
            "way": "openly",
            "files": [SimpleUploadedFile("mutasi.png", photo.getvalue(), "image/png")],
        },
    )
    incident = Incident.objects.get()
    assert answer["Location"] == reverse("incident_detail", args=[incident.pk])
    assert (incident.payment, incident.subject) == (payment, payment)
    paper = IncidentPaper.objects.get()
    assert signed_in(world.officer).get(reverse("incident_paper", args=[paper.pk])).status_code == 200
    assert signed_in(world.owners[1]).get(reverse("incident_paper", args=[paper.pk])).status_code == 404
    wrong = SimpleUploadedFile("x.pdf", b"GIF89a", "application/pdf")
    answer = signed_in(world.officer).post(reverse("incident_paper_add", args=[incident.pk]), {"files": [wrong]})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["files"])


def test_by_api_both_sides_and_the_ministry_walk_the_whole_way(world: World) -> None:
    contract = make.active(world)
    sme, officer = signed_in(world.owner), signed_in(world.officer)

    def post(client: object, path: str, **body: object) -> tuple[int, dict]:
        answer = client.post(f"/api/v1/incidents/{path}", body, content_type="application/json")  # type: ignore[attr-defined]
        return answer.status_code, answer.json()

    said = {"partnership": contract.pk, "kind": "quality", "what": "Retak.", "wanted": "Ganti."}
    code, body = post(officer, "", **said)
    assert (code, list(body["errors"])) == (422, ["enterprise"]), "of which of the two"
    firm = contract.shares.get(enterprise=world.enterprises[0]).enterprise_id
    code, body = post(officer, "", **said, enterprise=firm)
    assert (code, body["status"], body["moves"]) == (201, "open", ["papers", "withdraw"])
    pk = body["id"]
    assert post(sme, f"{pk}/answer/", stance="objects", answer=" ")[0] == 422
    assert (
        post(sme, f"{pk}/answer/", stance="objects", answer="Tidak retak saat diserahkan.")[1]["status"] == "answered"
    )
    assert post(officer, f"{pk}/escalate/", reason="Foto terlampir.")[1]["status"] == "escalated"
    assert post(officer, f"{pk}/decide/", outcome="uphold", finding="x")[0] == 403
    admin = signed_in(ministry(world, Incident.objects.get()))
    assert post(admin, f"{pk}/decide/", outcome="not_uphold", finding="Tidak terbukti.")[1]["status"] == "not_upheld"
    assert post(officer, f"{pk}/agree/")[0] == 409
    assert post(officer, "", **said | {"kind": "weather"}, enterprise=firm)[0] == 422
    listed = admin.get("/api/v1/incidents/?status=not_upheld&side=buyer").json()
    assert [each["id"] for each in listed["results"]] == [pk]
    assert post(signed_in(world.owners[1]), f"{pk}/answer/", stance="objects", answer="x")[0] == 404


def test_pages_keep_what_was_typed_and_refuse_who_comes_too_late(world: World) -> None:
    contract = make.active(world)
    incident = problem.reported(contract, by=world.owner)
    page = reverse("incident_answer", args=[incident.pk])
    officer = signed_in(world.officer)
    answer = officer.post(page, {"answer": "Kami periksa."})
    assert answer.status_code == 422
    assert "Kami periksa." in answer.content.decode()
    assert officer.post(page, {"stance": "objects", "answer": "Kami periksa."}).status_code == 302
    late = officer.post(page, {"stance": "objects", "answer": "Kami periksa lagi."})
    assert late.status_code == 409
    assert "Kami periksa lagi." in late.content.decode()
    assert officer.get(f"{reverse('incident_new', args=[contract.pk])}?order=999999").status_code == 404
    draft = make.draft(world)
    assert officer.get(reverse("incident_new", args=[draft.pk])).status_code == 302
    assert officer.post(reverse("incident_new", args=[draft.pk]), {}).status_code == 409
    for who, rows in ((world.owner, 1), (world.officer, 1), (world.admins[0], 0)):
        for asked in ("", "?status=waiting", "?status=answered&kind=late_acceptance&side=enterprise", "?kind=x&page=9"):
            found = signed_in(who).get(f"/incidents/{asked}")
            waits = rows if who != world.officer or asked != "?status=waiting" else 0
            assert (found.status_code, len(found.context["reports"])) == (200, waits), (who, asked)


def test_the_database_keeps_the_rules_of_reports(world: World) -> None:
    contract = make.active(world)
    incident = problem.reported(contract, by=world.owner)
    update = f"UPDATE partnerships_incident SET %s WHERE id = {incident.pk}"
    now = "now()"
    refused_by("incident_escalated_after_term", update % f"status = 'escalated', came_at = {now}")
    refused_by("", update % f"status = 'upheld', came_at = {now}, found_by_id = {world.officer.pk}, finding = 'x'")
    answer = "status = 'answered', stance = 'objects', answer = 'x', answered_at = now(), answered_by_id = "
    refused_by("incident_answered_by_the_other", update % f"{answer}{world.owner.pk}")
    refused_by("incident_in_confidence", update % "answer_by = NULL")
    problem.escalated(problem.answered(incident, by=world.officer), by=world.owner)
    found = f"status = 'upheld', finding = 'x', ended_at = {now}, found_by_id = "
    refused_by("incident_found_by_authority", update % f"{found}{world.officer.pk}")
    refused_by("incident_found_with_reasons", update % f"status = 'upheld', ended_at = {now}")
    refused_by("", update % "released_at = NULL")
    columns = (
        "partnership_id, share_id, side, kind, what, wanted, status, in_confidence, authority_id, opened_by_id, opened_at,"
        " released_at, answer_by, stance, answer, reason, finding"
    )
    other = contract.shares.get(enterprise=world.enterprises[1])

    def insert(share: int, side: str, person: User, status: str = "open") -> str:
        return (
            f"INSERT INTO partnerships_incident ({columns}) VALUES ({contract.pk}, {share}, '{side}', 'other', 'a', 'b',"
            f" '{status}', false, {incident.authority_id}, {person.pk}, now(), now(), current_date, '', '', '', '')"
        )

    refused_by("incident_by_its_side", insert(other.pk, "enterprise", world.owner))
    refused_by("incident_by_its_side", insert(other.pk, "buyer", world.approver))
    refused_by("incident_begins_open", insert(other.pk, "buyer", world.officer, "settled"))
    draft = make.draft(world)
    refused_by("incident_of_a_contract", insert(draft.shares.first().pk, "buyer", world.officer))


def test_an_authority_that_was_dissolved_hands_over_to_its_successor(world: World) -> None:
    contract = make.active(world)
    incident = problem.reported(contract, by=world.owner, in_confidence=True)
    earlier, heir = (
        incident.authority,
        next(a.organisation for a in world.admins if a.organisation_id != incident.authority_id),
    )
    Organisation.objects.filter(pk=earlier.pk).update(
        valid_until=timezone.localdate() - dt.timedelta(days=1), successor=heir
    )
    time_passes()
    incident.refresh_from_db()
    assert incident.authority == heir
    assert "incident.passed_on" in told(ministry(world, incident))


def test_the_terms_are_a_dated_rule(world: World) -> None:
    given = {"answer_working_days": 3, "agree_working_days": 2, "remind_working_days_before": 1}
    DatedRule.objects.filter(key="incident_answer").update(parameters=given)
    incident = problem.reported(make.active(world), by=world.owner)
    assert incident.answer_by == WorkingDays().after(timezone.localdate(), 3)
    problem.answered(incident, by=world.officer)
    assert incident.answer_by == WorkingDays().after(timezone.localdate(), 2)
