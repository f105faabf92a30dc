"""An amendment of a contract in force: on the same path; nothing of the contract moves before its last signature, then all of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Line, Partnership
from partnerships.ocds.release import draft_of
from partnerships.selectors.changes import changes
from partnerships.selectors.contracts import text_before
from partnerships.selectors.file_check import Verdict, check_file
from partnerships.selectors.signed_file import signed_file
from partnerships.services import amending, drafting, ending, offer, ordering, signing
from partnerships.services.drafting import ClauseInput, LineInput
from partnerships.services.publishing import publish_changes
from portal.enums import Unit
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Notification
from portal.second_factor import code_at
from tests.factories import orders
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import SECRET
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
WHY = "Kebutuhan naik dan jangka waktu diperpanjang."


@pytest.fixture
def world() -> World:
    return make.world()


def begun(world: World, contract: Partnership) -> Partnership:
    return amending.open_amendment(contract, rationale=WHY, by=world.officer)


def changed(world: World, amendment: Partnership, quantity: int = 120_000, price: int = 41_000) -> Partnership:
    """A longer term, more of the line at another price, a second line, and a clause of their own."""
    drafting.set_terms(amendment, by=world.officer, ends_on=amendment.ends_on + dt.timedelta(days=90), payment_days=10)
    rows = [
        LineInput(world.enterprise, "Baut galvanis", Decimal(500), Unit.KILOGRAM, 30_000),
        LineInput(world.enterprise, "Klem galvanis", Decimal(quantity), Unit.KILOGRAM, price),
    ]
    drafting.set_lines(amendment, rows, by=world.officer)
    clauses = [ClauseInput(each.title, each.body, each.clause) for each in amendment.clauses.select_related("clause")]
    drafting.set_clauses(amendment, [*clauses, ClauseInput("Pengepakan", "Dikemas per 25 kg.")], by=world.officer)
    return amendment


def refused(sql: str, *params: object) -> str:
    """The name of the constraint that refused it, at the latest at the end."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return refusal.value.__cause__.diag.constraint_name or ""


def state(contract: Partnership) -> tuple[Any, ...]:
    fresh = Partnership.objects.get(pk=contract.pk)
    lines = list(fresh.lines.values_list("item", "quantity", "price"))
    return fresh.status, fresh.ends_on, fresh.value, fresh.payment_days, lines, fresh.clauses.count()


def test_the_contract_stays_as_it_is_until_everybody_signed_and_is_the_amendment_then(world: World) -> None:
    contract = make.active(world)
    publish_changes()
    order = orders.placed(world, 1000, partnership=contract)
    before, first_file = state(contract), signed_file(contract.revisions.get())
    amendment = changed(world, begun(world, contract))
    assert amendment.number == f"{contract.number}/A1"
    offer.offer(amendment, by=world.officer)
    shown = changes(text_before(amendment, 1).content, amendment.revisions.get().content)
    assert {"Berakhir", "Nilai", "Baris 1", "Baris 2", "Pengepakan"} <= {each.label for each in shown}
    make.accept_all(amendment, world)
    signing.sign_for_buyer(amendment, document_hash=amendment.document_hash, by=world.approver)
    # Orders go on under the text in force, at its price.
    late = orders.placed(world, 500, partnership=contract)
    for admin in world.admins[:-1]:
        make.sign_off(amendment, admin)
    assert state(contract) == before
    make.sign_off(amendment, world.admins[-1])

    amendment.refresh_from_db()
    contract.refresh_from_db()
    assert amendment.status == "applied"
    assert contract.status == "active"
    assert state(contract)[1:4] == (amendment.ends_on, 500 * 30_000 + 120_000 * 41_000, 10)
    assert [line.item for line in contract.lines.all()] == ["Baut galvanis", "Klem galvanis"]
    assert order.lines.get().price == late.lines.get().price == 40_000, "what was ordered keeps its price"
    ordering.confirm_order(order, by=world.owner)
    ordering.ask_to_end_rest(order, reason="Cukup.", by=world.officer)
    ordering.agree_to_end_rest(order, by=world.owner)
    bolts, share = contract.lines.get(item="Baut galvanis"), contract.shares.get()
    terms: dict[str, Any] = {"deliver_by": contract.ends_on, "deliver_to": "Gudang Klaten"}
    newest = ordering.place_order(contract, share, {bolts: Decimal(500)}, by=world.officer, **terms)
    assert newest.lines.get().price == 30_000
    # Everybody was told, and each text says of itself what it is today.
    assert Notification.objects.filter(kind="amendment.applied", user=world.owner).exists()
    assert check_file(first_file.data).verdict == Verdict.REPLACED
    assert check_file(signed_file(amendment.revisions.get()).data).verdict == Verdict.IN_FORCE
    # The open data tells of it.
    publish_changes()
    release = contract.releases.order_by("-sequence").first()
    assert "contractAmendment" in release.tags
    told = draft_of(contract).content["contracts"][0]["amendments"]
    assert [(each["id"], each["rationale"]) for each in told] == [(amendment.number, WHY)]
    # The database keeps the contract to what was signed.
    own = "partnership_id = %s"
    assert refused("UPDATE partnerships_partnership SET value = value + 1 WHERE id = %s", contract.pk)
    assert (
        refused("UPDATE partnerships_partnership SET ends_on = ends_on + 1 WHERE id = %s", contract.pk)
        == "content_only_in_draft"
    )
    for sql in (
        f"UPDATE partnerships_line SET quantity = quantity + 1, amount = round((quantity + 1) * price) WHERE {own}",
        f"DELETE FROM partnerships_partnershipclause WHERE {own}",
        f"UPDATE partnerships_partnershipclause SET body = 'lain' WHERE {own}",
        "INSERT INTO partnerships_partnershipclause (partnership_id, position, title, body)"
        f" SELECT partnership_id, position, title, body FROM partnerships_partnershipclause WHERE {own}",
    ):
        assert refused(sql, contract.pk) == "content_only_in_draft"
    assert begun(world, contract).amendment == 2


