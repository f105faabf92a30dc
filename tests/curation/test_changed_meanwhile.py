"""Two officers with the same form open: whoever saves second sees both versions and undoes nothing unseen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from curation.models import Need, Programme
from portal.models import Organisation
from tests.factories import curation as make
from tests.signing_in import signed_in
from tests.smoke.browser import Page

pytestmark = pytest.mark.django_db


def opened(client: Any, url: str) -> dict[str, Any]:
    """The form of the page as a browser would send it."""
    page = Page(None, url, 200, "", client.get(url).content)  # type: ignore[arg-type]
    form = next(each for each in page.forms if "seen" in dict(each.values))
    sent: dict[str, Any] = {}
    for name, value in form.values:
        sent.setdefault(name, []).append(value)
    return sent


@pytest.fixture(params=["need", "programme"])
def pages(request: pytest.FixtureRequest) -> tuple[str, str, Any, Any]:
    """The page, the field both change, and the two colleagues."""
    first = make.officer()
    buyer: Organisation = first.organisation
    second = make.officer(buyer)
    if request.param == "need":
        row = make.need(by=first, published_at=None)
        return reverse("buyer_need_edit", args=[row.pk]), "item", first, second
    row = make.draft_programme(by=first, needs=[make.need(by=first)])
    return reverse("programme_edit", args=[row.pk]), "name", first, second


def stored() -> str:
    return " ".join([*Need.objects.values_list("item", flat=True), *Programme.objects.values_list("name", flat=True)])


def test_the_second_compares_then_saves_on_purpose(pages: tuple[str, str, Any, Any]) -> None:
    url, field, first, second = pages
    theirs, mine = signed_in(first), signed_in(second)
    typed, other = opened(mine, url), opened(theirs, url)
    assert theirs.post(url, {**other, field: "Ditulis rekan"}).status_code == 302
    answer = mine.post(url, {**typed, field: "Ditulis saya"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert first.full_name in page
    assert "Ditulis rekan" in page
    assert "Ditulis saya" in page
    assert "Ditulis rekan" in stored(), "nothing was undone"
    (now,) = set(re.findall(r'name="seen" value="([0-9a-f]{32})"', page))
    assert mine.post(url, {**typed, field: "Ditulis saya", "seen": now}).status_code == 302
    assert "Ditulis saya" in stored()


def test_alone_one_saves_twice_from_the_same_page_only_after_looking(pages: tuple[str, str, Any, Any]) -> None:
    url, field, first, _second = pages
    client = signed_in(first)
    typed = opened(client, url)
    assert client.post(url, {**typed, field: "Sekali"}).status_code == 302
    assert client.post(url, {**typed, field: "Dari tab kedua"}).status_code == 409
    assert client.post(url, {**opened(client, url), field: "Dua kali"}).status_code == 302


def test_by_api_a_stale_if_match_is_refused() -> None:
    officer = make.officer()
    need = make.need(by=officer, published_at=None)
    client, url = signed_in(officer), reverse("api_need-detail", args=[need.pk])
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    body = {"item": "Mur baut M12"}
    answer = client.patch(url, body, content_type="application/json", headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["item"]) == (200, "Mur baut M12")
    late = client.patch(url, {"item": "Lain"}, content_type="application/json", headers={"If-Match": tag})
    assert late.status_code == 412
    assert Need.objects.get(pk=need.pk).item == "Mur baut M12"
    assert answer["ETag"] == client.get(url)["ETag"]
