"""Nothing is filled in for a business without its consent; whoever fills in is named, and the owner can stop it at once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal import audit, jobs
from portal.consents import scope_choices
from portal.enums import ConsentMeans, EnterpriseStatus, Role
from portal.flow import NotPermitted
from portal.flows import ENTERPRISE
from portal.models import AuditEntry, Consent, Enterprise, Job, Notification, Product, User
from portal.services.api_token import make_token
from portal.services.assistance import assign_companion
from portal.services.behalf import consent_for_session
from portal.services.consent import give_consent, record_paper_consent, withdraw_consent
from portal.services.dossier import save_section
from portal.services.product import change_product
from tests.factories.assistance import Help, colleague_of, helped
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.papers import pdf
from tests.factories.people import OrganisationFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def help_() -> Help:
    return helped()


def filling_in(given: Help, *scopes: str) -> User:
    return given.companion.act_on_behalf(given.consent(*scopes))


def paper(name: str = "surat.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(), "application/pdf")


def test_without_a_consent_a_companion_changes_nothing(help_: Help) -> None:
    with pytest.raises(NotPermitted):
        save_section(help_.enterprise, "people", {"workforce": 30}, by=help_.companion)


def test_with_a_consent_each_save_names_the_companion_and_the_consent(help_: Help) -> None:
    by = filling_in(help_, "people")
    save_section(help_.enterprise, "people", {"workforce": 30}, by=by)
    entry = AuditEntry.objects.of(help_.enterprise).get(action="save_section")
    assert entry.actor == help_.companion
    assert entry.payload["on_behalf"] == {
        "enterprise": help_.enterprise.pk,
        "consent": by.on_behalf.pk,
        "companion": help_.companion.pk,
    }
    assert audit.first_break(entry.stream) is None


def test_only_the_parts_that_were_named_can_be_filled_in(help_: Help) -> None:
    by = filling_in(help_, "people", "products")
    with pytest.raises(NotPermitted) as refused:
        save_section(help_.enterprise, "finance", {"capital": 1}, by=by)
    assert refused.value.code == "no_consent"
    assert by.has_perm("portal.edit_products", help_.enterprise)
    assert not by.has_perm("portal.edit_documents", help_.enterprise)


def test_a_companion_never_sends_the_data_closes_the_business_or_applies(help_: Help) -> None:
    by = filling_in(help_)
    assert by.has_perm("portal.edit_enterprise", help_.enterprise)
    for permission in ("portal.submit_enterprise", "portal.close_enterprise", "curation.start_application"):
        assert not by.has_perm(permission, help_.enterprise)
    with pytest.raises(NotPermitted):
        ENTERPRISE.make("submit", help_.enterprise, by=by)


def test_a_consent_of_one_business_opens_no_other(help_: Help) -> None:
    by, other = filling_in(help_), helped()
    with pytest.raises(NotPermitted):
        save_section(other.enterprise, "people", {"workforce": 30}, by=by)


def test_a_withdrawn_consent_ends_at_once_even_for_whoever_still_holds_it(help_: Help) -> None:
    by = filling_in(help_)
    withdraw_consent(by.on_behalf, by=help_.owner)
    # The object in the companion's hand doesn't know yet: the database does.
    assert by.on_behalf.is_in_force
    with pytest.raises(audit.ConsentEnded):
        save_section(help_.enterprise, "people", {"workforce": 30}, by=by)
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.workforce == 18


def test_whoever_takes_over_needs_a_consent_of_their_own(help_: Help) -> None:
    consent, successor = help_.consent(), colleague_of(help_.companion)
    assign_companion(help_.enterprise, successor, plut=help_.plut, by=help_.manager)
    consent.refresh_from_db()
    assert consent.end_reason == "unassigned"
    assert not Consent.objects.held_by(successor).exists()


def test_a_consent_runs_out_by_itself(help_: Help) -> None:
    consent = help_.consent(days=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_consent WHERE ends_at <= starts_at + interval '1 day'")
        assert cursor.fetchone() == (1,)
    assert consent in Consent.objects.in_force()
    later = Consent(starts_at=consent.starts_at, ends_at=timezone.now() - dt.timedelta(seconds=1))
    assert not later.is_in_force


def test_a_second_consent_replaces_the_first(help_: Help) -> None:
    first, second = help_.consent("people"), help_.consent("finance")
    first.refresh_from_db()
    assert (first.end_reason, second.scopes) == ("replaced", ["finance"])


@pytest.mark.parametrize(("scopes", "days"), [([], 30), (["nonsense"], 30), (["people"], 0), (["people"], 400)])
def test_a_consent_names_parts_and_a_term(help_: Help, scopes: list[str], days: int) -> None:
    with pytest.raises(ValidationError):
        give_consent(help_.enterprise, by=help_.owner, scopes=scopes, days=days, companion=help_.companion)


def test_only_the_owner_gives_it_and_only_to_who_looks_after_the_business(help_: Help) -> None:
    staff = owner_of(help_.enterprise, Role.STAFF)
    with pytest.raises(PermissionDenied):
        give_consent(help_.enterprise, by=staff, scopes=["people"], days=30, companion=help_.companion)
    with pytest.raises(ValidationError):
        give_consent(
            help_.enterprise, by=help_.owner, scopes=["people"], days=30, companion=colleague_of(help_.companion)
        )


def test_a_paper_consent_keeps_its_photo_and_the_owner_is_told(help_: Help) -> None:
    consent = record_paper_consent(
        help_.enterprise, by=help_.companion, scopes=["people"], days=30, signed_name="Sari", file=paper()
    )
    assert consent.means == ConsentMeans.PAPER
    assert consent.paper
    assert len(consent.paper_sha256) == 64
    assert Notification.objects.filter(user=help_.owner, kind="consent.recorded").exists()
    assert consent in Consent.objects.held_by(help_.companion)


def test_a_paper_consent_without_a_readable_paper_is_none(help_: Help) -> None:
    with pytest.raises(ValidationError):
        record_paper_consent(
            help_.enterprise,
            by=help_.companion,
            scopes=["people"],
            days=30,
            signed_name="Sari",
            file=SimpleUploadedFile("surat.exe", b"MZ\x00\x00"),
        )
    assert not Consent.objects.exists()


def test_the_database_refuses_what_nobody_gave(help_: Help) -> None:
    stranger = helped().owner
    whole = {
        "enterprise": help_.enterprise,
        "purpose": "assistance",
        "organisation": help_.plut,
        "companion": help_.companion,
        "scopes": ["people"],
        "text_version": 1,
        "means": "portal",
        "given_by": help_.owner,
        "recorded_by": help_.owner,
        "ends_at": timezone.now() + dt.timedelta(days=30),
    }
    wrong = (
        {"given_by": stranger},
        {"companion": colleague_of(help_.companion)},
        {"scopes": []},
        {"ends_at": timezone.now() + dt.timedelta(days=500)},
        {"means": "paper"},
        {"purpose": "partner"},
    )
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent.objects.create(**{**whole, **change})
    made = Consent.objects.create(**whole)
    for change in ({"scopes": ["finance"]}, {"ends_at": timezone.now() + dt.timedelta(days=300)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=made.pk).delete()


def test_an_ended_consent_never_comes_back(help_: Help) -> None:
    consent = help_.consent()
    withdraw_consent(consent, by=help_.owner)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(ended_at=None, end_reason="", ended_by=None)


def test_the_owner_is_told_once_of_all_that_was_changed(help_: Help) -> None:
    by = filling_in(help_)
    save_section(help_.enterprise, "people", {"workforce": 30}, by=by)
    save_section(help_.enterprise, "people", {"workforce": 31}, by=by)
    told = Job.objects.get(kind="portal.tell_of_changes")
    assert told.run_after > timezone.now()
    Job.objects.filter(pk=told.pk).update(run_after=timezone.now())
    jobs.drain()
    line = Notification.objects.get(user=help_.owner, kind="consent.changes")
    assert line.params["n"] == 2
    jobs.enqueue("portal.tell_of_changes", "again", payload={"consent": by.on_behalf.pk})
    jobs.drain()
    assert Notification.objects.filter(kind="consent.changes").count() == 1


# -- Pages ----------------------------------------------------------------------------------------------------------


def begin(given: Help) -> object:
    client = signed_in(given.companion)
    answer = client.post(reverse("fill_in", args=[given.enterprise.pk]))
    assert answer.headers["Location"] == reverse("dossier")
    return client


def test_the_banner_stands_on_every_page_while_filling_in(help_: Help) -> None:
    help_.consent()
    item = product(help_.enterprise)
    client = begin(help_)
    addresses = [
        *(reverse(name) for name in ("home", "dossier", "dossier_check", "product_list", "document_list", "inbox")),
        reverse("dossier_section", args=["people"]),
        reverse("product_edit", args=[item.pk]),
    ]
    for address in addresses:
        text = client.get(address).content.decode()
        assert f"Anda mengisi untuk <b>{help_.enterprise}</b>" in text, address
    client.post(reverse("fill_in_stop"))
    assert "Anda mengisi untuk" not in client.get(reverse("home")).content.decode()
    assert client.get(reverse("dossier")).status_code == 403


def test_a_companion_fills_in_through_the_same_pages(help_: Help) -> None:
    help_.consent("people", "products")
    client = begin(help_)
    client.post(reverse("dossier_section", args=["people"]), {"workforce": "30", "workforce_women": "7"})
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.workforce == 30
    finance = client.get(reverse("dossier_section", args=["finance"]))
    assert "<form" not in finance.content.decode().partition("<main")[2].partition("</main>")[0]
    assert client.post(reverse("dossier_section", args=["finance"]), {"capital": "1"}).status_code == 200
    client.post(reverse("dossier_check"))
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.status == EnterpriseStatus.DRAFT
    assert help_.enterprise.capital == 850_000_000


def test_a_companion_without_a_consent_is_told_so(help_: Help) -> None:
    client = signed_in(help_.companion)
    answer = client.post(reverse("fill_in", args=[help_.enterprise.pk]), follow=True)
    assert "belum memberi izin" in answer.content.decode()
    assert client.get(reverse("dossier")).status_code == 403


def test_withdrawing_in_the_middle_stops_the_next_save(help_: Help) -> None:
    consent = help_.consent()
    client = begin(help_)
    signed_in(help_.owner).post(reverse("consent_withdraw", args=[consent.pk]))
    answer = client.post(reverse("dossier_section", args=["people"]), {"workforce": "30"}, follow=True)
    assert "Izin untuk mengisi sudah berakhir" in answer.content.decode()
    help_.enterprise.refresh_from_db()
    assert help_.enterprise.workforce == 18


def test_the_owner_gives_reads_and_withdraws_on_pages(help_: Help) -> None:
    client = signed_in(help_.owner)
    form = {"companion": help_.companion.pk, "scopes": ["people"], "days": 30}
    assert client.post(reverse("consent_give"), form).status_code == 422
    client.post(reverse("consent_give"), {**form, "agree": "on"})
    consent = Consent.objects.get()
    save_section(help_.enterprise, "people", {"workforce": 30}, by=help_.companion.act_on_behalf(consent))
    text = client.get(reverse("consent_detail", args=[consent.pk])).content.decode()
    assert "18 → 30" in " ".join(text.split())
    assert "Wahyu Pendamping" in client.get(reverse("consent_list")).content.decode()
    client.post(reverse("consent_withdraw", args=[consent.pk]))
    consent.refresh_from_db()
    assert consent.end_reason == "withdrawn"


def test_a_stranger_reads_no_consent(help_: Help) -> None:
    consent, other = help_.consent(), helped()
    for stranger in (other.owner, other.companion, other.manager):
        assert signed_in(stranger).get(reverse("consent_detail", args=[consent.pk])).status_code == 404


def test_a_companion_records_a_signed_paper_on_a_page(help_: Help) -> None:
    client = signed_in(help_.companion)
    address = reverse("consent_on_paper", args=[help_.enterprise.pk])
    values = {"scopes": ["people"], "days": 90, "signed_name": "Sari"}
    assert client.post(address, values).status_code == 422
    client.post(address, {**values, "file": paper()})
    consent = Consent.objects.get()
    downloaded = signed_in(help_.owner).get(reverse("consent_paper", args=[consent.pk]))
    assert b"".join(downloaded.streaming_content).startswith(b"%PDF")


def test_an_unrelated_deed_of_a_companion_does_not_carry_the_consent(help_: Help) -> None:
    by, other = filling_in(help_), helped()
    audit.record(other.enterprise, "visit", by=by)
    assert "on_behalf" not in AuditEntry.objects.of(other.enterprise).get().payload


def test_a_session_without_a_consent_in_force_fills_in_nothing(help_: Help) -> None:
    session = {"filling_in_under_consent": "nonsense"}
    assert consent_for_session(help_.companion, session) is None
    assert session == {}


def test_products_added_for_the_business_are_its_own(help_: Help) -> None:
    help_.consent("products")
    other = product(helped().enterprise)
    client = begin(help_)
    assert client.get(reverse("product_edit", args=[other.pk])).status_code == 404
    assert Product.objects.filter(enterprise=help_.enterprise).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_save_beside_a_withdrawal_is_made_before_it_or_not_at_all() -> None:
    given = helped()
    consent = given.consent("people")
    gate, refused = threading.Barrier(2), []

    def run(deed: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                gate.wait(timeout=10)
                deed()
        except audit.ConsentEnded as error:
            refused.append(str(error))
        finally:
            connection.close()

    by = given.companion.act_on_behalf(consent)
    deeds = (
        lambda: save_section(Enterprise.objects.get(pk=given.enterprise.pk), "people", {"workforce": 30}, by=by),
        lambda: withdraw_consent(Consent.objects.get(pk=consent.pk), by=given.owner),
    )
    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    consent.refresh_from_db()
    saved = AuditEntry.objects.of(given.enterprise).filter(action="save_section").first()
    assert consent.end_reason == "withdrawn"
    assert (saved is None) == bool(refused)
    assert saved is None or saved.at <= consent.ended_at


def test_a_partner_of_another_kind_is_offered_to_nobody(help_: Help) -> None:
    OrganisationFactory(name="Pembeli Lain")
    dinas = OrganisationFactory(name="Dinas Klaten", capabilities=["regional_office"], ownership="")
    text = signed_in(help_.owner).get(reverse("consent_give_partner")).content.decode()
    assert dinas.name in text
    assert "Pembeli Lain" not in text


def test_a_partner_is_offered_every_part_and_a_firm_only_those_it_has(help_: Help) -> None:
    """Its addresses take dossier, products, papers and a cooperative's list."""
    cooperative = enterprise(legal_form="koperasi")
    owner = owner_of(cooperative)
    dinas = OrganisationFactory(name="Dinas Klaten", capabilities=["regional_office"], ownership="")
    client = signed_in(owner)
    offered = dict(client.get(reverse("consent_give_partner")).context["form"].fields["scopes"].choices)
    assert offered.keys() == dict(scope_choices(cooperative)).keys() >= {"documents", "members"}
    sent = {"partner": dinas.pk, "scopes": ["documents", "members"], "days": 30}
    made = client.post("/api/v1/consents/", sent, content_type="application/json")
    assert (made.status_code, set(made.json()["scopes"])) == (201, {"documents", "members"})
    firm = enterprise()
    with pytest.raises(ValidationError):
        give_consent(firm, by=owner_of(firm), scopes=["members"], days=30, partner=dinas)


