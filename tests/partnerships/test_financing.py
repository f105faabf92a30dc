"""Requests for finance: asked on the strength of a paper, answered in the stated days, and nothing read that was not ticked."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerships.enums import FinancingStatus as S
from partnerships.models import FinancingRequest, SharedValue
from partnerships.selectors.sharing import Paper, shareable
from partnerships.services import financing, financing_desk
from partnerships.tasks import keep_up
from portal import audit, jobs
from portal.enums import Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import (
    AnnualSales,
    AuditEntry,
    AuditPersonal,
    Consent,
    Document,
    Membership,
    Notification,
    Organisation,
    User,
)
from portal.models.audit import stream_of
from portal.personal_data import ERASERS, ROWS, Subject
from portal.services.consent import withdraw_consent
from portal.services.organisation import state_answer_days
from portal.working_days import WorkingDays
from tests.factories import financing as make
from tests.factories import orders as ordered
from tests.factories import partnerships
from tests.factories.partnerships import World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
API = "/api/v1/financing-requests/"


class Case:
    """A business with a contract in force, an order and an invoice that is not paid, and two banks."""

    def __init__(self) -> None:
        self.world: World = partnerships.world(authorities=1)
        self.contract = partnerships.active(self.world)
        delivery = ordered.accepted(self.world, 100, partnership=self.contract, reference="PO-RAHASIA-77")
        self.order = delivery.order
        self.invoice = ordered.invoiced(delivery, by=self.world.owner, reference="INV-RAHASIA-88")
        self.bank, self.officer = make.financier("Bank Satu")
        self.other, self.rival = make.financier("Bank Dua")

    @property
    def owner(self) -> User:
        return self.world.owner

    def paper(self, **papers: Any) -> Paper:
        return Paper(self.world.enterprise, self.contract, **papers)


@pytest.fixture
def case() -> Case:
    return Case()


def told(user: User) -> list[str]:
    own = Notification.objects.filter(user=user, kind__startswith="financing.")
    return list(own.order_by("pk").values_list("kind", flat=True))


def seen_by(user: User, request: FinancingRequest) -> str:
    """All that a person's pages, API and messages hold of it."""
    client = signed_in(user)
    pages = (reverse("financing_detail", args=[request.pk]), reverse("financing_list"), reverse("home"))
    answers = [client.get(address).content.decode() for address in (*pages, API, f"{API}{request.pk}/")]
    messages = [str(each.params) for each in Notification.objects.filter(user=user)]
    trail = [json.dumps(each.payload) for each in AuditEntry.objects.of(request)]
    return "\n".join([*answers, *messages, *trail])


def test_from_the_request_to_the_payment(case: Case) -> None:
    request = make.sent(case.paper(invoice=case.invoice), case.bank, by=case.owner, fields=("nib", "invoice"))
    assert request.due_on == WorkingDays().after(timezone.localdate(), financing.USUAL_DAYS)
    financing_desk.take_up(request, by=case.officer)
    financing_desk.ask_for_more(request, question="Berapa penjualan setahun?", by=case.officer)
    financing.answer_question(request, text="Lihat nilai tagihan.", fields=["invoice_amounts"], by=case.owner)
    assert set(request.shared.values_list("field", flat=True)) == {"nib", "invoice", "invoice_amounts"}
    assert Consent.objects.in_force().filter(organisation=case.bank).count() == 1
    make.offered(request, by=case.officer, amount=900_000)
    financing.accept_offer(request, by=case.owner)
    with pytest.raises(ValidationError) as wrong:
        financing_desk.record_disbursement(
            request, amount=900_001, paid_on=timezone.localdate(), reference="", by=case.officer
        )
    assert set(wrong.value.message_dict) == {"amount", "reference"}
    financing_desk.record_disbursement(
        request, amount=900_000, paid_on=timezone.localdate(), reference="TRX-1", by=case.officer
    )
    assert request.status == S.DISBURSED
    assert told(case.officer)[-3:] == ["financing.sent", "financing.answered", "financing.accepted"]
    assert told(case.owner)[-4:] == [
        "financing.taken_up",
        "financing.asked",
        "financing.offered",
        "financing.disbursed",
    ]
    assert audit.first_break(stream_of(request)) is None
    assert "TRX-1" in seen_by(case.owner, request)
    for stranger in (case.rival, case.world.officer, case.world.admins[0]):
        assert signed_in(stranger).get(reverse("financing_detail", args=[request.pk])).status_code in (403, 404)
        assert signed_in(stranger).get(f"{API}{request.pk}/").status_code in (403, 404)


