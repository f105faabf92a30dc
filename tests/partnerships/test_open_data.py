"""The feed, the records, the files of a year and the page: what a reader gets, and what stays when more is published."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership, Release, ReleaseName
from partnerships.selectors import open_data
from partnerships.services import paying
from partnerships.services.publishing import PUBLISH_JOB, publish_changes
from partnerships.tasks import publish
from portal import audit, jobs
from portal.enums import JobState, LegalForm
from portal.models import Job
from tests.factories import orders
from tests.factories import partnerships as make
from tests.factories.partnerships import World
from tests.ocds import standard
from tests.partnerships.test_erasure import erase

pytestmark = pytest.mark.django_db
FEED, RECORDS = "/api/v1/ocds/releases/", "/api/v1/ocds/records/"


@pytest.fixture
def world() -> World:
    return make.world()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data, "RELEASES_PAGE", 2)
    monkeypatch.setattr(open_data, "RECORDS_PAGE", 2)
    monkeypatch.setattr(open_data, "STREAMED", 2)


def get(address: str, **headers: str) -> Any:
    return Client().get(address, headers=headers)


def followed(address: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while address:
        answer = get(address.removeprefix("http://localhost:8000"))
        package = answer.json()
        assert package["uri"].partition("?")[0].endswith(FEED if name == "releases" else RECORDS)
        found += package[name]
        address = standard.next_page(answer)
    return found


def test_the_round_publishes_by_a_job(world: World) -> None:
    publish()
    assert not Job.objects.filter(kind=PUBLISH_JOB).exists(), "nothing waits, nothing is queued"
    make.active(world)
    publish()
    jobs.drain()
    assert Job.objects.filter(kind=PUBLISH_JOB, state=JobState.DONE).exists()
    assert Release.objects.count() == 1


def test_pages_that_are_full_stay_what_they_are(world: World, small_pages: None, tmp_path: Path) -> None:
    for _number in range(3):
        make.active(world)
    publish_changes()
    first = get(FEED).json()
    assert len(first["releases"]) == 2
    assert 'rel="prev"' not in get(FEED)["Link"]
    second = get(f"{FEED}?page=2")
    assert len(second.json()["releases"]) == 1
    assert second["Link"].endswith('releases/?page=1>; rel="prev"')
    for address in (FEED, f"{FEED}?page=2"):
        assert set(standard.counts(standard.report(get(address).json(), tmp_path)).values()) == {0}
    make.active(world)
    make.active(world)
    publish_changes()
    assert get(FEED).json() == first
    ids = [each["id"] for each in followed(FEED, "releases")]
    assert ids == list(Release.objects.order_by("date").values_list("release_id", flat=True))
    assert len(ids) == 5
    assert len(followed(RECORDS, "records")) == 5


def test_a_reader_goes_on_from_the_date_of_the_last_release(world: World, small_pages: None) -> None:
    for _number in range(3):
        make.active(world)
    publish_changes()
    last = followed(FEED, "releases")[-1]
    for since in (last["date"], last["date"].replace("+", "%2B")):
        again = get(f"{FEED}?since={since}").json()
        assert [each["id"] for each in again["releases"]] == [last["id"]]
    assert len(followed(f"{FEED}?since={timezone.localdate()}", "releases")) == 3
    later = timezone.localdate() + dt.timedelta(days=2)
    assert get(f"{FEED}?since={later}").json()["releases"] == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "2", "99999999999999999999", "²", ""])
def test_a_page_that_is_not_there(world: World, page: str) -> None:
    make.active(world)
    publish_changes()
    assert get(f"{FEED}?page={page}").status_code == 404
    assert get(f"{RECORDS}?page={page}").status_code == 404


@pytest.mark.parametrize(
    "since", ["kemarin", "2026-13-01", "0001-01-01T00:00:00+07:00", "9999-12-31", "2026-12-01T25:00"]
)
def test_a_date_that_is_none(since: str) -> None:
    answer = get(f"{FEED}?since={since}")
    assert answer.status_code == 422
    assert "2026-12-01" in answer.json()["errors"]["since"][0]


def test_whoever_has_it_already_is_told_so(world: World) -> None:
    contract = make.active(world)
    publish_changes()
    record = f"{RECORDS}ocds-test00-{contract.number}/"
    for address in (
        FEED,
        RECORDS,
        record,
        f"{FEED}ocds-test00-{contract.number}-0001/",
        "/ocds/releases-2026.jsonl.gz",
    ):
        answer = get(address)
        assert answer.status_code == 200, address
        known = {"If-None-Match": answer["ETag"]}
        assert get(address, **known).status_code == 304
        assert get(address, **{"If-Modified-Since": answer["Last-Modified"]}).status_code == 304
        assert get(address, **{"If-None-Match": '"lain"'}).status_code == 200
    before = get(record)["ETag"]
    orders.confirmed(world, 10, partnership=contract)
    publish_changes()
    assert get(record, **{"If-None-Match": before}).status_code == 200


def test_a_record_leads_to_its_releases(world: World) -> None:
    contract = make.active(world)
    publish_changes()
    orders.confirmed(world, 10, partnership=contract)
    publish_changes()
    (record,) = get(f"{RECORDS}ocds-test00-{contract.number}/").json()["records"]
    assert [each["tag"] for each in record["releases"]] == [
        ["planning", "tender", "award", "contract"],
        ["implementation"],
    ]
    for linked in record["releases"]:
        (release,) = get(linked["url"].removeprefix("http://localhost:8000")).json()["releases"]
        assert (release["date"], release["tag"]) == (linked["date"], linked["tag"])
    assert record["compiledRelease"]["tag"] == ["compiled"]
    assert get(f"{RECORDS}ocds-test00-MP-2026-9999/").status_code == 404
    assert get(f"{FEED}ocds-test00-MP-2026-9999-0001/").status_code == 404


def test_the_file_of_a_year_holds_each_release_once(world: World, small_pages: None) -> None:
    for _number in range(5):
        make.active(world)
    publish_changes()
    answer = get(f"/ocds/releases-{timezone.localdate().year}.jsonl.gz")
    lines = gzip.decompress(b"".join(answer.streaming_content)).decode().splitlines()
    assert [json.loads(line) for line in lines] == followed(FEED, "releases")
    for year in (1999, 0, 99999):
        assert get(f"/ocds/releases-{year}.jsonl.gz").status_code == 404


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_says_what_is_there_and_what_is_not_until_when(world: World, language: str) -> None:
    client = Client(headers={"accept-language": language})
    client.cookies["django_language"] = language
    assert client.get("/ocds/").status_code == 200
    make.active(world)
    publish_changes()
    page = client.get("/ocds/").content.decode()
    for wanted in (
        FEED,
        RECORDS,
        "ocds-test00",
        "creativecommons.org/licenses/by/4.0",
        ">releases-2026.jsonl.gz<",
        "ID-DJP",
    ):
        assert wanted in page, wanted


def test_a_registered_prefix_is_no_test(world: World, settings: Any) -> None:
    settings.OCDS_PREFIX = "ocds-abc123"
    contract = make.active(world)
    publish_changes()
    assert "ocds-test00" not in Client().get("/ocds/").content.decode()
    settings.OCDS_PREFIX = "ocds-test00"
    orders.confirmed(world, 10, partnership=contract)
    publish_changes()
    assert set(Release.objects.values_list("ocid", flat=True)) == {f"ocds-abc123-{contract.number}"}, "for good"


def test_the_public_page_shows_what_came_of_the_pledge_from_the_same_figures(world: World) -> None:
    contract = make.active(world)
    delivery = orders.accepted(world, 100, partnership=contract)
    payment = orders.paid(orders.invoiced(delivery, by=world.owner), by=world.officer)
    orders.placed(world, 7, partnership=contract)
    shown = Client().get(f"/api/v1/contracts/{contract.pk}/").json()
    assert shown["realised"] == {"pledged": contract.value, "ordered": 4_000_000, "accepted": 4_000_000, "paid": 0}
    paying.confirm_payment(payment, by=world.owner)
    shown = Client().get(f"/api/v1/contracts/{contract.pk}/").json()
    assert (shown["realised"]["paid"], shown["ocid"]) == (4_000_000, "")
    publish_changes()
    page = Client().get(f"/contracts/{contract.pk}/").content.decode()
    record = f"{RECORDS}{Client().get(f'/api/v1/contracts/{contract.pk}/').json()['ocid']}/"
    assert f'href="{record}"' in page
    assert page.count("Rp4.000.000") == 3 or page.count("Rp4 juta") == 3
    done = get(record).json()["records"][0]["compiledRelease"]["contracts"][0]["implementation"]
    assert sum(each["value"]["amount"] for each in done["transactions"]) == shown["realised"]["paid"]


def test_an_erased_persons_business_is_named_nowhere_in_public(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    firm = world.enterprise
    firm.legal_form = LegalForm.SOLE_PROPRIETOR
    firm.save(update_fields=["legal_form"])
    contract = make.active(world)
    publish_changes()
    record = f"{RECORDS}ocds-test00-{contract.number}/"
    addresses = [FEED, record, f"{FEED}ocds-test00-{contract.number}-0001/", f"/contracts/{contract.pk}/", "/contracts/",
                 "/api/v1/contracts/", f"/api/v1/contracts/{contract.pk}/"]  # fmt: skip
    name = firm.name
    for address in addresses:
        assert name in get(address).content.decode(), address
    known = get(record)["ETag"], get(FEED)["Last-Modified"]
    year = get("/ocds/releases-2026.jsonl.gz")["ETag"]
    kept = Release.objects.get().content
    Partnership.objects.filter(pk=contract.pk).update(status=PartnershipStatus.COMPLETED, ended_at=timezone.now())
    publish_changes()
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(world.owner).status_code == 302
        jobs.drain()
    publish_changes()
    assert Release.objects.count() == 3
    assert Release.objects.order_by("position").last().tags == ["awardUpdate"], "whoever reads on is told"
    for address in addresses:
        assert name not in get(address).content.decode(), address
    year_now = get("/ocds/releases-2026.jsonl.gz")
    assert year_now["ETag"] != year
    assert name not in gzip.decompress(b"".join(year_now.streaming_content)).decode()
    assert get(record, **{"If-None-Match": known[0]}).status_code == 200
    assert get("/contracts/?q=" + name).content.decode().count("(nama dihapus)") == 0, "nor found by it"
    assert Release.objects.order_by("position").first().content == kept, "the row is as it was"
    assert not ReleaseName.objects.exclude(name="").exists()
    assert audit.breaks() == []
    firm.refresh_from_db()
    assert firm.name == name, "the contract keeps it for its parties"


def test_a_companys_name_stays_when_its_owner_goes(world: World, django_capture_on_commit_callbacks: Any) -> None:
    world.enterprise.legal_form = LegalForm.PT
    world.enterprise.save(update_fields=["legal_form"])
    contract = make.active(world)
    Partnership.objects.filter(pk=contract.pk).update(status=PartnershipStatus.COMPLETED, ended_at=timezone.now())
    publish_changes()
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(world.owner).status_code == 302
        jobs.drain()
    publish_changes()
    assert Release.objects.count() == 1
    assert world.enterprise.name in get(FEED).content.decode()


def test_what_is_erased_before_it_was_published_is_published_without_the_name(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    world.enterprise.legal_form = LegalForm.SOLE_PROPRIETOR
    world.enterprise.save(update_fields=["legal_form"])
    contract = make.active(world)
    Partnership.objects.filter(pk=contract.pk).update(status=PartnershipStatus.COMPLETED, ended_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(world.owner).status_code == 302
        jobs.drain()
    publish_changes()
    assert world.enterprise.name not in get(FEED).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_no_more_with_more_rows(world: World, count: int, django_assert_max_num_queries: Any) -> None:
    for _number in range(count):
        make.active(world)
    publish_changes()
    for address, most in ((FEED, 10), (RECORDS, 13), ("/ocds/", 12)):
        with django_assert_max_num_queries(most):
            Client().get(address)
