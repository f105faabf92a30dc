"""From a new installation to a partnership in force, by API alone: a program could do all of it for each of its people.

What an installation ships (reference data, agreements, clauses) is loaded by its commands. People come by pages – sign-up,
invitation, second factor – so they are made by the same services here, each with a token as the tokens page makes it.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from curation.models import Programme
from partnerships.models import Partnership
from partnerships.services.library import load_clauses
from portal import audit, jobs
from portal.enums import Capability, Ownership, Role
from portal.models import Organisation, User
from portal.second_factor import code_at
from portal.services.api_token import make_token
from portal.services.membership import add_member
from portal.services.organisation import add_organisation
from tests.factories.people import SECRET, UserFactory, give_second_factor
from tests.factories.products import photo_file
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
STEP = 30  # seconds that a code of the second factor lasts


class Program:
    """Somebody's program: a token, and the mark of what it read last."""

    def __init__(self, user: User) -> None:
        self.user, self.client = user, Client()
        _token, self.text = make_token(user.acting, by=user, name="perjalanan", days=7)
        self.codes = 0

    def ask(self, method: str, path: str, data: Any = None, *, wanted: int = 200, read: str = "", **files: Any) -> Any:
        headers = {"Authorization": f"Token {self.text}"} | ({"If-Match": f'"{read}"'} if read else {})
        sent = {"data": files} if files else {"data": data or {}, "content_type": "application/json"}
        if method == "get":
            sent = {"data": data or {}}
        answer = getattr(self.client, method)(ROOT + path, headers=headers, **sent)
        assert answer.status_code == wanted, (method, path, answer.status_code, answer.content[:800])
        return answer

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("get", path, query).json()

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        return self.ask("post", path, data, **options).json()

    def change(self, method: str, path: str, of: str, data: Any) -> Any:
        """Of a draft: what was read is named."""
        seen = self.ask("get", of).headers["ETag"].strip('"')
        return self.ask(method, path, data, read=seen).json()

    def code(self) -> str:
        """Each code once: the next time, the next step's."""
        self.codes += 1
        return code_at(SECRET, time.time() + STEP * (self.codes - 1))


def colleague(organisation: Organisation, role: Role, name: str) -> Program:
    user = UserFactory(full_name=name)
    membership = add_member(user, organisation, role, by=None)
    give_second_factor(user)
    return Program(user.act_as(membership))


@pytest.fixture
def authorities() -> dict[str, Program]:
    """By name: one official of each authority of the agreement in force."""
    call_command("load_agreements", verbosity=0)
    load_clauses()
    signing = Organisation.objects.filter(
        short_name__in=["Kementerian UMKM", "Kemenperin", "BP BUMN"], capabilities__contains=[Capability.AUTHORITY]
    )
    return {each.name: colleague(each, Role.MINISTRY_ADMIN, f"Admin {each.short_name}") for each in signing}


@pytest.fixture
def buyer() -> Organisation:
    operator = UserFactory(full_name="Operator")
    portal = Organisation.objects.create(name="Portal", capabilities=[Capability.OPERATOR])
    operator.act_as(add_member(operator, portal, Role.OPERATOR, by=None))
    return add_organisation(
        by=operator, name="PT Listrik Uji (Persero)", capabilities=[Capability.BUYER], ownership=Ownership.STATE
    )


def test_from_an_empty_database_to_a_partnership_in_force(
    authorities: dict[str, Program], buyer: Organisation, mailbox: list[Any]
) -> None:
    officer = colleague(buyer, Role.OFFICER, "Rina Staf")
    approver = colleague(buyer, Role.APPROVER, "Agus Pejabat")
    ministry = next(iter(authorities.values()))
    sme = registered()
    verified(sme, ministry)
    product = with_product(sme)
    need, programme = published(officer)
    application = applied(sme, programme, product)
    scored(officer, sme, programme, application)
    mark = reviewed(officer, sme, application)
    contract, text = offered(officer, need, mark)
    accepted(sme, contract, text, mailbox)
    approver.ask("post", f"partnerships/{contract}/sign/", {"code": approver.code()}, read=text)
    text = returned_and_revised(officer, authorities, contract)
    accepted(sme, contract, text, mailbox)
    signed = approver.ask("post", f"partnerships/{contract}/sign/", {"code": approver.code()}, read=text).json()
    assert sorted(signed["awaiting"]) == sorted(authorities)
    for name, official in authorities.items():
        (place,) = official.get("sign-offs/", open="true")["results"]
        answer = official.ask("post", f"sign-offs/{place['id']}/sign/", {"code": official.code()}, read=text)
        assert answer.json()["status"] == "signed", name
    everybody_reads_it(contract)
    assert Partnership.objects.get().status == "active"
    assert audit.breaks() == []


