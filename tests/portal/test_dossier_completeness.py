"""The task list and the meter: what is missing, what the next threshold opens, and that it is really closed before."""

import gzip
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from portal import jobs
from portal.enums import EnterpriseStatus, Role
from portal.models import Enterprise
from portal.sections import SECTIONS, THRESHOLDS, sections_of
from portal.selectors.directory import directory
from portal.selectors.enterprise import completeness
from portal.services import completeness as services_completeness
from portal.services import dossier as service
from tests.factories.enterprises import draft_enterprise, enterprise, owner_of
from tests.factories.people import person
from tests.portal.test_enterprise_dossier import text_of, url
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
S = EnterpriseStatus
LIMIT = 14 * 1024


@pytest.fixture
def owner():
    return person(Role.OWNER)


def task(page, section):
    return next(each for each in page.context["tasks"] if each["url"] == url(section))


def test_each_part_says_where_it_stands(owner):
    draft_enterprise(owner, workforce=5, technology_level="mechanised", description="")
    client = signed_in(owner)
    client.post(url("finance"), {"capital": "sekitar", "draft": "1"})
    page = client.get(reverse("dossier"))
    assert task(page, "address")["state"] == "todo"
    assert task(page, "people")["state"] == "partly"
    assert "Isi jumlah pekerja perempuan" in str(task(page, "people")["hint"])
    assert task(page, "finance")["state"] == "draft"
    body = text_of(page)
    for words in ("Perlu diisi", "Sebagian", "Draf tersimpan"):
        assert words in body


def test_the_meter_says_first_what_sending_needs_then_what_buyers_see(owner):
    draft_enterprise(owner)
    client = signed_in(owner)
    assert "5 bagian lagi dan data dapat dikirim" in client.get(reverse("dossier")).context["meter_text"]
    made = enterprise()
    said = signed_in(owner_of(made)).get(reverse("dossier")).context["meter_text"]
    complete = completeness(made)
    left = -(-complete.total * 75 // 100) - complete.done
    assert f"{left} bagian lagi: mulai 75%, pembeli menemukan Anda di direktori." in said


def test_every_threshold_is_named_in_its_turn(owner):
    """From each share to the next, the sentence is that of the threshold that comes."""
    made = enterprise()
    complete = completeness(made)
    assert [each.share for each in THRESHOLDS] == sorted(each.share for each in THRESHOLDS)
    for threshold in THRESHOLDS:
        left = complete.left_until(threshold.share)
        assert (complete.done + left) * 100 // complete.total >= threshold.share
        assert (complete.done + left - 1) * 100 // complete.total < threshold.share


def test_the_directory_lists_from_the_threshold_on():
    below, above = enterprise(completeness=74), enterprise(completeness=75)
    assert list(directory()) == [above]
    # Whoever has its address still finds it: only the list asks for more.
    assert below in Enterprise.objects.public()


def test_a_complete_profile_is_called_so(client):
    whole = enterprise(completeness=100)
    enterprise(completeness=90)
    page = text_of(client.get(reverse("enterprise_directory")))
    assert page.count("Profil lengkap") == 1
    assert "Profil lengkap" in text_of(client.get(reverse("enterprise_public", args=[whole.pk])))


def test_the_share_is_kept_with_every_change(owner):
    made = draft_enterprise(owner)
    assert made.completeness == 0
    service.save_section(
        made,
        "people",
        {"workforce": 3, "workforce_women": 1, "workforce_permanent": 3, "workforce_trained": 0},
        by=owner,
    )
    made.refresh_from_db()
    assert made.completeness == completeness(made).share == 100 // (len(sections_of(made)) + 1)
    service.save_section(made, "people", {"workforce_trained": None}, by=owner)
    made.refresh_from_db()
    assert made.completeness == 0


@pytest.mark.parametrize("section", [section.name for section in SECTIONS])
def test_a_section_is_one_small_page(owner, section):
    draft_enterprise(owner)
    page = signed_in(owner).get(url(section))
    assert len(gzip.compress(page.content, 6)) <= LIMIT


def test_a_plan_in_words_is_measured_by_the_rules_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services_completeness, "RANGE", 2)
    made = [enterprise(business_plan="Menambah tungku.", completeness=100) for _each in range(5)]
    moments = {each.pk: each.updated_at for each in made}
    import_module("portal.migrations.0032_measure_dossiers_anew").queue(apps, None)
    jobs.drain()
    for each in Enterprise.objects.order_by("pk"):
        assert each.completeness == completeness(each).share < 100
        assert each.updated_at == moments[each.pk]
