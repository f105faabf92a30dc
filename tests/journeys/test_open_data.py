"""A visitor reads what came of a partnership, where it stands as open data, and what is public when: on a phone and at a desk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partnerships.models import Release
from partnerships.services import paying
from partnerships.services.publishing import publish_changes
from tests.browser import sound
from tests.factories import orders
from tests.factories import partnerships as make
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("device", ["phone", "desk"])
def test_from_a_partnership_to_its_record(visit: Visit, shot: Shot, device: str) -> None:
    world = make.world(enterprises=2)
    contract = make.active(world)
    invoice = orders.invoiced(orders.accepted(world, 27_000, partnership=contract), by=world.owner)
    paying.confirm_payment(orders.paid(invoice, by=world.officer), by=world.owner)
    publish_changes()
    page = visit(None, device=device)
    page.goto(reverse("partnership_public", args=[contract.pk]))
    shot(page, f"open-data-partnership-{device}")
    sound(page)
    assert "Rp1,08 miliar" in page.get_by_role("row", name="Dibayar, dan dikonfirmasi usaha").inner_text()
    record = page.get_by_role("link", name="Kemitraan ini sebagai data terbuka (OCDS)").get_attribute("href")
    assert record == reverse("api_ocds_record", args=[Release.objects.get().ocid])
    page.get_by_role("link", name="Apa yang terbuka, sejak kapan").click()
    page.wait_for_url(f"**{reverse('open_contracting')}")
    shot(page, f"open-data-{device}")
    sound(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="jsonl.gz").click()
    assert download.value.suggested_filename.endswith(".jsonl.gz")
