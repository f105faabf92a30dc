"""An officer moves a slider and sees who would pass; without a mouse wheel, a spinner or a second page."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from curation.models import Criterion
from portal.models import User
from tests.browser import sound
from tests.curation.test_pool import LINES, ran, some_enterprises
from tests.factories import curation as make
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("device", ["desk", "phone"])
def test_a_slider_says_the_sum_and_who_would_enter(visit: Visit, shot: Shot, device: str) -> None:
    by: User = make.officer()
    some_enterprises()
    subject = make.draft_programme(by=by)
    make.criteria_set(subject, LINES, publish=False, threshold=Decimal(100), review_floor=Decimal(30))
    ran(subject)
    page = visit(by, device=device)
    page.goto(reverse("criteria_edit", args=[subject.pk]))
    effect = page.locator("#effect")
    expect(effect).to_contain_text("Hasilnya bagi usaha")
    sound(page)
    shot(page, f"what-if-{device}")
    page.get_by_label("Batas lolos kurasi").first.fill("31")
    expect(effect.get_by_role("link", name=re.compile("masuk"))).to_contain_text("+1")
    weight = Criterion.objects.get(feature="workforce")
    slider = page.locator(f"input[type=range][data-for=id_weight_{weight.pk}]")
    slider.evaluate("each => { each.value = 20; each.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(page.locator(f"#id_weight_{weight.pk}")).to_have_value("20")
    expect(page.get_by_text("Bobot: 95 dari 100")).to_be_visible()
    expect(effect).to_contain_text("bukan 100")
    sound(page)
    page.on("dialog", lambda dialog: dialog.accept())
    effect.get_by_role("link", name=re.compile("masuk")).click()
    expect(page.get_by_role("heading", name="Yang akan masuk")).to_be_visible()
    sound(page)
    shot(page, f"what-if-entering-{device}")
