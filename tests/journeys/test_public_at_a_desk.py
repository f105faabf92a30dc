"""Everybody's pages as desk staff open them: in the frame of their desk, at both widths; the landing page alone keeps its own."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from portal.enums import Role
from tests.browser import sound
from tests.factories import partnerships as contracts
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "national_figures", "enterprise_directory", "partnership_public_list", "open_contracting", "plut_list", "privacy", "accessibility",
)  # fmt: skip


@pytest.mark.parametrize("device", ["desk", "phone"])
def test_the_ministry_reads_what_everybody_reads_without_leaving_its_desk(
    visit: Visit, shot: Shot, device: str
) -> None:
    active = contracts.active(contracts.world())
    firm = enterprise()
    page = visit(person(Role.MINISTRY_ADMIN), device=device)
    addresses = {name: reverse(name) for name in PAGES} | {
        "landing": reverse("landing"),
        "enterprise_public": reverse("enterprise_public", args=[firm.pk]),
        "partnership_public": reverse("partnership_public", args=[active.pk]),
        "plut_none": f"{reverse('plut_list')}?province=11",
    }
    for name, address in addresses.items():
        page.goto(address)
        shot(page, f"public-{name}-{device}")
        sound(page)
        assert page.locator("header .w").first.evaluate("box => box.scrollWidth <= box.clientWidth"), name


def test_a_scanned_code_that_is_none_leads_to_the_form(visit: Visit, shot: Shot) -> None:
    page = visit(device="phone")
    page.goto(f"/verify/{uuid.uuid4()}/")
    shot(page, "verify-unknown-phone")
    sound(page)
