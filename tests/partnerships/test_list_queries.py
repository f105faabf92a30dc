"""A list asks the database as often for three rows as for one, each row another person's or organisation's."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Agreement, Partnership
from portal.enums import DataRequestKind, DocumentKind, JobState, Role
from portal.models import (
    DataRequest,
    Document,
    Enterprise,
    Job,
    Notification,
    Organisation,
    SuspectedDuplicate,
    User,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookMessage,
)
from portal.services.api_token import make_token
from tests.factories import curation as make
from tests.factories import incidents as problem
from tests.factories import partnerships as contracts
from tests.factories.enterprises import enterprise, owner_of
from tests.factories.people import OrganisationFactory, person
from tests.portal.test_kbli_conversion import proposed
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

# Who reads, and a function that makes one more row and says by which words it is found on the page.
Made = tuple[User | None, Callable[[str], object]]
NUMBERS = count(1)


def messages() -> Made:
    reader = person(Role.OWNER)
    params = {"buyer": "Pembeli", "number": "MP-1", "revision": 1}

    def add(name: str) -> None:
        Notification.objects.create(
            user=reader,
            organisation=OrganisationFactory(),
            kind="partnership.offered",
            params=params | {"title": name},
            path="/home/",
        )

    return reader, add


def paper(of: Enterprise, name: str) -> None:
    checker = person(Role.MINISTRY_ADMIN)
    made = Document.objects.create(enterprise=of, kind=DocumentKind.SNI, number=name)
    Document.objects.filter(pk=made.pk).update(
        verified_at=timezone.now(), verified_by=checker, verified_for=checker.organisation, verified_how="at_the_desk"
    )


def own_papers() -> Made:
    firm = enterprise()
    return owner_of(firm), lambda name: paper(firm, name)


def papers_of_many() -> Made:
    return person(Role.MINISTRY_ADMIN), lambda name: paper(enterprise(status="submitted"), name)


def colleagues() -> Made:
    owner = person(Role.OWNER)
    return owner, lambda name: person(Role.STAFF, owner.organisation, full_name=name)


def organisations() -> Made:
    return person(Role.OPERATOR), lambda name: person(Role.OFFICER, OrganisationFactory(name=name))


def jobs() -> Made:
    return person(Role.OPERATOR), lambda name: Job.objects.create(kind="portal.kind", key=name, state=JobState.PARKED)


def agreements() -> Made:
    def add(name: str) -> None:
        made = contracts.agreement_of(3)
        Agreement.objects.filter(pk=made.pk).update(title_id=name)

    return person(Role.OPERATOR), add


def needs() -> Made:
    officer = make.officer()
    return officer, lambda name: make.need(by=make.officer(officer.organisation), item=name)


def public_needs() -> Made:
    return None, lambda name: make.need(item=name)


def programmes() -> Made:
    return None, lambda name: make.programme(name=name)


def data_requests() -> Made:
    def add(name: str) -> None:
        firm = enterprise(name=name)
        DataRequest.objects.create(
            person=owner_of(firm), enterprise=firm, kind=DataRequestKind.CORRECT, due_on=timezone.localdate()
        )

    return person(Role.MINISTRY_ADMIN), add


def duplicates() -> Made:
    def add(name: str) -> None:
        first, second = enterprise(name=name), enterprise()
        SuspectedDuplicate.objects.create(first=first, second=second, matches=["name"], strength=40)

    return person(Role.MINISTRY_ADMIN), add


def conversions() -> Made:
    return person(Role.MINISTRY_ADMIN), lambda name: proposed(enterprise(name=name, kbli=("31001", 2020)))


def centres() -> Made:
    return None, lambda name: OrganisationFactory(name=name, capabilities=["plut"], ownership="", region_code="33.10")


def tokens() -> Made:
    owner = person(Role.OWNER)
    return owner, lambda name: make_token(owner.acting, name=name, days=30, by=owner)


def curations() -> Made:
    made = contracts.world()
    return made.officer, lambda name: contracts.add_enterprise(made, name=name)


def drafted(made: contracts.World, name: str, state: Callable[..., Partnership]) -> None:
    """With an enterprise of its own."""
    made.enterprises, made.owners = [], []
    contracts.add_enterprise(made)
    state(made, title=name)


def partnerships() -> Made:
    made = contracts.world()
    return made.officer, lambda name: drafted(made, name, contracts.in_review)


def sign_offs() -> Made:
    made = contracts.world(authorities=1)
    return made.admins[0], lambda name: drafted(made, name, contracts.in_review)


def reports() -> Made:
    made = contracts.world(authorities=1)

    def add(name: str) -> None:
        made.enterprises, made.owners = [], []
        contracts.add_enterprise(made)
        problem.reported(contracts.active(made), by=made.owner, what=name, in_confidence=True)
        Organisation.objects.filter(pk=made.owner.organisation_id).update(name=name)

    return made.admins[0], add


def in_force() -> Made:
    return None, lambda name: drafted(contracts.world(authorities=1), name, contracts.active)


def addresses_of_systems() -> Made:
    officer = person(Role.OFFICER)

    def add(name: str) -> None:
        made = WebhookEndpoint.objects.create(
            organisation=officer.organisation,
            url=f"https://{name}.example/",
            kinds=["x"],
            secret="s",
            created_by=officer,
        )
        WebhookMessage.objects.create(endpoint=made, kind="x", data={})

    return officer, add


def events_by_api() -> Made:
    officer = person(Role.OFFICER)

    def add(name: str) -> None:
        made = WebhookEndpoint.objects.create(
            organisation=officer.organisation,
            url=f"https://{name}.example/",
            kinds=["x"],
            secret="s",
            created_by=officer,
        )
        sent = WebhookMessage.objects.create(endpoint=made, kind="x", data={"id": name})
        WebhookAttempt.objects.create(message=sent, outcome="taken", code=204, duration_ms=5)

    return officer, add


LISTS: dict[str, Callable[[], Made]] = {
    "inbox": messages,
    "document_list": own_papers,
    "member_list": colleagues,
    "organisation_list": organisations,
    "job_list": jobs,
    "agreement_list": agreements,
    "buyer_need_list": needs,
    "data_request_list": data_requests,
    "duplicate_list": duplicates,
    "conversion_queue": conversions,
    "plut_list": centres,
    "api_token_list": tokens,
    "webhook_list": addresses_of_systems,
    "api_webhook_message-list": events_by_api,
    "partnership_public_list": in_force,
    "incident_list": reports,
    "api_incident-list": reports,
    "api_need-list": public_needs,
    "api_programme-list": programmes,
    "api_curation-list": curations,
    "api_partnership-list": partnerships,
    "api_sign_off-list": sign_offs,
    "api_document-list": papers_of_many,
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_often_for_three_as_for_one(name: str) -> None:
    reader, add = LISTS[name]()
    client = signed_in(reader) if reader else Client()
    asked = []
    shown: list[str] = []
    for rows in (1, 2):
        for _row in range(rows):
            shown.append(f"Baris nomor {next(NUMBERS)}x")
            add(shown[-1])
        client.get(reverse(name))  # what is asked once a process
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse(name))
        assert page.status_code == 200
        assert [each for each in shown if each not in page.content.decode()] == []
        asked.append([query["sql"] for query in queries])
    assert len(asked[0]) == len(asked[1]), "\n".join(sql for sql in asked[1] if sql not in asked[0])
