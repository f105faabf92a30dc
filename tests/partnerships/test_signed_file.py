"""The PDF that everybody signs: it only grows, each signature in it names who signed for whom, and the database keeps it so."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from itertools import pairwise
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from partnerships.enums import SigningMethod
from partnerships.models import DevelopmentAuthority, Partnership, Revision, SignedPart
from partnerships.selectors.signed_file import signed_file
from partnerships.services import drafting, offer, signing
from partnerships.signatures.loops import in_own_thread
from partnerships.signatures.provider import DEVELOPMENT, Signer, provider
from partnerships.signatures.reading import Found, read
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry
from portal.second_factor import code_at
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import SECRET
from tests.roles import as_owner
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make.world(enterprises=2, authorities=2)


def text_of(partnership: Partnership) -> Revision:
    return partnership.revisions.get(number=partnership.revision)


def signatures_in(pdf: bytes) -> list[Any]:
    return list(PdfFileReader(io.BytesIO(pdf)).embedded_signatures)


def named(signature: Any) -> tuple[str, str]:
    subject = signature.signer_cert.subject.native
    return subject["common_name"], subject["organization_name"]


def behind_the_database(statement: str) -> None:
    """As its owner would, who takes the guards away first."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE partnerships_signedpart DISABLE TRIGGER append_only")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE partnerships_signedpart ENABLE TRIGGER append_only")


def test_everybody_signs_one_file_and_every_signature_verifies(world: World) -> None:
    partnership = make.active(world)
    text = text_of(partnership)
    file = signed_file(text)
    assert file.sha256 == hashlib.sha256(file.data).hexdigest()
    found = signatures_in(file.data)
    assert [named(each) for each in found] == [
        *[(str(owner), owner.organisation.name) for owner in world.owners],
        ("Agus Pejabat", "PT Pembeli Uji (Persero)"),
        *[(str(admin), admin.organisation.name) for admin in world.admins],
    ]
    for each in found:
        trusts = ValidationContext(trust_roots=provider().trusted(), allow_fetching=False)
        status = validate_pdf_signature(each, trusts)
        assert status.bottom_line
        assert status.timestamp_validity.valid
        assert each.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert text.document_hash in each.sig_object["/Reason"]


def test_the_file_that_was_read_is_the_beginning_of_the_one_that_is_signed(world: World) -> None:
    partnership = make.offered(world)
    text = text_of(partnership)
    read = signed_file(text)
    assert read.signatures == 0
    stages = [read.data]
    for owner in world.owners:
        offer.accept(partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=owner)
        stages.append(signed_file(text).data)
    signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)
    stages.append(signed_file(text).data)
    for earlier, later in pairwise(stages):
        assert later.startswith(earlier)
        assert len(later) > len(earlier)
    recorded = (
        AuditEntry.objects.of(partnership).filter(payload__has_key="file_sha256").values_list("payload", flat=True)
    )
    assert {each["file_sha256"] for each in recorded} == set(
        text.parts.exclude(position=0).values_list("sha256", flat=True)
    )


async def _read_inside_a_loop(data: bytes, roots: list[bytes]) -> list[Found]:
    return in_own_thread(read, data, roots)


def test_signatures_are_read_inside_an_event_loop_too(world: World) -> None:
    """As under an asynchronous server; the library runs one of its own. That they are made there, journeys show."""
    data = signed_file(text_of(make.accepted(world))).data
    roots = [root.dump() for root in provider().trusted()]
    assert [each.intact for each in asyncio.run(_read_inside_a_loop(data, roots))] == [True, True]


def test_a_new_text_begins_a_file_of_its_own(world: World) -> None:
    partnership = make.returned(world)
    first = signed_file(text_of(partnership))
    drafting.revise(partnership, by=world.officer)
    partnership.refresh_from_db()
    offer.offer(partnership, by=world.officer)
    second = signed_file(text_of(partnership))
    assert (first.signatures, second.signatures) == (3, 0)
    assert partnership.revisions.get(number=1).newest_part.sha256 == first.sha256