# What each field would show, so that a withheld one can be searched for everywhere.
SIGNS = {
    "npwp": "0917266778899003",
    "nib": "9120777123456",
    "address": "Jalan Tersembunyi 41",
    "contact": "081277700041",
    "workforce": "7.741",
    "annual_sales": "41.777.123",
    "capital": "42.777.123",
    "investment": "43.777.123",
    "business_plan": "Rencana tersembunyi 44",
    "order": "PO-RAHASIA-77",
    "invoice": "INV-RAHASIA-88",
    "contract": "Pasokan klem dan baut",
    "contract_value": "4.320.000.000",
    "document": "SNI-TERSEMBUNYI-45",
}


def with_signs(case: Case) -> Document:
    one = case.world.enterprise
    one.npwp, one.nib, one.address, one.phone = SIGNS["npwp"], SIGNS["nib"], SIGNS["address"], SIGNS["contact"]
    one.workforce, one.capital, one.investment = 7741, 42_777_123, 43_777_123
    one.business_plan = SIGNS["business_plan"]
    one.annual_sales, one.sales_year = 41_777_123, 2025
    one.save()
    AnnualSales.objects.filter(enterprise=one).delete()
    AnnualSales.objects.create(enterprise=one, year=2025, amount=41_777_123)
    paper = Document(enterprise=one, kind="sni", number=SIGNS["document"], issuer="BSN", sha256="a" * 64)
    paper.file.save("sni.pdf", ContentFile(b"%PDF-1.7 rahasia"))
    one.refresh_from_db()
    return paper


def test_of_any_choice_of_fields_nothing_else_is_read_at_the_bank(case: Case) -> None:
    """Every subset: the bank's pages, its API, its messages and the audit trail hold the ticked values and no other."""
    document = with_signs(case)
    paper = Paper(case.world.enterprise, case.contract, invoice=case.invoice)
    known = [each.name for each in shareable(paper)]
    name_of = {f"document_{document.pk}": "document"}
    assert {name_of.get(name, name) for name in known} >= set(SIGNS)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(ticked=st.sets(st.sampled_from(known), min_size=1))
    def holds(ticked: set[str]) -> None:
        with transaction.atomic():
            request = make.sent(paper, case.bank, by=case.owner, fields=tuple(ticked))
            text = seen_by(case.officer, request)
            for name in known:
                sign = SIGNS.get(name_of.get(name, name))
                if sign is None:
                    continue
                raw = sign.replace(".", "") if sign.replace(".", "").isdigit() else sign
                found = sign in text or raw in text
                assert found == (name in ticked), (name, ticked)
            rows = set(request.shared.values_list("field", flat=True))
            assert rows == ticked
            transaction.set_rollback(True)

    holds()