def registered() -> Program:
    """Step 1: somebody who has just signed up has no organisation, so no token yet; their session registers the business."""
    newcomer = UserFactory(full_name="Ani Hartanto")
    made = signed_in(newcomer).post(
        f"{ROOT}enterprises/",
        {"name": "CV Tuang Perdana Ceper", "legal_form": "cv"},
        content_type="application/json",
    )
    assert made.status_code == 201, made.content
    membership = newcomer.memberships.select_related("organisation").get()
    return Program(newcomer.act_as(membership))


def verified(sme: Program, ministry: Program) -> None:
    (mine,) = sme.get("enterprises/")["results"]
    url = f"enterprises/{mine['id']}/"
    kbli = sme.get("reference/kbli/", q="pengecoran besi")["results"][0]
    village = sme.get("reference/regions/", q="ceper klaten", level=4)["results"][0]
    half = sme.ask("patch", url, {"nib": "8120012345678", "npwp": "01.312.166.1-091.000"}).json()
    assert half["missing"]
    assert half["warnings"], "a checksum is a warning"
    assert "nib" not in sme.ask("post", f"{url}submit/", wanted=422).json()["errors"]
    whole = sme.ask(
        "patch",
        url,
        {
            "npwp": "01.312.166.0-091.000",
            "established_on": "2012-03-14",
            "women_led": True,
            "village": village["code"],
            "address": "Jalan Raya Ceper 12",
            "workforce": 18,
            "workforce_women": 4,
            "capital": 850_000_000,
            "full_year_of_sales": True,
            "sales": [{"year": timezone.localdate().year - 1, "amount": 4_200_000_000}],
            "investment": 1_200_000_000,
            "activities": [{"code": kbli["code"], "edition": kbli["edition"], "main": True}],
        },
    ).json()
    assert whole["missing"] == []
    assert "PP 7/2021" in whole["class_explained"]
    assert sme.post(f"{url}submit/")["business_class"] == "small"
    (waiting,) = ministry.get("enterprises/", status="submitted")["results"]
    ministry.post(
        f"enterprises/{waiting['id']}/return/", {"reasons": [{"section": "people", "reason": "Sebut jumlah pekerja."}]}
    )
    assert sme.get(url)["return_reasons"][0]["reason"] == "Sebut jumlah pekerja."
    sme.ask("patch", url, {"workforce": 20})
    sme.post(f"{url}submit/")
    assert ministry.post(f"enterprises/{waiting['id']}/verify/")["status"] == "verified"


def with_product(sme: Program) -> int:
    """Step 2, by form; lists of products have journeys of their own."""
    kbli = sme.get("reference/kbli/", q="24310")["results"][0]
    hs = sme.get("reference/hs/", q="732510")["results"][0]
    made = sme.post(
        "products/",
        {
            "name": "Tutup manhole besi cor Ø 60 cm",
            "kbli": kbli["code"],
            "hs": hs["code"],
            "unit": "piece",
            "price": 685_000,
            "monthly_capacity": "420.00",
            "lead_time_days": 18,
            "tkdn": "82.50",
        },
        wanted=201,
    )
    sme.ask("post", f"products/{made['id']}/photos/", wanted=201, file=photo_file())
    assert len(sme.get(f"products/{made['id']}/")["photos"]) == 1
    return made["id"]


