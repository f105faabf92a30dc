"""What the law obliges to keep outlives an erasure: contracts, signatures and decisions, with their names and their chains."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from curation.enums import ApplicationStatus
from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership, Revision, Signature
from portal import audit, jobs
from portal.enums import EnterpriseStatus
from portal.models import AuditEntry, DataRequest, Document, Enterprise, User
from portal.models.audit import stream_of
from portal.personal_data import LEFT_OUT, ROWS, Subject
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


def test_the_page_leads_to_what_has_to_end_first_and_each_page_leads_back() -> None:
    world = partnerships.world()
    contract = partnerships.active(world)
    programme = curation.programme(by=world.officer, name="Kurasi lain", needs=[world.need])
    application = curation.application(programme, world.enterprise, created_by=world.owner)
    client, erase_page = signed_in(world.owner), reverse("my_data_erase")
    page = client.get(erase_page).content.decode()
    places = [reverse("partnership_detail", args=[contract.pk]), reverse("application_detail", args=[application.pk])]
    assert all(f'value="{number}"' in page for number in range(len(places)))
    assert erase_page not in client.get(places[0]).content.decode(), "who has only looked is not followed about"
    went = {client.post(erase_page, {"first": str(number)}).url for number in range(len(places))}
    assert went == set(places)
    assert client.post(erase_page, {"first": "99"}).url == erase_page
    for place in places:
        answer = client.get(place)
        assert answer.status_code == 200
        assert f'href="{erase_page}">Kembali ke yang tersisa</a>' in answer.content.decode()
    withdrawn = client.post(
        reverse("application_withdraw", args=[application.pk]), {"reason": "Usaha tutup."}, follow=True
    )
    assert erase_page in withdrawn.content.decode()
    left = client.get(erase_page).content.decode()
    assert ('value="0"' in left, 'value="1"' in left) == (True, False)
    shown = client.get("/api/v1/data-requests/erasure-preview/").json()
    assert [each["path"] for each in shown["to_end_first"]] == places[:1]
    assert shown["obstacles"] == [each["text"] for each in shown["to_end_first"]]
    # Whoever leaves it be is not followed about.
    client.get(reverse("my_data"))
    assert erase_page not in client.get(places[0]).content.decode()


def test_every_model_that_names_a_person_or_a_business_is_in_the_copy_or_left_out_with_a_reason() -> None:
    """By what a copy asks the database for, not by what anybody says of it. Also what hangs on what names them: a caption."""
    world = partnerships.world()
    partnerships.active(world)
    subject = Subject(world.owner, (world.enterprise,))
    asked = set()
    for name, part in ROWS.items():
        with CaptureQueriesContext(connection) as queries:
            list(part(subject))
        chosen = [each["sql"].partition(" FROM ")[0] for each in queries]
        tables = {table for columns in chosen for table in re.findall(r'"(\w+)"\."', columns)}
        assert tables, name
        asked |= tables
    naming = {
        model._meta.label_lower: model._meta.db_table
        for model in apps.get_models()
        if any(column.related_model in (Enterprise, User) for column in model._meta.concrete_fields)
    }
    tables = set(naming.values())
    naming |= {
        model._meta.label_lower: model._meta.db_table
        for model in apps.get_models()
        if any(c.related_model and c.related_model._meta.db_table in tables for c in model._meta.concrete_fields)
    }
    copied = {label for label, table in naming.items() if table in asked}
    assert naming.keys() - copied - LEFT_OUT.keys() == set(), "in no copy, and nobody says why"
    assert LEFT_OUT.keys() <= naming.keys() - copied, "in the copy after all, or gone"
    assert all(LEFT_OUT.values())
