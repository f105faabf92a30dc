"""A partner's system reads and changes what an enterprise consented to, on the state it has read, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.enums import DigitalQuestion, LegalForm, QualityQuestion, Role, TokenScope
from portal.models import (
    AuditEntry,
    Consent,
    CooperativeMember,
    Enterprise,
    Membership,
    Product,
    User,
)
from portal.sections import SECTIONS
from portal.services.api_token import make_token
from portal.services.consent import give_consent, withdraw_consent
from tests.factories.checking import verified_paper
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.people import OrganisationFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
DOSSIERS, PRODUCTS = "/api/v1/partner/enterprises/", "/api/v1/partner/products/"
EVERY_SCOPE = tuple(TokenScope.values)
PARTS = ("people", "address", "products")
BOLT = {
    "code": "B1",
    "name": "Baut M16",
    "kbli": "25952",
    "unit": "kilogram",
    "price": 27_500,
    "monthly_capacity": "9000",
    "lead_time_days": 21,
}


@pytest.fixture
def dinas() -> User:
    office = OrganisationFactory(
        name="Dinas Klaten", capabilities=["regional_office"], ownership="", region_code="33.10"
    )
    return person(Role.REGIONAL_OFFICER, office)


def entrusted(partner: User, *scopes: str) -> tuple[Enterprise, Consent]:
    made = enterprise()
    consent = give_consent(made, by=owner_of(made), scopes=scopes or PARTS, days=30, partner=partner.organisation)
    return made, consent


class Program:
    """What a partner's system sends: a token, JSON, and the headers that the call asks for."""

    def __init__(self, user: User, scopes: tuple[str, ...] = EVERY_SCOPE) -> None:
        self.token = make_token(user.acting, by=user, name="sistem", days=30, scopes=scopes)[1]

    def __call__(self, method: str, address: str, data: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client().generic(
            method.upper(),
            address,
            "" if data is None else json.dumps(data),
            content_type="application/json",
            headers={"Authorization": f"Token {self.token}", **named},
        )


def test_it_reads_the_parts_that_were_named_and_no_others(dinas: User) -> None:
    made, _consent = entrusted(dinas, "people")
    enterprise()
    program = Program(dinas)
    listed = program("get", DOSSIERS).json()
    assert [row["id"] for row in listed["results"]] == [made.pk]
    shown = program("get", f"{DOSSIERS}{made.pk}/").json()
    assert shown["answers"]["workforce"] == 18
    assert shown["nib"] == ""
    assert not {"capital", "address", "npwp", "owner_nik", "phone"} & set(shown["answers"])


def test_a_change_names_what_it_was_made_on(dinas: User) -> None:
    made, _consent = entrusted(dinas)
    program, address = Program(dinas), f"{DOSSIERS}{made.pk}/"
    tag = program("get", address).headers["ETag"]
    assert program("patch", address, {"workforce": 20}).status_code == 428
    changed = program("patch", address, {"workforce": 20}, If_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    stale = program("patch", address, {"workforce": 21}, If_Match=tag)
    assert stale.status_code == 412
    assert stale.headers["ETag"] == changed.headers["ETag"]
    made.refresh_from_db()
    assert made.workforce == 20
    assert program("get", address, If_None_Match=changed.headers["ETag"]).status_code == 304


def test_every_save_is_recorded_with_the_consent(dinas: User) -> None:
    made, consent = entrusted(dinas)
    program, address = Program(dinas), f"{DOSSIERS}{made.pk}/"
    program("patch", address, {"workforce": 20}, If_Match=program("get", address).headers["ETag"])
    entry = AuditEntry.objects.of(made).get(action="save_section")
    assert entry.payload["on_behalf"] == {"enterprise": made.pk, "consent": consent.pk, "companion": None}
    assert entry.organisation == dinas.organisation


def test_a_part_that_was_not_named_is_refused(dinas: User) -> None:
    made, _consent = entrusted(dinas)
    program, address = Program(dinas), f"{DOSSIERS}{made.pk}/"
    tag = program("get", address).headers["ETag"]
    refused = program("patch", address, {"capital": 1}, If_Match=tag)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("no_consent")


def test_a_withdrawn_consent_closes_everything(dinas: User) -> None:
    made, consent = entrusted(dinas)
    program, address = Program(dinas), f"{DOSSIERS}{made.pk}/"
    tag = program("get", address).headers["ETag"]
    withdraw_consent(consent, by=owner_of(made))
    assert program("get", address).status_code == 404
    assert program("patch", address, {"workforce": 20}, If_Match=tag).status_code == 404


@pytest.mark.parametrize(
    ("scopes", "method", "address", "code"),
    [
        ((TokenScope.PRODUCTS_READ,), "get", DOSSIERS, 403),
        ((TokenScope.DOSSIER_READ,), "get", DOSSIERS, 200),
        ((TokenScope.DOSSIER_READ,), "get", PRODUCTS, 403),
        ((TokenScope.DOSSIER_READ,), "get", "/api/v1/enterprises/", 403),
        ((TokenScope.DOSSIER_READ,), "get", "/api/v1/me/", 200),
        ((TokenScope.DOSSIER_READ,), "post", f"{DOSSIERS}bulk/", 403),
        ((), "get", DOSSIERS, 403),
        ((), "get", "/api/v1/enterprises/", 200),
    ],
)
def test_a_token_does_what_its_scopes_name(dinas: User, scopes: tuple, method: str, address: str, code: int) -> None:
    assert Program(dinas, scopes)(method, address, {} if method == "post" else None).status_code == code


def test_a_cooperative_keeps_its_members_dossiers() -> None:
    cooperative = enterprise(legal_form=LegalForm.COOPERATIVE)
    member = enterprise()
    CooperativeMember.objects.create(cooperative=cooperative, member=member)
    owner = owner_of(member)
    text = signed_in(owner).get("/consents/give-partner/").content.decode()
    assert cooperative.name in text
    give_consent(member, by=owner, scopes=["people"], days=30, partner=cooperative.organisation)
    program = Program(owner_of(cooperative))
    assert [row["id"] for row in program("get", DOSSIERS).json()["results"]] == [member.pk]
    # Its own addresses show no more than before.
    assert signed_in(owner_of(cooperative)).get(f"/api/v1/enterprises/{member.pk}/").status_code == 404


# -- Bulk ----------------------------------------------------------------------------------------------------------


def bulk(program: Program, rows: list[dict[str, Any]], key: str = "kiriman-01", address: str = DOSSIERS) -> Any:
    return program("post", f"{address}bulk/", {"rows": rows}, Idempotency_Key=key)


def test_each_row_is_answered_by_itself(dinas: User) -> None:
    one, two = entrusted(dinas)[0], entrusted(dinas)[0]
    stranger, closed = enterprise(), entrusted(dinas, "address")[0]
    program = Program(dinas)
    tag = program("get", f"{DOSSIERS}{two.pk}/").headers["ETag"]
    answer = bulk(
        program,
        [
            {"enterprise": one.pk, "answers": {"workforce": 30}},
            {"nib": two.nib, "answers": {"workforce": 31}, "if_match": tag},
            {"nib": two.nib, "answers": {"workforce": 32}, "if_match": tag},
            {"enterprise": stranger.pk, "answers": {"workforce": 33}},
            {"enterprise": closed.pk, "answers": {"workforce": 34}},
            {"enterprise": one.pk, "answers": {"workforce": "banyak", "postal_code": "abc"}},
            {"answers": {}},
        ],
    )
    assert answer.status_code == 207
    body = answer.json()
    assert [row["status"] for row in body["rows"]] == [200, 200, 412, 404, 403, 422, 422]
    assert (body["done"], body["failed"]) == (2, 5)
    assert body["rows"][2]["etag"] == body["rows"][1]["etag"]
    assert set(body["rows"][5]["problem"]["errors"]) == {"workforce", "postal_code"}
    stored = dict(Enterprise.objects.filter(pk__in=[one.pk, two.pk, stranger.pk]).values_list("pk", "workforce"))
    assert stored == {one.pk: 30, two.pk: 31, stranger.pk: 18}


def test_a_bulk_call_needs_a_key_and_repeats_safely(dinas: User) -> None:
    made, _consent = entrusted(dinas)
    program, rows = Program(dinas), [{"enterprise": made.pk, "answers": {"workforce": 30}}]
    missing = program("post", f"{DOSSIERS}bulk/", {"rows": rows})
    assert missing.status_code == 400
    assert missing.json()["type"].endswith("idempotency_key_missing")
    first, second = bulk(program, rows), bulk(program, rows)
    assert (first.status_code, second.content) == (200, first.content)
    assert AuditEntry.objects.of(made).filter(action="save_section").count() == 1


@pytest.mark.parametrize("rows", [[], [{"enterprise": 1, "answers": {}}] * 101, "none"])
def test_a_bulk_call_has_its_limits(dinas: User, rows: Any) -> None:
    assert bulk(Program(dinas), rows).status_code == 422


# -- Products ------------------------------------------------------------------------------------------------------


def test_products_are_added_once_and_changed_on_what_was_read(dinas: User) -> None:
    made, _consent = entrusted(dinas)
    program = Program(dinas)
    sent = {"enterprise": made.pk, **BOLT}
    assert program("post", PRODUCTS, sent).status_code == 400
    added = [program("post", PRODUCTS, sent, Idempotency_Key="produk-001") for _each in range(2)]
    assert [each.status_code for each in added] == [201, 201]
    assert added[0].headers["ETag"] == added[1].headers["ETag"]
    one = Product.objects.get()
    address = f"{PRODUCTS}{one.pk}/"
    assert program("patch", address, {"price": 30_000}).status_code == 428
    assert program("patch", address, {"price": 30_000}, If_Match='"old"').status_code == 412
    assert program("patch", address, {"price": 30_000}, If_Match=added[0].headers["ETag"]).status_code == 200
    one.refresh_from_db()
    assert one.price == 30_000


def test_products_in_bulk_are_added_or_changed_by_their_code(dinas: User) -> None:
    made, stranger = entrusted(dinas)[0], enterprise()
    product(made, code="B1", price=20_000)
    rows = [
        {"enterprise": made.pk, "code": "B1", "price": 25_000},
        {"enterprise": made.pk, **BOLT, "code": "B2"},
        {"enterprise": made.pk, "code": "B3"},
        {"enterprise": stranger.pk, **BOLT},
    ]
    answer = bulk(Program(dinas), rows, address=PRODUCTS)
    assert answer.status_code == 207
    assert [row["status"] for row in answer.json()["rows"]] == [200, 201, 422, 404]
    assert dict(Product.objects.values_list("code", "price")) == {"B1": 25_000, "B2": 27_500}


def test_without_the_part_products_are_not_there(dinas: User) -> None:
    made, _consent = entrusted(dinas, "people")
    product(made)
    program = Program(dinas)
    assert program("get", PRODUCTS).json()["results"] == []
    refused = program("post", PRODUCTS, {"enterprise": made.pk, **BOLT}, Idempotency_Key="produk-001")
    assert refused.status_code == 403


# -- The enterprise's own addresses --------------------------------------------------------------------------------


def test_ones_own_dossier_and_products_carry_an_etag_that_may_be_asked_for() -> None:
    made = enterprise()
    client, item = signed_in(owner_of(made)), product(made)
    for address, sent in (
        (f"/api/v1/enterprises/{made.pk}/", {"workforce": 20}),
        (f"/api/v1/products/{item.pk}/", {"price": 9}),
    ):
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304

        def send(named: str, address: str = address, sent: dict[str, int] = sent) -> int:
            return client.patch(
                address, sent, content_type="application/json", headers={"If-Match": named} if named else {}
            ).status_code

        assert send('"other"') == 412
        assert send(tag) == 200
        assert send(tag) == 412
        assert send("") == 200


def test_an_answer_that_changed_by_itself_has_another_etag_too() -> None:
    """A paper that is there now, a rung of the ladder, the year whose sales are asked for: all stand in the answer."""
    made = enterprise(legal_form=LegalForm.SOLE_PROPRIETOR, submitted_at=timezone.now())
    client = signed_in(owner_of(made))
    address = f"/api/v1/enterprises/{made.pk}/"
    seen: list[tuple[dict, str]] = []

    def changed(name: str) -> bool:
        answer = client.get(address, headers={"If-None-Match": seen[-1][1]} if seen else {})
        if answer.status_code == 304:
            return False
        seen.append((answer.json(), answer.headers["ETag"]))
        return len(seen) == 1 or seen[-2][0][name] != seen[-1][0][name]

    assert changed("")
    assert not changed("")
    verified_paper(made, "nib")
    assert changed("missing_papers")
    verified_paper(made, "npwp")
    assert changed("checked")
    with time_machine.travel(dt.datetime(timezone.localdate().year + 1, 2, 3, 9, tzinfo=dt.UTC), tick=False):
        client = signed_in(owner_of(made))
        assert changed("annual_sales_due")


def test_the_etag_is_the_same_in_every_language() -> None:
    made = enterprise()
    client = signed_in(owner_of(made))
    address = f"/api/v1/enterprises/{made.pk}/"
    first = client.get(address).headers["ETag"]
    client.cookies["django_language"] = "en"
    assert client.get(address).headers["ETag"] == first


def test_a_membership_that_ended_ends_its_tokens(dinas: User) -> None:
    entrusted(dinas)
    program = Program(dinas)
    Membership.objects.filter(user=dinas).update(ended_at="2026-01-01T00:00Z")
    assert program("get", DOSSIERS).status_code == 401


# One answer of every section of the dossier, with rows where a section has them.
WHOLE: dict[str, Any] = {
    "identity": {"women_led": True, "description": "Pengecoran logam."},
    "activities": {"activities": [{"code": "24310", "edition": 2025, "is_main": True}]},
    "address": {"address": "Jalan Cor 7", "phone": "081234567890"},
    "people": {"workforce": 20, "workforce_women": 5, "workforce_permanent": 20},
    "finance": {"investment": 1_300_000_000, "sales": [{"year": 2025, "amount": 4_300_000_000}]},
    "production": {"shifts": 2, "machines": [{"name": "Tungku induksi", "count": 2}]},
    "quality": {"quality_answers": [{"question": name, "yes": True} for name in QualityQuestion.values]},
    "digital": {"digital_answers": [{"question": name, "yes": True} for name in DigitalQuestion.values]},
    "export": {"exports": True, "export_records": [{"country": "JP", "product": "Klem", "year": 2025}]},
    "innovation": {"flagship_product": True, "flagship_description": "Logam Ceper"},
    "plan": {
        "business_plan": "Satu tungku induksi lagi pada triwulan kedua 2027 untuk dua pembeli tetap di Jawa Tengah."
    },
}


def test_a_partner_keeps_every_section_of_the_dossier(dinas: User) -> None:
    # Members are a cooperative's, and have addresses of their own.
    assert set(WHOLE) == {section.name for section in SECTIONS} - {"members"}
    made, _consent = entrusted(dinas, *WHOLE)
    program = Program(dinas)
    read = program("get", f"{DOSSIERS}{made.pk}/")
    assert read.json()["checked"]["rung"] == "declared"
    sent = {name: value for part in WHOLE.values() for name, value in part.items()}
    answer = program("patch", f"{DOSSIERS}{made.pk}/", sent, If_Match=read["ETag"])
    assert answer.status_code == 200, answer.content
    answers = answer.json()["answers"]
    assert {name for name in sent if name not in answers} == set()
    assert [each["name"] for each in answers["machines"]] == ["Tungku induksi"]
    assert answers["sales"][0]["amount"] == 4_300_000_000
    assert AuditEntry.objects.of(made).filter(payload__has_key="on_behalf").count() >= len(WHOLE) - 1
