"""Anybody uploads a PDF and reads what it is worth. One answer alone says that a contract counts, and it is hard to get."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from rest_framework.throttling import ScopedRateThrottle

from partnerships.enums import SigningMethod
from partnerships.models import DevelopmentAuthority, Partnership, Revision
from partnerships.selectors.file_check import Verdict, check_file
from partnerships.selectors.signed_file import signed_file
from partnerships.services import drafting, ending, offer
from partnerships.services.document import pdf_of
from partnerships.signatures import development
from partnerships.signatures.development import DevelopmentProvider
from partnerships.signatures.provider import Signer
from tests.factories import partnerships as make
from tests.factories.partnerships import World

pytestmark = pytest.mark.django_db
PAGE = "/verify/file/"
API = "/api/v1/signed-files/check/"


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def world() -> World:
    return make.world(enterprises=1, authorities=2)


def text_of(partnership: Partnership) -> Revision:
    return partnership.revisions.get(number=partnership.revision)


def stages(partnership: Partnership) -> list[bytes]:
    """The file as it was after each signature, first of all before any."""
    parts = [bytes(part.data) for part in text_of(partnership).parts.order_by("position")]
    return [b"".join(parts[: number + 1]) for number in range(len(parts))]


def upload(data: bytes, name: str = "kontrak.pdf", client: Client | None = None) -> Any:
    file = SimpleUploadedFile(name, data, content_type="application/pdf")
    return (client or Client()).post(PAGE, {"file": file})


def call(data: bytes) -> Any:
    return Client().post(API, {"file": SimpleUploadedFile("kontrak.pdf", data, content_type="application/pdf")})


def signed_by(maker: DevelopmentProvider, pdf: bytes, name: str = "Siti Penipu") -> bytes:
    signer = Signer(name, "Kementerian Uji 1")
    return maker.sign(pdf, signer=signer, field="Lain", reason="Mengesahkan", at=timezone.now())


def test_a_contract_in_force_is_told_from_all_else(world: World) -> None:
    partnership = make.active(world)
    page = upload(signed_file(text_of(partnership)).data)
    assert page.status_code == 200
    assert page.context["checked"].verdict == Verdict.IN_FORCE
    text = page.content.decode()
    assert "Ini kontrak sebagaimana ditandatangani semua pihak, dan masih berlaku." in text
    for said in (
        partnership.number,
        partnership.title,
        str(world.owner),
        world.owner.organisation.name,
        "Agus Pejabat",
        "Kementerian Uji 2",
        reverse("partnership_public", args=[partnership.pk]),
        "untuk peragaan",
    ):
        assert str(said) in text
    answer = call(signed_file(text_of(partnership)).data).json()
    assert answer["verdict"] == "in_force"
    assert answer["contract"] == {
        "number": partnership.number,
        "title": partnership.title,
        "revision": 1,
        "status": "active",
    }
    assert [(each["intact"], each["trusted"]) for each in answer["signatures"]] == [(True, True)] * 4
    assert all(each["at"] for each in answer["signatures"])


def test_a_file_is_told_by_how_far_it_was_signed(world: World) -> None:
    partnership = make.in_review(world)
    unsigned, accepted, both = stages(partnership)
    assert check_file(unsigned).verdict == Verdict.UNSIGNED
    assert check_file(accepted).verdict == Verdict.OLDER_COPY
    assert check_file(both).verdict == Verdict.UNFINISHED


def test_the_file_without_its_last_signature_is_an_earlier_copy(world: World) -> None:
    earlier = stages(make.active(world))[:-1]
    assert {check_file(each).verdict for each in earlier[1:]} == {Verdict.OLDER_COPY}


def test_what_became_of_the_contract_is_said_with_the_file(world: World) -> None:
    returned, active = make.returned(world), make.active(world, title="Yang lain")
    void, ended = signed_file(text_of(returned)).data, signed_file(text_of(active)).data
    assert check_file(void).verdict == Verdict.SUPERSEDED
    drafting.revise(returned, by=world.officer)
    assert check_file(void).verdict == Verdict.SUPERSEDED
    ending.terminate(active, reason="Pabrik tutup", by=world.approver)
    checked = check_file(ended)
    assert checked.verdict == Verdict.ENDED
    assert checked.contract.partnership.status == "terminated"


def test_an_offer_that_was_refused_or_taken_back_is_void(world: World) -> None:
    pair = make.world(enterprises=2)
    partnership = make.offered(pair)
    offer.accept(partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=pair.owner)
    data = signed_file(text_of(partnership)).data
    assert check_file(data).verdict == Verdict.UNFINISHED
    offer.refuse(partnership, reason="Harga terlalu rendah", by=pair.owners[1])
    assert check_file(data).verdict == Verdict.SUPERSEDED


def test_a_file_of_another_authority_is_foreign_whatever_it_claims(world: World) -> None:
    partnership = make.active(world)
    pdf = pdf_of(text_of(partnership))
    # The same names as ours, other keys.
    other = development._made()
    forged = _signed_with(other, pdf)
    checked = check_file(forged)
    assert checked.verdict == Verdict.FOREIGN
    assert checked.contract is None
    [found] = checked.signatures
    assert (found.intact, found.trusted, found.at) == (True, False, "")
    text = upload(forged).content.decode()
    assert "tidak berasal dari portal ini" in text
    assert partnership.number not in text


def _signed_with(authority: DevelopmentAuthority, pdf: bytes) -> bytes:
    maker = DevelopmentProvider()
    real, development._authority = (
        development._authority,
        lambda: development._opened(
            authority.certificate, authority.key, authority.clock_certificate, authority.clock_key
        ),
    )
    try:
        return signed_by(maker, pdf)
    finally:
        development._authority = real


def test_a_foreign_signature_on_top_of_ours_spoils_the_file(world: World) -> None:
    data = signed_file(text_of(make.active(world))).data
    checked = check_file(_signed_with(development._made(), data))
    assert checked.verdict == Verdict.FOREIGN
    assert [each.trusted for each in checked.signatures] == [True] * 4 + [False]


def test_our_own_keys_under_a_file_we_never_made_are_not_enough(world: World) -> None:
    partnership = make.active(world)
    checked = check_file(signed_by(DevelopmentProvider(), pdf_of(text_of(partnership)) + b"\n"))
    assert checked.verdict == Verdict.UNKNOWN
    assert checked.contract is None


def test_a_changed_word_is_found_and_opens_nothing_of_the_contract(world: World) -> None:
    partnership = make.active(world)
    data = bytearray(signed_file(text_of(partnership)).data)
    data[len(data) // 8] ^= 1
    checked = check_file(bytes(data))
    assert checked.verdict in (Verdict.CHANGED, Verdict.ADDED_TO)
    assert checked.contract is None
    text = upload(bytes(data)).content.decode()
    assert partnership.number not in text
    assert "Jangan mengandalkannya" in text


def test_bytes_after_the_last_signature_are_found(world: World) -> None:
    data = signed_file(text_of(make.active(world))).data
    tail = data[data.rindex(b"startxref") :]
    for added in (b"\n", b"%hello\n" + tail):
        checked = check_file(data + added)
        assert checked.verdict == Verdict.ADDED_TO
        assert checked.contract is None


def test_a_later_change_that_nobody_signed_is_found(world: World) -> None:
    data = signed_file(text_of(make.active(world))).data
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    pages = writer.root["/Pages"]["/Kids"]
    pages[0]["/Rotate"] = NumberObject(90)
    writer.mark_update(pages.raw_get(0))
    out = io.BytesIO()
    writer.write(out)
    checked = check_file(out.getvalue())
    assert checked.verdict == Verdict.CHANGED
    assert not any(each.intact for each in checked.signatures)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 not a pdf", "not_a_pdf"),
        (b"<html>%PDF-</html>", "not_a_pdf"),
        (b"%PDF-1.7\n" + b"x" * (5 * 1024 * 1024 + 1), "too_large"),
        (b"%PDF-1.7 and nothing else", "pdf_damaged"),
        (b"%PDF-1.7\nstartxref\n0\n%%EOF\n", "pdf_damaged"),
        (b"%PDF-1.7\ntrailer <</Encrypt 5 0 R>>\nstartxref\n0\n%%EOF\n", "pdf_locked"),
        (b"%PDF-1.7\n1 0 obj <</S /JavaScript>> endobj\nstartxref\n0\n%%EOF\n", "pdf_active"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_such_pdf_is_refused_at_its_field(data: bytes, code: str) -> None:
    page = upload(data)
    assert page.status_code == 422
    assert [error.code for error in page.context["form"].errors["file"].as_data()] == [code]
    answer = call(data)
    assert answer.status_code == 422
    assert "file" in answer.json()["errors"]


def test_no_file_at_all_is_said_at_the_field() -> None:
    assert Client().post(PAGE, {}).status_code == 422
    assert Client().post(API, {}).status_code == 422


def test_a_pdf_that_nobody_signed_says_so(world: World) -> None:
    checked = check_file(pdf_of(text_of(make.offered(world))) + b"\n")
    assert (checked.verdict, checked.contract) == (Verdict.UNSIGNED, None)


def test_both_pages_show_the_form_and_the_paper_leads_there(world: World, settings: Any) -> None:
    for page in (PAGE, "/verify/"):
        assert re.search(r'<form[^>]*action="/verify/file/"', Client().get(page).content.decode())
    settings.SITE_URL = "https://contoh.id"
    assert _links(pdf_of(text_of(make.offered(world)))) == {"https://contoh.id/verify/file/"}


def _links(pdf: bytes) -> set[str]:
    pages = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Kids"]
    notes = [page.get("/Annots", []) for page in (pages[number] for number in range(len(pages)))]
    return {str(each[number]["/A"]["/URI"]) for each in notes for number in range(len(each)) if "/A" in each[number]}


def test_who_checks_too_many_is_told_to_wait(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"check_signed_file": "2/m/ip"}
    client = Client()
    assert [upload(b"x", client=client).status_code for _time in range(3)] == [422, 422, 429]
    assert "Tunggu satu menit" in upload(b"x", client=client).content.decode()
    assert client.get(PAGE).status_code == 200
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "files", "2/min")
    assert [call(b"x").status_code for _time in range(3)] == [422, 422, 429]


def test_without_a_provider_no_signature_is_trusted(world: World, settings: Any) -> None:
    data = signed_file(text_of(make.active(world))).data
    settings.SIGNATURE_PROVIDER = ""
    assert check_file(data).verdict == Verdict.FOREIGN
