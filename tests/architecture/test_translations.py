"""Every string a person reads has an Indonesian text."""

from pathlib import Path

from portal import catalogue

ROOT = Path(__file__).resolve().parents[2]


def wrong_in(root: Path, po: Path) -> list[str]:
    return [str(p) for p in catalogue.problems(catalogue.read_catalogue(po, "id"), catalogue.extract_messages(root))]


def test_every_message_is_translated_into_indonesian():
    assert wrong_in(ROOT, ROOT / "locale" / "id" / catalogue.PO_NAME) == []


def test_the_check_above_fails_on_a_message_without_a_text(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('{% translate "Quite new" %}')
    po = tmp_path / "django.po"
    po.write_text('msgid "Something else"\nmsgstr "Hal lain"\n')
    assert wrong_in(tmp_path, po) == ["no entry: 'Quite new' (templates/page.html:2)"]
