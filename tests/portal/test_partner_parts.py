"""Papers and a cooperative's members through a partner's system: what the consent names, by the rules of the pages."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.enums import LegalForm, Role, TokenScope
from portal.models import AuditEntry, Consent, CooperativeMember, Document, Enterprise, Notification, User
from portal.services.consent import give_consent, withdraw_consent
from tests.factories.checking import paper, verified_paper
from tests.factories.enterprises import VILLAGE, enterprise, owner_of
from tests.factories.papers import pdf
from tests.factories.people import OrganisationFactory, person
from tests.portal.test_partner_api import Program

pytestmark = pytest.mark.django_db
PAPERS, MEMBERS = "/api/v1/partner/documents/", "/api/v1/partner/cooperative-members/"
KEY = {"Idempotency_Key": "kiriman-01"}
GIVES = {"name": "Tempe Jaya", "village": VILLAGE, "product": "Tempe", "capacity": "500", "unit": "kilogram"}


@pytest.fixture
def dinas() -> User:
    office = OrganisationFactory(capabilities=["regional_office"], ownership="", region_code="33.10")
    return person(Role.REGIONAL_OFFICER, office)


def entrusted(partner: User, *scopes: str, **fields: str) -> tuple[Enterprise, Consent]:
    made = enterprise(**fields)
    return made, give_consent(made, by=owner_of(made), scopes=scopes, days=30, partner=partner.organisation)


def test_it_reads_adds_renews_and_removes_papers(dinas: User) -> None:
    firm, consent = entrusted(dinas, "documents")
    paper(enterprise())
    program = Program(dinas)
    sent = {"enterprise": firm.pk, "kind": "sni", "number": "SNI 07", "issuer": "LSPro", "valid_until": "2031-01-01"}
    assert program("post", PAPERS, sent).status_code == 400, "without its key"
    made = program("post", PAPERS, sent, **KEY)
    assert made.status_code == 201
    assert program("post", PAPERS, sent, **KEY).json() == made.json(), "the same call again"
    assert [each["id"] for each in program("get", PAPERS).json()["results"]] == [made.json()["id"]]
    entry = AuditEntry.objects.of(Document.objects.get(pk=made.json()["id"])).get(action="add_document")
    assert entry.payload["on_behalf"]["consent"] == consent.pk
    address = f"{PAPERS}{made.json()['id']}/"
    renewed = program("post", f"{address}renew/", {**sent, "number": "SNI 08"}, Idempotency_Key="kiriman-02")
    assert (renewed.status_code, renewed.json()["replaces"]) == (201, made.json()["id"])
    newest = f"{PAPERS}{renewed.json()['id']}/"
    assert program("delete", newest).status_code == 428
    assert program("delete", newest, If_Match='"alt"').status_code == 412
    assert program("delete", newest, If_Match=renewed.headers["ETag"]).status_code == 204
    assert Document.objects.filter(enterprise=firm).count() == 1


def test_a_file_goes_along_and_is_never_read_back(dinas: User) -> None:
    firm, _consent = entrusted(dinas, "documents")
    file = SimpleUploadedFile("npwp.pdf", pdf(), "application/pdf")
    sent = {"enterprise": firm.pk, "kind": "npwp", "number": "0013121660091000", "file": file}
    headers = {"Authorization": f"Token {Program(dinas).token}", "Idempotency-Key": "kiriman-01"}
    answer = Client().post(PAPERS, sent, headers=headers)
    assert (answer.status_code, answer.json()["has_file"], answer.json()["number"]) == (201, True, "")
    assert Document.objects.get().number == "0013121660091000"
    assert "file" not in answer.json()


def test_bad_papers_are_answered_and_verified_ones_stay(dinas: User) -> None:
    firm, _consent = entrusted(dinas, "documents")
    program = Program(dinas)
    for wrong, field in (
        ({"kind": "sni"}, "enterprise"),
        ({"enterprise": firm.pk, "kind": "surat"}, "kind"),
        ({"enterprise": firm.pk, "kind": "sni"}, "valid_until"),
    ):
        answer = program("post", PAPERS, wrong, **KEY)
        assert answer.status_code == 422, wrong
        assert field in answer.json()["errors"]
    kept = verified_paper(firm)
    tag = program("get", f"{PAPERS}{kept.pk}/").headers["ETag"]
    assert program("delete", f"{PAPERS}{kept.pk}/", If_Match=tag).status_code == 422


@pytest.mark.parametrize("address", [PAPERS, MEMBERS])
def test_only_with_the_consent_that_names_it_and_while_it_lasts(dinas: User, address: str) -> None:
    firm, _consent = entrusted(dinas, "people", legal_form=LegalForm.COOPERATIVE)
    stranger, program = enterprise(), Program(dinas)
    paper(firm)
    CooperativeMember.objects.create(cooperative=firm, status="listed", name="Tempe", village_id=VILLAGE)
    sent = {"kind": "other", **GIVES}
    assert program("get", address).json()["results"] == []
    assert program("post", address, {"enterprise": firm.pk, **sent}, **KEY).status_code == 403
    assert program("post", address, {"enterprise": stranger.pk, **sent}, **KEY).status_code == 404
    consent = give_consent(
        firm, by=owner_of(firm), scopes=["documents", "members"], days=30, partner=dinas.organisation
    )
    assert len(program("get", address).json()["results"]) == 1
    withdraw_consent(consent, by=owner_of(firm))
    assert program("get", address).json()["results"] == []
    assert program("post", address, {"enterprise": firm.pk, **sent}, **KEY).status_code == 404


def test_a_token_names_what_it_may_do_with_them(dinas: User) -> None:
    reads = Program(dinas, (TokenScope.DOCUMENTS_READ,))
    assert reads("get", PAPERS).status_code == 200
    assert reads("post", PAPERS, {}, **KEY).status_code == 403
    assert reads("get", MEMBERS).status_code == 403


def test_a_cooperatives_list_is_kept_and_its_members_answer_themselves(dinas: User) -> None:
    cooperative, _consent = entrusted(dinas, "members", legal_form=LegalForm.COOPERATIVE)
    known, program = enterprise(), Program(dinas)
    owner = owner_of(known)
    asked = program("post", MEMBERS, {"enterprise": cooperative.pk, **GIVES, "nib": known.nib}, **KEY)
    assert (asked.status_code, asked.json()["status"], asked.json()["member"]) == (201, "invited", None)
    assert Notification.objects.filter(user=owner, kind="cooperative.asks").exists()
    address = f"{MEMBERS}{asked.json()['id']}/"
    assert program("patch", address, {"capacity": "600"}).status_code == 428
    changed = program("patch", address, {"capacity": "600"}, If_Match=asked.headers["ETag"])
    assert (changed.status_code, changed.json()["capacity"]) == (200, "600.00")
    assert program("patch", address, {"capacity": "7"}, If_Match=asked.headers["ETag"]).status_code == 412
    assert program("post", f"{address}accept/").status_code == 404
    assert program("post", f"{address}remove/").json()["status"] == "removed"
    assert program("post", f"{address}remove/").status_code == 409


def test_a_whole_list_is_sent_at_once_each_row_by_itself(dinas: User) -> None:
    cooperative, _consent = entrusted(dinas, "members", legal_form=LegalForm.COOPERATIVE)
    firm, _other = entrusted(dinas, "people")
    program = Program(dinas)
    rows = [
        {"enterprise": cooperative.pk, **GIVES},
        {"enterprise": cooperative.pk, **GIVES, "capacity": "banyak"},
        {"enterprise": firm.pk, **GIVES},
    ]
    answer = program("post", f"{MEMBERS}bulk/", {"rows": rows}, **KEY)
    assert (answer.status_code, [each["status"] for each in answer.json()["rows"]]) == (207, [201, 422, 403])
    listed = CooperativeMember.objects.get()
    assert program("post", f"{MEMBERS}{listed.pk}/invite/").status_code == 409, "nobody is registered with its NIB"