def test_what_was_ordered_and_promised_limits_an_amendment(world: World) -> None:
    contract = make.active(world)
    orders.placed(world, 1000, partnership=contract)
    amendment = begun(world, contract)
    line = contract.lines.get()

    def said(quantity: int, item: str = line.item, price: int = 40_000) -> str:
        row = LineInput(world.enterprise, item, Decimal(quantity), Unit.KILOGRAM, price)
        drafting.set_lines(amendment, [row], by=world.officer)
        with pytest.raises(ValidationError) as refusal:
            offer.offer(amendment, by=world.officer)
        return str(refusal.value.messages)

    assert "1.000 kilogram sudah dipesan" in said(999)
    assert "pernah dipesan dalam kontrak ini" in said(2000, "Klem lain")
    assert "nilai kontrak tidak boleh di bawahnya" in said(1000, price=39_999)
    with pytest.raises(ValidationError, match="tidak boleh berakhir"):
        drafting.set_terms(amendment, by=world.officer, ends_on=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="awal jangka waktu"):
        drafting.set_terms(amendment, by=world.officer, starts_on=amendment.starts_on + dt.timedelta(days=1))
    with pytest.raises(MoveNotAllowed, match="para pihak"):
        drafting.set_parties(amendment, world.enterprises, world.enterprise, by=world.officer)
    # Ordered after everybody has read it: the last signature is refused, and nothing is half done.
    rows = [LineInput(world.enterprise, line.item, Decimal(1500), Unit.KILOGRAM, 40_000)]
    drafting.set_lines(amendment, rows, by=world.officer)
    offer.offer(amendment, by=world.officer)
    make.accept_all(amendment, world)
    signing.sign_for_buyer(amendment, document_hash=amendment.document_hash, by=world.approver)
    orders.placed(world, 600, partnership=contract)
    before = state(contract)
    with pytest.raises(MoveNotAllowed):
        make.sign_off(amendment, world.admins[0])
    assert state(contract) == before
    # Past the services, the database says so itself.
    assert refused("UPDATE partnerships_partnership SET status = 'applied' WHERE id = %s", amendment.pk)


def test_one_amendment_at_a_time_and_given_up_returned_or_refused_it_leaves_the_contract_alone(world: World) -> None:
    contract = make.active(world)
    before = state(contract)
    amendment = begun(world, contract)
    with pytest.raises(MoveNotAllowed, match="sedang berjalan"):
        begun(world, contract)
    assert (
        refused(
            "INSERT INTO partnerships_partnership (agreement_id, buyer_id, need_id, status, revision, title, starts_on, ends_on, value, payment_days,"
            " acceptance_days, stamp_duty_serial, document_hash, drafted_by_id, created_at, reason, is_sample, amends_id, amendment, rationale)"
            " SELECT agreement_id, buyer_id, need_id, 'draft', 1, title, starts_on, ends_on, value, payment_days, acceptance_days, '', '', drafted_by_id,"
            " now(), '', false, amends_id, 2, 'x' FROM partnerships_partnership WHERE id = %s",
            amendment.pk,
        )
        == "amendment_one_open"
    )
    assert not Partnership.objects.visible_to(world.owner).filter(pk=amendment.pk).exists(), "not offered yet"
    for other in (world.owner, world.approver):
        with pytest.raises(NotPermitted):
            amending.drop_amendment(amendment, by=other)
    amending.drop_amendment(amendment, by=world.officer)
    assert not Partnership.objects.visible_to(world.owner).filter(pk=amendment.pk).exists()

    second = begun(world, contract)
    offer.offer(second, by=world.officer)
    offer.refuse(second, reason="Harga tidak cukup.", by=world.owner)
    third = changed(world, begun(world, contract))
    offer.offer(third, by=world.officer)
    make.accept_all(third, world)
    # Who drafted it does not sign it, whatever their role is today.
    with pytest.raises(NotPermitted):
        signing.sign_for_buyer(third, document_hash=third.document_hash, by=world.officer)
    signing.sign_for_buyer(third, document_hash=third.document_hash, by=world.approver)
    place = make.place_of(third, world.admins[0])
    signing.return_with_reasons(place, document_hash=third.document_hash, reason="Naskah kurang.", by=world.admins[0])
    third.refresh_from_db()
    assert state(contract) == before
    # What is open when the contract ends, ends with it.
    ending.terminate(contract, reason="Pabrik tutup.", by=world.approver)
    third.refresh_from_db()
    assert (third.status, third.amendment) == ("dropped", 3)
    with pytest.raises(MoveNotAllowed):
        begun(world, contract)
    with pytest.raises(ValueError, match="not an amendment"):
        amending.apply_amendment(contract, by=world.approver, payload={})


