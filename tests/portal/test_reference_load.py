"""The reference tables hold what the files hold, once, and a load changes only what differs."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from portal.models.reference import ContextFigure, HsCode, KbliClass, LinkageFigure, ReferenceLoad, Region
from portal.models.rule import DatedRule
from portal.reference import rows
from portal.reference.files import rows_of
from portal.services import reference
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def load(**options):
    out = StringIO()
    with as_owner():
        call_command("load_reference", stdout=out, **options)
    return out.getvalue()


def test_every_row_of_the_files_is_there():
    assert {level: Region.objects.filter(level=level).count() for level in Region.Level} == {
        1: 38,
        2: 514,
        3: 7285,
        4: 83762,
    }
    assert KbliClass.objects.filter(edition=2020).count() == 2712
    assert KbliClass.objects.filter(edition=2025).count() == 2444
    assert HsCode.objects.count() == 14631
    assert (ContextFigure.objects.count(), LinkageFigure.objects.count()) == (13, 5)
    assert DatedRule.objects.filter(key="business_class").count() == 2


def test_rows_hold_what_people_read():
    region = Region.objects.get(code="33.10")
    assert (region.kind, region.full_name) == ("Kabupaten", "Kabupaten Klaten, Jawa Tengah")
    assert region.population > 1_000_000
    assert -8 < region.latitude < -7
    bolts = KbliClass.objects.get(edition=2025, code="25952")
    assert (bolts.title, bolts.section, bolts.is_manufacturing) == ("Industri paku, mur, dan baut logam", "C", True)
    line = HsCode.objects.get(code="73181510")
    assert (line.dotted, line.parent_code, line.duty, line.duty_text) == ("73.18.15.10", "731815", 12.5, "")
    assert HsCode.objects.exclude(duty_text="").first().duty is None


def test_a_second_load_has_nothing_to_do():
    assert load().strip() == "reference: unchanged"


def test_a_forced_load_puts_back_what_differs_and_touches_nothing_else():
    with as_owner():
        Region.objects.filter(code="33.10").update(name="Klaten, misspelt")
        DatedRule.objects.filter(key="ikm").update(legal_source="nowhere")
    printed = load(force=True)
    assert "portal_region: 91599 rows, 1 written" in printed
    assert "portal_datedrule: 17 rows, 1 written" in printed
    assert "portal_hscode: 14631 rows, 0 written" in printed
    assert Region.objects.get(code="33.10").name == "Kabupaten Klaten"


def test_a_changed_file_is_noticed(monkeypatch):
    last = ReferenceLoad.objects.get(name=reference.LOAD_NAME)
    with as_owner():
        ReferenceLoad.objects.filter(pk=last.pk).update(digest="of an older release")
    assert "0 written" in load()
    assert ReferenceLoad.objects.get(pk=last.pk).digest == last.digest


def test_the_app_role_reads_reference_data_and_writes_none():
    assert Region.objects.exists()
    for table in ("portal_region", "portal_kbliclass", "portal_hscode", "portal_searchword", "portal_referenceload"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {table}")


def test_every_code_has_the_parent_it_names():
    for edition in KbliClass.Edition:
        table = list(rows.kbli_rows(edition))
        known = {row[1] for row in table}
        assert [row[1] for row in table if row[4] and row[4] not in known] == []


def test_the_shipped_lists_are_what_the_documentation_says():
    assert len(list(rows_of("tender_titles.csv.gz"))) == 2985
    assert len(list(rows_of("bumn_2019.csv"))) == 105
    assert {row["klaster"] for row in rows_of("bumn_2019.csv") if "Industrial Estate" in row["nama"]} == {
        "Pariwisata, Logistik, dan Lainnya"
    }
