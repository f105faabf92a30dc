"""Officers at their desk: the queue by keyboard, a review from the declaration on, several decisions at once, no names."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from curation.enums import ApplicationStatus as A
from curation.models import Application, Review
from curation.services.reviewers import assign_reviewer
from portal.models import User
from tests.browser import sound
from tests.curation.test_review_pages import ranked
from tests.curation.test_reviewing import reviewed
from tests.factories.curation import officer
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def officers() -> list[User]:
    first = officer()
    return [first, officer(first.organisation), officer(first.organisation)]


def at(application: Application, name: str = "application_review") -> str:
    return reverse(name, args=[application.programme_id, application.pk])


def test_the_queue_by_keyboard_and_on_a_phone(officers: list[User], visit: Visit, shot: Shot) -> None:
    made = ranked(officers[0], 20, 11, 10, 9, 2, reviewers_needed=2)
    reviewed(made[1], officers[0], 20, 40, by=officers[0])
    reviewed(made[1], officers[1], 50, 40, by=officers[0])
    page = visit(officers[2])
    page.goto(at(made[1]) + f"?compare={made[1].pk}&compare={made[2].pk}")
    sound(page)
    shot(page, "desk-1440")
    names = page.locator("[data-keys] tbody th a")
    names.nth(0).focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(names.nth(1)).to_be_focused()
    box = page.locator("[data-keys] tbody tr").nth(1).locator("input[type=checkbox]")
    page.keyboard.press("x")
    expect(box).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(at(made[1])))
    # A field keeps its letters.
    page.get_by_label("Yang dibaca UMKM").fill("")
    page.get_by_label("Yang dibaca UMKM").press_sequentially("jkx")
    expect(page.get_by_label("Yang dibaca UMKM")).to_have_value("jkx")
    phone = visit(officers[2], device="phone")
    phone.goto(at(made[1]))
    sound(phone)
    shot(phone, "desk-360")


def test_a_review_from_the_declaration_to_the_next_one(officers: list[User], visit: Visit, shot: Shot) -> None:
    made = ranked(officers[0], 11, 10, reviewers_needed=1, blind=True)
    for each in made:
        assign_reviewer(each, officers[1], by=officers[0])
    for device, width in (("desk", 1440), ("phone", 360)):
        page = visit(officers[1], device=device)
        waiting = Review.objects.pending().order_by("application__submitted_at", "pk").first()
        page.goto(at(waiting.application, "review_write"))
        sound(page)
        page.get_by_label(re.compile("Saya tidak terkait")).check()
        page.get_by_role("button", name="Mulai meninjau").click()
        sound(page)
        shot(page, f"review-{width}")
        for field in page.locator("input[name^=points_]").all():
            field.fill("30,5")
        page.get_by_role("button", name="Kirim tinjauan saya").click()
        expect(page.get_by_text("Tinjauan Anda terkirim")).to_be_visible()
    assert Review.objects.submitted().count() == 2
    page.goto(at(made[0], "conflict_declare"))
    sound(page)
    shot(page, "conflict-360")
    page.goto(at(made[0], "application_reviewers"))
    sound(page)
    page.goto(reverse("reviewers_in_turn", args=[made[0].programme_id]))
    sound(page)


def test_several_at_once(officers: list[User], visit: Visit, shot: Shot) -> None:
    made = ranked(officers[0], 11, 10, 9)
    page = visit(officers[0])
    page.goto(reverse("application_desk", args=[made[0].programme_id]))
    for each in made[:2]:
        page.get_by_label(f"Bandingkan {each.enterprise}").check()
    page.get_by_role("button", name="Putuskan yang dicentang").click()
    sound(page)
    page.get_by_text("Belum lolos", exact=True).first.click()
    page.locator(f"[name=reason_{made[0].pk}]").fill("Kurang mesin.")
    page.get_by_role("button", name=re.compile("^Putuskan 2")).click()
    expect(page.get_by_text("Tulis yang akan dibaca UMKM").first).to_be_visible()
    sound(page)
    shot(page, "together-1440")
    page.locator(f"[name=reason_{made[1].pk}]").fill("Kurang orang.")
    page.get_by_role("button", name=re.compile("^Putuskan 1")).click()
    expect(page.get_by_text("1 lamaran diputuskan")).to_be_visible()
    assert Application.objects.filter(status=A.DECLINED).count() == 2