def published(officer: Program) -> tuple[int, int]:
    """Step 3: a need, and a programme whose criteria begin with a template."""
    today, now = timezone.localdate(), timezone.now()
    need = officer.post(
        "needs/",
        {
            "item": "Tutup manhole besi cor",
            "specification": "Besi tuang kelabu.",
            "kbli": "24310",
            "quantity_per_month": "300.00",
            "unit": "piece",
            "ceiling_price": 1_000_000,
            "delivery_region": "33.10",
            "deliver_from": str(today + dt.timedelta(days=40)),
        },
        wanted=201,
    )["id"]
    assert officer.post(f"needs/{need}/publish/")["state"] == "open"
    programme = officer.post(
        "programmes/",
        {
            "name": "Kurasi pertama",
            "needs": [need],
            "opens_at": (now - dt.timedelta(minutes=2)).isoformat(),
            "closes_at": (now + dt.timedelta(days=20)).isoformat(),
            "quota": 3,
        },
        wanted=201,
    )["id"]
    assert "metal_casting" in [each["key"] for each in officer.ask("get", "criteria-templates/").json()]
    draft = officer.post(f"programmes/{programme}/criteria/template/", {"template": "metal_casting"})
    draft = officer.ask(
        "put",
        f"programmes/{programme}/criteria/draft/",
        {"threshold": "95", "review_floor": "30", "criteria": draft["criteria"]},
    ).json()
    assert draft["problems"] == []
    assert officer.post(f"programmes/{programme}/publish/")["status"] == "published"
    return need, programme


def applied(sme: Program, programme: int, product: int) -> int:
    """Step 4: found, tried out, sent."""
    (found,) = sme.get("programmes/", open="true")["results"]
    assert found["id"] == programme
    assert sme.get(f"programmes/{programme}/criteria/")["digest"]
    tried = sme.get(f"programmes/{programme}/dry-run/", product=product)
    assert tried["passes"] is False
    assert tried["path"]["steps"], "what would get it curated"
    made = sme.post("applications/", {"programme": programme, "product": product}, wanted=201)["id"]
    assert sme.post(f"applications/{made}/submit/")["status"] == "submitted"
    jobs.drain()
    score = sme.get(f"applications/{made}/")["score"]
    assert (score["kind"], score["total"]) == ("provisional", tried["total"])
    return made


def scored(officer: Program, sme: Program, programme: int, application: int) -> None:
    """Step 5. The only thing that nobody does by API: the closing time comes."""
    officer.ask("post", f"programmes/{programme}/run/", wanted=409)
    Programme.objects.filter(pk=programme).update(closes_at=timezone.now())
    run = officer.post(f"programmes/{programme}/run/", wanted=202)
    jobs.drain()
    done = officer.get(f"scoring-runs/{run['id']}/")
    assert (done["state"], done["progress"], done["in_review"]) == ("done", 100, 1)
    assert sme.get(f"applications/{application}/")["status"] == "in_review"


def reviewed(officer: Program, sme: Program, application: int) -> dict[str, Any]:
    """Step 6: changes asked for and answered, then curated with a reason; anybody checks the mark."""
    url = f"applications/{application}/"
    unmet = [row["criterion"] for row in officer.get(url)["score"]["results"] if row["unmet"]]
    ask = {"outcome": "changes_requested", "reason": "Lampirkan bukti kapasitas.", "criteria": unmet[:1]}
    assert officer.post(f"{url}decide/", ask)["status"] == "changes_requested"
    read = sme.get(url)["decisions"][0]
    assert read["reason"] == "Lampirkan bukti kapasitas."
    assert read["feedback"][0]["wanted"]
    assert sme.post(f"{url}answer/", {"text": "Kapasitas dicatat per shift."})["status"] == "in_review"
    jobs.drain()
    officer.ask("post", f"{url}decide/", {"outcome": "curated"}, wanted=422)
    done = officer.post(f"{url}decide/", {"outcome": "curated", "reason": "Bukti diterima."})
    assert done["status"] == "curated"
    checked = Client().get(f"{ROOT}curations/verify/{done['certificate']}/").json()
    assert (checked["valid"], checked["enterprise"]) == (True, "CV Tuang Perdana Ceper")
    (mark,) = officer.get("curations/", valid="true")["results"]
    return mark


