"""How the two sides find one another: opportunities, interest, invitation and saved searches; the business on a phone, the officer at a desk."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from curation.models import Application, Interest, SavedSearch
from curation.services.searching import refresh_search
from portal.models import Enterprise, User
from tests.browser import sound
from tests.curation.matching.shop import BOLTS, sell
from tests.curation.test_openings import wanted
from tests.factories import curation as make
from tests.factories.enterprises import enterprise, owner_of
from tests.journeys.conftest import Shot, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def officer() -> User:
    return make.officer()


@pytest.fixture
def firm() -> Enterprise:
    made = enterprise(name="CV Baut Utama", workforce=12, workforce_women=None, annual_sales=5 * 10**8)
    sell("Baut baja M12", made, kbli=BOLTS)
    refresh_search()
    return made


def test_from_an_opportunity_to_a_prepared_application(
    officer: User, firm: Enterprise, visit: Visit, shot: Shot
) -> None:
    need = wanted(officer)
    make.programme(by=officer, needs=[need])
    phone, desk = visit(owner_of(firm), device="phone"), visit(officer)
    phone.goto(reverse("opportunity_list"))
    sound(phone)
    shot(phone, "opportunities-360")
    phone.get_by_role("link", name=need.item, exact=True).click()
    sound(phone)
    phone.get_by_role("link", name="Kami berminat").click()
    phone.get_by_label("Apa yang perlu diketahui pembeli?").fill("Kapasitas 5.000 buah, siap bulan depan.")
    sound(phone)
    shot(phone, "interest-express-360")
    phone.get_by_role("button", name="Beri tahu pembeli").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Minat dan undangan")
    sound(phone)

    desk.goto(reverse("inbox"))
    expect(desk.get_by_role("main")).to_contain_text("CV Baut Utama")
    desk.goto(reverse("need_interests", args=[need.pk]))
    expect(desk.get_by_role("main")).to_contain_text("siap bulan depan")
    sound(desk)
    shot(desk, "need-interests-1440")
    desk.get_by_role("button", name=re.compile("^Undang")).click()
    expect(desk.get_by_role("button", name=re.compile("Tarik undangan"))).to_be_visible()

    interest = Interest.objects.get()
    phone.goto(reverse("my_interests"))
    expect(phone.get_by_text("Jawab paling lambat")).to_be_visible()
    phone.get_by_role("link", name=need.item, exact=True).click()
    sound(phone)
    shot(phone, "invitation-360")
    phone.get_by_role("button", name="Setujui").click()
    application = Application.objects.get()
    interest.refresh_from_db()
    assert (interest.status, interest.application) == ("accepted", application)
    sound(phone)
    shot(phone, "invitation-accepted-360")
    desk.reload()
    expect(desk.get_by_role("main")).to_contain_text("dijawab")
    sound(desk)


def test_an_invitation_from_the_list_of_matches_is_declined_with_a_reason(
    officer: User, firm: Enterprise, visit: Visit, shot: Shot
) -> None:
    need = wanted(officer)
    phone, desk = visit(owner_of(firm), device="phone"), visit(officer)
    desk.goto(reverse("buyer_need_matches", args=[need.pk]))
    sound(desk)
    shot(desk, "matches-1440")
    desk.get_by_role("button", name=re.compile("^Undang")).click()
    expect(desk.get_by_role("main")).to_contain_text("CV Baut Utama")
    interest = Interest.objects.get()
    phone.goto(reverse("my_interest", args=[interest.pk]))
    phone.get_by_role("link", name="Tolak").click()
    phone.get_by_role("button", name="Tolak").click()
    expect(phone.get_by_label("Mengapa?")).to_have_attribute("aria-invalid", "true")
    sound(phone)
    shot(phone, "invitation-refuse-360")
    phone.get_by_label("Mengapa?").fill("Kapasitas bulan ini sudah penuh.")
    phone.get_by_role("button", name="Tolak").click()
    expect(phone.get_by_role("main")).to_contain_text("Kapasitas bulan ini sudah penuh.")
    sound(phone)
    desk.goto(reverse("need_interests", args=[need.pk]))
    expect(desk.get_by_role("main")).to_contain_text("Kapasitas bulan ini sudah penuh.")
    sound(desk)


def test_a_search_is_saved_paused_and_deleted(officer: User, firm: Enterprise, visit: Visit, shot: Shot) -> None:
    wanted(officer)
    phone = visit(owner_of(firm), device="phone")
    phone.goto(reverse("need_list") + "?q=baut")
    phone.get_by_role("link", name="Simpan pencarian ini").click()
    phone.get_by_label("Nama pencarian").fill("")
    phone.get_by_role("button", name="Simpan").click()
    expect(phone.get_by_label("Nama pencarian")).to_have_attribute("aria-invalid", "true")
    sound(phone)
    shot(phone, "search-save-360")
    phone.get_by_label("Nama pencarian").fill("Kebutuhan baut")
    phone.get_by_role("button", name="Simpan").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Pencarian tersimpan")
    sound(phone)
    shot(phone, "searches-360")
    phone.get_by_role("button", name=re.compile("^Jeda")).click()
    assert SavedSearch.objects.get().paused_at is not None
    phone.get_by_role("button", name=re.compile("^Lanjutkan")).click()
    phone.get_by_role("link", name=re.compile("^Ubah")).click()
    sound(phone)
    phone.get_by_role("button", name="Simpan").click()
    phone.get_by_role("button", name=re.compile("^Hapus")).click()
    expect(phone.get_by_role("main")).to_contain_text("Belum ada")
    sound(phone)
    assert not SavedSearch.objects.exists()

    desk = visit(officer)
    desk.goto(reverse("enterprise_directory") + "?q=baut")
    desk.get_by_role("link", name="Simpan pencarian ini").click()
    sound(desk)
    desk.get_by_label("Nama pencarian").fill("Pembuat baut")
    desk.get_by_role("button", name="Simpan").click()
    expect(desk.get_by_role("link", name="Pembuat baut", exact=True)).to_be_visible()
    sound(desk)
    shot(desk, "searches-1440")
