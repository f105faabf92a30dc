"""A dossier is complete with its papers: which are owed is known from its form, its goods and the halal duty."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.enums import LegalForm, Role
from portal.models import DatedRule, Enterprise, Job
from portal.sections import LISTED_FROM, sections_of
from portal.selectors.enterprise import completeness
from portal.selectors.owed_papers import owed_papers
from portal.services.completeness import MEASURE_JOB, measure_completeness, queue_measuring
from portal.services.document import add_document, refuse_document, remove_document, renew_document
from portal.services.document_reminders import remind
from portal.services.product import withdraw_product
from tests.factories.checking import companion_of, legality, paper, verified_paper
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of, product
from tests.factories.people import person
from tests.portal.test_enterprise_dossier import text_of
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
SNACKS = ("10794", 2025)
LAW = dt.date(2026, 11, 1)


def missing(firm: Enterprise, on: dt.date | None = None) -> list[str]:
    return [each.kind.value for each in owed_papers(firm, on or timezone.localdate()) if not each.is_there]


def stored(firm: Enterprise) -> int:
    return Enterprise.objects.get(pk=firm.pk).completeness


def measured(firm: Enterprise) -> int:
    measure_completeness(firm)
    return firm.completeness


@pytest.mark.parametrize(
    ("legal_form", "owed"),
    [
        (LegalForm.CV, ["nib", "npwp", "deed"]),
        (LegalForm.PT, ["nib", "npwp", "deed"]),
        (LegalForm.COOPERATIVE, ["nib", "npwp", "deed"]),
        (LegalForm.SOLE_PROPRIETOR, ["nib", "npwp"]),
        (LegalForm.SOLE_COMPANY, ["nib", "npwp"]),
        ("", ["nib", "npwp"]),
    ],
)
def test_a_deed_is_owed_where_the_legal_form_has_one(legal_form: str, owed: list[str]) -> None:
    assert missing(enterprise(legal_form=legal_form)) == owed


def test_no_dossier_is_complete_without_its_papers() -> None:
    firm = enterprise()
    before = completeness(firm)
    assert before.papers_state == "todo"
    papers = [paper(firm, kind) for kind in ("nib", "npwp", "deed")]
    after = completeness(firm)
    assert (after.papers_state, after.missing_papers) == ("done", ())
    assert (after.done, after.total) == (before.done + 1, before.total)
    papers[0].delete()
    assert completeness(firm).papers_state == "partly"


def test_nobody_who_was_listed_for_the_answers_alone_falls_out() -> None:
    """Eighty percent of the sections alone was the line before papers were counted."""
    for total in (len(sections_of(enterprise())), len(sections_of(enterprise(legal_form=LegalForm.COOPERATIVE)))):
        needed = -(-total * 80 // 100)
        assert needed * 100 // (total + 1) >= LISTED_FROM


def test_the_share_follows_every_paper() -> None:
    firm = enterprise(legal_form=LegalForm.SOLE_PROPRIETOR)
    owner, ministry = owner_of(firm), person(Role.MINISTRY_ADMIN)
    without = measured(firm)
    add_document(firm, by=owner, kind="nib", number=firm.nib)
    assert stored(firm) == without
    card = add_document(firm, by=owner, kind="npwp", number="0013121660091000")
    whole = stored(firm)
    assert whole > without
    refuse_document(card, "Tidak terbaca.", by=ministry)
    assert stored(firm) == without
    again = renew_document(card, by=owner, number="0013121660091000")
    assert stored(firm) == whole
    remove_document(again, by=owner)
    assert stored(firm) == without


def test_goods_that_owe_halal_owe_the_certificate_from_the_day_of_the_law() -> None:
    firm = enterprise(kbli=SNACKS)
    legality(firm)
    product(firm, name="Keripik")
    assert missing(firm, dt.date(2026, 10, 16)) == []
    assert missing(firm, LAW) == ["halal"]
    held = paper(firm, "halal")
    assert missing(firm, LAW) == []
    held.delete()
    assert "Keripik" in next(each.why for each in owed_papers(firm, LAW) if not each.is_there)


def test_a_foundry_owes_no_halal_and_no_certificate_that_nobody_named() -> None:
    firm = enterprise()
    legality(firm)
    product(firm)
    assert missing(firm) == []


def test_a_certificate_of_goods_on_sale_that_ended_is_missing_until_it_is_renewed_or_they_go() -> None:
    firm = enterprise()
    legality(firm)
    bolt, owner, today = product(firm), owner_of(firm), timezone.localdate()
    whole = measured(firm)
    ended = verified_paper(firm, "sni", product=bolt, valid_until=today - dt.timedelta(days=1))
    assert missing(firm, today - dt.timedelta(days=1)) == []
    assert missing(firm) == ["sni"]
    (owed,) = [each for each in owed_papers(firm, today) if not each.is_there]
    assert owed.url == reverse("document_renew", args=[ended.pk])
    assert remind(ended.pk, ended.pk) == 1, "the day on which it counts no more"
    assert stored(firm) < whole
    withdraw_product(bolt, by=owner)
    assert missing(firm) == []
    assert stored(firm) == whole


def test_one_for_the_whole_business_covers_the_product_too() -> None:
    firm, today = enterprise(), timezone.localdate()
    legality(firm)
    paper(firm, "sni", product=product(firm), valid_until=today - dt.timedelta(days=1))
    paper(firm, "sni", valid_until=today)
    assert missing(firm) == []


def test_the_owner_reads_what_is_missing_with_a_link_for_each() -> None:
    firm = draft_enterprise(person(Role.OWNER), legal_form=LegalForm.CV)
    owner = firm.organisation.memberships.get().user
    client = signed_in(owner)
    for name in ("dossier", "dossier_check", "document_list"):
        page = client.get(reverse(name))
        assert "Dokumen yang belum ada" in text_of(page), name
        for kind in ("nib", "npwp", "deed"):
            assert f'href="{reverse("document_add")}?kind={kind}"' in page.content.decode(), (name, kind)
    assert client.get(reverse("dossier")).context["tasks"][-1]["state"] == "todo"
    assert "Belum ada:" in text_of(client.get(reverse("home")))
    legality(firm)
    for name in ("dossier", "dossier_check", "document_list"):
        assert "Dokumen yang belum ada" not in text_of(client.get(reverse(name))), name
    assert "Belum ada:" not in text_of(client.get(reverse("home")))


def test_the_companion_reads_what_is_missing_and_adds_nothing_there() -> None:
    firm = enterprise()
    page = signed_in(companion_of(firm)).get(reverse("enterprise_document_list", args=[firm.pk]))
    assert "Dokumen yang belum ada" in text_of(page)
    assert reverse("document_add") not in page.content.decode()


def test_the_api_names_them_and_sending_waits_for_none() -> None:
    firm = enterprise(status="draft")
    client = signed_in(owner_of(firm))
    body = client.get(f"/api/v1/enterprises/{firm.pk}/").json()
    assert [each["kind"] for each in body["missing_papers"]] == ["nib", "npwp", "deed"]
    assert body["missing_papers"][2]["page"].endswith("?kind=deed")
    assert not any(each["field"] in ("nib", "npwp") for each in body["missing"])
    assert "missing_papers" not in client.get("/api/v1/enterprises/").json()["results"][0]


def test_dossiers_are_measured_anew_on_the_day_a_duty_begins() -> None:
    begins = DatedRule.objects.filter(key="halal_duty").earliest("valid_from").valid_from
    queue_measuring(begins - dt.timedelta(days=1))
    assert not Job.objects.filter(kind=MEASURE_JOB).exists()
    queue_measuring(begins)
    queue_measuring(begins)
    assert Job.objects.filter(kind=MEASURE_JOB).count() == 1
