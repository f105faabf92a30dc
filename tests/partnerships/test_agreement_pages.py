"""An operator of an empty installation enters who signs partnerships off."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from partnerships.models import Agreement
from portal.enums import Capability, Role
from portal.models import AuditEntry
from tests.factories.people import OrganisationFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def form(*authorities: Any, **changes: Any) -> dict[str, Any]:
    data = {
        "title_id": "Nota kesepahaman kemitraan",
        "kind": "partnership",
        "signed_on": "2026-01-05",
        "valid_from": "2026-01-05",
        "valid_until": "",
        "order": "parallel",
        "parties-TOTAL_FORMS": "4",
        "parties-INITIAL_FORMS": "0",
        **{f"parties-{index}-position": "1" for index in range(4)},
    }
    for index, authority in enumerate(authorities):
        data[f"parties-{index}-organisation"] = authority.pk
        data[f"parties-{index}-signs"] = "on"
        data[f"parties-{index}-position"] = index + 1
    return {**data, **changes}


def test_an_operator_enters_an_agreement_with_its_authorities() -> None:
    client = signed_in(person(Role.OPERATOR))
    authorities = [OrganisationFactory(capabilities=[Capability.AUTHORITY], ownership="") for _ in range(3)]
    assert client.post(reverse("agreement_add"), form(*authorities)).status_code == 302
    agreement = Agreement.objects.get(title_id="Nota kesepahaman kemitraan")
    assert [party.organisation for party in agreement.parties.all()] == authorities
    assert AuditEntry.objects.of(agreement).filter(action="save_agreement").exists()
    assert agreement.title in client.get(reverse("agreement_list")).content.decode()
    assert client.get(reverse("agreement_edit", args=[agreement.pk])).status_code == 200


def test_an_agreement_sent_by_two_tabs_is_entered_once() -> None:
    client = signed_in(person(Role.OPERATOR))
    authority = OrganisationFactory(capabilities=[Capability.AUTHORITY], ownership="")
    key = client.get(reverse("agreement_add")).context["form"]["form_key"].value()
    for _tab in range(2):
        answer = client.post(reverse("agreement_add"), form(authority, form_key=key))
        assert answer["Location"] == reverse("agreement_list")
    assert Agreement.objects.filter(title_id="Nota kesepahaman kemitraan").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until": "2025-01-01"}, "valid_until"),
        ({"valid_from": "2025-12-31"}, "valid_from"),
        ({"title_id": ""}, "title_id"),
        ({"signed_on": "kemarin"}, "signed_on"),
    ],
)
def test_bad_dates_are_answered_at_their_field(changes: dict[str, str], field: str) -> None:
    answer = signed_in(person(Role.OPERATOR)).post(reverse("agreement_add"), form(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Agreement.objects.filter(title_id="Nota kesepahaman kemitraan").exists()


def test_only_an_authority_signs() -> None:
    bank = OrganisationFactory(capabilities=[Capability.FINANCIER], ownership="")
    answer = signed_in(person(Role.OPERATOR)).post(reverse("agreement_add"), form(bank))
    assert answer.status_code == 422
    assert answer.context["parties"].forms[0].errors["organisation"]