def offered(officer: Program, need: int, mark: dict[str, Any]) -> tuple[int, str]:
    """Step 7: a draft from the need and the curated enterprise, written part by part."""
    today = timezone.localdate()
    (agreement,) = officer.ask("get", "agreements/").json()[:1]
    draft = officer.post(
        "partnerships/",
        {
            "need": need,
            "agreement": agreement["id"],
            "enterprises": [mark["enterprise_id"]],
            "title": "Pasokan tutup manhole",
            "starts_on": str(today + dt.timedelta(days=40)),
            "ends_on": str(today + dt.timedelta(days=400)),
        },
        wanted=201,
    )
    url = f"partnerships/{draft['id']}/"
    officer.change("put", f"{url}parties/", url, {"enterprises": [mark["enterprise_id"]]})
    changed = officer.change("patch", url, url, {"payment_days": 14, "title": "Pasokan tutup manhole besi cor"})
    assert changed["title"] == "Pasokan tutup manhole besi cor"
    officer.change("put", f"{url}lines/", url, {"lines": [line(mark, "2400.00")]})
    library = officer.ask("get", "clauses/").json()
    clauses = [{"code": each["code"]} for each in library if each["required"]]
    officer.change("put", f"{url}clauses/", url, {"clauses": [*clauses, {"title": "Hari", "body": "Setiap Senin."}]})
    checks = officer.ask("get", f"{url}checks/").json()
    assert "fail" not in {check["state"] for check in checks}, checks
    answer = officer.post(f"{url}offer/")
    assert (answer["status"], answer["value"]) == ("offered", 1_644_000_000)
    return draft["id"], answer["document_hash"]


def line(mark: dict[str, Any], quantity: str) -> dict[str, Any]:
    return {
        "enterprise": mark["enterprise_id"],
        "item": "Tutup manhole besi cor",
        "quantity": quantity,
        "unit": "piece",
        "price": 685_000,
    }


def accepted(sme: Program, contract: int, text: str, mailbox: list[Any]) -> None:
    url = f"partnerships/{contract}/"
    pdf = sme.ask("get", f"{url}document/")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["X-Document-SHA256"] == text
    sme.ask("post", f"{url}acceptance-code/", wanted=204)
    jobs.drain()
    digits = [
        found[1]
        for mail in mailbox
        if sme.user.email in mail.to and (found := re.search(r"^\s+(\d{6})$", mail.body, re.MULTILINE))
    ]
    answer = sme.ask("post", f"{url}accept/", {"code": digits[-1]}, read=text)
    assert answer.json()["status"] == "accepted"


def returned_and_revised(officer: Program, authorities: dict[str, Program], contract: int) -> str:
    """One authority returns it with reasons; the next text is offered anew."""
    official = next(iter(authorities.values()))
    (place,) = official.get("sign-offs/", open="true")["results"]
    text = place["partnership"]["document_hash"]
    reason = {"reason": "Samakan jumlah dengan kapasitas."}
    official.ask("post", f"sign-offs/{place['id']}/return/", reason, read=text)
    url = f"partnerships/{contract}/"
    assert officer.get(url)["status"] == "returned"
    revised = officer.post(f"{url}revise/")
    assert (revised["status"], revised["revision"]) == ("draft", 2)
    mark = officer.get("curations/")["results"][0]
    officer.change("put", f"{url}lines/", url, {"lines": [line(mark, "1200.00")]})
    again = officer.post(f"{url}offer/")
    assert again["document_hash"] != text
    return again["document_hash"]


def everybody_reads_it(contract: int) -> None:
    """Step 8, without an account."""
    public = Client().get(f"{ROOT}contracts/{contract}/").json()
    assert (public["status"], public["value"]) == ("active", 822_000_000)
    assert "Rina Staf" not in str(public)
    figures = Client().get(f"{ROOT}figures/").json()
    assert figures["linkage"]
    assert (figures["portal"]["active"], figures["portal"]["active_value"]) == (1, 822_000_000)
    assert (figures["portal"]["verified"], figures["portal"]["curated"]) == (1, 1)