def test_what_was_shared_ends_with_the_consent_and_with_the_request(case: Case) -> None:
    document = with_signs(case)
    fields = ("nib", "business_plan", f"document_{document.pk}", "contract_status")
    request = make.sent(case.paper(), case.bank, by=case.owner, fields=fields, purpose="Tujuan rahasia 46")
    kept = request.shared.get(document=document)
    bank, file = signed_in(case.officer), reverse("financing_paper", args=[kept.pk])
    assert bank.get(file).status_code == 200
    assert "Berlaku" in bank.get(reverse("financing_detail", args=[request.pk])).content.decode()
    # Frozen: what the business writes later is not shared.
    case.world.enterprise.business_plan = "Rencana baru 47"
    case.world.enterprise.save()
    assert SIGNS["business_plan"] in seen_by(case.officer, request)
    assert "Rencana baru 47" not in seen_by(case.officer, request)
    # Another paper in the place of the one that was shared is another one.
    Document.objects.filter(pk=document.pk).update(sha256="b" * 64)
    assert bank.get(file).status_code == 404
    Document.objects.filter(pk=document.pk).update(sha256="a" * 64)

    withdraw_consent(Consent.objects.get(pk=request.consent_id), by=case.owner)
    after = seen_by(case.officer, request)
    for value in (SIGNS["nib"], SIGNS["business_plan"], SIGNS["document"], "Tujuan rahasia 46"):
        assert value not in after
        assert value in seen_by(case.owner, request)
    assert bank.get(file).status_code == 404
    assert request.number in after
    # The second tab: answered with more ticked, after the consent was withdrawn.
    financing_desk.ask_for_more(request, question="Berapa modal?", by=case.officer)
    with pytest.raises(MoveNotAllowed) as refused:
        financing.answer_question(request, text="Ini.", fields=["capital"], by=case.owner)
    assert refused.value.code == "consent_ended"
    financing.answer_question(request, text="Empat puluh juta.", by=case.owner)
    assert "Empat puluh juta." not in seen_by(case.officer, request)

    declined = make.sent(case.paper(order=case.order), case.bank, by=case.owner, fields=("capital",))
    assert SIGNS["capital"] in seen_by(case.officer, declined)
    financing_desk.decline(declined, why="region", reason="Di luar wilayah kami.", by=case.officer)
    assert SIGNS["capital"] not in seen_by(case.officer, declined)
    assert Consent.objects.get(pk=declined.consent_id).end_reason == "fulfilled"


def test_no_copy_for_the_officer_and_nothing_after_an_erasure_holds_what_was_told(case: Case) -> None:
    with_signs(case)
    request = make.sent(case.paper(), case.bank, by=case.owner, fields=("nib",), purpose="Tujuan rahasia 52")
    financing_desk.decline(request, why="region", reason="Di luar wilayah kami.", by=case.officer)
    copy = str([list(part(Subject(case.officer))) for part in ROWS.values()])
    assert request.decline_reason in copy
    assert not [text for text in ("Tujuan rahasia 52", SIGNS["nib"]) if text in copy]
    own = Subject(case.owner, (case.world.enterprise,))
    assert "Tujuan rahasia 52" in str([list(part(own)) for part in ROWS.values()])
    for each in ERASERS:
        each(own)
    request.refresh_from_db()
    assert request.purpose == "–"
    assert not request.shared.exists()
    assert not AuditPersonal.objects.filter(entry_stream=stream_of(request)).exists()
    assert audit.first_break(stream_of(request)) is None


def test_what_is_wrong_with_a_request_is_said_at_its_field(case: Case) -> None:
    def wrong(paper: Paper, bank: Organisation | None = None, **fields: Any) -> set[str]:
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            make.sent(paper, bank or case.bank, by=case.owner, **fields)
        return set(refused.value.message_dict)

    invoice = case.paper(invoice=case.invoice)
    assert wrong(invoice, amount=0) == wrong(invoice, amount=-1) == {"amount"}
    assert wrong(invoice, amount=case.invoice.total + 1) == {"amount"}
    ordered.paid(case.invoice, 1_000_000, by=case.world.officer, reference="T-1")
    assert wrong(invoice, amount=case.invoice.total - 999_999) == {"amount"}
    assert wrong(invoice, months=0, purpose=" ", fields=()) == {"months", "purpose", "shared"}
    assert wrong(invoice, fields=("nothing_like_that",)) == {"shared"}
    Organisation.objects.filter(pk=case.bank.pk).update(capabilities=["buyer"])
    assert wrong(invoice, Organisation.objects.get(pk=case.bank.pk)) == {"financier"}
    gone, _officer = make.financier("Bank Bubar", valid_from=dt.date(2000, 1, 1), valid_until=dt.date(2020, 1, 1))
    assert wrong(invoice, gone) == {"financier"}
    with pytest.raises(NotPermitted):
        make.sent(invoice, case.other, by=case.world.officer)
    partner = partnerships.in_review(case.world, title="Belum berlaku")
    with pytest.raises(MoveNotAllowed):
        make.sent(Paper(case.world.enterprise, partner), case.other, by=case.owner)
    client = signed_in(case.owner)
    address = reverse("financing_of_contract", args=[case.contract.pk])
    assert " checked" not in client.get(address).content.decode()
    sent = {"financier": case.other.pk, "amount": "0", "months": "6", "purpose": "Membeli baja 48", "shared": ["nib"]}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "Membeli baja 48" in answer.content.decode()
    # One of several states: late in a second tab.
    assert client.get(reverse("financing_of_contract", args=[partner.pk])).status_code == 302
    assert client.post(reverse("financing_of_contract", args=[partner.pk]), sent).status_code == 409


