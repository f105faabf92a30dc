"""How far an enterprise was checked stands wherever it is shown – as a label with its day, never as a bare tick."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.models import Curation
from partnerships.models import SignOff
from portal.presentation.dates import tanggal
from tests.factories import partnerships
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
LABEL = "Pernyataan sendiri"


def test_pages_of_contracts_certificates_and_desks_say_it_with_its_day() -> None:
    world = partnerships.world()
    contract = partnerships.active(world)
    waiting = partnerships.in_review(world)
    mark = Curation.objects.get()
    place = SignOff.objects.filter(partnership=waiting, authority=world.admins[0].organisation_id).get()
    pages = {
        "contract": (signed_in(world.owner), reverse("partnership_detail", args=[contract.pk])),
        "public contracts": (Client(), reverse("partnership_public_list")),
        "public contract": (Client(), reverse("partnership_public", args=[contract.pk])),
        "sign-off": (signed_in(world.admins[0]), reverse("sign_off", args=[place.pk])),
        "certificate": (signed_in(world.owner), reverse("certificate", args=[mark.application_id])),
        "checked certificate": (Client(), reverse("certificate_verify", args=[mark.token])),
        "public page": (Client(), reverse("enterprise_public", args=[world.enterprise.pk])),
        "directory": (Client(), reverse("enterprise_directory")),
        "verification": (signed_in(world.admins[0]), reverse("verification_queue") + "?status=verified"),
    }
    day = tanggal(timezone.localdate())
    silent = {}
    for name, (client, address) in pages.items():
        answer = client.get(address)
        text = answer.content.decode()
        if answer.status_code != 200 or LABEL not in text or day not in text.split(LABEL, 1)[1][:200]:
            silent[name] = answer.status_code
    assert silent == {}


def test_the_api_says_it_of_parties_applicants_and_in_public() -> None:
    world = partnerships.world()
    contract = partnerships.active(world)
    today = timezone.localdate().isoformat()
    answers = {
        "contract": signed_in(world.officer).get(f"/api/v1/partnerships/{contract.pk}/").json()["enterprises"][0],
        "public": Client().get(f"/api/v1/contracts/{contract.pk}/").json()["enterprises"][0],
        "application": signed_in(world.officer).get("/api/v1/applications/").json()["results"][0],
    }
    said = {name: (answer["checked"]["rung"], answer["checked"]["since"]) for name, answer in answers.items()}
    assert said == dict.fromkeys(answers, ("declared", today))
