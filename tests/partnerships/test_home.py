"""The first page after signing in: what awaits each role."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from curation.enums import InterestStatus
from curation.services.interest import invite_enterprise
from portal.enums import Capability, EnterpriseStatus, Role
from portal.models import Assignment, Enterprise
from tests.factories import curation
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of, product
from tests.factories.people import OrganisationFactory, UserFactory, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def next_title(owner) -> str:
    return signed_in(owner).get(reverse("home")).context["next"].title


def test_somebody_without_a_business_is_asked_to_register_one() -> None:
    assert signed_in(UserFactory()).get(reverse("home"))["Location"] == reverse("enterprise_register")


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (EnterpriseStatus.DRAFT, "Lengkapi data usaha Anda"),
        (EnterpriseStatus.RETURNED, "Data usaha Anda perlu perbaikan"),
        (EnterpriseStatus.SUBMITTED, "Data usaha Anda sedang diperiksa"),
        (EnterpriseStatus.SUSPENDED, "Usaha Anda ditangguhkan"),
        (EnterpriseStatus.VERIFIED, "Isi produk pertama Anda"),
    ],
)
def test_the_next_action_follows_the_state(status: str, wanted: str) -> None:
    if status == EnterpriseStatus.DRAFT:
        owner = person(Role.OWNER)
        draft_enterprise(owner)
    else:
        owner = owner_of(enterprise(status=status))
    assert next_title(owner) == wanted


def test_with_a_product_one_looks_for_a_need() -> None:
    made = enterprise()
    product(made)
    assert next_title(owner_of(made)) == "Temukan kebutuhan yang cocok"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OWNER, Role.STAFF}))
def test_every_role_has_a_first_page(role: Role) -> None:
    assert signed_in(person(role)).get(reverse("home")).status_code == 200


@pytest.mark.parametrize("role", Role)
def test_no_first_page_shows_more_than_five_figures(role: Role) -> None:
    shown = signed_in(person(role)).get(reverse("home")).context

    assert len((shown or {}).get("kpis", [])) <= 5


def test_a_companion_sees_assigned_enterprises_and_no_others() -> None:
    mine, others = enterprise(name="CV Dampingan"), enterprise(name="CV Lain")
    plut = OrganisationFactory(capabilities=[Capability.PLUT], ownership="")
    companion = person(Role.COMPANION, plut)
    Assignment.objects.create(plut=plut, companion=companion, enterprise=mine)
    page = signed_in(companion).get(reverse("home")).content.decode()
    assert mine.name in page
    assert others.name not in page
    Assignment.objects.update(ended_at=timezone.now() - dt.timedelta(days=1))
    assert mine.name not in signed_in(companion).get(reverse("home")).content.decode()


def test_an_invitation_waits_for_its_answer_then_the_data_for_their_confirmation() -> None:
    firm = enterprise()
    product(firm)
    client = signed_in(owner_of(firm))
    buyer = curation.officer()
    invitation = invite_enterprise(curation.need(by=buyer, item="Sarung tangan las"), firm, by=buyer)
    page = client.get(reverse("home")).content.decode()
    assert "mengundang Anda memasok" in page
    assert "“Sarung tangan las”" in page
    assert f'href="{reverse("my_interest", args=[invitation.pk])}"' in page
    invitation.status = InterestStatus.REFUSED
    invitation.answered_at, invitation.reason = timezone.now(), "Kapasitas penuh."
    invitation.answered_by = owner_of(firm)
    invitation.save()
    Enterprise.objects.filter(pk=firm.pk).update(confirmation_asked_on=timezone.localdate(), confirmation_asked=1)
    page = client.get(reverse("home")).content.decode()
    assert "mengundang Anda memasok" not in page
    assert "Konfirmasi data usaha Anda" in page
    assert "pembeli hanya menemukan data yang dikonfirmasi" in page
    Enterprise.objects.filter(pk=firm.pk).update(unconfirmed_since=timezone.now())
    assert "Pembeli tidak lagi menemukan usaha Anda." in client.get(reverse("home")).content.decode()
