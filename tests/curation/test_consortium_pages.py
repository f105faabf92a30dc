"""The officer's and the enterprise's pages of a consortium."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.models import Consortium, ConsortiumMember
from tests.factories import consortia as make
from tests.factories import curation
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def asked(made: make.Supply, **fields: Any) -> dict[str, Any]:
    starts = timezone.localdate() + dt.timedelta(days=30)
    return {
        "starts_on": starts.isoformat(),
        "months": 12,
        "members_at_most": 4,
        "least_share": 5,
        "most_share": 100,
        "curated_only": "on",
        **fields,
    }


def seen_on(page: Any) -> str:
    return page.context["found"].seen


def test_an_officer_looks_changes_and_saves() -> None:
    made = make.supply(600, 600, 600)
    desk = signed_in(made.officer)
    url = reverse("consortium_form", args=[made.need.pk])
    first = desk.get(url)
    assert first.status_code == 200
    assert made.firms[0].name in first.content.decode()
    looked = desk.post(url, asked(made, out=[made.firms[0].pk]))
    assert looked.status_code == 200
    assert not Consortium.objects.exists()
    saved = desk.post(url, asked(made, out=[made.firms[0].pk], do="save", seen=seen_on(looked)))
    consortium = Consortium.objects.get()
    assert saved["Location"] == reverse("consortium", args=[consortium.pk])
    assert consortium.members.get(enterprise=made.firms[0]).status == "excluded"
    page = desk.get(saved["Location"])
    assert page.status_code == 200
    assert reverse("consortium_invite", args=[consortium.pk]) in page.content.decode()
    refused = desk.post(reverse("consortium_invite", args=[consortium.pk]), {"days": "lima"})
    assert refused.status_code == 422
    assert "lima" in refused.content.decode()
    assert desk.post(reverse("consortium_invite", args=[consortium.pk]), {"days": 5}).status_code == 302
    again = desk.post(reverse("consortium_invite", args=[consortium.pk]), {"days": 5})
    assert again.status_code == 422
    consortium.refresh_from_db()
    assert consortium.status == "inviting"


def test_saving_what_was_not_looked_at_asks_to_look_again() -> None:
    made = make.supply()
    desk = signed_in(made.officer)
    url = reverse("consortium_form", args=[made.need.pk])
    seen = seen_on(desk.get(url))
    type(made.products[0]).objects.filter(pk=made.products[0].pk).update(monthly_capacity=200)
    answer = desk.post(url, asked(made, do="save", seen=seen))
    assert answer.status_code == 409
    assert seen_on(answer) != seen
    assert not Consortium.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"members_at_most": "0"}, "members_at_most"),
        ({"members_at_most": "1000"}, "members_at_most"),
        ({"members_at_most": "banyak"}, "members_at_most"),
        ({"months": ""}, "months"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"least_share": "70", "most_share": "60"}, "most_share"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(typed: dict[str, str], field: str) -> None:
    made = make.supply()
    answer = signed_in(made.officer).post(
        reverse("consortium_form", args=[made.need.pk]), asked(made, pin=[made.firms[2].pk], **typed)
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert made.firms[2].pk in answer.context["form"].pinned
    assert f'value="{made.firms[2].pk}"' in answer.content.decode()


def test_a_tick_for_and_a_tick_against_the_same_firm() -> None:
    made = make.supply()
    both = {"pin": [made.firms[0].pk], "out": [made.firms[0].pk]}
    answer = signed_in(made.officer).post(reverse("consortium_form", args=[made.need.pk]), asked(made, **both))
    assert answer.status_code == 422


def test_what_is_short_and_what_would_help_is_said() -> None:
    made = make.supply(quantity=5000)
    page = signed_in(made.officer).get(reverse("consortium_form", args=[made.need.pk]))
    text = page.content.decode()
    assert "1.500" in text
    assert "3.500" in text
    saved = signed_in(made.officer).post(
        reverse("consortium_form", args=[made.need.pk]), asked(made, do="save", seen="x")
    )
    assert saved.status_code == 422


def test_an_alternative_is_looked_at_with_one_button() -> None:
    made = make.supply(600, 500, 400)
    desk = signed_in(made.officer)
    url = reverse("consortium_form", args=[made.need.pk])
    page = desk.get(url)
    without = next(each for each in page.context["others"] if each.do.startswith("without:"))
    looked = desk.post(url, asked(made, do=without.do))
    assert looked.status_code == 200
    gone = int(without.do.partition(":")[2])
    assert gone in looked.context["form"].excluded
    assert gone not in {part.row.key for part, _why in looked.context["parts"]}
    assert desk.post(url, asked(made, do="without:nobody")).status_code == 200


def test_who_declined_is_replaced_on_the_same_page() -> None:
    made = make.supply(600, 600, 600)
    consortium = make.inviting(made)
    member = consortium.members.first()
    owner = signed_in(made.owner(member))
    decline = reverse("consortium_decline", args=[member.pk])
    assert owner.get(decline).status_code == 200
    assert owner.post(decline, {"reason": "Penuh"})["Location"] == reverse("my_consortium", args=[member.pk])
    desk = signed_in(made.officer)
    page = desk.get(reverse("consortium", args=[consortium.pk]))
    again = reverse("consortium_again", args=[consortium.pk])
    assert again in page.content.decode()
    assert "Penuh" in page.content.decode()
    looked = desk.get(again)
    done = desk.post(again, asked(made, days=3, do="save", seen=seen_on(looked)))
    assert done.status_code == 302, done.context["form"].errors
    assert consortium.members.filter(status="invited").count() == 2


def test_an_enterprise_accepts_on_its_page_and_late_tabs_are_told() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    first, last = consortium.members.all()
    page = signed_in(made.owner(first))
    url = reverse("my_consortium", args=[first.pk])
    text = page.get(url).content.decode()
    assert last.enterprise.name in text
    assert reverse("consortium_accept", args=[first.pk]) in text
    assert page.post(reverse("consortium_accept", args=[first.pk]))["Location"] == url
    assert page.post(reverse("consortium_accept", args=[first.pk])).status_code == 302
    assert page.get(reverse("my_consortia")).status_code == 200
    assert page.post(reverse("consortium_decline", args=[first.pk]), {"reason": ""}).status_code == 422
    ConsortiumMember.objects.filter(pk=last.pk).update(answer_by=timezone.localdate() - dt.timedelta(days=1))
    late = signed_in(made.owner(last)).post(reverse("consortium_accept", args=[last.pk]))
    assert late.status_code == 409


def test_giving_it_up_needs_a_reason_and_tells_why() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    desk = signed_in(made.officer)
    url = reverse("consortium_cancel", args=[consortium.pk])
    assert desk.post(url, {"reason": ""}).status_code == 422
    assert desk.post(url, {"reason": "Anggaran ditunda"}).status_code == 302
    member = consortium.members.first()
    text = signed_in(made.owner(member)).get(reverse("my_consortium", args=[member.pk])).content.decode()
    assert "Anggaran ditunda" in text
    assert desk.post(url, {"reason": "lagi"}).status_code in (409, 422)
    assert desk.get(reverse("consortium_again", args=[consortium.pk])).status_code == 302
    assert desk.post(reverse("consortium_again", args=[consortium.pk]), asked(made)).status_code == 409


def test_strangers_find_nothing() -> None:
    made = make.supply()
    consortium = make.inviting(made)
    member = consortium.members.first()
    stranger = signed_in(curation.officer())
    for name in ("consortium", "consortium_again", "consortium_cancel"):
        assert stranger.get(reverse(name, args=[consortium.pk])).status_code == 404
    assert stranger.get(reverse("consortium_form", args=[made.need.pk])).status_code == 404
    spare = next(f for f in made.firms if not consortium.members.filter(enterprise=f).exists())
    outsider = signed_in(made.owners[made.firms.index(spare)])
    assert outsider.get(reverse("my_consortium", args=[member.pk])).status_code == 404
    assert outsider.post(reverse("consortium_accept", args=[member.pk])).status_code == 404
    assert Client().get(reverse("my_consortia")).status_code == 302


@pytest.mark.parametrize("name", ["consortium_list", "my_consortia"])
def test_a_list_asks_no_more_for_three_than_for_one(name: str, django_assert_max_num_queries: Any) -> None:
    made = make.supply(900, 900, 900)
    counts = []
    for count in (1, 2):
        for _each in range(count):
            make.inviting(made, pinned=frozenset({made.firms[0].pk}), most_share=60)
        person = made.officer if name == "consortium_list" else made.owners[0]
        client = signed_in(person)
        with django_assert_max_num_queries(100) as taken:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1]
