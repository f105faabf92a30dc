"""A business that was registered twice becomes one, and nothing of either is lost: products, papers, applications, marks,
contracts, people, and both audit trails."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.enums import ApplicationStatus
from curation.models import Application, Curation, Decision
from partnerships.models import Partnership, Share
from partnerships.selectors.signatories import signatories
from portal import audit
from portal.acting import acting
from portal.enums import EnterpriseStatus, Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.merging import pointing_here
from portal.models import (
    AuditEntry,
    Consent,
    Document,
    Enterprise,
    Membership,
    Notification,
    PlanMarket,
    PlanProduct,
    PlanProgress,
    PlanTarget,
    Product,
    SuspectedDuplicate,
)
from portal.models.audit import stream_of
from portal.services.consent import give_consent
from portal.services.dossier import save_section
from portal.services.merging import merge
from portal.services.product import add_product
from tests.factories import curation, partnerships
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of, product
from tests.factories.people import OrganisationFactory, UserFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def pair_of(one: Enterprise, other: Enterprise) -> SuspectedDuplicate:
    first, second = sorted((one, other), key=lambda each: each.pk)
    return SuspectedDuplicate.objects.create(first=first, second=second, matches=["name"], strength=40)


def together(kept: Enterprise, lost: Enterprise, **given: Any) -> SuspectedDuplicate:
    pair = pair_of(kept, lost)
    by = given.pop("by", None) or person(Role.MINISTRY_ADMIN)
    merge(pair, kept=kept, reason="NPWP dan pemilik sama.", by=by, **given)
    return pair


def test_everything_of_both_is_at_the_one_that_is_kept() -> None:
    world = partnerships.world(enterprises=2)
    kept, lost = world.enterprises
    product(kept, code="P001")
    moved = product(lost, code="P001", name="Baut lama")
    paper = Document.objects.create(enterprise=lost, kind="deed", number="7")
    together(kept, lost)
    for row in (moved, paper):
        row.refresh_from_db()
        assert row.enterprise == kept
    assert moved.code == "P001-2"
    lost.refresh_from_db()
    assert (lost.status, lost.merged_into) == (EnterpriseStatus.MERGED, kept)


def test_both_trails_stay_readable_and_verify() -> None:
    kept, lost = enterprise(name="CV Logam Jaya"), enterprise(name="Logam Jaya")
    owner = owner_of(lost)
    save_section(lost, "address", {"address": "Jalan Lama 3"}, by=owner)
    ministry = person(Role.MINISTRY_ADMIN)
    together(kept, lost, by=ministry)
    assert [each.action for each in AuditEntry.objects.of(lost)][-1] == "merge"
    assert AuditEntry.objects.of(lost).filter(action="save_section").exists()
    assert AuditEntry.objects.of(kept).get(action="absorb").payload["merged"] == lost.pk
    assert audit.breaks() == []
    desk = signed_in(ministry)
    page = desk.get(f"/verification/{kept.pk}/").content.decode()
    assert f"/verification/{lost.pk}/" in page
    assert "Digabung ke pendaftaran lain" in desk.get(f"/verification/{lost.pk}/").content.decode()


def test_a_person_chooses_where_they_differ_and_what_only_one_says_is_kept() -> None:
    kept = enterprise(name="CV Logam Jaya", phone="", capital=850_000_000, website="")
    lost = enterprise(name="Logam Jaya", phone="08127777", capital=900_000_000, website="https://contoh.id")
    nib = lost.nib
    together(kept, lost, choices={"nib": "lost", "finance": "lost", "name": "kept"})
    kept.refresh_from_db()
    assert (kept.nib, kept.capital, kept.phone, kept.website) == (nib, 900_000_000, "08127777", "https://contoh.id")
    assert kept.organisation.name == "CV Logam Jaya"
    assert [row.amount for row in kept.sales.all()] == [4_200_000_000]
    assert Enterprise.objects.get(pk=lost.pk).capital == 900_000_000


def planned(firm: Enterprise, year: int, **reached: int) -> PlanTarget:
    """A target of 100 sales in each quarter, and what was reached in those named."""
    target = PlanTarget.objects.create(enterprise=firm, indicator="sales", year=year, q1=100, q2=100, q3=100, q4=100)
    for quarter, actual in reached.items():
        PlanProgress.objects.create(
            enterprise=firm, indicator="sales", year=year, quarter=int(quarter[1]), target=100, actual=actual,
            reported_by=UserFactory(),
        )  # fmt: skip
    return target


def test_the_plan_goes_along_where_the_kept_one_planned_nothing_and_else_stays_to_be_read() -> None:
    kept, lost = enterprise(name="CV Logam Jaya"), enterprise(name="Logam Jaya")
    owner = owner_of(kept)
    both, moves = planned(kept, 2026, q1=90), planned(lost, 2025, q1=70, q2=80)
    stays = planned(lost, 2026, q1=55)
    PlanProduct.objects.create(enterprise=lost, name="Tutup manhole", quantity=5, unit="piece")
    PlanMarket.objects.create(enterprise=lost, kind="state", name="PLN", amount=5)
    PlanMarket.objects.create(enterprise=kept, kind="state", name="Pelindo", amount=7)
    desk = signed_in(person(Role.MINISTRY_ADMIN))
    page = desk.get(reverse("duplicate_merge", args=[pair_of(kept, lost).pk, kept.pk])).content.decode()
    assert "1 target rencana usahanya ikut pindah" in page
    SuspectedDuplicate.objects.all().delete()
    together(kept, lost)
    for target, home in ((both, kept), (moves, kept), (stays, lost)):
        target.refresh_from_db()
        assert target.enterprise == home
    at = PlanProgress.objects.order_by("year", "enterprise", "quarter").values_list("enterprise", "year", "actual")
    assert set(at) == {(kept.pk, 2025, 70), (kept.pk, 2025, 80), (kept.pk, 2026, 90), (lost.pk, 2026, 55)}
    assert [each.name for each in kept.plan_products.all()] == ["Tutup manhole"]
    assert [each.name for each in kept.plan_markets.all()] == ["Pelindo"]
    assert AuditEntry.objects.of(kept).get(action="absorb").payload["moved"]["portal.planprogress"] == 2
    shown = signed_in(owner).get(reverse("plan_progress", args=[kept.pk])).content.decode()
    assert "Dari pendaftaran yang digabung, Logam Jaya" in shown
    assert "Rp55" in shown.partition("Dari pendaftaran yang digabung")[2]


def test_figures_that_make_it_large_are_refused() -> None:
    kept, lost = enterprise(), enterprise(capital=900_000_000_000, full_year_of_sales=False)
    with pytest.raises(ValidationError):
        together(kept, lost, choices={"finance": "lost"})
    assert Enterprise.objects.get(pk=lost.pk).status == EnterpriseStatus.VERIFIED


def test_its_people_go_along_unless_they_are_left_out_and_all_are_told() -> None:
    kept, lost = enterprise(name="CV Logam Jaya"), enterprise(name="Logam Jaya")
    there, comes, left = owner_of(kept), owner_of(lost), owner_of(lost, Role.STAFF)
    together(kept, lost, people=[comes.pk])
    active = Membership.objects.active()
    assert set(active.filter(organisation=kept.organisation).values_list("user", flat=True)) == {there.pk, comes.pk}
    assert not active.filter(organisation=lost.organisation).exists()
    told = dict(Notification.objects.filter(kind__startswith="enterprise.merged").values_list("user", "kind"))
    assert told == {
        there.pk: "enterprise.merged",
        comes.pk: "enterprise.merged",
        left.pk: "enterprise.merged_without",
    }


def test_consents_end_because_they_name_the_other() -> None:
    kept, lost = enterprise(), enterprise()
    dinas = OrganisationFactory(capabilities=["regional_office"], ownership="", region_code="33.10")
    consent = give_consent(lost, by=owner_of(lost), scopes=["people"], days=30, partner=dinas)
    together(kept, lost)
    consent = Consent.objects.get(pk=consent.pk)
    assert (consent.enterprise, consent.end_reason) == (lost, "merged")


# Applications and marks


def applied(world: Any, firm: Enterprise, programme: Any, status: str = "submitted") -> Application:
    made = curation.application(programme, firm, created_by=world.owner)
    Application.objects.filter(pk=made.pk).update(status=status)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(
    ("of_kept", "of_lost", "stays"),
    [("submitted", "in_review", "lost"), ("in_review", "submitted", "kept"), ("submitted", "submitted", "kept")],
)
def test_of_two_open_applications_the_one_further_on_stays(of_kept: str, of_lost: str, stays: str) -> None:
    world = partnerships.world(enterprises=2)
    kept, lost = world.enterprises
    programme = curation.programme(by=world.officer, name="Kurasi bersama", needs=[world.need])
    both = {"kept": applied(world, kept, programme, of_kept), "lost": applied(world, lost, programme, of_lost)}
    together(kept, lost)
    for each in both.values():
        each.refresh_from_db()
    gives_way = both["lost" if stays == "kept" else "kept"]
    assert both[stays].enterprise == kept
    assert gives_way.status == ApplicationStatus.WITHDRAWN
    assert audit.first_break(stream_of(gives_way)) is None


def test_of_two_marks_of_one_programme_one_stays_and_its_place_is_free() -> None:
    world = partnerships.world(enterprises=2)
    kept, lost = world.enterprises
    world.programme.refresh_from_db()
    assert world.programme.curated_count == 2
    together(kept, lost)
    marks = {mark.enterprise: mark.revoked_at for mark in Curation.objects.all()}
    assert marks[kept] is None
    assert marks[lost] is not None
    world.programme.refresh_from_db()
    assert world.programme.curated_count == 1


def test_a_mark_goes_along_and_still_verifies_under_its_code() -> None:
    world = partnerships.world()
    lost = world.enterprise
    kept = enterprise(name="CV Yang Tetap")
    together(kept, lost)
    mark = Curation.objects.get()
    assert (mark.enterprise, mark.application.enterprise) == (kept, kept)
    page = Client().get(reverse("certificate_verify", args=[mark.token]))
    assert page.status_code == 200
    assert "CV Yang Tetap" in page.content.decode()


def test_an_appeal_that_waits_is_answered_first() -> None:
    world = partnerships.world(enterprises=2)
    kept, lost = world.enterprises
    programme = curation.programme(by=world.officer, name="Kurasi bersama", needs=[world.need])
    applied(world, kept, programme)
    appealed = curation.application(programme, lost, created_by=world.owner)
    moved = Application.objects.filter(pk=appealed.pk)
    with transaction.atomic():
        moved.update(status="in_review")
        Decision.objects.create(application=appealed, outcome="declined", decided_by=world.officer, reason="Belum.")
        moved.update(status="declined", decided_at=timezone.now())
    moved.update(status="appealed", appealed_at=timezone.now(), appeal_text="Mohon dilihat lagi")
    with pytest.raises(ValidationError, match=appealed.number):
        together(kept, lost)


# Contracts


def test_a_contract_in_force_goes_along_and_keeps_the_name_it_was_signed_with() -> None:
    world = partnerships.world()
    lost, name = world.enterprise, world.enterprise.name
    contract = partnerships.active(world)
    kept = enterprise(name="CV Yang Tetap")
    keeper = owner_of(kept)
    together(kept, lost)
    share = Share.objects.get(partnership=contract)
    assert (share.enterprise, share.party) == (kept, lost.organisation)
    assert contract.lines.get().enterprise == kept
    assert Partnership.objects.visible_to(keeper).filter(pk=contract.pk).exists()
    assert all(place.state == "done" for place in signatories(Partnership.objects.get(pk=contract.pk)))
    public = Client().get(reverse("partnership_public", args=[contract.pk])).content.decode()
    page = signed_in(keeper).get(f"/partnerships/{contract.pk}/").content.decode()
    assert f"{name} (kini CV Yang Tetap)" in page
    assert f"{name} (kini CV Yang Tetap)" in public
    assert audit.breaks() == []


def test_a_contract_that_is_being_signed_waits() -> None:
    world = partnerships.world()
    contract = partnerships.offered(world)
    kept = enterprise(name="CV Yang Tetap")
    with pytest.raises(ValidationError, match=contract.number):
        together(kept, world.enterprise)
    pair = SuspectedDuplicate.objects.get()
    page = signed_in(world.admins[0]).get(f"/duplicates/{pair.pk}/keep/{kept.pk}/")
    assert contract.number in page.content.decode()


def test_nothing_but_a_merger_moves_a_party_or_a_mark() -> None:
    world = partnerships.world()
    contract = partnerships.active(world)
    other = enterprise()
    for change in (
        lambda: Share.objects.filter(partnership=contract).update(enterprise=other),
        lambda: contract.lines.update(enterprise=other),
        lambda: Curation.objects.update(enterprise=other),
    ):
        with pytest.raises((IntegrityError, ProgrammingError, InternalError)), transaction.atomic():
            change()


# What stands in the way, and what is refused


@pytest.mark.parametrize("status", [EnterpriseStatus.SUSPENDED, EnterpriseStatus.CLOSED])
def test_one_that_is_suspended_or_gone_is_not_merged(status: str) -> None:
    kept, lost = enterprise(), enterprise(status=status)
    with pytest.raises(ValidationError):
        together(kept, lost)
    with pytest.raises(ValidationError):
        together(lost, enterprise())


def test_the_verified_one_is_kept() -> None:
    draft = draft_enterprise()
    with pytest.raises(ValidationError):
        together(draft, enterprise())
    kept = enterprise()
    together(kept, draft_enterprise())
    assert kept.merged_from.count() == 1


def test_only_a_ministry_that_has_no_part_in_them_merges() -> None:
    kept, lost = enterprise(), enterprise()
    inside = person(Role.MINISTRY_ADMIN)
    lost.organisation.memberships.create(user=inside, role=Role.STAFF)
    for by in (owner_of(kept), inside, person(Role.OPERATOR)):
        with pytest.raises(NotPermitted):
            merge(pair_of(kept, lost), kept=kept, reason="x", by=by)
        SuspectedDuplicate.objects.all().delete()


def test_merging_twice_is_refused_and_what_went_before_goes_the_same_way() -> None:
    first, second, third = enterprise(), enterprise(), enterprise()
    pair = together(second, first)
    with pytest.raises(MoveNotAllowed):
        merge(pair, kept=second, reason="x", by=person(Role.MINISTRY_ADMIN))
    together(third, second)
    assert set(third.merged_from.all()) == {first, second}


def test_every_column_that_names_an_enterprise_is_moved_or_seen_to() -> None:
    labels = {f"{model._meta.label_lower}.{column.name}" for model, column in pointing_here()}
    assert {"portal.document.enterprise", "portal.visit.enterprise", "portal.productimport.enterprise"} <= labels
    assert not any(label.startswith(("curation.application", "partnerships.share")) for label in labels)
    kept, lost = enterprise(), enterprise()
    together(kept, lost)
    left = [
        label
        for model, column in pointing_here()
        if model._base_manager.filter(**{column.name: lost}).exists()
        for label in [f"{model._meta.label_lower}.{column.name}"]
    ]
    assert left == []


# The pages and the API


def test_the_page_asks_where_they_differ_and_merges() -> None:
    kept, lost = enterprise(name="CV Logam Jaya"), enterprise(name="Logam Jaya", capital=900_000_000)
    comes = owner_of(lost)
    ministry = person(Role.MINISTRY_ADMIN)
    pair = pair_of(kept, lost)
    desk = signed_in(ministry)
    address = f"/duplicates/{pair.pk}/keep/{kept.pk}/"
    form = desk.get(address).context["form"]
    sent = {name: field.initial for name, field in form.fields.items()} | {"people": [comes.pk], "reason": ""}
    assert desk.post(address, sent).status_code == 422
    answer = desk.post(address, {**sent, "reason": "Pemiliknya sama.", "take_finance": "lost"})
    assert answer.status_code == 302
    kept.refresh_from_db()
    assert kept.capital == 900_000_000
    assert desk.get(address).status_code == 302
    assert desk.post(address, {**sent, "reason": "Lagi."}).status_code == 409


def test_a_page_opened_before_one_of_them_changed_is_shown_again() -> None:
    kept, lost = enterprise(), enterprise()
    ministry = person(Role.MINISTRY_ADMIN)
    pair = pair_of(kept, lost)
    desk = signed_in(ministry)
    address = f"/duplicates/{pair.pk}/keep/{kept.pk}/"
    sent = {name: field.initial for name, field in desk.get(address).context["form"].fields.items()}
    Enterprise.objects.filter(pk=lost.pk).update(phone="08129999999")
    answer = desk.post(address, {**sent, "reason": "Sama.", "take_phone": "lost"})
    assert answer.status_code == 409
    assert "Sama." in answer.content.decode()
    assert Enterprise.objects.get(pk=lost.pk).status == EnterpriseStatus.VERIFIED


def test_it_is_merged_by_api() -> None:
    kept, lost = enterprise(), enterprise()
    pair = pair_of(kept, lost)
    desk = signed_in(person(Role.MINISTRY_ADMIN))
    address = f"/api/v1/duplicates/{pair.pk}/merge/"
    for wrong in ({}, {"kept": 999, "reason": "x"}, {"kept": kept.pk, "reason": "x", "choices": {"usia": "lost"}}):
        assert desk.post(address, wrong, content_type="application/json").status_code == 422
    right = {"kept": kept.pk, "reason": "Sama.", "choices": {"nib": "lost"}}
    answer = desk.post(address, right, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "merged")
    assert desk.post(address, right, content_type="application/json").status_code == 409


def test_the_public_page_of_the_merged_one_says_where_it_went() -> None:
    kept, lost = enterprise(name="CV Yang Tetap"), enterprise(name="CV Yang Hilang")
    never = enterprise(name="CV Belum", status=EnterpriseStatus.SUBMITTED)
    together(kept, lost)
    together(kept, never)
    visitor = signed_in(owner_of(kept))
    page = visitor.get(f"/businesses/{lost.pk}/")
    assert page.status_code == 200
    assert f"/businesses/{kept.pk}/" in page.content.decode()
    assert visitor.get(f"/businesses/{never.pk}/").status_code == 404


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_a_product_in_the_same_moment_are_kept_or_refused_never_lost() -> None:
    kept, lost = enterprise(), enterprise()
    owner = owner_of(lost)
    kbli = lost.activities.get().kbli
    pair, ministry = pair_of(kept, lost), person(Role.MINISTRY_ADMIN)
    answers: list[str] = []
    barrier = threading.Barrier(4)

    def at_once(name: str, act: Any) -> None:
        try:
            barrier.wait()
            with acting(None, None):
                act()
            answers.append(f"{name} done")
        except Exception as error:
            answers.append(f"{name} {type(error).__name__}")
        finally:
            connection.close()

    values = {"kbli": kbli, "unit": "kilogram", "price": 1000, "monthly_capacity": 10, "lead_time_days": 3}
    acts = {
        "edit": lambda: save_section(lost, "address", {"address": "Jalan Baru"}, by=owner),
        "product": lambda: add_product(lost, by=owner, name="Baut", **values),
        "merge": lambda: merge(pair, kept=kept, reason="Sama.", by=ministry),
        "again": lambda: merge(pair, kept=lost, reason="Sama.", by=ministry),
    }
    threads = [threading.Thread(target=at_once, args=each) for each in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gone = Enterprise.objects.get(status=EnterpriseStatus.MERGED)
    assert sorted(each.split()[1] == "done" for each in answers if each.startswith(("merge", "again"))) == [False, True]
    assert not Product.objects.filter(enterprise=gone).exists()
    assert Product.objects.count() == ("product done" in answers)
    assert audit.breaks() == []


def test_figures_that_would_make_it_large_are_answered_in_words_and_nothing_is_merged() -> None:
    kept, lost = enterprise(), enterprise(annual_sales=60_000_000_000)
    pair, desk = pair_of(kept, lost), signed_in(person(Role.MINISTRY_ADMIN))
    page = reverse("duplicate_merge", args=[pair.pk, kept.pk])
    form = desk.get(page).context["form"]
    typed = {name: field.initial for name, field in form.fields.items()}
    answer = desk.post(page, {**typed, "take_finance": "lost", "reason": "NPWP dan pemilik sama."})
    assert answer.status_code == 422
    said = "usaha yang dipertahankan menjadi usaha besar"
    assert said in answer.content.decode()
    assert "NPWP dan pemilik sama." in answer.content.decode(), "what was typed is kept"
    sent = {"kept": kept.pk, "reason": "Sama.", "choices": {"finance": "lost"}}
    answer = desk.post(f"/api/v1/duplicates/{pair.pk}/merge/", sent, content_type="application/json")
    assert answer.status_code == 422
    assert said in answer.json()["errors"]["finance"][0]
    lost.refresh_from_db()
    assert lost.status == EnterpriseStatus.VERIFIED
    merge(pair, kept=kept, reason="Sama.", by=person(Role.MINISTRY_ADMIN), choices={"finance": "kept"})
    lost.refresh_from_db()
    assert lost.status == EnterpriseStatus.MERGED