def test_what_is_wrong_with_an_answer_of_the_bank_is_said_at_its_field(case: Case) -> None:
    request = make.sent(case.paper(), case.bank, by=case.owner)
    today = timezone.localdate()
    for fields, at in (
        ({"amount": 1_000_001}, {"amount"}),
        ({"months": 0, "rate": None}, {"months", "rate"}),
        ({"until": today}, {"until"}),
        ({"until": today + dt.timedelta(days=181)}, {"until"}),
    ):
        with pytest.raises(ValidationError) as refused:
            make.offered(request, by=case.officer, **fields)
        assert set(refused.value.message_dict) == at
    bank = signed_in(case.officer)
    declined = bank.post(reverse("financing_decline", args=[request.pk]), {"reason": "Alasan 49"})
    assert declined.status_code == 422
    assert "Alasan 49" in declined.content.decode()
    assert bank.post(reverse("financing_disburse", args=[request.pk]), {"amount": "5"}).status_code == 409
    make.offered(request, by=case.officer, rate=None, rate_text="Bagi hasil 60:40")
    assert bank.post(f"{API}{request.pk}/take-up/").status_code == 409
    # Whoever belongs to the business, or did, answers nothing of it.
    second = make.sent(case.paper(order=case.order), case.bank, by=case.owner)
    Membership.objects.create(
        user=case.officer,
        organisation=case.world.enterprise.organisation,
        role=Role.STAFF,
        ended_at=timezone.now(),
    )
    with pytest.raises(NotPermitted):
        financing_desk.take_up(second, by=case.officer)
    assert bank.post(f"{API}{second.pk}/take-up/").status_code == 403
    # Dissolved before the offer was accepted.
    Organisation.objects.filter(pk=case.bank.pk).update(
        valid_from=dt.date(2000, 1, 1), valid_until=today - dt.timedelta(days=1)
    )
    with pytest.raises(MoveNotAllowed) as gone:
        financing.accept_offer(request, by=case.owner)
    assert gone.value.code == "no_financier"


def test_the_database_refuses_what_the_code_forbids(case: Case) -> None:
    request = make.sent(case.paper(invoice=case.invoice), case.bank, by=case.owner)
    insider = make.person(Role.FINANCE_OFFICER, case.bank)
    Membership.objects.create(user=insider, organisation=case.world.enterprise.organisation, role=Role.STAFF)
    row = FinancingRequest.objects.filter(pk=request.pk)
    attempts = {
        "shared_as_ticked": lambda: SharedValue.objects.create(request=request, field="npwp", value="1"),
        "may not become": lambda: row.update(status=S.DISBURSED, handled_by=case.officer),
        "financing_by_outsider": lambda: row.update(status=S.TAKEN_UP, handled_by=insider),
        "financing_by_its_officer": lambda: row.update(status=S.TAKEN_UP, handled_by=case.rival),
        "financing_has_its_day": lambda: row.update(due_on=None),
        "financing_asks_something": lambda: row.update(status=S.ASKED, handled_by=case.officer),
        "financing_asked_once": lambda: FinancingRequest.objects.create(**_copy(request)),
        "financing_within_paper": lambda: FinancingRequest.objects.create(
            **_copy(request, financier=case.other, amount=case.invoice.total + 1)
        ),
        "financing_by_financier": lambda: FinancingRequest.objects.create(**_copy(request, financier=case.world.buyer)),
        "financing_by_owner": lambda: FinancingRequest.objects.create(
            **_copy(request, financier=case.other, sent_by=case.officer)
        ),
    }
    for name, step in attempts.items():
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            step()
        assert name in str(refused.value) or name in str(refused.value.__cause__.diag.constraint_name), name  # type: ignore[union-attr]
    with pytest.raises(Exception, match=r"refuse|never|change"), transaction.atomic():
        row.update(amount=1)


