"""Two at once, with real threads and connections: one wins, the other is told, nothing is doubled."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from portal.enums import EnterpriseStatus, LegalForm, Role
from portal.flow import MoveNotAllowed
from portal.models import AuditEntry, Enterprise, Notification, User
from portal.services import dossier
from portal.services import enterprise as service
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of
from tests.factories.people import person

pytestmark = pytest.mark.django_db(transaction=True)
S = EnterpriseStatus


def at_once(*deeds):
    """Run all at the same time; what each raised, or None."""
    gate, raised = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place, deed):
        try:
            with transaction.atomic():
                gate.wait(timeout=10)
                deed()
        except (ValidationError, MoveNotAllowed) as problem:
            raised[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def again(user):
    """The same person in another request."""
    return User.objects.get(pk=user.pk).act_as(user.acting)


def test_two_clicks_on_send_send_once():
    made = enterprise(status=S.DRAFT)
    owner = owner_of(made)
    raised = at_once(*(lambda: service.submit_enterprise(Enterprise.objects.get(pk=made.pk), by=again(owner)),) * 2)
    assert sorted(type(problem).__name__ for problem in raised) == ["MoveNotAllowed", "NoneType"]
    assert AuditEntry.objects.of(made).filter(action="submit").count() == 1
    assert Notification.objects.filter(user=owner, kind="enterprise.submitted").count() == 1


def test_two_admins_decide_once():
    made = enterprise(status=S.SUBMITTED)
    first, second = person(Role.MINISTRY_ADMIN), person(Role.MINISTRY_ADMIN)
    raised = at_once(
        lambda: service.verify_enterprise(Enterprise.objects.get(pk=made.pk), by=again(first)),
        lambda: service.return_enterprise(
            Enterprise.objects.get(pk=made.pk), [service.Reason("Periksa NIB", "identity")], by=again(second)
        ),
    )
    assert sorted(type(problem).__name__ for problem in raised) == ["MoveNotAllowed", "NoneType"]
    made.refresh_from_db()
    assert made.status in (S.VERIFIED, S.RETURNED)
    assert AuditEntry.objects.of(made).count() == 1


def test_the_same_nib_in_the_same_second_is_registered_once():
    one, two = draft_enterprise(), draft_enterprise(legal_form=LegalForm.PT)
    owners = owner_of(one), owner_of(two)
    raised = at_once(
        *(
            lambda made=made, owner=owner: dossier.save_section(
                Enterprise.objects.get(pk=made.pk), "identity", {"nib": "8120012345678"}, by=again(owner)
            )
            for made, owner in zip((one, two), owners, strict=True)
        )
    )
    assert sorted(type(problem).__name__ for problem in raised) == ["NoneType", "ValidationError"]
    assert Enterprise.objects.filter(nib="8120012345678").count() == 1
