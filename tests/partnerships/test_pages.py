"""Every page of a contract opens for those it is for, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from partnerships.models import Partnership
from partnerships.services.ending import terminate
from portal.enums import Role
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

DRAFT_STEPS = [
    "partnership_parties",
    "partnership_terms",
    "partnership_lines",
    "partnership_clauses",
    "partnership_check",
]
SHARED = ["partnership_detail", "partnership_document", "partnership_pdf"]


@pytest.fixture
def world() -> World:
    return make.world(enterprises=2)


def get(client: Client, name: str, *args: object) -> int:
    return client.get(reverse(name, args=args)).status_code


@pytest.mark.parametrize("step", DRAFT_STEPS)
def test_the_officer_opens_each_step_of_a_draft(world: World, step: str) -> None:
    draft = make.draft(world)
    assert get(signed_in(world.officer), step, draft.pk) == 200
    assert get(signed_in(world.approver), step, draft.pk) == 403
    assert get(signed_in(world.owner), step, draft.pk) == 403
    assert get(signed_in(person(Role.OFFICER)), step, draft.pk) == 404


@pytest.mark.parametrize("build", [make.offered, make.accepted, make.in_review, make.active, make.returned])
def test_every_party_reads_its_contract(world: World, build: Callable[[World], Partnership]) -> None:
    partnership = build(world)
    readers = [world.officer, world.approver, *world.owners]
    if partnership.sign_offs.exists():
        readers += world.admins
    for reader in readers:
        client = signed_in(reader)
        assert get(client, "partnership_list") == 200
        for name in SHARED:
            assert get(client, name, partnership.pk) == 200, (reader, name)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.OWNER, Role.MINISTRY_ADMIN])
def test_a_stranger_finds_nothing(world: World, role: Role) -> None:
    partnership = make.active(world)
    client = signed_in(person(role))
    for name in SHARED:
        assert get(client, name, partnership.pk) == 404


def test_an_enterprise_does_not_see_a_draft(world: World) -> None:
    draft = make.draft(world)
    assert get(signed_in(world.owner), "partnership_detail", draft.pk) == 404


def test_the_signing_pages_open_for_who_signs(world: World) -> None:
    partnership = make.offered(world)
    assert get(signed_in(world.owner), "partnership_accept", partnership.pk) == 200
    assert get(signed_in(world.owner), "partnership_refuse", partnership.pk) == 200
    partnership = make.accepted(world)
    assert get(signed_in(world.approver), "partnership_sign", partnership.pk) == 200
    partnership = make.in_review(world)
    admin = world.admins[0]
    place = make.place_of(partnership, admin)
    client = signed_in(admin)
    assert get(client, "sign_off_queue") == 200
    assert get(client, "sign_off", place.pk) == 200
    assert get(client, "sign_off_return", place.pk) == 200
    assert get(client, "sign_off_csv") == 200
    assert get(signed_in(world.admins[1]), "sign_off", place.pk) == 404


def test_new_contract_pages(world: World) -> None:
    client = signed_in(world.officer)
    assert get(client, "partnership_new") == 200
    assert client.get(reverse("partnership_new") + f"?need={world.need.pk}").status_code == 200


def test_everybody_reads_partnerships_in_force_without_names_of_people(world: World) -> None:
    partnership = make.active(world)
    client = Client()
    assert partnership.title in client.get(reverse("partnership_public_list")).content.decode()
    page = client.get(reverse("partnership_public", args=[partnership.pk])).content.decode()
    assert world.enterprise.name in page
    for people in (world.approver, world.officer, *world.owners, *world.admins):
        assert people.full_name not in page.replace(world.enterprise.name, "")
    assert world.enterprise.nib not in page
    assert get(client, "partnership_public", make.in_review(world).pk) == 404


def test_what_has_ended_is_not_counted_as_in_force(world: World) -> None:
    active = make.active(world)
    said = Client().get(reverse("partnership_public_list")).content.decode()
    assert "Yang berlaku: 1 senilai" in said
    assert "sudah berakhir" not in said
    terminate(active, reason="Bahan baku habis.", by=world.owner)
    said = Client().get(reverse("partnership_public_list")).content.decode()
    assert "Yang berlaku: 0 senilai Rp0" in said
    assert "1 lainnya sudah berakhir" in said
    assert active.title in said


def test_the_changes_of_a_revision(world: World) -> None:
    partnership = make.returned(world)
    client = signed_in(world.officer)
    assert client.post(reverse("partnership_revise", args=[partnership.pk])).status_code == 302
    assert get(client, "partnership_check", partnership.pk) == 200
    assert get(client, "partnership_changes", partnership.pk) == 200