def _copy(request: FinancingRequest, **fields: Any) -> dict[str, Any]:
    names = ("enterprise", "financier", "kind", "partnership", "order", "invoice", "amount", "months", "purpose")
    more = ("sent_by", "due_on", "lapses_on")
    return {**{name: getattr(request, name) for name in (*names, *more)}, **fields}


def test_the_calendar_reminds_tells_both_and_ends_it(case: Case) -> None:
    state_answer_days(case.bank, 5, by=case.officer)
    case.bank.refresh_from_db()
    request = make.sent(case.paper(), case.bank, by=case.owner)
    assert request.due_on == WorkingDays().after(timezone.localdate(), 5)
    assert request.lapses_on == WorkingDays().after(request.due_on, 5)
    # A change of what is stated moves nobody's day.
    state_answer_days(case.bank, 20, by=case.officer)
    quiet = make.sent(case.paper(order=case.order), case.other, by=case.owner)
    make.offered(quiet, by=case.rival, until=timezone.localdate() + dt.timedelta(days=1))

    def on(day: dt.date) -> tuple[list[str], list[str]]:
        before = {user.pk: len(told(user)) for user in (case.officer, case.owner)}
        with time_machine.travel(dt.datetime.combine(day, dt.time(10), tzinfo=dt.UTC), tick=False):
            for _twice in range(2):
                keep_up()
                jobs.drain()
        return told(case.officer)[before[case.officer.pk] :], told(case.owner)[before[case.owner.pk] :]

    assert on(request.due_on)[0] == ["financing.due_soon"]
    bank, business = on(request.due_on + dt.timedelta(days=1))
    assert bank == business == ["financing.late"]
    quiet.refresh_from_db()
    assert quiet.status == S.LAPSED
    bank, business = on(request.lapses_on + dt.timedelta(days=1))
    assert bank == business == ["financing.lapsed_unanswered"]
    request.refresh_from_db()
    assert request.status == S.LAPSED
    assert not Consent.objects.in_force().filter(pk=request.consent_id).exists()


def test_the_lists_ask_as_often_for_three_as_for_one(case: Case, django_assert_max_num_queries: Any) -> None:
    def count(user: User, address: str) -> int:
        client = signed_in(user)
        client.get(address)
        with django_assert_max_num_queries(60) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    papers = [case.paper(), case.paper(order=case.order), case.paper(invoice=case.invoice)]
    make.sent(papers[0], case.bank, by=case.owner)
    places = [(case.officer, reverse("financing_list")), (case.officer, reverse("home")), (case.officer, API)]
    places += [(case.owner, reverse("financing_list")), (case.owner, API)]
    one = [count(*place) for place in places]
    for paper in papers[1:]:
        make.sent(paper, case.bank, by=case.owner)
    assert [count(*place) for place in places] == one


@pytest.mark.django_db(transaction=True)
def test_two_offers_for_one_invoice_are_not_both_accepted(case: Case) -> None:
    """And of two requests sent at once with the same form one is made."""
    paper = case.paper(invoice=case.invoice)
    amount = case.invoice.total * 3 // 4
    requests = [
        make.offered(make.sent(paper, bank, by=case.owner, amount=amount), by=officer)
        for bank, officer in ((case.bank, case.officer), (case.other, case.rival))
    ]

    def accept(request: FinancingRequest) -> str:
        try:
            financing.accept_offer(request, by=case.owner)
        except MoveNotAllowed as refusal:
            return refusal.code
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, requests)) == ["accepted", "financing_within_paper"]

    address = reverse("financing_of_order", args=[case.order.pk])
    key = "7b7cbd35-5f9f-4b39-9a4c-2f0d8e0c1a11"
    sent = {
        "financier": case.bank.pk,
        "amount": "100.000",
        "months": "3",
        "purpose": "Bahan",
        "shared": ["nib"],
        "agree": "on",
        "form_key": key,
    }

    def post(client: Client) -> int:
        try:
            return client.post(address, sent).status_code
        finally:
            connection.close()

    clients = [signed_in(case.owner), signed_in(case.owner)]
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(post, clients)) == {302}
    assert FinancingRequest.objects.filter(order=case.order).count() == 1
