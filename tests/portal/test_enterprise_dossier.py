"""The dossier's pages: filled in section by section, half-done, wrong, twice at once, and after a session has ended."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from portal.enums import EnterpriseStatus, Role
from portal.models import (
    Activity,
    AuditEntry,
    AuditPersonal,
    Enterprise,
    KbliClass,
    Membership,
    Notification,
    SectionDraft,
    User,
)
from portal.sections import SECTIONS
from portal.services import dossier as service
from tests.factories.enterprises import VILLAGE, draft_enterprise, enterprise, owner_of
from tests.factories.people import PASSWORD, UserFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
S = EnterpriseStatus

IDENTITY = {
    "name": "CV Logam Ceper Makmur",
    "legal_form": "cv",
    "nib": "8120012345678",
    "npwp": "01.312.166.0-091.000",
    "owner_nik": "",
    "established_on": "2012-03-14",
    "women_led": "True",
    "description": "Pengecoran logam.",
}


def rows(table, *sent):
    """As a page sends the rows of a table."""
    data = {f"{table}-TOTAL_FORMS": str(len(sent)), f"{table}-INITIAL_FORMS": "0"}
    return data | {f"{table}-{place}-{name}": value for place, row in enumerate(sent) for name, value in row.items()}


FINANCE = {
    "capital": "850.000.000",
    "full_year_of_sales": "True",
    **rows("sales", {"year": "2025", "amount": "4,2 miliar"}),
    "investment": "1200000000",
}
ADDRESS = {"village": VILLAGE, "address": "Jalan Raya Ceper 12", "postal_code": "57465", "phone": "0812 3456 7890"}
PEOPLE = {"workforce": "18", "workforce_women": "4"}


@pytest.fixture
def owner():
    return person(Role.OWNER)


@pytest.fixture
def draft(owner):
    return draft_enterprise(owner)


def url(section):
    return reverse("dossier_section", args=[section])


def text_of(response):
    return response.content.decode()


def errors_at(response, field):
    return response.context["form"].errors.get(field, [])


def seen_in(page):
    return re.search(r'name="seen" value="(\w+)"', text_of(page))[1]


def test_somebody_who_has_just_signed_up_registers_and_lands_on_the_dossier():
    user = UserFactory()
    client = signed_in(user)
    assert client.get(reverse("home")).headers["Location"] == reverse("enterprise_register")
    page = client.get(reverse("enterprise_register"))
    assert page.status_code == 200
    answer = client.post(reverse("enterprise_register"), {"name": "CV Baru", "legal_form": "cv"}, follow=True)
    assert answer.redirect_chain == [(reverse("dossier"), 302)]
    assert Enterprise.objects.get().organisation.name == "CV Baru"
    assert Membership.objects.get(user=user).role == Role.OWNER


def test_from_sign_up_by_mail_code_to_the_first_page(client, mailoutbox):
    answer = client.post(
        reverse("account_signup"), {"full_name": "Sari", "email": "sari@contoh.id", "password1": "kata-sandi-uji-99"}
    )
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    code = re.search(r"^([A-Z0-9-]{6,9})$", mailoutbox[0].body, re.M)[1]
    answer = client.post(reverse("account_email_verification_sent"), {"code": code}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("enterprise_register")
    assert answer.status_code == 200
    sari = User.objects.get()
    (entry,) = AuditEntry.objects.of(sari)
    assert (entry.action, entry.actor, entry.payload) == ("sign_up", sari, {"language": "id"})
    assert AuditPersonal.objects.get(digest=entry.personal_digest).values["email"] == "sari@contoh.id"


def test_registration_names_what_is_missing():
    page = signed_in(UserFactory()).post(reverse("enterprise_register"), {"name": ""})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"name", "legal_form"}
    assert text_of(page).count('role="alert"') == 1


def test_two_tabs_with_the_same_registration_make_one_enterprise():
    client = signed_in(UserFactory())
    key = re.search(r'name="form_key" value="([\w-]+)"', text_of(client.get(reverse("enterprise_register"))))[1]
    for _click in range(2):
        answer = client.post(reverse("enterprise_register"), {"name": "CV A", "legal_form": "cv", "form_key": key})
        assert answer.headers["Location"] == reverse("dossier")
    assert Enterprise.objects.count() == 1


def test_from_an_empty_dossier_to_sent(owner, draft):
    client = signed_in(owner)
    for section, answers in (("identity", IDENTITY), ("address", ADDRESS), ("people", PEOPLE), ("finance", FINANCE)):
        assert client.get(url(section)).status_code == 200
        answer = client.post(url(section), answers)
        assert answer.status_code == 302, answer.context["form"].errors
    kbli = KbliClass.objects.get(code="24310", edition=2025)
    found = client.get(url("activities"), {"q": "pengecoran besi", "edition": "2025"})
    assert kbli in found.context["found"]
    client.post(url("activities"), {"kbli": kbli.pk, "action": "add"})
    check = client.get(reverse("dossier_check"))
    assert check.context["missing"] == ()
    assert "Rp4.200.000.000" in text_of(check)
    assert client.post(reverse("dossier_check")).headers["Location"] == reverse("dossier")
    draft.refresh_from_db()
    assert (draft.status, draft.business_class, draft.village_id) == (S.SUBMITTED, "small", VILLAGE)
    assert draft.npwp == "0013121660091000"
    assert draft.organisation.name == "CV Logam Ceper Makmur"
    page = text_of(client.get(reverse("dossier")))
    assert "PP 7/2021, pasal 35" in page


def test_the_dossier_explains_the_class_and_where_figures_disagree(owner):
    draft_enterprise(owner, capital=8_000_000_000, full_year_of_sales=True, annual_sales=4_200_000_000, sales_year=2025)
    found = signed_in(owner).get(reverse("dossier")).context["standing"].business_class
    assert (found.business_class, found.decided_by) == ("small", "sales")
    assert escape(found.note) in text_of(signed_in(owner).get(reverse("dossier")))
    assert escape(found.explanation) in text_of(signed_in(owner).get(reverse("dossier_check")))


def test_above_medium_it_says_what_the_business_can_be_instead(owner):
    made = enterprise(owner=owner, status=S.DRAFT, annual_sales=60_000_000_000)
    client = signed_in(owner)
    page = client.get(reverse("dossier"))
    assert page.context["too_large"]
    assert escape(page.context["too_large"]) in text_of(page)
    assert client.post(reverse("dossier_check")).status_code == 422
    made.refresh_from_db()
    assert made.status == S.DRAFT


def test_sending_too_early_lists_everything_missing_with_links(owner, draft):
    page = signed_in(owner).post(reverse("dossier_check"))
    assert page.status_code == 422
    body = text_of(page)
    for field in ("nib", "village", "capital", "workforce"):
        assert f"#id_{field}" in body
    assert f'href="{url("activities")}#id_activities"' in body


# -- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nib", ["812001234567", "81200123456789", "812001234567A", "NIB-baru"])
def test_a_nib_that_is_none(owner, draft, nib):
    page = signed_in(owner).post(url("identity"), {**IDENTITY, "nib": nib})
    assert page.status_code == 422
    assert "13" in str(errors_at(page, "nib"))
    assert f'value="{nib}"' in text_of(page)


def test_a_nib_with_blanks_is_understood(owner, draft):
    signed_in(owner).post(url("identity"), {**IDENTITY, "nib": "8120 0123 45678"})
    draft.refresh_from_db()
    assert draft.nib == "8120012345678"


def test_a_nib_that_is_taken_is_answered_at_the_field_without_saying_by_whom(owner, draft):
    other = enterprise(nib="8120012345678", name="PT Rahasia Milik Orang")
    page = signed_in(owner).post(url("identity"), IDENTITY)
    assert page.status_code == 422
    assert errors_at(page, "nib")
    assert other.name not in text_of(page)
    draft.refresh_from_db()
    assert draft.nib == ""


def test_the_nib_of_a_closed_business_is_free_again(owner, draft):
    made = enterprise(nib="8120012345678", status=S.VERIFIED)
    Enterprise.objects.filter(pk=made.pk).update(status=S.CLOSED)
    assert signed_in(owner).post(url("identity"), IDENTITY).status_code == 302


def test_an_npwp_with_a_failing_checksum_is_saved_with_a_warning(owner, draft):
    answer = signed_in(owner).post(url("identity"), {**IDENTITY, "npwp": "01.312.166.1-091.000"}, follow=True)
    draft.refresh_from_db()
    assert draft.npwp == "0013121661091000"
    levels = [message.level_tag for message in answer.context["messages"]]
    assert "warning" in levels
    assert answer.context["warnings"]
    doubt = "Angka pemeriksa NPWP ini tidak cocok"
    wrong = {**IDENTITY, "npwp": "01.312.166.1-091.000", "nib": "1"}
    shown = (signed_in(owner).get(url("identity")), signed_in(owner).post(url("identity"), wrong))
    for page in (each.content.decode() for each in shown):
        at_the_field = page.partition('id="id_npwp"')[2].partition('id="id_owner_nik"')[0]
        assert doubt in at_the_field


def test_an_npwp_that_is_none_is_refused(owner, draft):
    page = signed_in(owner).post(url("identity"), {**IDENTITY, "npwp": "12345"})
    assert page.status_code == 422
    assert errors_at(page, "npwp")


def test_numbers_of_identity_are_not_readable_in_the_database(owner, draft, django_db_blocker):
    signed_in(owner).post(url("identity"), {**IDENTITY, "owner_nik": "3310114403850001", "nib": "123"})
    kept = SectionDraft.objects.get()
    with django_db_blocker.unblock():
        raw = SectionDraft.objects.extra(select={"raw": "answers"}).values_list("raw", flat=True)[0]
    assert "3310114403850001" in kept.answers
    assert "3310114403850001" not in raw


def test_the_audit_trail_names_what_changed_and_holds_no_identity_number(owner, draft):
    signed_in(owner).post(url("identity"), {**IDENTITY, "owner_nik": "3310114403850001"})
    entry = AuditEntry.objects.of(draft).get(action="save_section")
    assert entry.payload["section"] == "identity"
    assert {"nib", "npwp", "owner_nik", "name"} <= set(entry.payload["changed"])
    assert "3310114403850001" not in str(entry.payload)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("capital", "-5"),
        ("capital", "0"),
        ("capital", "1000000000000000"),
        ("capital", "10^15"),
        ("capital", "1.234,5"),
        ("capital", "banyak"),
        ("sales-0-amount", "-1"),
        ("sales-0-amount", "1.000.000.000.000.000"),
        ("sales-0-amount", "1.234,5"),
        ("investment", "-1"),
        ("sales-0-year", "2026"),
        ("sales-0-year", "25"),
        ("sales-0-year", "2010"),
    ],
)
def test_amounts_and_years_that_cannot_be(owner, typed, field):
    draft_enterprise(owner, established_on=dt.date(2012, 3, 14))
    page = signed_in(owner).post(url("finance"), {**FINANCE, field: typed})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field.partition("-")[0]]
    assert f'href="#id_{field}"' in text_of(page)  # the summary leads to the very field
    assert f'id="id_{field}_error"' in text_of(page)
    assert escape(typed) in text_of(page)


@pytest.mark.parametrize(
    ("typed", "rupiah"),
    [("1.500.000", 1_500_000), ("Rp1.500.000,-", 1_500_000), ("1,5 juta", 1_500_000), ("999999999999999", 10**15 - 1)],
)
def test_amounts_as_people_write_them(owner, draft, typed, rupiah):
    assert signed_in(owner).post(url("finance"), {**FINANCE, "capital": typed}).status_code == 302
    draft.refresh_from_db()
    assert draft.capital == rupiah


def test_no_full_year_of_sales_yet_for_a_young_business(owner):
    draft_enterprise(owner, established_on=dt.date.today() - dt.timedelta(days=100))
    client = signed_in(owner)
    page = client.post(url("finance"), FINANCE)
    assert list(page.context["form"].errors) == ["full_year_of_sales", "sales"]
    fine = {**FINANCE, "full_year_of_sales": "False", **rows("sales", {"year": "", "amount": ""})}
    assert client.post(url("finance"), fine).status_code == 302


def test_more_women_than_people(owner, draft):
    page = signed_in(owner).post(url("people"), {"workforce": "3", "workforce_women": "4"})
    assert list(page.context["form"].errors) == ["workforce_women"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("village", "33.10.11"), ("village", "99.99.99.9999"), ("postal_code", "1234"), ("latitude", "91")],
)
def test_places_that_are_none(owner, draft, field, typed):
    page = signed_in(owner).post(url("address"), {**ADDRESS, "longitude": "110,6", "latitude": "-7,7", field: typed})
    assert list(page.context["form"].errors) == [field]


def test_a_point_needs_both_numbers(owner, draft):
    page = signed_in(owner).post(url("address"), {**ADDRESS, "latitude": "-7,7056"})
    assert list(page.context["form"].errors) == ["longitude"]


def test_a_day_in_the_future(owner, draft):
    tomorrow = (dt.date.today() + dt.timedelta(days=2)).isoformat()
    page = signed_in(owner).post(url("identity"), {**IDENTITY, "established_on": tomorrow})
    assert list(page.context["form"].errors) == ["established_on"]


# -- Activities -------------------------------------------------------------------------------------------------------


def test_a_code_of_the_other_edition_is_answered_with_what_may_stand_for_it(owner, draft):
    only_2020 = (
        KbliClass.objects.filter(edition=2020, level=5)
        .exclude(code__in=KbliClass.objects.filter(edition=2025).values("code"))
        .first()
    )
    page = signed_in(owner).get(url("activities"), {"q": only_2020.code, "edition": "2025"})
    assert page.context["hint"].found == only_2020
    assert escape(page.context["hint"].message) in text_of(page)
    assert all(kbli.edition == 2025 for kbli in page.context["found"])
    older = signed_in(owner).get(url("activities"), {"q": only_2020.code, "edition": "2020"})
    assert older.context["found"] == [only_2020]


def test_several_activities_and_one_main(owner, draft):
    client = signed_in(owner)
    first = KbliClass.objects.get(code="24310", edition=2025)
    second = KbliClass.objects.get(code="25999", edition=2025)
    for kbli in (first, second, second):
        client.post(url("activities"), {"kbli": kbli.pk, "action": "add"})
    assert list(Activity.objects.values_list("kbli__code", "is_main")) == [("24310", True), ("25999", False)]
    client.post(url("activities"), {"kbli": second.pk, "action": "main"})
    assert Activity.objects.get(is_main=True).kbli == second
    client.post(url("activities"), {"kbli": second.pk, "action": "remove"})
    assert Activity.objects.get().is_main


@pytest.mark.parametrize("pk", ["", "0", "abc"])
def test_an_activity_that_is_none(owner, draft, pk):
    page = signed_in(owner).post(url("activities"), {"kbli": pk, "action": "add"})
    assert page.status_code == 422
    assert page.context["form"].errors


# -- Half-done, twice, meanwhile, afterwards --------------------------------------------------------------------------


def test_what_cannot_be_saved_is_kept_as_typed_and_shown_again_with_its_errors(owner, draft):
    client = signed_in(owner)
    client.post(url("finance"), {**FINANCE, "capital": "banyak sekali"})
    page = client.get(url("finance"))
    assert 'value="banyak sekali"' in text_of(page)
    assert errors_at(page, "capital")
    assert client.post(url("finance"), FINANCE).status_code == 302
    assert not SectionDraft.objects.exists()


def test_save_as_draft_asks_for_nothing(owner, draft):
    client = signed_in(owner)
    answer = client.post(url("people"), {"workforce": "sekitar 5", "draft": "1"})
    assert answer.headers["Location"] == reverse("dossier")
    tasks = {task["url"]: task for task in client.get(reverse("dossier")).context["tasks"]}
    assert tasks[url("people")]["state"] == "draft"
    assert 'value="sekitar 5"' in text_of(client.get(url("people")))


def test_a_draft_can_be_discarded(owner, draft):
    client = signed_in(owner)
    client.post(url("people"), {"workforce": "x", "draft": "1"})
    client.post(reverse("dossier_discard", args=["people"]))
    assert not SectionDraft.objects.exists()


def test_autosave_keeps_what_is_typed_and_answers_a_script_in_short(owner, draft):
    client = signed_in(owner)
    address = reverse("dossier_autosave", args=["people"])
    assert "saved" in client.post(address, {"workforce": "1"}, headers={"X-Requested-With": "fetch"}).json()
    assert client.post(address, {"workforce": "12"}).headers["Location"] == reverse("dossier")
    assert SectionDraft.objects.get().answers == "workforce=12"


def test_colleagues_never_overwrite_each_others_drafts(owner, draft):
    colleague = person(Role.STAFF, draft.organisation)
    signed_in(owner).post(url("people"), {"workforce": "satu", "draft": "1"})
    signed_in(colleague).post(url("people"), {"workforce": "dua", "draft": "1"})
    assert 'value="satu"' in text_of(signed_in(owner).get(url("people")))
    assert 'value="dua"' in text_of(signed_in(colleague).get(url("people")))


def test_two_tabs_with_the_same_answers_are_no_conflict(owner, draft):
    client = signed_in(owner)
    first, second = seen_in(client.get(url("people"))), seen_in(client.get(url("people")))
    assert client.post(url("people"), {**PEOPLE, "seen": first}).status_code == 302
    assert client.post(url("people"), {**PEOPLE, "seen": second}).status_code == 302
    assert AuditEntry.objects.of(draft).filter(action="save_section").count() == 1


def test_somebody_else_saved_meanwhile_shows_both_versions_and_lets_one_decide(owner, draft):
    colleague = person(Role.STAFF, draft.organisation, full_name="Budi Santoso")
    client = signed_in(owner)
    seen = seen_in(client.get(url("people")))
    signed_in(colleague).post(url("people"), {"workforce": "7", "workforce_women": "2"})
    page = client.post(url("people"), {**PEOPLE, "seen": seen})
    assert page.status_code == 409
    body = text_of(page)
    assert "Budi Santoso" in body
    assert [row["theirs"] for row in page.context["conflict_rows"]] == ["7", "2"]
    draft.refresh_from_db()
    assert draft.workforce == 7
    assert client.post(url("people"), {**PEOPLE, "seen": seen_in(page)}).status_code == 302
    draft.refresh_from_db()
    assert draft.workforce == 18


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(owner, draft):
    """As a browser lives it: open the page, the session ends, press Save, sign in, and everything is there again."""
    owner.set_password(PASSWORD)
    owner.save()
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(url("finance"))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(page))[1]
    del client.cookies["sessionid"]
    typed = {**FINANCE, "capital": "850 juta", "investment": "belum tahu", "seen": seen_in(page)}
    answer = client.post(url("finance"), {**typed, "csrfmiddlewaretoken": token})
    sign_in = answer.headers["Location"]
    assert sign_in.startswith(reverse("account_login"))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text_of(client.get(sign_in)))[1]
    answer = client.post(sign_in, {"login": owner.email, "password": PASSWORD, "csrfmiddlewaretoken": token})
    assert answer.headers["Location"] == url("finance")
    page = client.get(url("finance"))
    body = text_of(page)
    assert 'value="850 juta"' in body
    assert 'value="belum tahu"' in body
    assert errors_at(page, "investment")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', body)[1]
    fixed = {**typed, "investment": "0", "csrfmiddlewaretoken": token}
    assert client.post(url("finance"), fixed).headers["Location"] == reverse("dossier")
    draft.refresh_from_db()
    assert (draft.capital, draft.investment) == (850_000_000, 0)


def test_registration_survives_the_end_of_a_session():
    user = UserFactory()
    client = Client()
    client.post(reverse("enterprise_register"), {"name": "CV Panjang Namanya", "legal_form": "cv"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    kept = str(client.session["kept_forms"])
    assert "Panjang" not in kept  # sessions stand in the database: a NIK may be among the answers
    assert 'value="CV Panjang Namanya"' in text_of(client.get(reverse("enterprise_register")))


def test_searching_a_village_loses_nothing_and_checks_nothing(owner, draft):
    client = signed_in(owner)
    typed = {"village_q": "Ceper Klaten", "find": "village", "address": "Jalan Baru", "postal_code": "12"}
    page = client.post(url("address"), typed)
    assert page.status_code == 200
    body = text_of(page)
    assert 'value="Jalan Baru"' in body
    assert f'value="{VILLAGE}"' in body


def test_a_village_step_by_step_with_the_rest_of_the_form_kept(owner, draft):
    client = signed_in(owner)
    answer = client.post(url("address"), {"address": "Jalan Baru 1", "step": "village"})
    steps = reverse("dossier_village")
    assert answer.headers["Location"] == steps
    for within, expected in ((None, "33"), ("33", "33.10"), ("33.10", "33.10.11"), ("33.10.11", VILLAGE)):
        page = client.get(steps, {"within": within} if within else {})
        assert expected in [region.code for region in page.context["regions"]]
    page = client.get(url("address"), {"village": VILLAGE})
    assert 'value="Jalan Baru 1"' in text_of(page)
    assert f'value="{VILLAGE}" id="id_village_0" checked' in text_of(page)


# -- States and strangers ---------------------------------------------------------------------------------------------


def test_while_it_is_checked_nothing_changes_and_what_was_typed_is_kept(owner):
    made = enterprise(owner=owner, status=S.SUBMITTED)
    client = signed_in(owner)
    assert "<form" not in text_of(client.get(url("people"))).split("<main")[1].split("</main")[0]
    assert client.post(url("people"), {"workforce": "1", "workforce_women": "0"}).status_code == 302
    made.refresh_from_db()
    assert made.workforce == 18
    assert "workforce=1" in SectionDraft.objects.get().answers


def test_after_verification_identity_is_fixed_and_the_class_follows_the_figures(owner):
    made = enterprise(owner=owner)
    client = signed_in(owner)
    client.post(url("identity"), {**IDENTITY, "nib": "8999999999999", "women_led": "True"})
    made.refresh_from_db()
    assert made.nib != "8999999999999"
    assert made.women_led is True
    client.post(url("finance"), {**FINANCE, "sales-0-amount": "16 miliar"})
    made.refresh_from_db()
    assert made.business_class == "medium"


def test_a_verified_business_that_outgrows_medium_keeps_its_true_figures(owner):
    """It is told what it can be instead, the ministry learns of it, and the timeline shows it; what was verified stays."""
    made, admin = enterprise(owner=owner), person(Role.MINISTRY_ADMIN)
    client = signed_in(owner)
    client.post(url("finance"), {**FINANCE, "sales-0-amount": "16 miliar"})
    answer = client.post(url("finance"), {**FINANCE, "sales-0-amount": "60 miliar"})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.annual_sales, made.business_class, made.status) == (60 * 10**9, "medium", S.VERIFIED)
    history = reverse("class_history", args=[made.pk])
    assert [each.derivation.business_class for each in client.get(history).context["changes"]][:2] == [
        "large",
        "medium",
    ]
    assert "Menengah → Besar" in text_of(client.get(history))
    for reader, kind in ((owner, "enterprise.outgrown"), (admin, "enterprise.outgrown_seen")):
        assert Notification.objects.filter(user=reader, kind=kind, path=history).count() == 1
    assert signed_in(admin).get(history).status_code == 200
    assert "sebagai pembeli" in text_of(client.get(reverse("dossier")))
    client.post(url("people"), {"workforce": "33", "workforce_women": "0"})
    assert Notification.objects.filter(kind="enterprise.outgrown").count() == 1, "once, not at every save"
    client.post(url("finance"), {**FINANCE, "sales-0-amount": "49 miliar"})
    made.refresh_from_db()
    assert (made.business_class, made.class_history.last().business_class) == ("medium", "medium")


def test_reasons_stand_at_their_sections(owner):
    made = enterprise(
        owner=owner, status=S.RETURNED, return_reasons=[{"section": "people", "reason": "Jumlah pekerja tidak wajar"}]
    )
    client = signed_in(owner)
    assert "Jumlah pekerja tidak wajar" in text_of(client.get(url("people")))
    assert "Jumlah pekerja tidak wajar" in text_of(client.get(reverse("dossier")))
    assert client.get(reverse("dossier")).context["step"].url == url("people")
    assert client.post(reverse("dossier_check")).status_code == 302
    made.refresh_from_db()
    assert made.status == S.SUBMITTED


def test_a_suspended_business_reads_why(owner):
    enterprise(owner=owner, status=S.SUSPENDED, return_reasons=[{"section": "", "reason": "NIB dicabut oleh OSS"}])
    assert "NIB dicabut oleh OSS" in text_of(signed_in(owner).get(reverse("dossier")))


def test_sending_twice_from_two_tabs_says_so(owner):
    enterprise(owner=owner, status=S.DRAFT)
    client = signed_in(owner)
    assert client.post(reverse("dossier_check")).status_code == 302
    answer = client.post(reverse("dossier_check"), follow=True)
    assert answer.redirect_chain == [(reverse("dossier"), 302)]
    assert [message.level_tag for message in answer.context["messages"]][-1] == "info"


def test_another_owner_sees_only_their_own(owner, draft):
    stranger = person(Role.OWNER)
    assert signed_in(stranger).get(reverse("dossier")).status_code == 404
    own = draft_enterprise(stranger)
    assert signed_in(stranger).get(reverse("dossier")).context["enterprise"] == own


@pytest.mark.parametrize("section", [section.name for section in SECTIONS if not section.only_cooperatives])
def test_every_section_opens(owner, draft, section):
    assert signed_in(owner).get(url(section)).status_code == 200


@pytest.mark.parametrize("query", [{"within": "33\x00"}, {"q": "a\x00b"}, {"within": "'"}, {"within": "99"}])
def test_odd_questions_for_a_region_are_answered(owner, draft, query):
    assert signed_in(owner).get(reverse("dossier_village"), query).status_code == 200


def test_a_section_that_is_none(owner, draft):
    assert signed_in(owner).get(url("nothing")).status_code == 404


def test_optional_parts_are_saved_as_far_as_they_are_known(owner, draft):
    client = signed_in(owner)
    assert client.post(url("production"), {"technology_level": "manual"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.technology_level, draft.shifts, draft.monthly_capacity) == ("manual", None, None)
    assert client.post(url("plan"), {"business_plan": "terlalu pendek"}).status_code == 422


def test_the_same_nib_in_the_same_second(owner, draft):
    """The form of the second one saw nothing: the database answers, at the field."""
    enterprise(nib="8120012345678")
    with pytest.raises(service.ValidationError) as found:
        service.save_section(draft, "identity", {"nib": "8120012345678"}, by=owner)
    assert list(found.value.message_dict) == ["nib"]


def test_a_colleague_of_the_business_edits_too(draft):
    staff = owner_of(draft, Role.STAFF)
    assert signed_in(staff).post(url("people"), PEOPLE).status_code == 302