def test_the_whole_way_on_pages_and_by_program(world: World) -> None:
    contract = make.active(world)
    officer, owner, admin = signed_in(world.officer), signed_in(world.owner), signed_in(world.admins[0])
    page = reverse("partnership_amend", args=[contract.pk])
    assert officer.post(page, {"rationale": " "}).status_code == 422
    answer = officer.post(page, {"rationale": WHY})
    amendment = Partnership.objects.get(amends=contract)
    terms = reverse("partnership_terms", args=[amendment.pk])
    assert answer.headers["Location"] == terms
    late = officer.post(page, {"rationale": "Kedua kali"})
    assert late.status_code == 409
    assert "Kedua kali" in late.content.decode()
    form = officer.get(terms).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    assert officer.post(terms, {**typed, "ends_on": "2020-01-01"}).status_code == 422
    ends = amendment.ends_on + dt.timedelta(days=30)
    assert officer.post(terms, {**typed, "ends_on": ends.isoformat()}).status_code == 302
    assert officer.get(reverse("partnership_parties", args=[amendment.pk])).status_code == 302
    check = officer.get(reverse("partnership_check", args=[amendment.pk])).content.decode()
    assert "Semua yang sudah dipesan termuat" in check
    assert officer.post(reverse("partnership_offer", args=[amendment.pk])).status_code == 302
    amendment.refresh_from_db()
    accept = owner.get(reverse("partnership_accept", args=[amendment.pk])).content.decode()
    assert WHY in accept
    assert 'class="t diff"' in accept
    make.accept_all(amendment, world)
    signing.sign_for_buyer(amendment, document_hash=amendment.document_hash, by=world.approver)
    queue = admin.get(reverse("sign_off_queue")).content.decode()
    assert amendment.number in queue
    assert 'class="t diff"' in queue
    for each in world.admins:
        place = make.place_of(amendment, each)
        signed_in(each).post(
            reverse("sign_off", args=[place.pk]),
            {"document_hash": amendment.document_hash, "agree": "on", "code": code_at(SECRET)},
        )
    amendment.refresh_from_db()
    assert amendment.status == "applied"
    for client, name in ((officer, "partnership_detail"), (owner, "partnership_detail"), (owner, "partnership_public")):
        shown = client.get(reverse(name, args=[contract.pk])).content.decode()
        assert amendment.number in shown
        assert WHY in shown
    assert officer.get(reverse("partnership_changes", args=[amendment.pk])).status_code == 200
    pdf = owner.get(reverse("partnership_pdf", args=[amendment.pk]))
    assert pdf.headers["X-Signatures"] == "5"

    api = f"/api/v1/partnerships/{contract.pk}/"
    assert officer.post(f"{api}amend/", {"rationale": ""}, content_type="application/json").status_code == 422
    made = officer.post(f"{api}amend/", {"rationale": WHY}, content_type="application/json")
    assert (made.status_code, made.json()["amends"], made.json()["amendment"]) == (201, contract.pk, 2)
    assert officer.post(f"{api}amend/", {"rationale": WHY}, content_type="application/json").status_code == 409
    assert owner.post(f"/api/v1/partnerships/{made.json()['id']}/drop/").status_code == 403
    assert officer.post(f"/api/v1/partnerships/{made.json()['id']}/drop/").json()["status"] == "dropped"
    assert [each["status"] for each in officer.get(api).json()["amendments"]] == ["dropped", "applied"]
    assert [each["status"] for each in owner.get(api).json()["amendments"]] == ["applied"]
    assert Line.objects.filter(partnership=contract).count() == 1
