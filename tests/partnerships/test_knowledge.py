"""Knowledge transfer: what either side proposes and the other agrees to is done when the enterprise has confirmed the evidence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from partnerships.enums import KnowledgeStatus as K
from partnerships.models import KnowledgeStep
from partnerships.services import knowledge
from partnerships.tasks import keep_up
from portal import audit, jobs
from portal.enums import Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.models import Membership, Notification, User
from portal.models.audit import stream_of
from tests.factories import knowledge as make
from tests.factories import partnerships
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
API = "/api/v1/knowledge-steps/"


def told(user: User) -> list[str]:
    own = Notification.objects.filter(user=user, kind__startswith="knowledge.")
    return [kind.removeprefix("knowledge.") for kind in own.order_by("pk").values_list("kind", flat=True)]


def test_from_the_proposal_to_the_confirmation() -> None:
    world = partnerships.world(authorities=1)
    contract = partnerships.active(world)
    owner, officer = signed_in(world.owner), signed_in(world.officer)
    page = officer.get(reverse("partnership_detail", args=[contract.pk])).content.decode()
    assert reverse("knowledge_new", args=[contract.pk]) in page
    days = {"starts_on": str(contract.starts_on), "ends_on": str(contract.starts_on + dt.timedelta(days=5))}
    form = {"kind": "training", "title": "Pelatihan mutu", "given_by": "BLK", "participants": "Tiga orang", **days}
    wrong = officer.post(reverse("knowledge_new", args=[contract.pk]), {**form, "ends_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "Pelatihan mutu" in wrong.content.decode()
    assert officer.post(reverse("knowledge_new", args=[contract.pk]), form).status_code == 302
    step = KnowledgeStep.objects.get()
    # Nobody agrees to what their own side proposed.
    assert officer.post(f"{API}{step.pk}/agree/").status_code == 403
    assert owner.post(f"{API}{step.pk}/agree/").json()["status"] == "agreed"
    assert owner.post(reverse("knowledge_refuse", args=[step.pk]), {"reason": "Terlambat 50"}).status_code == 409
    lacking = officer.post(reverse("knowledge_report", args=[step.pk]), {"report": "Sudah"})
    assert lacking.status_code == 422
    program = SimpleUploadedFile("bukti.pdf", b"MZ\x90\x00", "application/pdf")
    sent = {"report": "Sudah 51", "file": program}
    disguised = officer.post(reverse("knowledge_report", args=[step.pk]), sent)
    assert disguised.status_code == 422
    assert "Sudah 51" in disguised.content.decode()
    knowledge.report_step(step, report="Tiga orang, dua hari.", file=make.evidence(), by=world.officer)
    assert officer.post(f"{API}{step.pk}/confirm/").status_code == 403
    knowledge.return_report(step, reason="Baru satu hari.", by=world.owner)
    assert KnowledgeStep.objects.get().status == K.AGREED
    knowledge.report_step(step, report="Kini dua hari.", file=make.evidence(), by=world.officer)
    assert owner.post(reverse("knowledge_confirm", args=[step.pk])).status_code == 302
    step.refresh_from_db()
    assert step.status == K.DONE
    assert told(world.owner) == ["proposed", "reported", "reported"]
    assert told(world.officer) == ["agreed", "returned", "done"]
    assert audit.first_break(stream_of(step)) is None
    seen = signed_in(world.admins[0]).get(reverse("home")).content.decode()
    assert "1 selesai" in seen
    assert owner.get(reverse("knowledge_file", args=[step.pk])).status_code == 200
    stranger = partnerships.world(authorities=1)
    for user in (stranger.owner, stranger.officer, stranger.admins[0]):
        assert signed_in(user).get(reverse("knowledge_detail", args=[step.pk])).status_code == 404
        assert signed_in(user).get(f"{API}{step.pk}/").status_code == 404


def test_what_is_overdue_is_told_once_to_both_and_shown() -> None:
    world = partnerships.world(authorities=1)
    step = make.agreed(partnerships.active(world), world)
    for _twice in range(2):
        keep_up()
        jobs.drain()
    assert "overdue" not in told(world.owner)
    after = dt.datetime.combine(step.ends_on + dt.timedelta(days=1), dt.time(10), tzinfo=dt.UTC)
    with time_machine.travel(after, tick=False):
        for _twice in range(2):
            keep_up()
            jobs.drain()
        assert told(world.owner).count("overdue") == told(world.officer).count("overdue") == 1
        page = signed_in(world.owner).get(f"{reverse('knowledge_list')}?status=overdue").content.decode()
        assert step.title in page
        assert "Lewat waktu" in page
        assert signed_in(world.officer).get(f"{API}{step.pk}/").json()["overdue"]
    knowledge.call_off_step(step, reason="Pelatih sakit.", by=world.officer)
    assert told(world.owner)[-1] == "called_off"


def test_what_is_wrong_is_refused_by_the_code_and_by_the_database() -> None:
    world = partnerships.world(authorities=1)
    contract = partnerships.active(world)
    late = contract.ends_on + dt.timedelta(days=1)
    for fields, at in (
        ({"title": " ", "participants": ""}, {"title", "participants"}),
        ({"ends_on": late}, {"ends_on"}),
        ({"ends_on": contract.starts_on - dt.timedelta(days=9)}, {"ends_on"}),
        ({"kind": "nothing"}, {"kind"}),
    ):
        with pytest.raises(ValidationError) as refused:
            make.proposed(contract, by=world.officer, **fields)
        assert set(refused.value.message_dict) == at
    with pytest.raises(MoveNotAllowed):
        make.proposed(partnerships.in_review(world), by=world.officer)
    with pytest.raises(NotPermitted):
        make.proposed(contract, by=world.approver)
    # Who belongs to the business does nothing for the buyer.
    insider = partnerships.person(Role.OFFICER, world.buyer)
    Membership.objects.create(user=insider, organisation=world.enterprise.organisation, role=Role.STAFF)
    with pytest.raises(NotPermitted):
        make.proposed(contract, by=insider)
    step = make.proposed(contract, by=world.officer)
    row, now = KnowledgeStep.objects.filter(pk=step.pk), timezone.now()
    attempts: dict[str, dict[str, Any]] = {
        "the other side answers": {"status": K.AGREED, "answered_by": world.officer, "answered_at": now},
        "knowledge_refused_with_reason": {"status": K.REFUSED, "answered_by": world.owner, "answered_at": now},
        "may not become": {"status": K.REPORTED},
    }
    for said, changes in attempts.items():
        with pytest.raises(IntegrityError, match=said), transaction.atomic():
            row.update(**changes)
    knowledge.agree_to_step(step, by=world.owner)
    with pytest.raises(IntegrityError, match="knowledge_reported_with_evidence"), transaction.atomic():
        row.update(status=K.REPORTED, report="Sudah", reported_by=world.officer, reported_at=now)
    knowledge.report_step(step, report="Sudah", file=make.evidence(), by=world.officer)
    with pytest.raises(IntegrityError, match="the enterprise confirms"), transaction.atomic():
        row.update(status=K.DONE, confirmed_by=world.officer, confirmed_at=now)


def test_the_list_asks_as_often_for_three_as_for_one(django_assert_max_num_queries: Any) -> None:
    world = partnerships.world(authorities=1)
    contract = partnerships.active(world)

    def count(user: User, address: str) -> int:
        client = signed_in(user)
        client.get(address)
        with django_assert_max_num_queries(90) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    make.proposed(contract, by=world.officer)
    places = [(world.officer, reverse("knowledge_list")), (world.owner, API)]
    places.append((world.owner, reverse("partnership_detail", args=[contract.pk])))
    one = [count(*place) for place in places]
    make.proposed(contract, by=world.owner)
    make.agreed(contract, world)
    assert [count(*place) for place in places] == one
