"""What a phone has to fetch before it sees anything: HTML with the stylesheet inside, compressed as it travels."""

from __future__ import annotations

import gzip
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.enums import LegalForm, Role
from portal.models import CooperativeMember, PlanTarget
from portal.models.plan import QUARTERS
from portal.sections import SECTIONS
from portal.services.plan import report_progress
from tests.factories.curation import product
from tests.factories.enterprises import enterprise
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
LIMIT = 14 * 1024  # one round trip


def test_every_page_of_a_dossier_is_one_round_trip() -> None:
    owner = person(Role.OWNER)
    firm = enterprise(owner=owner, legal_form=LegalForm.COOPERATIVE, funding_needed=False, plan_parts=4)
    for number in range(3):
        CooperativeMember.objects.create(cooperative=firm, member=enterprise(), name=f"Anggota {number}")
        product(firm)
    for indicator in ("sales", "buyers", "workers"):
        target = PlanTarget.objects.create(
            enterprise=firm, indicator=indicator, year=2025, **{f"q{n}": Decimal(40 + n) for n in QUARTERS}
        )
        for quarter in QUARTERS:
            report_progress(target, quarter, actual=Decimal(quarter), by=owner)
    client = signed_in(owner)
    addresses = [
        *(reverse("dossier_section", args=[section.name]) for section in SECTIONS),
        *map(reverse, ("dossier", "dossier_check", "product_list", "product_add", "document_list", "cooperative_list")),
        reverse("plan_progress", args=[firm.pk]),
        reverse("plan_report", args=[target.pk, 1]),
        reverse("home"),
        reverse("opportunity_list"),
    ]
    weights = {}
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        weights[address] = len(gzip.compress(answer.content, 6))
    assert {address: weight for address, weight in weights.items() if weight > LIMIT} == {}
