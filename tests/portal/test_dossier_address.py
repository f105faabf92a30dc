"""Village, district and map point: what agrees, what is only warned of, what cannot be."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from portal.enums import EnterpriseStatus, Role
from portal.models import Enterprise, Region
from portal.reference.outlines import kilometres_off, province_at
from portal.selectors.map_point import fits_village
from tests.factories.enterprises import VILLAGE, draft_enterprise, enterprise
from tests.factories.people import person
from tests.portal.test_enterprise_dossier import ADDRESS, errors_at, text_of, url
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
CEPER = {"latitude": "-7,7056", "longitude": "110,6031"}
OTHER_DISTRICT = "33.10.12"


@pytest.fixture
def owner():
    return person(Role.OWNER)


@pytest.fixture
def draft(owner):
    return draft_enterprise(owner)


@pytest.mark.parametrize(
    ("point", "province"),
    [
        ((-7.7056, 110.6031), "33"),
        ((-6.2, 106.82), "31"),
        ((-8.65, 115.22), "51"),
        ((5.89, 95.32), ""),
        ((-5.5, 110.0), ""),
    ],
)
def test_points_lie_in_their_provinces(point, province):
    assert province_at(*point) == province


def test_the_outlines_are_coarse_and_say_by_how_much():
    assert kilometres_off(-7.7056, 110.6031, "33") == 0
    assert kilometres_off(5.89, 95.32, "11") < 5  # Weh, just beside its drawn shore
    assert 200 < kilometres_off(-6.2, 106.82, "33") < 250
    # Islands that are not drawn: the regency's own point speaks for them.
    assert fits_village(Region.objects.filter(pk__startswith="31.01.", level=4).first(), -5.61, 106.53)


def test_a_point_in_the_villages_province_is_kept_and_fits(owner, draft):
    assert signed_in(owner).post(url("address"), {**ADDRESS, **CEPER}).status_code == 302
    draft.refresh_from_db()
    assert (float(draft.latitude), float(draft.longitude), draft.point_fits) == (-7.7056, 110.6031, True)


def test_a_point_in_another_province_is_kept_and_warned_of_everywhere(owner, draft):
    client = signed_in(owner)
    answer = client.post(url("address"), {**ADDRESS, "latitude": "-6,2", "longitude": "106,82"}, follow=True)
    said = "Titik peta berada di Daerah Khusus Ibukota Jakarta, sedangkan desa Anda di Jawa Tengah"
    assert said in text_of(answer)
    draft.refresh_from_db()
    assert draft.point_fits is False
    assert said in text_of(client.get(reverse("dossier_check")))
    submitted = enterprise(status=EnterpriseStatus.SUBMITTED, latitude="-6.2", longitude="106.82", point_fits=False)
    desk = signed_in(person(Role.MINISTRY_ADMIN)).get(reverse("verification_detail", args=[submitted.pk]))
    assert said in text_of(desk)


def test_another_village_is_compared_with_the_point_again(owner, draft):
    client = signed_in(owner)
    client.post(url("address"), {**ADDRESS, "latitude": "-6,2", "longitude": "106,82"})
    jakarta = Region.objects.filter(pk__startswith="31.71.", level=4).first()
    client.post(url("address"), {**ADDRESS, "village": jakarta.pk, "latitude": "-6,2", "longitude": "106,82"})
    draft.refresh_from_db()
    assert draft.point_fits is True


@pytest.mark.parametrize(
    ("latitude", "longitude", "field", "words"),
    [
        ("110,6", "-7,7", "latitude", "tertukar"),
        ("52,4", "110,6", "latitude", "antara -12 dan 7"),
        ("-7,7", "4,9", "longitude", "antara 94 dan 142"),
        ("-11,5", "97,0", "latitude", "di luar Indonesia"),
        ("tujuh", "110,6", "latitude", "angka"),
        ("-7,12345678", "110,6", "latitude", "6"),
        ("", "110,6", "latitude", "lintang dan bujur"),
    ],
)
def test_points_that_cannot_be_are_answered_at_their_field(owner, draft, latitude, longitude, field, words):
    page = signed_in(owner).post(url("address"), {**ADDRESS, "latitude": latitude, "longitude": longitude})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert words in str(errors_at(page, field))
    assert f'value="{latitude}"' in text_of(page) or not latitude


def test_a_village_of_another_district_is_answered_with_both_names(owner, draft):
    client = signed_in(owner)
    typed = {**ADDRESS, "district": OTHER_DISTRICT, "address": "Jalan Baru 5"}
    page = client.post(url("address"), typed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["village"]
    with translation.override("id"):
        said = str(errors_at(page, "village")[0])
    assert "Ceper (33.10.11)" in said
    assert f"({OTHER_DISTRICT})" in said
    assert 'value="Jalan Baru 5"' in text_of(page)
    client.post(reverse("set_language"), {"language": "en"})
    assert "Choose the village again" in text_of(client.post(url("address"), typed))


def test_a_village_of_another_district_by_api(owner, draft):
    address = f"/api/v1/enterprises/{draft.pk}/"
    client = signed_in(owner)
    for sent, expected in (
        ({"village": VILLAGE, "district": OTHER_DISTRICT}, ["village"]),
        ({"village": "33.10.12.9999"}, ["village"]),
        ({"village": VILLAGE, "district": "Ceper"}, ["district"]),
    ):
        answer = client.patch(address, sent, content_type="application/json")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, expected)
    fine = client.patch(address, {"village": VILLAGE, "district": VILLAGE[:8]}, content_type="application/json")
    assert fine.status_code == 200
    assert fine.json()["village"] == VILLAGE


def test_step_by_step_brings_the_district_along_and_another_search_forgets_it(owner, draft):
    client = signed_in(owner)
    page = text_of(client.get(reverse("dossier_village"), {"within": "33.10.11"}))
    assert f"?village={VILLAGE}&amp;district=33.10.11" in page
    page = text_of(client.get(url("address"), {"village": VILLAGE, "district": "33.10.11"}))
    assert 'name="district" value="33.10.11"' in page
    searched = client.post(
        url("address"), {**ADDRESS, "district": OTHER_DISTRICT, "village_q": "Ceper", "find": "village"}
    )
    assert f'value="{OTHER_DISTRICT}"' not in text_of(searched)


def test_a_code_without_points_is_understood(owner, draft):
    typed = {"village_q": VILLAGE.replace(".", ""), "address": "Jalan Baru 5"}
    assert signed_in(owner).post(url("address"), typed).status_code == 302
    draft.refresh_from_db()
    assert draft.village_id == VILLAGE


def test_the_database_refuses_half_a_point_and_points_abroad(draft):
    for fields in (
        {"latitude": 1},
        {"longitude": 110},
        {"latitude": 52, "longitude": 110},
        {"latitude": 1, "longitude": 5},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Enterprise.objects.filter(pk=draft.pk).update(**fields)
