"""The contract's path, from draft to in force, by the people who walk it."""

from __future__ import annotations

import pytest

from partnerships.enums import PartnershipStatus as S
from partnerships.services import signing
from portal import audit
from portal.models import AuditEntry
from portal.models.audit import stream_of
from tests.factories import partnerships as make

pytestmark = pytest.mark.django_db


def test_a_contract_comes_into_force_when_everybody_signed_the_same_text() -> None:
    world = make.world(enterprises=2)
    partnership = make.accepted(world)
    assert partnership.status == S.ACCEPTED
    signing.sign_for_buyer(partnership, document_hash=partnership.document_hash, by=world.approver)
    assert partnership.status == S.AUTHORITY_REVIEW
    for number, admin in enumerate(world.admins, 1):
        signing.sign_off(make.place_of(partnership, admin), document_hash=partnership.document_hash, by=admin)
        partnership.refresh_from_db()
        assert partnership.status == (S.ACTIVE if number == 3 else S.AUTHORITY_REVIEW)
    assert partnership.active_at is not None
    assert audit.first_break(stream_of(partnership)) is None
    actions = list(AuditEntry.objects.of(partnership).values_list("action", flat=True))
    assert actions == [
        "draft", "change", "offer", "enterprise_accepts", "enterprise_accepts", "accept", "sign_for_buyer",
        "send_to_authorities", "sign_off", "sign_off", "sign_off", "activate",
    ]  # fmt: skip