def test_consents_by_api_follow_the_same_rules(help_: Help) -> None:
    client = signed_in(help_.owner)
    sent = {"companion": help_.companion.pk, "scopes": ["people"], "days": 30}
    made = client.post("/api/v1/consents/", sent, content_type="application/json")
    assert made.status_code == 201, made.json()
    assert "Wahyu Pendamping" in made.json()["text"]
    staff = signed_in(owner_of(help_.enterprise, Role.STAFF))
    assert staff.post("/api/v1/consents/", sent, content_type="application/json").status_code == 403
    address = f"/api/v1/consents/{made.json()['id']}/"
    assert signed_in(help_.companion).get(address).status_code == 200
    assert signed_in(helped().owner).post(f"{address}withdraw/").status_code == 404
    assert client.post(f"{address}withdraw/").json()["end_reason"] == "withdrawn"


def test_a_companions_program_names_its_consent(help_: Help) -> None:
    consent = help_.consent("people")
    text = make_token(help_.companion.acting, by=help_.companion, name="aplikasi", days=30)[1]
    address = f"/api/v1/enterprises/{help_.enterprise.pk}/"

    def change(headers: dict[str, str]) -> int:
        sent = {"Authorization": f"Token {text}", **headers}
        return Client().patch(address, {"workforce": 33}, content_type="application/json", headers=sent).status_code

    assert change({}) == 403
    assert change({"X-On-Behalf-Of": str(consent.pk)}) == 200
    withdraw_consent(consent, by=help_.owner)
    assert change({"X-On-Behalf-Of": str(consent.pk)}) == 401
    entry = AuditEntry.objects.of(help_.enterprise).get(action="save_section")
    assert entry.payload["on_behalf"]["consent"] == consent.pk


def test_the_owner_reads_what_was_changed_rows_and_products_too(help_: Help) -> None:
    by, sold = filling_in(help_), product(help_.enterprise, name="Baut")
    save_section(
        help_.enterprise, "finance", {"sales": [{"year": 2024, "amount": 5}, {"year": 2025, "amount": 6}]}, by=by
    )
    change_product(sold, by=by, price=31_000)
    text = signed_in(help_.owner).get(reverse("consent_detail", args=[by.on_behalf.pk])).content.decode()
    assert "Penjualan per tahun" in text
    assert "31000" in text