def test_a_text_offered_before_files_were_kept_gets_one_with_its_first_signature(world: World) -> None:
    partnership = make.offered(world)
    text = text_of(partnership)
    behind_the_database(f"DELETE FROM partnerships_signedpart WHERE revision_id = {text.pk}")
    assert signed_in(world.owner).get(reverse("partnership_pdf", args=[partnership.pk])).status_code == 200
    offer.accept(partnership, document_hash=partnership.document_hash, method=SigningMethod.EMAIL_CODE, by=world.owner)
    assert signed_file(text).signatures == 1


def test_no_certificate_holds_a_personal_number() -> None:
    signer = Signer("Siti 3374016501900001 Aminah", "UD 33.740.165.0-190.000 Maju")
    assert (signer.name, signer.organisation) == ("Siti Aminah", "UD Maju")
    assert len(Signer("A" * 200, "").name) == 64
    assert Signer("", " ").organisation == "-"
    assert Signer("Toko 2020", "PT 17 Agustus 1945").organisation == "PT 17 Agustus 1945"


def test_numbers_of_the_signers_stand_nowhere_in_the_file() -> None:
    world = make.world(npwp="0312345678901000", owner_nik="3374016501900001")
    data = signed_file(text_of(make.active(world))).data
    # Names stand in certificates as UTF-8, in hexadecimal within the file.
    assert world.owner.full_name.encode().hex() in data.decode("latin-1").lower()
    for number in ("0312345678901000", "3374016501900001"):
        assert number.encode().hex() not in data.decode("latin-1").lower()
        assert number not in data.decode("latin-1")


def test_certificates_say_that_they_are_for_a_demo(world: World) -> None:
    partnership = make.in_review(world)
    subjects = [each.signer_cert.subject.native for each in signatures_in(signed_file(text_of(partnership)).data)]
    assert {each["organizational_unit_name"] for each in subjects} == {"CONTOH - hanya untuk demo dan pengujian"}


def test_the_authority_is_made_once_and_its_keys_are_not_readable(world: World) -> None:
    make.in_review(world)
    make.in_review(world, title="Yang kedua")
    kept = DevelopmentAuthority.objects.get()
    assert "PRIVATE KEY" not in kept.key + kept.clock_key
    with pytest.raises(IntegrityError, match="development_authority_only_one"), transaction.atomic():
        DevelopmentAuthority.objects.create(only=False, certificate=b"", key="", clock_certificate=b"", clock_key="")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"position": 9}, "signed_part_in_turn"),
        ({"data": b"%other"}, "signed_part_fingerprint"),
        ({"signature": None}, "signed_part_of_one_signature"),
        ({"revision": "other"}, "signed_part_of_its_text"),
    ],
)
def test_the_database_takes_no_part_that_does_not_fit(world: World, change: dict[str, Any], refusal: str) -> None:
    partnership, other = make.accepted(world), make.accepted(world, title="Kontrak lain")
    approver = Partnership.objects.get(pk=partnership.pk)
    before = signed_file(text_of(partnership))
    # A signature that no part belongs to yet: taken with raw SQL, past the service.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partnerships_signature"
            " (partnership_id, revision, party, organisation_id, signed_by_id, signed_at, document_hash, method)"
            " VALUES (%s, 1, 'buyer', %s, %s, now(), %s, 'second_factor') RETURNING id",
            [partnership.pk, partnership.buyer_id, world.approver.pk, approver.document_hash],
        )
        [signature] = cursor.fetchone()
    values = {
        "revision": text_of(partnership),
        "position": 3,
        "data": b"%more",
        "signature_id": signature,
        "sha256": hashlib.sha256(before.data + b"%more").hexdigest(),
    }
    if change.get("revision") == "other":
        change = {
            "revision": text_of(other),
            "sha256": hashlib.sha256(signed_file(text_of(other)).data + b"%more").hexdigest(),
        }
    if "signature" in change:
        values.pop("signature_id")
    else:
        with transaction.atomic():
            SignedPart.objects.create(**values)
            transaction.set_rollback(True)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        SignedPart.objects.create(**values | change)
    assert refused.value.__cause__.diag.constraint_name == refusal


