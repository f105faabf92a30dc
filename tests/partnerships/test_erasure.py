"""What the law obliges to keep outlives an erasure: contracts, signatures and decisions, with their names and their chains."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from curation.enums import ApplicationStatus
from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership, Revision, Signature
from portal import audit, jobs
from portal.enums import EnterpriseStatus
from portal.models import AuditEntry, DataRequest, Document, Enterprise, User
from portal.models.audit import stream_of
from tests.factories import curation, partnerships
from tests.factories.people import PASSWORD
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def erase(person: User) -> object:
    return signed_in(person).post("/my-data/erase/", {"sure": "on", "password": PASSWORD})


def test_a_contract_in_force_stands_in_the_way() -> None:
    world = partnerships.world()
    contract = partnerships.active(world)
    answer = erase(world.owner)
    assert answer.status_code == 422
    assert contract.number in answer.content.decode()


def test_an_open_application_stands_in_the_way() -> None:
    world = partnerships.world()
    programme = curation.programme(by=world.officer, name="Kurasi lain", needs=[world.need])
    open_one = curation.application(programme, world.enterprise, created_by=world.owner)
    assert open_one.status == ApplicationStatus.SUBMITTED
    answer = erase(world.owner)
    assert answer.status_code == 422
    assert open_one.number in answer.content.decode()


def test_a_contract_that_is_over_is_kept_with_its_signature_its_names_and_its_ground(
    django_capture_on_commit_callbacks,
) -> None:
    world = partnerships.world()
    contract = partnerships.active(world)
    with_status(contract, PartnershipStatus.COMPLETED, world)
    name, person_name, nib = world.enterprise.name, world.owner.full_name, world.enterprise.nib
    paper = Document(enterprise=world.enterprise, kind="other", number="77", issuer="Dukcapil")
    paper.file.save("ktp.pdf", ContentFile(b"%PDF-1.7 isi"))
    page = signed_in(world.owner).get("/my-data/erase/").content.decode()
    assert "UU 8/1997" in page
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(world.owner).status_code == 302
        jobs.drain()
    assert not paper.file.storage.exists(paper.file.name)
    firm, person = Enterprise.objects.get(pk=world.enterprise.pk), User.objects.get(pk=world.owner.pk)
    assert (firm.status, firm.name, firm.nib) == (EnterpriseStatus.CLOSED, name, nib)
    assert (firm.npwp, firm.address, firm.phone) == ("", "", "")
    assert (person.full_name, person.is_active) == (person_name, False)
    assert Signature.objects.filter(partnership=contract, signed_by=person).exists()
    assert name in str(Revision.objects.filter(partnership=contract).values_list("content", flat=True)[0])
    kept = DataRequest.objects.get(person=person, kind="erase").kept
    assert any("UU 8/1997" in one["ground"] and one["count"] for one in kept)
    assert audit.first_break(stream_of(contract)) is None
    assert audit.breaks() == []
    # The buyer still reads who signed.
    assert person_name in signed_in(world.officer).get(f"/partnerships/{contract.pk}/").content.decode()


def with_status(contract: Partnership, status: str, world: object) -> None:
    """As the calendar leaves it when its term is over."""
    Partnership.objects.filter(pk=contract.pk).update(status=status)
    assert AuditEntry.objects.of(contract).exists()
