"""A session that ends while somebody types loses nothing, on whichever page: every form is sent by nobody, and after
signing in the page holds what was typed.

Read from the URLconf: a new page with a form is asked, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from curation.enums import ApplicationStatus
from curation.models import Application, Curation, Need, Renewal
from curation.services.scoring import take_snapshot
from partnerships.models import Partnership
from partnerships.models.partnership import UNDER_WAY
from partnerships.services.amending import drop_amendment
from portal.kept_forms import NEVER_KEPT, SESSION_KEY
from portal.models import AnnualSales, Enterprise, SuspectedDuplicate, User
from tests.access.endpoints import Endpoint, our_endpoints
from tests.access.registry import Reach, Words, reach_of
from tests.access.world import World
from tests.factories.enterprises import enterprise
from tests.portal.test_kbli_conversion import proposed
from tests.signing_in import signed_in
from tests.smoke.browser import Form, Page

pytestmark = pytest.mark.django_db
ROWS_TRIED = 40
ROWS_LOOKED_AT = 4
# Pages with a form in which nobody types: a choice, a tick, a file, or a code that is never kept.
NOTHING_TYPED = {
    "application_check",
    "application_withdraw",
    "application_reviewers",
    "apply",
    "buyer_need_withdraw",
    "consent_give",
    "consent_give_partner",
    "conversion_propose",
    "conversion_queue",
    "curation_recognise",
    "delivery_paper_add",
    "document_remove",
    "dossier_check",
    "import_start",
    "incident_paper_add",
    "invitation_accept",
    "kit_hand_out",
    "kit_upload",
    "my_data_copy",
    "my_data_erase",
    "partnership_accept",
    "partnership_complete",
    "partnership_sign",
    "product_withdraw",
    "profile_confirm",
    "recognition_withdraw",
    "programme_archive",
    "programme_publish",
    "reviewers_in_turn",
    "sign_off",
    "switch_organisation",
    "webhook_remove",
}


def with_forms() -> list[Endpoint]:
    """Addresses that take a form and show it. That no other form is typed in is asked below."""
    pages = [each for each in our_endpoints() if not each.api and {"GET", "POST"} <= set(each.policies)]
    return [each for each in pages if not each.policies["POST"].public]


@pytest.mark.parametrize("endpoint", with_forms(), ids=lambda endpoint: endpoint.name)
def test_what_was_typed_is_there_after_signing_in_again(endpoint: Endpoint, world: World) -> None:
    with transaction.atomic():
        PREPARED.get(endpoint.name, lambda world: None)(world)
        found = next(pages_with_fields(endpoint, world), None)
        if endpoint.name in NOTHING_TYPED:
            assert found is None, f"{found[2].names} is typed here"
            transaction.set_rollback(True)
            return
        assert found, "nobody finds a form to type in here: extend the world, or say why nothing is typed"
        user, address, form = found
        typed = {name: f"Diketik {number}" for number, name in enumerate(text_fields(form))}
        nobody = Client()
        # A list that opens its first row shows the same form: it is kept whichever page it came from.
        answer = nobody.post(address, list_of(form.fill(**typed)), headers={"Referer": "http://testserver/"})
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]
        back = signed_in(user)
        session = back.session
        session[SESSION_KEY] = nobody.session[SESSION_KEY]
        session.save()
        page = back.get(address)
        assert page.status_code == 200
        lost = {name for name, text in typed.items() if escape(text) not in page.content.decode()}
        transaction.set_rollback(True)
    assert not lost


def pages() -> list[Endpoint]:
    return [
        each
        for each in our_endpoints()
        if not each.api and "GET" in each.policies and not each.policies["GET"].public and reach_known(each)
    ]


def reach_known(endpoint: Endpoint) -> bool:
    return not endpoint.kwargs or isinstance(reach_of(endpoint.name, "GET"), Reach | Words)


@pytest.mark.parametrize("endpoint", pages(), ids=lambda endpoint: endpoint.name)
def test_nothing_is_typed_that_is_sent_to_an_address_without_a_page(endpoint: Endpoint, world: World) -> None:
    """There it could not be shown again: such forms have buttons and choices alone."""
    shown_again = {each.name for each in our_endpoints() if "GET" in each.policies}
    with transaction.atomic():
        PREPARED.get(endpoint.name, lambda world: None)(world)
        lost = {
            (sent_to, *text_fields(form))
            for user in world.people.values()
            if endpoint.policies["GET"].admits(user)
            for address, page in opened(endpoint, user)
            for form in page.forms
            if form.method == "post" and text_fields(form)
            for sent_to in [resolve(urlsplit(form.action).path or urlsplit(address).path).url_name]
            if sent_to not in shown_again
        }
        transaction.set_rollback(True)
    assert not lost


def opened(endpoint: Endpoint, user: User) -> Iterator[tuple[str, Page]]:
    client = signed_in(user)
    for kwargs in arguments(endpoint, user)[:ROWS_LOOKED_AT]:
        address = reverse(endpoint.name, kwargs=kwargs) + ASKED.get(endpoint.name, lambda user: "")(user)
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield address, Page(None, address, 200, "", answer.content)  # type: ignore[arg-type]


def ask_for_changes(world: World) -> None:
    Application.objects.filter(status=ApplicationStatus.IN_REVIEW).update(status=ApplicationStatus.CHANGES_REQUESTED)


def let_marks_end(world: World) -> None:
    """Of a contract's world, where criteria and evidence are left out."""
    today = timezone.localdate()
    for mark in Curation.objects.select_related("application__created_by"):
        mark.programme.criteria_sets.filter(published_at=None).update(published_at=timezone.now(), digest="0" * 64)
        take_snapshot(mark.application, by=mark.application.created_by)
    Curation.objects.update(valid_from=today, valid_until=today + dt.timedelta(days=30))


