"""An officer sees what a draft would change while it is being written: by htmx, by a button, and by API."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from curation.models import CriteriaSet, Criterion, Pool, PoolRun, PoolScore, Programme
from portal.models import AuditEntry, User
from tests.curation.test_curation_api import Api
from tests.curation.test_pool import LINES, ran, rich_one, settle, some_enterprises
from tests.factories import curation as make
from tests.factories.enterprises import enterprise
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

HTMX = {"HTTP_HX_REQUEST": "true"}


def drafted(*, score: bool = True, threshold: int = 100, alike: int = 0) -> tuple[User, Programme]:
    """A pool of three, and as many more that are like the best."""
    by = make.officer()
    some_enterprises()
    for _each in range(alike):
        rich_one()
    subject = make.draft_programme(by=by)
    make.criteria_set(subject, LINES, publish=False, threshold=Decimal(threshold), review_floor=Decimal(30))
    if score:
        ran(subject)
    return by, subject


def band(subject: Programme, **changes: str) -> dict[str, str]:
    """As the page sends it."""
    draft = subject.criteria_sets.get(published_at=None)
    typed = {"threshold": str(draft.threshold), "review_floor": str(draft.review_floor), "try": "1"}
    for each in draft.criteria.all():
        if not each.is_gate:
            typed |= {f"weight_{each.pk}": str(each.weight), f"minimum_{each.pk}": ""}
    return typed | changes


def address(subject: Programme) -> str:
    return f"/desk/programmes/{subject.pk}/criteria/"


def best_score(subject: Programme) -> PoolScore:
    return PoolScore.objects.filter(run__programme=subject, missed=0).order_by("-total").first()


def test_the_fragment_says_who_would_enter_and_keeps_nothing() -> None:
    by, subject = drafted(alike=4)
    best = best_score(subject)
    typed = band(subject, threshold="30")
    answer = signed_in(by).post(address(subject), typed, **HTMX)
    assert (answer.status_code, answer.templates[0].name) == (200, "curation/effect.html")
    page = answer.content.decode()
    assert "<html" not in page
    assert answer.context["effect"].whole.entering == 5
    assert "+5" in page
    assert "Bobot berjumlah 100." in page
    assert subject.criteria_sets.get().threshold == 100
    listed = signed_in(by).get(answer.context["entering_url"])
    assert listed.status_code == 200
    assert f'href="/businesses/{best.enterprise_id}/"' in listed.content.decode()
    assert "Menurut draf ini tidak ada." in signed_in(by).get(answer.context["leaving_url"]).content.decode()


def test_without_javascript_a_button_shows_the_same_page_with_what_was_typed() -> None:
    by, subject = drafted()
    answer = signed_in(by).post(address(subject), band(subject, threshold="31,5"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'value="31,5"' in page
    assert answer.context["effect"].whole.entering == 1
    assert subject.criteria_sets.get().threshold == 100


@pytest.mark.parametrize(("changes", "status"), [({"threshold": "abc"}, 422), ({"review_floor": "101"}, 422)])
def test_what_cannot_be_read_is_said_at_its_field(changes: dict[str, str], status: int) -> None:
    by, subject = drafted()
    fragment = signed_in(by).post(address(subject), band(subject, **changes), **HTMX)
    page = signed_in(by).post(address(subject), band(subject, **changes))
    assert (fragment.status_code, page.status_code) == (status, status)
    assert "Isian ini belum dapat dicoba" in fragment.content.decode()
    assert f'value="{next(iter(changes.values()))}"' in page.content.decode()


def test_weights_that_miss_100_by_a_hundredth_are_counted_and_said() -> None:
    by, subject = drafted()
    workforce = Criterion.objects.get(feature="workforce")
    answer = signed_in(by).post(address(subject), band(subject, **{f"weight_{workforce.pk}": "24,99"}), **HTMX)
    assert answer.status_code == 200
    assert "Bobot berjumlah 99,99, bukan 100" in answer.content.decode()


def test_another_shape_is_tried_before_its_words_are_written() -> None:
    by, subject = drafted(threshold=60)
    before = best_score(subject).total
    typed = {
        "zero_at": "0",
        "full_at": "13",
        "weight": "25",
        "minimum": "",
        "label_id": "",
        "feedback_id": "",
        "try": "1",
    }
    workforce = Criterion.objects.get(feature="workforce")
    answer = signed_in(by).post(f"{address(subject)}{workforce.pk}/", typed, **HTMX)
    assert answer.status_code == 200, answer.content
    assert "feature=workforce" in answer.context["leaving_url"]
    assert "feedback" not in answer.context["leaving_url"]
    assert signed_in(by).get(answer.context["leaving_url"]).status_code == 200
    workforce.refresh_from_db()
    assert workforce.parameters["full_at"] == "20"
    assert before == best_score(subject).total
    added = signed_in(by).post(f"{address(subject)}add/exports/gate/", {"test": "is_true", "try": "1"}, **HTMX)
    assert added.status_code == 200
    assert added.context["effect"].whole.after == 0, "nobody exports"
    bad = signed_in(by).post(f"{address(subject)}{workforce.pk}/", typed | {"full_at": "0"})
    assert bad.status_code == 422
    assert "nilainya sama" in bad.content.decode().lower() or "sama" in bad.content.decode()


def test_the_pool_is_scored_from_the_page_and_shown_while_it_goes_on() -> None:
    by, subject = drafted(score=False)
    client = signed_in(by)
    page = client.get(address(subject)).content.decode()
    assert "Nilai semua usaha" in page
    assert "hx-post" not in page
    assert client.post(f"/desk/programmes/{subject.pk}/pool/run/").url == address(subject)
    run = PoolRun.objects.get()
    page = client.get(address(subject)).content.decode()
    assert f'data-poll="/desk/pool-runs/{run.pk}/"' in page
    assert "Biasanya kurang dari 1 menit." in page
    twice = client.post(f"/desk/programmes/{subject.pk}/pool/run/", follow=True).content.decode()
    assert PoolRun.objects.count() == 1
    assert "data-poll" in twice
    settle()
    done = client.get(f"/desk/pool-runs/{run.pk}/", headers={"X-Requested-With": "fetch"}).content.decode()
    assert "data-reload" in done
    page = client.get(address(subject)).content.decode()
    assert 'hx-trigger="load, input' in page


def test_the_page_stays_usable_while_the_pool_is_scored_again(settings) -> None:
    settings.SCORING_RANGE_SIZE = 1
    by, subject = drafted()
    subject.needs.update(quantity_per_month=Decimal(3))
    signed_in(by).post(f"/desk/programmes/{subject.pk}/pool/run/")
    assert PoolRun.objects.open().exists()
    assert signed_in(by).post(address(subject), band(subject, threshold="31"), **HTMX).context["effect"]
    workforce = Criterion.objects.get(feature="workforce")
    typed = {"zero_at": "0", "full_at": "13", "weight": "25", "try": "1"}
    answer = signed_in(by).post(f"{address(subject)}{workforce.pk}/", typed, **HTMX)
    assert "Bukti sedang dibaca ulang" in answer.content.decode()


def test_a_draft_that_could_not_be_published_is_not_scored_and_says_why() -> None:
    by, subject = drafted(score=False)
    Criterion.objects.filter(feature="workforce").update(weight="24.99")
    page = signed_in(by).post(f"/desk/programmes/{subject.pk}/pool/run/", follow=True).content.decode()
    assert "99,99" in page
    assert not PoolRun.objects.exists()


def test_a_feature_that_nobody_has_evidence_of_is_named_with_the_figure() -> None:
    by, subject = drafted()
    page = signed_in(by).get(address(subject)).content.decode()
    assert "Ini tidak dapat dipenuhi siapa pun" not in page
    Criterion.objects.create(
        criteria_set=CriteriaSet.objects.get(), position=9, label_id="ISO", feedback_id="Lampirkan.",
        **make.criterion("iso_9001", "gate", test="valid_on", days=0),
    )  # fmt: skip
    page = signed_in(by).get(address(subject)).content.decode()
    assert "0 dari 3 usaha memiliki buktinya" in page
    publishing = signed_in(by).get(f"/desk/programmes/{subject.pk}/publish/").content.decode()
    assert "0 dari 3 usaha memiliki buktinya" in publishing
    said = Api(by).get(f"programmes/{subject.pk}/criteria/draft/").json()
    assert ("0 dari 3" in said["warnings"][0], said["problems"]) == (True, [])
    Pool.objects.update(with_evidence={})
    assert "memiliki buktinya" not in signed_in(by).get(address(subject)).content.decode()


def test_nobody_else_asks(django_assert_max_num_queries: Any) -> None:
    _by, subject = drafted()
    run = PoolRun.objects.get()
    stranger = signed_in(make.officer())
    assert stranger.post(address(subject), band(subject), **HTMX).status_code == 404
    assert stranger.post(f"/desk/programmes/{subject.pk}/pool/run/").status_code == 404
    assert stranger.get(f"/desk/pool-runs/{run.pk}/").status_code == 404
    assert stranger.get(f"/desk/programmes/{subject.pk}/what-if/entering/").status_code == 404


@pytest.mark.parametrize("query", ["threshold=x", "feature=workforce&shape=linear&zero_at=1&full_at=1", "feature=x"])
def test_an_address_that_cannot_be_read_says_so(query: str) -> None:
    by, subject = drafted()
    answer = signed_in(by).get(f"/desk/programmes/{subject.pk}/what-if/leaving/?{query}")
    assert answer.status_code == 422
    assert signed_in(by).get(f"/desk/programmes/{subject.pk}/what-if/sideways/").status_code == 404


def api(by: User, path: str, data: dict[str, Any] | None = None) -> Any:
    client = signed_in(by)
    return client.post(f"/api/v1/{path}", data or {}, content_type="application/json")


def test_by_api_alone() -> None:
    by, subject = drafted(score=False, alike=4)
    path = f"programmes/{subject.pk}/"
    assert api(by, f"{path}what-if/").status_code == 409
    started = api(by, f"{path}pool-run/")
    assert started.status_code == 202, started.content
    assert api(by, f"{path}pool-run/").status_code == 409
    settle()
    run = signed_in(by).get(f"/api/v1/pool-runs/{started.json()['id']}/").json()
    assert (run["state"], run["progress"], run["enterprises"], run["passing"]) == ("done", 100, 7, 0)
    best = best_score(subject)
    answer = api(by, f"{path}what-if/", {"threshold": "30", "movers": "entering"})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["compared_with"], body["weights"], body["whole"]["entering"]) == (None, "100.00", 5)
    low = best.total // 500 * 5
    told = {"enterprise": best.enterprise_id, "name": best.enterprise.name}
    told |= {"before": f"{low}–{low + 5}", "after": f"{low}–{low + 5}"}
    assert told in [{name: mover[name] for name in told} for mover in body["movers"]]
    assert (len(body["movers"]), body["movers_withheld"]) == (5, "")
    assert sum(each["enterprises"] for each in body["histogram"]) == 7
    assert {each["outcome"]: each["after"] for each in body["outcomes"]}["passes"] == 5
    assert subject.criteria_sets.get().threshold == 100, "nothing is kept"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"threshold": "20"}, "review_floor"),
        ({"criteria": []}, "criteria"),
        ({"criteria": [{"feature": "workforce", "shape": "linear", "weight": "10", "parameters": {"zero_at": "1", "full_at": "1"}}]}, "criteria"),
        ({"movers": "both"}, "movers"),
    ],
)  # fmt: skip
def test_what_the_api_cannot_try_is_named(data: dict[str, Any], field: str) -> None:
    by, subject = drafted()
    answer = api(by, f"programmes/{subject.pk}/what-if/", data)
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_the_api_tries_whole_criteria_without_their_words() -> None:
    by, subject = drafted()
    lines = [
        {"feature": "workforce", "shape": "linear", "weight": "99.99", "parameters": {"zero_at": "0", "full_at": "7"}}
    ]
    lines.append({"feature": "iso_9001", "shape": "gate", "parameters": {"test": "present"}})
    body = api(by, f"programmes/{subject.pk}/what-if/", {"criteria": lines}).json()
    assert (body["weights"], body["whole"]["after"]) == ("99.99", 0)
    assert len(body["without_evidence"]) == 1
    assert api(make.officer(), f"programmes/{subject.pk}/what-if/").status_code == 404


# -- Nobody's figures are read off a draft -----------------------------------------------------------------------------


def looks(subject: Programme) -> Any:
    return AuditEntry.objects.of(subject).filter(action="see_who_would_move")


def test_fewer_than_five_are_counted_and_not_named() -> None:
    by, subject = drafted(alike=3)
    fragment = signed_in(by).post(address(subject), band(subject, threshold="30"), **HTMX)
    assert "+4" in fragment.content.decode()
    page = signed_in(by).get(fragment.context["entering_url"]).content.decode()
    assert "Kurang dari lima" in page
    assert "/businesses/" not in page
    body = api(by, f"programmes/{subject.pk}/what-if/", {"threshold": "30", "movers": "entering"}).json()
    assert (body["whole"]["entering"], body["movers"]) == (4, [])
    assert body["movers_withheld"].startswith("Kurang dari lima")
    assert not looks(subject).exists()


def test_exact_points_would_be_the_figure_itself() -> None:
    """A draft that gives all its points for sales turns points into rupiah."""
    by, subject = drafted(alike=4)
    lines = [
        {
            "feature": "annual_sales",
            "shape": "linear",
            "weight": "100",
            "parameters": {"zero_at": "0", "full_at": "9000000000"},
        }
    ]
    body = api(
        by,
        f"programmes/{subject.pk}/what-if/",
        {"criteria": lines, "threshold": "30", "review_floor": "0", "movers": "entering"},
    ).json()
    assert {mover["after"] for mover in body["movers"]} == {"45–50"}, "4.2 of 9 billion: 46.67"


def test_each_draft_whose_names_are_read_is_recorded_and_twenty_are_enough_for_a_day() -> None:
    by, subject = drafted(alike=4)
    client, path = signed_in(by), f"/desk/programmes/{subject.pk}/what-if/entering/"
    for n in range(20):
        page = client.get(path, band(subject, threshold=f"30,{n:02}"))
        assert "/businesses/" in page.content.decode(), n
    assert client.get(path, band(subject, threshold="30,00")).context["rows"], "one that was read already"
    entries = looks(subject)
    assert entries.count() == 21
    first = entries.order_by("seq").first()
    assert (first.actor, first.payload["way"], first.payload["count"]) == (by, "entering", 5)
    assert first.payload["criteria"][2]["parameters"] == {"zero_at": "0", "full_at": "20"}
    refused = client.get(path, band(subject, threshold="31")).content.decode()
    assert "nama lagi besok" in refused
    assert "/businesses/" not in refused
    answer = api(by, f"programmes/{subject.pk}/what-if/", {"threshold": "31", "movers": "entering"})
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "names_of_the_day")
    assert api(by, f"programmes/{subject.pk}/what-if/", {"threshold": "31"}).status_code == 200, "figures go on"
    colleague = make.officer(by.organisation)
    assert "nama lagi besok" in signed_in(colleague).get(path, band(subject, threshold="32")).content.decode()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert "/businesses/" in signed_in(by).get(path, band(subject, threshold="31")).content.decode()


def test_a_small_group_stands_with_another() -> None:
    by, subject = drafted(alike=4, score=False)
    for n in range(8):
        enterprise(village="51.71.01.1001" if n < 6 else "73.71", legal_form="pt")
    ran(subject)
    body = api(by, f"programmes/{subject.pk}/what-if/", {"threshold": "30"}).json()
    assert [(each["code"], each["enterprises"]) for each in body["by_province"]] == [(33, 7), (-1, 8)]
    page = signed_in(by).post(address(subject), band(subject, threshold="30"), **HTMX).content.decode()
    assert "Kelompok lain, digabung" in page