def test_nobody_changes_or_removes_a_part(world: World) -> None:
    make.offered(world)
    for role in (as_owner, transaction.atomic):
        for statement in ("UPDATE partnerships_signedpart SET data = ''", "DELETE FROM partnerships_signedpart"):
            with pytest.raises(Exception, match=r"append-only|permission denied"), role(), transaction.atomic():
                connection.cursor().execute(statement)


def test_a_file_that_was_changed_behind_the_database_is_not_signed(world: World) -> None:
    partnership = make.accepted(world)
    behind_the_database("UPDATE partnerships_signedpart SET data = data || '\\x00'::bytea WHERE position = 1")
    with pytest.raises(MoveNotAllowed) as refused:
        signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)
    assert refused.value.code == "file_changed"
    assert not partnership.signatures.filter(party="buyer").exists()


def test_without_a_provider_nobody_signs_and_pages_say_so(world: World, settings: Any) -> None:
    offered, accepted, reviewed = make.offered(world), make.accepted(world), make.in_review(world)
    place = make.place_of(reviewed, world.admins[0])
    settings.SIGNATURE_PROVIDER = ""
    with pytest.raises(MoveNotAllowed):
        offer.accept(offered, document_hash=offered.document_hash, method=SigningMethod.EMAIL_CODE, by=world.owner)
    with pytest.raises(MoveNotAllowed) as refused:
        signing.sign_for_buyer(accepted, document_hash=accepted.document_hash, by=world.approver)
    assert not isinstance(refused.value, NotPermitted)
    said = "penyedia tanda tangan elektronik belum dipasang"
    for user, name, row in (
        (world.approver, "partnership_sign", accepted),
        (world.admins[0], "sign_off", place),
    ):
        page = signed_in(user).get(reverse(name, args=[row.pk])).content.decode()
        assert said in page
        assert 'name="code"' not in page
    # To return a text nobody needs a signature.
    signing.return_with_reasons(place, document_hash=reviewed.document_hash, reason="Harga", by=world.admins[0])


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "partnerships.I001"), (DEVELOPMENT, "partnerships.E001"), ("psre.Provider", None)],
)
def test_production_is_told_of_a_provider_that_proves_nothing(name: str, said: str | None, settings: Any) -> None:
    settings.SIGNATURE_PROVIDER = name
    ours = [each.id for each in run_checks(include_deployment_checks=True) if each.id.startswith("partnerships.")]
    assert ours == ([said] if said else [])
    settings.DEMO = True
    assert not [each for each in run_checks(include_deployment_checks=True) if each.id.startswith("partnerships.")]


def test_the_pages_show_the_fingerprint_before_and_after(world: World) -> None:
    partnership = make.accepted(world)
    client, url = signed_in(world.approver), reverse("partnership_sign", args=[partnership.pk])
    before = text_of(partnership).newest_part.sha256
    page = client.get(url).content.decode()
    assert before in page
    assert partnership.document_hash in page
    answers = {"document_hash": partnership.document_hash, "agree": "on", "code": code_at(SECRET)}
    detail = client.post(url, answers, follow=True).content.decode()
    after = text_of(partnership).newest_part.sha256
    assert after != before
    assert f"SHA-256 {after}" in detail


def test_all_parties_download_the_signed_file_and_the_api_names_it(world: World) -> None:
    partnership = make.active(world)
    file = signed_file(text_of(partnership))
    for user in (*world.owners, world.officer, world.approver, *world.admins):
        answer = signed_in(user).get(reverse("partnership_pdf", args=[partnership.pk]))
        assert answer.content == file.data
        assert answer["X-Signatures"] == "5"
    client = signed_in(world.officer)
    answer = client.get(reverse("api_partnership-detail", args=[partnership.pk])).json()
    assert answer["file"] == {"sha256": file.sha256, "signatures": 5}
    document = client.get(reverse("api_partnership-document", args=[partnership.pk]))
    assert document.content == file.data
    assert re.fullmatch(r"[0-9a-f]{64}", document["X-File-SHA256"])
