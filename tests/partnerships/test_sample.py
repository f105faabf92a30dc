"""The demo's data: as much as promised, in every state, marked, the same every time, and no trail broken."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal import audit
from portal.enums import EnterpriseStatus, Role
from portal.models import Document, Enterprise, Organisation, Product, User
from portal.reference.files import rows_of
from portal.sample.accounts import sign_ins
from portal.sample.keys import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample():
    call_command("load_sample", verbosity=0)


def test_the_sample_is_whole_marked_and_loaded_once(sample, settings, tmp_path):
    before = [
        list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in (Organisation, User, Product)
    ]
    call_command("load_sample", verbosity=0)

    assert before == [
        list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in (Organisation, User, Product)
    ]
    assert Enterprise.objects.count() == 300
    assert Product.objects.count() == 1000
    assert not Enterprise.objects.filter(is_sample=False).exists()
    assert not User.objects.filter(is_sample=False).exists()
    assert not User.objects.exclude(email__endswith="@contoh.id").exists()
    states = set(Enterprise.objects.values_list("status", flat=True))
    assert states == set(EnterpriseStatus) - {EnterpriseStatus.MERGED}
    provinces = {code[:2] for code in Enterprise.objects.values_list("village_id", flat=True)}
    assert len(provinces) == 38
    assert set(Organisation.objects.values_list("name", flat=True)) >= {
        row["name"] for row in rows_of("founding_soes.csv")
    }
    assert Document.objects.exclude(verified_by=None).exists()
    assert audit.breaks() == []


def test_somebody_signs_in_for_every_role_and_the_page_shows_how(sample, settings, tmp_path, capsys):
    settings.DEMO, settings.EMAIL_FILE_PATH = True, tmp_path
    (tmp_path / "20260101-1.log").write_text(
        "To: a@contoh.id\nSubject: Kode\nDate: Thu, 1 Jan 2026 09:00:00 +0700\n\nK4T-9Z2\n"
    )

    page = Client().get(reverse("demo")).content.decode()
    call_command("demo_accounts")
    printed = capsys.readouterr().out

    assert {each.role for each in sign_ins()} == {role.label for role in Role}
    for each in sign_ins():
        assert each.email in page
        assert each.email in printed
        assert each.code in page
    assert PASSWORD in page
    assert PASSWORD in printed
    assert "K4T-9Z2" in page
    assert Client().login(email="pemilik@contoh.id", password=PASSWORD)


def test_a_real_installation_has_no_such_page(settings):
    settings.DEMO = False

    assert Client().get(reverse("demo")).status_code == 404