def ask_for_renewals(world: World) -> None:
    for mark in Curation.objects.select_related("application"):
        Renewal.objects.create(curation=mark, snapshot_revision=1, asked_by=mark.application.created_by)


def in_review(user: User) -> list[int]:
    seen = Application.objects.visible_to(user).filter(status=ApplicationStatus.IN_REVIEW)
    return list(seen.values_list("pk", flat=True))


def suspect_two(world: World) -> None:
    """Two with nothing under way that would stand in the way of a merger."""
    first, second = sorted((enterprise(), enterprise()), key=lambda each: each.pk)
    SuspectedDuplicate.objects.create(first=first, second=second, matches=["name"], strength=90)


def give_amendments_up(world: World) -> None:
    """One is open at a time."""
    for amendment in Partnership.objects.filter(amends__isnull=False).select_related("drafted_by"):
        if amendment.status in UNDER_WAY:
            drafter = amendment.drafted_by
            drop_amendment(amendment, by=drafter.act_as(drafter.memberships.get()))


def let_a_year_end(world: World) -> None:
    """As if everybody's newest sales were those of the year before."""
    AnnualSales.objects.update(year=F("year") - 1)
    Enterprise.objects.update(sales_year=F("sales_year") - 1)


# What a page needs and the world hasn't.
PREPARED: dict[str, Callable[[World], None]] = {
    "annual_sales": let_a_year_end,
    "application_answer": ask_for_changes,
    "certificate_renew": let_marks_end,
    "partnership_amend": give_amendments_up,
    "renewal": ask_for_renewals,
    "duplicate_merge": suspect_two,
    "conversion_review": lambda world: proposed(),
}
# The question in the address of a page that shows its form only then.
ASKED: dict[str, Callable[[User], str]] = {
    "decide_on_several": lambda user: "?" + urlencode({"compare": in_review(user)}, doseq=True),
    "document_add": lambda user: "?kind=sni",
    "partnership_new": lambda user: f"?need={Need.objects.managed_by(user).published()[0].pk}",
}


def pages_with_fields(endpoint: Endpoint, world: World) -> Iterator[tuple[User, str, Form]]:
    """The same page for everybody who may open it, until one shows a form that is sent to itself."""
    for user in world.people.values():
        if not endpoint.policies["POST"].admits(user):
            continue
        client = signed_in(user)
        for kwargs in arguments(endpoint, user):
            address = reverse(endpoint.name, kwargs=kwargs) + ASKED.get(endpoint.name, lambda user: "")(user)
            page = client.get(address)
            if page.status_code != 200:
                continue
            for form in Page(None, address, 200, "", page.content).forms:  # type: ignore[arg-type]
                sent_to = urlsplit(form.action).path
                if form.method == "post" and sent_to in ("", urlsplit(address).path) and text_fields(form):
                    yield user, address, form


def arguments(endpoint: Endpoint, user: User) -> list[dict[str, Any]]:
    if not endpoint.kwargs:
        return [{}]
    reach = reach_of(endpoint.name, "GET")
    if isinstance(reach, Words):
        return list(reach.words)
    assert isinstance(reach, Reach)
    return [reach.kwargs(row) for row in reach.rows(user)[:ROWS_TRIED]]


def text_fields(form: Form) -> list[str]:
    return sorted(form.typed.difference(NEVER_KEPT))


def list_of(form: Form) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in form.values:
        values.setdefault(name, []).append(value)
    return values
