"""Registered → self-declared → documents verified → visited: from facts, always with the day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from portal.enums import EnterpriseStatus, LegalForm, Role, Rung, Sight
from portal.models import Enterprise
from portal.presentation.dates import tanggal
from portal.selectors.ladder import ladder_of, on_rung, with_ladder
from portal.templatetags.ui import status
from tests.factories.checking import companion_of, legality, paper, verified_paper, visit
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def rung(made: Enterprise) -> Rung:
    return ladder_of(Enterprise.objects.get(pk=made.pk)).rung


def test_step_by_step() -> None:
    made = draft_enterprise()
    assert rung(made) == Rung.REGISTERED
    made.submitted_at = timezone.now()
    made.save()
    assert rung(made) == Rung.DECLARED
    verified_paper(made, "nib", ago=9)
    verified_paper(made, "npwp", ago=5)
    assert rung(made) == Rung.DECLARED, "a CV has a deed, too"
    verified_paper(made, "deed", ago=7)
    assert rung(made) == Rung.DOCUMENTS
    assert ladder_of(made).since == TODAY - dt.timedelta(days=5), "since the last of them was checked"
    visit(made, visited_on=TODAY - dt.timedelta(days=2))
    assert rung(made) == Rung.VISITED
    assert ladder_of(made).since == TODAY - dt.timedelta(days=2)


def test_a_sole_proprietor_has_no_deed() -> None:
    made = enterprise(legal_form=LegalForm.SOLE_PROPRIETOR)
    verified_paper(made, "nib")
    verified_paper(made, "npwp")
    assert rung(made) == Rung.DOCUMENTS


def test_a_visit_counts_once_the_papers_are_checked_and_is_named_before() -> None:
    made = enterprise()
    visit(made)
    ladder = ladder_of(made)
    assert (ladder.rung, ladder.steps[-1].on, ladder.steps[-1].reached) == (Rung.DECLARED, TODAY, False)
    page = signed_in(owner_of(made)).get(reverse("dossier")).content.decode()
    assert "dihitung setelah langkah sebelumnya tercapai" in page


def test_a_meeting_elsewhere_is_no_visit_of_the_place() -> None:
    made = enterprise()
    legality(made)
    visit(made, seen=[Sight.PAPERS])
    assert rung(made) == Rung.DOCUMENTS


def test_a_declared_or_expired_paper_is_not_a_verified_one() -> None:
    made = enterprise()
    verified_paper(made, "npwp")
    verified_paper(made, "deed")
    paper(made, "nib")
    assert rung(made) == Rung.DECLARED
    nib = verified_paper(made, "nib", valid_until=TODAY)
    assert rung(made) == Rung.DOCUMENTS
    tomorrow = with_ladder(Enterprise.objects.filter(pk=nib.enterprise_id), TODAY + dt.timedelta(days=1)).get()
    assert ladder_of(tomorrow).rung == Rung.DECLARED


def test_a_list_says_the_same_without_asking_for_each_row(django_assert_num_queries) -> None:
    made = [enterprise() for _ in range(3)]
    legality(made[1])
    legality(made[2])
    visit(made[2])
    with django_assert_num_queries(1):
        found = {each.pk: ladder_of(each).rung for each in with_ladder(Enterprise.objects.all())}
    assert [found[each.pk] for each in made] == [Rung.DECLARED, Rung.DOCUMENTS, Rung.VISITED]
    for wanted, count in ((Rung.DECLARED, 3), (Rung.DOCUMENTS, 2), (Rung.VISITED, 1), ("nonsense", 3)):
        assert on_rung(with_ladder(Enterprise.objects.all()), wanted).count() == count


def test_the_label_stands_with_its_day_wherever_an_enterprise_is_judged() -> None:
    made = enterprise(status=EnterpriseStatus.VERIFIED)
    legality(made, ago=3)
    visit(made, by=companion_of(made))
    companion = companion_of(made)
    admin = signed_in(person(Role.MINISTRY_ADMIN))
    pages = {
        "dossier": signed_in(owner_of(made)).get(reverse("dossier")),
        "public": signed_in(owner_of(made)).get(reverse("enterprise_public", args=[made.pk])),
        "directory": signed_in(owner_of(made)).get(reverse("enterprise_directory") + "?checked=visited"),
        "desk": admin.get(reverse("verification_detail", args=[made.pk])),
        "companion": signed_in(companion).get(reverse("assisted_enterprise", args=[made.pk])),
        "visits": signed_in(companion).get(reverse("visit_list", args=[made.pk])),
    }
    for name, response in pages.items():
        page = response.content.decode()
        assert "Sudah dikunjungi" in page, name
        assert tanggal(TODAY) in page, name
    answer = signed_in(owner_of(made)).get(reverse("api_enterprise-detail", args=[made.pk])).json()["checked"]
    assert answer == {"rung": "visited", "label": "Sudah dikunjungi", "since": TODAY.isoformat()}


def test_a_registration_is_active_since_its_day_and_is_not_called_verified_beside_its_rung() -> None:
    made = enterprise()
    client = signed_in(owner_of(made))
    for address in (reverse("enterprise_public", args=[made.pk]), reverse("dossier")):
        page = client.get(address).content.decode()
        assert f"Aktif sejak {tanggal(made.decided_at)}" in page, address
        assert "Pernyataan sendiri" in page, address
        assert "Terverifikasi" not in page, address
        assert "diverifikasi" not in page, address
    with translation.override("en"):
        assert f"Active since {tanggal(made.decided_at)}" in status(made)
    assert Enterprise.objects.get(pk=made.pk).status == "verified", "what is stored, and what the API says, stays"
