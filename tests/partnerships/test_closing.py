"""A business closes for good, by its owner's wish, once nobody relies on it any more."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from curation.services.application import withdraw_application
from partnerships.models import Partnership
from partnerships.services import drafting, offer
from partnerships.services.closing import close_enterprise
from partnerships.services.ending import terminate
from portal.enums import EnterpriseStatus, Role
from portal.flow import NotPermitted
from portal.models import AuditEntry, Enterprise
from tests.factories import curation as curating
from tests.factories import partnerships as make
from tests.factories.enterprises import enterprise, owner_of
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
PAGE = reverse("enterprise_close")
SENT = {"reason": "Pemilik pensiun.", "sure": "on"}


def state(each: Enterprise) -> str:
    return Enterprise.objects.get(pk=each.pk).status


def test_the_owner_closes_it_from_the_profile() -> None:
    own = enterprise()
    client = signed_in(owner_of(own))
    assert PAGE in client.get(reverse("dossier")).content.decode()
    assert client.post(PAGE, SENT).status_code == 302
    assert state(own) == EnterpriseStatus.CLOSED
    (entry,) = AuditEntry.objects.of(own).filter(action="close")
    assert SENT["reason"] not in str(entry.payload), "a person's words stand beside the chain"
    assert Client().get(reverse("enterprise_public", args=[own.pk])).status_code == 404
    assert PAGE not in client.get(reverse("dossier")).content.decode()


def test_without_a_reason_or_the_tick_it_stays_open_and_what_was_typed_too() -> None:
    own = enterprise()
    client = signed_in(owner_of(own))
    for sent, said in (({"sure": "on"}, "Tulis alasan"), ({"reason": "Pindah usaha"}, "Centang kotaknya")):
        answer = client.post(PAGE, sent)
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert sent.get("reason", "") in answer.content.decode()
    assert state(own) == EnterpriseStatus.VERIFIED


def test_the_number_of_stays_closed_businesses_is_free_again() -> None:
    """NIB: unique among those that trade, so whoever begins anew may register."""
    own = enterprise()
    close_enterprise(own, reason="Ganti badan usaha.", by=owner_of(own))
    assert enterprise(nib=own.nib).nib == own.nib


def test_an_open_application_is_in_the_way_until_it_is_withdrawn() -> None:
    application = curating.applicant(curating.programme(by=curating.officer()), workforce=20)
    own = application.enterprise
    owner = owner_of(own)
    page = signed_in(owner).get(PAGE).content.decode()
    assert application.number in page
    answer = signed_in(owner).post(PAGE, SENT)
    assert answer.status_code == 422
    assert application.number in answer.content.decode()
    withdraw_application(application, by=owner)
    close_enterprise(own, reason="Selesai.", by=owner)
    assert state(own) == EnterpriseStatus.CLOSED


def test_a_contract_is_in_the_way_until_it_has_ended() -> None:
    world = make.world()
    active = make.active(world)
    with pytest.raises(ValidationError, match=active.number):
        close_enterprise(world.enterprise, reason="Selesai.", by=world.owner)
    terminate(active, reason="Bahan baku habis.", by=world.owner)
    close_enterprise(world.enterprise, reason="Selesai.", by=world.owner)
    assert state(world.enterprise) == EnterpriseStatus.CLOSED


def test_nothing_is_offered_to_a_business_that_has_closed() -> None:
    world = make.world()
    draft = make.draft(world)
    close_enterprise(world.enterprise, reason="Selesai.", by=world.owner)
    with pytest.raises(ValidationError):
        offer.offer(draft, by=world.officer)
    assert Partnership.objects.get(pk=draft.pk).status == "draft"
    drafting.set_terms(draft, by=world.officer, title="Tetap dapat diubah")


def test_only_the_owner_closes_it() -> None:
    own = enterprise()
    staff = owner_of(own, Role.STAFF)
    assert signed_in(staff).get(PAGE).status_code == 403
    with pytest.raises(NotPermitted):
        close_enterprise(own, reason="Selesai.", by=staff)
    stranger = owner_of(enterprise())
    assert signed_in(stranger).post(f"/api/v1/enterprises/{own.pk}/close/", SENT).status_code == 404
    assert state(own) == EnterpriseStatus.VERIFIED


def test_by_api_and_a_second_time_is_a_conflict() -> None:
    own = enterprise()
    client = signed_in(owner_of(own))
    address = f"/api/v1/enterprises/{own.pk}/close/"
    answer = client.post(address, {}, content_type="application/json")
    assert answer.status_code == 422
    assert "reason" in str(answer.json())
    answer = client.post(address, {"reason": "Selesai."}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "closed")
    assert client.post(address, {"reason": "Selesai."}, content_type="application/json").status_code in (403, 409)
    assert client.post(PAGE, SENT).status_code == 409
