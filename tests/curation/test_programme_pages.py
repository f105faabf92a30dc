"""An officer's way from a need to an open programme, by pages alone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from curation.enums import ProgrammeStatus
from curation.models import Criterion, Need, Programme
from portal.models import AuditEntry
from tests.factories.curation import criteria_set, draft_programme, need, officer, programme
from tests.factories.products import kbli_class
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

NEED = {
    "item": "Fitting pipa cor besi 4–8 inci",
    "specification": "FC 250, uji tarik minimal 290 MPa",
    "kbli_q": "24310",
    "quantity_per_month": "10.000",
    "unit": "kilogram",
    "ceiling_price": "Rp40.000",
    "delivery_region_q": "33.22",
    "deliver_from": "2027-03-01",
    "deliver_until": "2027-12-31",
    "required_certificates": ["sni"],
}


def local(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def round_data(need: Need, **changes: object) -> dict[str, object]:
    now = timezone.now()
    return {
        "name": "Kurasi fitting 2027",
        "needs": [need.pk],
        "opens_at": local(now - dt.timedelta(hours=1)),
        "closes_at": local(now + dt.timedelta(days=30)),
        "quota": "5",
        "minimum_coverage": "50",
        "answer_days": "7",
        "appeal_days": "14",
        "curation_months": "12",
        **changes,
    }


def test_from_a_need_to_an_open_round() -> None:
    user = officer()
    client = signed_in(user)
    answer = client.post("/desk/needs/add/", NEED)
    made = Need.objects.get()
    assert answer.url == f"/desk/needs/{made.pk}/"
    assert (made.quantity_per_month, made.ceiling_price) == (10_000, 40_000)
    assert client.get(f"/needs/{made.pk}/").status_code == 404
    client.post(f"/desk/needs/{made.pk}/publish/")
    assert client.get(f"/needs/{made.pk}/").status_code == 200
    assert "Fitting pipa" in client.get("/needs/?q=fitting+pipa").content.decode()

    answer = client.post("/desk/programmes/add/", round_data(made))
    subject = Programme.objects.get()
    assert answer.url == f"/desk/programmes/{subject.pk}/criteria/"
    page = client.get(answer.url).content.decode()
    assert "Mulai dengan templat" in page
    client.post(f"/desk/programmes/{subject.pk}/criteria/template/", {"template": "metal_casting"})
    assert "Bobot: 100 dari 100" in client.get(answer.url).content.decode()
    confirm = client.get(f"/desk/programmes/{subject.pk}/publish/").content.decode()
    assert "Sebelum program dapat dibuka" not in confirm
    client.post(f"/desk/programmes/{subject.pk}/publish/")
    subject.refresh_from_db()
    assert subject.status == ProgrammeStatus.PUBLISHED
    assert subject.criteria.digest
    actions = AuditEntry.objects.of(subject).values_list("action", flat=True)
    assert {"add", "publish"} <= set(actions)
    public = client.get(f"/programmes/{subject.pk}/")
    assert public.status_code == 200


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({"deliver_until": "2027-02-01"}, "deliver_until", "Hari terakhir pengiriman mendahului hari pertama."),
        ({"quantity_per_month": "0"}, "quantity_per_month", "Isi angka di atas nol"),
        ({"quantity_per_month": "-5"}, "quantity_per_month", "Angka tidak boleh kurang dari nol"),
        ({"ceiling_price": "1000000000000000"}, "ceiling_price", None),
    ],
)
def test_a_need_with_a_wrong_answer_keeps_the_others(changes: dict, name: str, message: str | None) -> None:
    answer = signed_in(officer()).post("/desk/needs/add/", NEED | changes)
    assert answer.status_code == 422
    errors = answer.context["form"].errors[name]
    assert message is None or errors == [message]
    assert "Fitting pipa cor besi" in answer.content.decode()
    assert not Need.objects.exists()


def test_a_need_begins_without_a_unit_and_says_so_in_words() -> None:
    page = signed_in(officer()).get("/desk/needs/add/").content.decode()
    assert '<option value="" selected>Pilih</option>' in page
    assert "---" not in page.partition('name="unit"')[2].partition("</select>")[0]


def test_search_in_a_need_loses_nothing() -> None:
    answer = signed_in(officer()).post("/desk/needs/add/", NEED | {"kbli_q": "pengecoran", "find": "kbli"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'type="radio" name="kbli"' in page
    assert "Fitting pipa cor besi" in page
    assert not answer.context["form"].errors


def test_the_same_form_in_two_tabs_makes_one_need() -> None:
    client = signed_in(officer())
    key = client.get("/desk/needs/add/").context["form"]["form_key"].value()
    first = client.post("/desk/needs/add/", NEED | {"form_key": str(key)})
    second = client.post("/desk/needs/add/", NEED | {"form_key": str(key)})
    assert first.url == second.url
    assert Need.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"closes_at": "2026-01-01T10:00"}, "closes_at"),
        ({"quota": "0"}, "quota"),
        ({"minimum_coverage": "101"}, "minimum_coverage"),
        ({"cut_off_1": "2031-01-01"}, "cut_off_1"),
        ({"needs": []}, "needs"),
    ],
)
def test_a_round_with_a_wrong_answer(changes: dict, name: str) -> None:
    user = officer()
    answer = signed_in(user).post("/desk/programmes/add/", round_data(need(by=user), **changes))
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert not Programme.objects.exists()


def test_a_round_about_a_foreign_need_is_refused() -> None:
    answer = signed_in(officer()).post("/desk/programmes/add/", round_data(need()))
    assert "needs" in answer.context["form"].errors


def test_weights_that_do_not_sum_to_100_keep_the_round_shut() -> None:
    user = officer()
    subject = draft_programme(by=user)
    made = criteria_set(subject, publish=False)
    Criterion.objects.filter(criteria_set=made, feature="workforce").update(weight="59.99")
    client = signed_in(user)
    assert "99,99" in client.get(f"/desk/programmes/{subject.pk}/criteria/").content.decode()
    answer = client.post(f"/desk/programmes/{subject.pk}/publish/", follow=True)
    subject.refresh_from_db()
    assert subject.status == ProgrammeStatus.DRAFT
    assert "Jumlah bobot 99,99" in answer.content.decode()


def test_a_threshold_nobody_can_reach_keeps_the_round_shut() -> None:
    user = officer()
    subject = draft_programme(by=user)
    from_zero = {
        "feature": "workforce",
        "shape": "steps",
        "weight": 100,
        "parameters": {"steps": [{"at_least": "0", "share": "50"}]},
    }
    criteria_set(subject, [from_zero], publish=False)
    client = signed_in(user)
    answer = client.post(f"/desk/programmes/{subject.pk}/publish/", follow=True)
    assert "75" in answer.content.decode()
    subject.refresh_from_db()
    assert subject.status == ProgrammeStatus.DRAFT


def test_weights_and_band_are_balanced_on_one_page() -> None:
    user = officer()
    subject = draft_programme(by=user)
    made = criteria_set(subject, publish=False)
    first, second = made.criteria.exclude(shape="gate")
    client = signed_in(user)
    url = f"/desk/programmes/{subject.pk}/criteria/"
    data = {
        "threshold": "70",
        "review_floor": "80",
        f"weight_{first.pk}": "55,5",
        f"weight_{second.pk}": "44,5",
        f"minimum_{first.pk}": "60",
    }
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"review_floor", f"minimum_{first.pk}"}
    assert client.post(url, data | {"review_floor": "50", f"minimum_{first.pk}": "20"}).status_code == 302
    first.refresh_from_db()
    assert (first.weight, first.minimum) == (55.5, 20)


@pytest.mark.parametrize(
    ("feature", "shape", "data", "parameters"),
    [
        ("workforce", "linear", {"zero_at": "2", "full_at": "20"}, {"zero_at": "2", "full_at": "20"}),
        ("tkdn", "steps", {"steps": "25 = 40\n40 = 100%"}, {"steps": [{"at_least": "25", "share": "40"}, {"at_least": "40", "share": "100"}]}),
        ("business_class", "membership", {"share_micro": "50", "share_small": "100"}, {"shares": {"micro": "50", "small": "100"}}),
        ("monthly_capacity", "ratio", {"full_at": "100"}, {"full_at": "100"}),
        ("sni", "valid_on", {"days": "30"}, {"days": "30"}),
        ("business_plan", "present", {}, {}),
        ("nib", "gate", {"test": "is_true"}, {"test": "is_true"}),
        ("workforce", "gate", {"test": "at_least", "value": "5"}, {"test": "at_least", "value": "5"}),
        ("business_class", "gate", {"test": "one_of", "values": ["micro", "small"]}, {"test": "one_of", "values": ["micro", "small"]}),
        ("sni", "gate", {"test": "valid_on", "days": "0"}, {"test": "valid_on", "days": "0"}),
    ],
)  # fmt: skip
def test_a_criterion_of_each_shape_by_form(feature: str, shape: str, data: dict, parameters: dict) -> None:
    user = officer()
    subject = draft_programme(by=user)
    made = criteria_set(subject, [], publish=False)
    client = signed_in(user)
    url = f"/desk/programmes/{subject.pk}/criteria/add/{feature}/{shape}/"
    words = {"label_id": "Kriteria", "feedback_id": "Perbaiki ini.", "weight": "10"}
    assert client.get(url).status_code == 200
    answer = client.post(url, data | words)
    assert answer.status_code == 302, answer.context["form"].errors
    criterion = made.criteria.get()
    assert criterion.parameters == parameters
    again = client.get(f"/desk/programmes/{subject.pk}/criteria/{criterion.pk}/")
    assert again.status_code == 200
    answer = client.post(f"/desk/programmes/{subject.pk}/criteria/{criterion.pk}/", data | words | {"label_id": "Lain"})
    criterion.refresh_from_db()
    assert (criterion.label_id, criterion.parameters) == ("Lain", parameters)


def test_a_criterion_sent_by_two_tabs_is_added_once() -> None:
    user = officer()
    subject = draft_programme(by=user)
    made = criteria_set(subject, [], publish=False)
    client = signed_in(user)
    url = f"/desk/programmes/{subject.pk}/criteria/add/workforce/linear/"
    key = str(client.get(url).context["form"]["form_key"].value())
    sent = {"zero_at": "2", "full_at": "20", "label_id": "Pekerja", "feedback_id": "Tambah.", "form_key": key}
    assert client.post(url, sent).status_code == 422  # no weight: nothing is made, and the form counts still
    for _tab in range(2):
        answer = client.post(url, sent | {"weight": "10"})
        assert answer["Location"] == f"/desk/programmes/{subject.pk}/criteria/"
    assert made.criteria.count() == 1


@pytest.mark.parametrize(
    ("feature", "shape", "data", "name"),
    [
        ("workforce", "linear", {"zero_at": "20", "full_at": "20"}, "full_at"),
        ("tkdn", "steps", {"steps": "25 - 40"}, "steps"),
        ("tkdn", "steps", {"steps": "40 = 100\n25 = 40"}, "steps"),
        ("workforce", "gate", {"test": "at_least"}, "value"),
        ("business_class", "gate", {"test": "one_of"}, "values"),
        ("workforce", "linear", {"zero_at": "0", "full_at": "20", "weight": "0"}, "weight"),
    ],
)
def test_a_criterion_that_makes_no_sense_is_named_at_its_field(feature: str, shape: str, data: dict, name: str) -> None:
    user = officer()
    subject = draft_programme(by=user)
    criteria_set(subject, [], publish=False)
    words = {"label_id": "Kriteria", "feedback_id": "Perbaiki ini.", "weight": "10"}
    answer = signed_in(user).post(f"/desk/programmes/{subject.pk}/criteria/add/{feature}/{shape}/", words | data)
    assert answer.status_code == 422
    assert name in answer.context["form"].errors


def test_a_published_version_has_no_editor_and_the_next_one_does() -> None:
    user = officer()
    subject = programme(by=user)
    client = signed_in(user)
    url = f"/desk/programmes/{subject.pk}/criteria/"
    assert client.get(url).status_code == 404
    client.post(f"{url}next/")
    assert client.get(url).status_code == 200
    client.post(f"{url}publish/")
    assert subject.criteria.version == 2
    again = client.post(f"{url}publish/", follow=True)
    assert again.status_code == 200
    assert "Tidak ada versi baru" in again.content.decode()
    assert subject.criteria.version == 2


def test_a_round_closes_early_only_while_nobody_has_applied() -> None:
    user = officer()
    subject = programme(by=user)
    client = signed_in(user)
    client.post(f"/desk/programmes/{subject.pk}/close/")
    subject.refresh_from_db()
    assert subject.status == ProgrammeStatus.CLOSED


def test_another_buyers_round_does_not_exist() -> None:
    subject = programme()
    client = signed_in(officer())
    for path in ("", "edit/", "criteria/", "publish/", "applicants/", "applicants/export/", "quota/"):
        assert client.get(f"/desk/programmes/{subject.pk}/{path}").status_code == 404


def test_a_need_in_a_published_round_stays_as_it_is() -> None:
    user = officer()
    wanted = need(by=user, kbli=kbli_class("24310"))
    programme(by=user, needs=[wanted])
    client = signed_in(user)
    answer = client.post(f"/desk/needs/{wanted.pk}/edit/", NEED)
    assert answer.status_code == 422
    assert "tidak dapat diubah lagi" in answer.content.decode()
    client.post(f"/desk/needs/{wanted.pk}/withdraw/")
    wanted.refresh_from_db()
    assert wanted.withdrawn_at is None
