"""Events to an organisation's own system: written with what happened, signed, tried again, never into a network, never holding a worker."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from partnerships.services import ending, ordering
from portal import audit, jobs, webhooks
from portal.enums import JobState, Role, WebhookOutcome, WebhookState, WebhookStatus
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import AuditEntry, Job, Notification, User, WebhookAttempt, WebhookEndpoint, WebhookMessage
from portal.posting import BadAddress, allowed, parts_of, post
from portal.services import webhook as service
from portal.services import webhook_delivery
from portal.services.webhook_delivery import body_of, signature
from tests.factories import financing as money
from tests.factories import orders as ordered
from tests.factories import partnerships as make
from tests.factories.people import OrganisationFactory, person
from tests.killing import PATIENCE, until, worker
from tests.receiver import DRIPS, HANGS, Receiver, receiving
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(settings: Any) -> None:
    """This machine may be sent to."""
    settings.WEBHOOKS_TO_LOOPBACK = True


@pytest.fixture
def receiver(here: None) -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def officer() -> User:
    return person(Role.OFFICER, OrganisationFactory(name="PT Pembeli Uji (Persero)", capabilities=["buyer"]))


def endpoint(user: User, url: str, kinds: tuple[str, ...] = ("order.confirmed",)) -> WebhookEndpoint:
    return service.add_webhook(user.organisation, url=url, kinds=kinds, by=user)


def sent(to: WebhookEndpoint, by: User) -> WebhookMessage:
    """A test event, tried once."""
    message = service.send_test(to, by=by)
    jobs.drain()
    message.refresh_from_db()
    return message


def read(secret: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """As a receiver checks it."""
    known = signature(secret, headers["webhook-id"], headers["webhook-timestamp"], body)
    assert known in headers["webhook-signature"].split(" ")
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    return json.loads(body)


def test_what_happens_is_told_to_both_sides_and_to_nobody_else(receiver: Receiver) -> None:
    world = make.world(authorities=1)
    bank, banker = money.financier()
    lender = endpoint(banker, receiver.url, tuple(webhooks.kinds_for(bank)))
    theirs, own = (
        endpoint(user, f"{receiver.url}/{n}", tuple(webhooks.kinds_for(user.organisation)))
        for n, user in enumerate((world.officer, world.owner))
    )
    stranger = person(Role.OFFICER, OrganisationFactory(capabilities=["buyer"]))
    endpoint(stranger, receiver.url, tuple(theirs.kinds))
    order = ordered.confirmed(world, 10)
    invoice = ordered.invoiced(
        ordered.answered(ordered.delivered(order, 10, by=world.owner), 10, by=world.officer), by=world.owner
    )
    asked = money.sent(money.paper_of(world, order.partnership), bank, by=world.owner)
    assert [each.data["id"] for each in lender.messages.all()] == [asked.pk]
    assert own.messages.filter(kind="financing.sent").delete()[0]
    ordered.paid(invoice, by=world.officer)
    ending.terminate(order.partnership, reason="Rahasia 1", by=world.approver)
    told = list(theirs.messages.order_by("pk").values_list("kind", flat=True))
    assert told == list(own.messages.order_by("pk").values_list("kind", flat=True))
    assert told == [
        "contract.offered", "contract.accepted", "contract.signed", "contract.active", "order.placed", "order.confirmed",
        "delivery.handed_over", "delivery.answered", "invoice.sent", "payment.recorded", "invoice.paid",
        "order.settled", "contract.terminated",
    ]  # fmt: skip
    assert not WebhookMessage.objects.filter(endpoint__organisation=stranger.organisation).exists()
    confirmed = theirs.messages.get(kind="order.confirmed")
    assert confirmed.data == {
        "id": order.pk,
        "status": "confirmed",
        "partnership": order.partnership_id,
        "enterprise": world.enterprise.pk,
        "api": f"/api/v1/orders/{order.pk}/",
    }
    written = json.dumps([body_of(each).decode() for each in WebhookMessage.objects.all()])
    for secret in ("Rahasia", "Rina", world.enterprise.name, "BAST", "TRX"):
        assert secret not in written
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ordered.placed(world, 5, partnership=make.active(world))
        raise ZeroDivisionError
    assert theirs.messages.filter(kind="order.placed").count() == 1, "what was undone is not told"
    jobs.drain()
    bodies = [
        read(theirs.secret, headers, body)
        for headers, body in receiver.came
        if headers["webhook-id"] == confirmed.webhook_id
    ]
    assert [body["type"] for body in bodies] == ["order.confirmed"]
    assert set(theirs.messages.values_list("state", flat=True)) == {WebhookState.DELIVERED}
    assert audit.breaks() == []


def test_a_wrong_secret_does_not_verify_and_a_rotated_one_overlaps_for_a_day(receiver: Receiver, officer: User) -> None:
    mine = endpoint(officer, receiver.url)
    old = mine.secret
    sent(mine, officer)
    new = service.rotate_secret(mine, by=officer)
    sent(mine, officer)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25), tick=False):
        sent(mine, officer)
        headers, body = receiver.came[-1]
        assert (
            signature(old, headers["webhook-id"], headers["webhook-timestamp"], body)
            not in headers["webhook-signature"]
        )
        assert read(new, headers, body)["type"] == "webhook.test"
    headers, body = receiver.came[1]
    for secret in (old, new):
        read(secret, headers, body)
    with pytest.raises(AssertionError):
        read(service.new_secret(), headers, body)
    with pytest.raises(AssertionError):
        read(new, headers, body + b" ")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, previous_secret FROM portal_webhookendpoint")
        assert not {old, new} & set(cursor.fetchone()), "neither stands readable in the database"
    assert new not in json.dumps(list(AuditEntry.objects.values_list("payload", flat=True)))


def test_a_target_that_fails_for_a_day_is_paused_its_owner_told_and_nothing_lost(
    receiver: Receiver, officer: User
) -> None:
    receiver.answers = [500]
    mine, start = endpoint(officer, receiver.url), timezone.now()
    first = sent(mine, officer)
    assert (first.state, first.tries) == (WebhookState.WAITING, 1)
    assert first.next_try_at - start < dt.timedelta(minutes=1)
    second = service.send_test(mine, by=officer)
    jobs.drain()
    assert len(receiver.came) == 1, "while it fails nothing else is tried there"
    with time_machine.travel(start, tick=False) as clock:
        for hour in range(1, 26):
            clock.move_to(start + dt.timedelta(hours=hour, seconds=40))
            jobs.drain()
            mine.refresh_from_db()
            if mine.status == WebhookStatus.PAUSED:
                break
        assert (mine.status, hour) == (WebhookStatus.PAUSED, 24)
        tried = len(receiver.came)
        assert tried < 40
        assert Notification.objects.filter(user=officer, kind="webhook.paused").count() == 1
        with pytest.raises(MoveNotAllowed):
            service.send_test(mine, by=officer)
        clock.move_to(start + dt.timedelta(days=3))
        jobs.drain()
        assert len(receiver.came) == tried
        receiver.answers = [204]
        assert service.resume_webhook(mine, by=officer) == 2
        jobs.drain()
    for each in (first, second):
        each.refresh_from_db()
        assert each.state == WebhookState.DELIVERED
    assert {headers["webhook-id"] for headers, _body in receiver.came} == {first.webhook_id, second.webhook_id}
    assert list(AuditEntry.objects.of(mine).values_list("action", flat=True)) == [
        "add",
        "test",
        "test",
        "pause",
        "resume",
    ]
    assert not Job.objects.filter(state=JobState.PARKED).exists()


def test_one_event_that_is_never_taken_is_given_up_after_three_days_and_can_be_replayed(
    receiver: Receiver, officer: User
) -> None:
    mine, start = endpoint(officer, receiver.url), timezone.now()
    receiver.answers = [400]
    poison = sent(mine, officer)
    with time_machine.travel(start, tick=False) as clock:
        for hour in range(1, 100):
            clock.move_to(start + dt.timedelta(hours=hour))
            # The others are taken: the address as a whole is well.
            WebhookEndpoint.objects.update(failures=0, failing_since=None, hold_until=None)
            jobs.drain()
        poison.refresh_from_db()
        assert (poison.state, poison.tries) == (WebhookState.GIVEN_UP, 11)
        last = poison.attempts.first().at - start
        assert dt.timedelta(days=3) < last < dt.timedelta(days=4)
        receiver.answers = [200]
        assert service.replay(mine, by=officer, since=start - dt.timedelta(hours=1)) == 1
        jobs.drain()
    poison.refresh_from_db()
    assert poison.state == WebhookState.DELIVERED
    assert len({headers["webhook-id"] for headers, _body in receiver.came}) == 1
    with time_machine.travel(start + dt.timedelta(days=40)):
        assert service.forget_old_messages() > 0
    assert not WebhookMessage.objects.exists()


def test_a_target_that_hangs_or_drips_or_talks_much_holds_no_worker(
    receiver: Receiver, officer: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(webhook_delivery, "SECONDS", 0.6)
    mine = endpoint(officer, receiver.url)
    for answer, outcome in ((HANGS, WebhookOutcome.TIMED_OUT), (DRIPS, WebhookOutcome.TIMED_OUT)):
        receiver.answers = [answer]
        begun = time.monotonic()
        message = sent(mine, officer)
        assert time.monotonic() - begun < 3
        tried = message.attempts.get()
        assert (tried.outcome, tried.code) == (outcome, None)
        assert 500 <= tried.duration_ms < 2000
        WebhookEndpoint.objects.update(hold_until=None)
    receiver.answers, receiver.body = [200], b"x" * 20_000_000
    assert sent(mine, officer).state == WebhookState.DELIVERED
    receiver.answers, receiver.body, receiver.location = [302], b"", receiver.url
    before = len(receiver.came)
    message = sent(mine, officer)
    assert (message.attempts.get().outcome, message.attempts.get().code) == (WebhookOutcome.REDIRECTED, 302)
    assert len(receiver.came) == before + 1, "where it leads is not asked"


def test_no_address_leads_into_a_network_when_it_is_entered_or_later(officer: User, settings: Any) -> None:
    with receiving() as receiver:
        for inside in (
            "127.0.0.1", "10.0.0.8", "172.16.3.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
            "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1%eth0", "fc00::1", "64:ff9b::7f00:1", "2002:7f00:1::", "255.255.255.255",
        ):  # fmt: skip
            assert not allowed(inside, loopback=False), inside
        assert allowed("93.184.215.14", loopback=False)
        assert allowed("2606:2800:21f:cb07:6820:80da:af6b:8b2c", loopback=False)
        port = receiver.url.rpartition(":")[2]
        for host in ("localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(ValidationError) as refusal:
                endpoint(officer, f"https://{host}:{port}")
            assert list(refusal.value.message_dict) == ["url"]
        for odd in ("ftp://contoh.id/", "http://contoh.id/", "https://a:b@contoh.id/", "https://contoh.id:99999/", "https://", "x",
                    "https://contoh.id/\r\nX: 1", "https://contoh.id:6379/"):  # fmt: skip
            with pytest.raises(BadAddress):
                parts_of(odd, plain=False)
        # The name led elsewhere when it was entered.
        settings.WEBHOOKS_TO_LOOPBACK = True
        mine = endpoint(officer, receiver.url)
        settings.WEBHOOKS_TO_LOOPBACK = False
        WebhookEndpoint.objects.update(url=receiver.url.replace("http:", "https:").replace("127.0.0.1", "localhost"))
        assert sent(mine, officer).attempts.get().outcome == WebhookOutcome.FORBIDDEN
        assert post(receiver.url, b"", {}, seconds=1).outcome == WebhookOutcome.FORBIDDEN
        assert receiver.came == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_bring_one_event_once_and_only_one_is_at_an_address(receiver: Receiver, officer: User) -> None:
    mine = endpoint(officer, receiver.url)
    receiver.answers = [HANGS]
    first, second = (service.send_test(mine, by=officer) for _each in range(2))

    def work() -> None:
        jobs.drain(2)
        connection.close()

    one = threading.Thread(target=work)
    one.start()
    assert receiver.arrived.wait(PATIENCE)
    # While it hangs: the other worker finds the address taken, and what happens is still written beside it.
    jobs.drain(1)
    assert len(receiver.came) == 1
    assert WebhookMessage.objects.create(endpoint=mine, kind="webhook.test", data={}).pk
    service.pause_webhook(mine, by=officer)
    service.resume_webhook(mine, by=officer)
    receiver.answers = [204]
    receiver.over.set()
    one.join()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5)):
        threads = [threading.Thread(target=work) for _each in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=10)):
        jobs.drain()
    for each in (first, second):
        each.refresh_from_db()
        assert each.state == WebhookState.DELIVERED
    came = [headers["webhook-id"] for headers, _body in receiver.came]
    assert sorted(came).count(second.webhook_id) == 1
    assert came.count(first.webhook_id) == 2, "the one that hung, and the one that was taken"


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_is_followed_by_one_that_sends_it_under_the_same_id(receiver: Receiver, officer: User) -> None:
    mine = endpoint(officer, receiver.url)
    receiver.answers = [HANGS, 204]
    message = service.send_test(mine, by=officer)
    here = "from django.conf import settings; settings.WEBHOOKS_TO_LOOPBACK = True; "
    doomed = worker(here)
    until(receiver.arrived.is_set, doomed)
    doomed.kill()
    doomed.wait(PATIENCE)
    assert not WebhookAttempt.objects.exists()
    assert Job.objects.get(state=JobState.RUNNING).kind == webhooks.DELIVER
    deadline = timezone.now() + dt.timedelta(seconds=PATIENCE)
    while message.state != WebhookState.DELIVERED:
        assert timezone.now() < deadline
        assert worker(here).wait(PATIENCE) == 0
        message.refresh_from_db()
    assert [headers["webhook-id"] for headers, _body in receiver.came] == [message.webhook_id] * 2
    assert message.attempts.count() == 1


def test_by_api_with_a_token_the_secret_comes_once_and_a_stranger_finds_nothing(
    receiver: Receiver, officer: User
) -> None:
    client, root = signed_in(officer), "/api/v1/webhooks/"

    def post_json(path: str, data: Any = None, code: int = 200) -> Any:
        answer = client.post(path, data or {}, content_type="application/json")
        assert answer.status_code == code, answer.content
        return answer.json()

    made = post_json(root, {"url": receiver.url, "kinds": ["order.confirmed"]}, 201)
    assert made["secret"].startswith("whsec_")
    assert "secret" not in client.get(f"{root}{made['id']}/").json()
    assert list(post_json(root, {"url": receiver.url, "kinds": ["order.confirmed"]}, 422)["errors"]) == ["url"]
    assert list(post_json(root, {"url": "https://10.0.0.1/", "kinds": ["order.confirmed"]}, 422)["errors"]) == ["url"]
    assert list(post_json(root, {"url": f"{receiver.url}2", "kinds": ["order.eaten"]}, 422)["errors"]) == ["kinds"]
    assert "order.confirmed" in [each["kind"] for each in client.get(f"{root}kinds/").json()]
    assert post_json(f"{root}{made['id']}/rotate/")["secret"] != made["secret"]
    message = post_json(f"{root}{made['id']}/test/")
    jobs.drain()
    (row,) = client.get("/api/v1/webhook-messages/", {"endpoint": made["id"], "state": "delivered"}).json()["results"]
    assert (row["webhook_id"], row["attempts"][0]["code"]) == (message["webhook_id"], 204)
    assert post_json(f"/api/v1/webhook-messages/{row['id']}/replay/") == {"sent": 1}
    assert post_json(f"{root}{made['id']}/replay/", {"since": timezone.now().isoformat()}) == {"sent": 0}
    assert list(post_json(f"{root}{made['id']}/replay/", {"since": "kemarin"}, 422)["errors"]) == ["since"]
    post_json(f"{root}{made['id']}/pause/")
    post_json(f"{root}{made['id']}/test/", code=409)
    stranger = signed_in(person(Role.OFFICER, OrganisationFactory(capabilities=["buyer"])))
    for path in (
        f"{root}{made['id']}/",
        f"/api/v1/webhook-messages/{row['id']}/",
        reverse("webhook", args=[made["id"]]),
    ):
        assert stranger.get(path).status_code == 404
    with pytest.raises(NotPermitted):
        service.rotate_secret(
            WebhookEndpoint.objects.get(), by=person(Role.OFFICER, OrganisationFactory(capabilities=["buyer"]))
        )
    assert client.delete(f"{root}{made['id']}/").status_code == 204
    assert WebhookEndpoint.objects.get().secret == ""


def test_the_pages_say_what_was_wrong_and_keep_what_was_typed(receiver: Receiver, officer: User) -> None:
    client = signed_in(officer)
    bad = client.post(reverse("webhook_add"), {"url": "http://192.168.1.1/erp", "kinds": ["order.confirmed"]})
    assert bad.status_code == 422
    assert "http://192.168.1.1/erp" in bad.content.decode()
    assert "di dalam jaringan" in bad.content.decode()
    shown = client.post(
        reverse("webhook_add"), {"url": receiver.url, "kinds": ["order.confirmed"], "form_key": str(uuid.uuid4())}
    )
    mine = WebhookEndpoint.objects.get()
    assert mine.secret in shown.content.decode()
    page = reverse("webhook", args=[mine.pk])
    client.post(reverse("webhook_test", args=[mine.pk]))
    jobs.drain()
    assert mine.secret not in client.get(page).content.decode()
    assert "204" in client.get(page).content.decode()
    (message,) = mine.messages.all()
    assert message.webhook_id in client.get(reverse("webhook_message", args=[message.pk])).content.decode()
    assert client.post(reverse("webhook_message_replay", args=[message.pk])).status_code == 302
    assert client.post(reverse("webhook_replay", args=[mine.pk]), {"since": "2026-99"}).status_code == 422
    assert client.post(reverse("webhook_pause", args=[mine.pk])).status_code == 302
    assert client.post(reverse("webhook_test", args=[mine.pk])).status_code == 409
    operator = signed_in(person(Role.OPERATOR, OrganisationFactory(capabilities=["operator"])))
    assert operator.get(reverse("webhook_list")).status_code == 403
    seen = operator.get(reverse("job_list")).content.decode()
    assert "1 alamat, 1 dijeda" in seen
    assert receiver.url not in seen


def test_a_refused_order_names_its_move_in_the_same_transaction(receiver: Receiver) -> None:
    world = make.world(authorities=1)
    mine = endpoint(world.officer, receiver.url, ("order.refused",))
    order = ordered.placed(world, 5)
    ordering.refuse_order(order, reason="Penuh.", by=world.owner)
    assert mine.messages.get().data["status"] == "refused"
