"""The catalogue tool: what it finds in sources, what it survives in a merged file, what it refuses."""

import gettext

import pytest

from portal import catalogue

PYTHON = """
title = _("Needs")
long = gettext_lazy("One " "two")
n = ngettext("%(n)d need", "%(n)d needs", 3)
c = pgettext_lazy("month", "May")
cp = npgettext("trade", "part", "parts", 2)
"""
TEMPLATE = """{% load i18n %}
  <h1>{% translate "Open needs" %}</h1>
{% include "x.html" with label=_("Label") %}
    {{ value|default:_("not yet") }}
{% translate "May" context "permission" %}
 {% blocktranslate trimmed with name=user.name %}
    Hello {{ name }},
    you're 100% done
 {% endblocktranslate %}
{% blocktranslate count n=total %}one file{% plural %}{{ n }} files{% endblocktranslate %}
{# _("never") #}
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "views.py").write_text(PYTHON)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def test_it_finds_every_kind_of_message(root):
    found = catalogue.extract_messages(root)
    ids = {(message.context, message.id) for message in found if message.id}
    assert ids == {
        (None, "Needs"),
        (None, "One two"),
        (None, ("%(n)d need", "%(n)d needs")),
        ("month", "May"),
        ("trade", ("part", "parts")),
        (None, "Open needs"),
        (None, "Label"),
        (None, "not yet"),
        ("permission", "May"),
        (None, "Hello %(name)s, you're 100%% done"),
        (None, ("one file", "%(n)s files")),
    }


def test_a_migration_is_not_a_source(root):
    (root / "portal" / "migrations").mkdir()
    (root / "portal" / "migrations" / "0001_initial.py").write_text('_("Frozen")')
    assert catalogue.extract_messages(root).get("Frozen") is None


def test_extract_keeps_order_and_translations_and_appends(root, tmp_path):
    po = tmp_path / "django.po"
    po.write_text('# views\nmsgid "Needs"\nmsgstr "Kebutuhan"\n\nmsgid "Elsewhere"\nmsgstr "Di cabang lain"\n')
    texts = catalogue.read_catalogue(po, "id")
    assert catalogue.update(texts, catalogue.extract_messages(root)) == 10
    catalogue.write_catalogue(po, texts)
    written = po.read_text()
    assert "# views\n" in written
    assert written.index("Kebutuhan") < written.index("Di cabang lain") < written.index("Open needs")
    again = catalogue.read_catalogue(po, "id")
    assert catalogue.update(again, catalogue.extract_messages(root)) == 0
    catalogue.write_catalogue(po, again)
    assert po.read_text() == written


def test_prune_drops_what_no_source_uses(root, tmp_path):
    po = tmp_path / "django.po"
    po.write_text('msgid "Needs"\nmsgstr "Kebutuhan"\n\nmsgid "Elsewhere"\nmsgstr "Di cabang lain"\n')
    texts = catalogue.read_catalogue(po, "id")
    catalogue.update(texts, catalogue.extract_messages(root), prune=True)
    assert texts.get("Elsewhere") is None
    assert texts["Needs"].string == "Kebutuhan"


@pytest.mark.parametrize(
    "merged",
    [
        'msgid "Needs"\nmsgstr ""\n\nmsgid "Needs"\nmsgstr "Kebutuhan"\n',
        'msgid "Needs"\nmsgstr "Kebutuhan"\n\nmsgid "Needs"\nmsgstr "Keperluan"\n',
        '#, fuzzy\nmsgid "Needs"\nmsgstr "Butuh"\n\nmsgid "Needs"\nmsgstr "Kebutuhan"\n',
        'msgid "Needs"\nmsgstr "Kebutuhan"\n\n#, fuzzy\nmsgid "Needs"\nmsgstr "Butuh"\n',
        2 * 'msgid ""\nmsgstr ""\n"Language: id\\n"\n\n' + 'msgid "Needs"\nmsgstr "Kebutuhan"\n',
    ],
    ids=["empty first", "two texts", "fuzzy first", "fuzzy last", "two headers"],
)
def test_duplicates_of_a_merge_fold_into_the_first_translation(tmp_path, merged):
    po = tmp_path / "django.po"
    po.write_text(merged)
    message = catalogue.read_catalogue(po, "id")["Needs"]
    assert message.string == "Kebutuhan"
    assert not message.fuzzy


def test_an_entry_a_merge_tore_apart_is_named(tmp_path):
    po = tmp_path / "django.po"
    po.write_text('msgid "Needs"\nmsgid "Offers"\nmsgstr "Tawaran"\n')
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "a.py").write_text('_("Needs"), _("Offers")')
    wrong = catalogue.problems(catalogue.read_catalogue(po, "id"), catalogue.extract_messages(tmp_path))
    assert [(p.what, p.message[:7]) for p in wrong] == [("no translation", "'Needs'")]


@pytest.mark.parametrize(
    ("source", "entry", "what"),
    [
        ('_("Hello")', "", "no entry"),
        ('_("Hello")', 'msgid "Hello"\nmsgstr ""', "no translation"),
        ('_("Hello")', '#, fuzzy\nmsgid "Hello"\nmsgstr "Halo"', "fuzzy"),
        ('_("Hello %(name)s")', 'msgid "Hello %(name)s"\nmsgstr "Halo %(nama)s"', "placeholders differ"),
        ('_("{n} of {total}")', 'msgid "{n} of {total}"\nmsgstr "{n} dari semua"', "placeholders differ"),
        ('_("%s of %s")', 'msgid "%s of %s"\nmsgstr "%s"', "placeholders differ"),
        ('_("Hello")', 'msgid "Hello"\nmsgstr "Halo %s"', "placeholders differ"),
        (
            'ngettext("one file", "%(n)d files", 2)',
            'msgid "one file"\nmsgid_plural "%(n)d files"\nmsgstr[0] "berkas"',
            "placeholders differ",
        ),
        ('ngettext("file", "files", 2)', 'msgid "file"\nmsgstr "berkas"', "no entry"),
    ],
)
def test_check_names_what_is_wrong(tmp_path, source, entry, what):
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "a.py").write_text(source)
    po = tmp_path / "django.po"
    po.write_text(entry + "\n")
    (problem,) = catalogue.problems(catalogue.read_catalogue(po, "id"), catalogue.extract_messages(tmp_path))
    assert problem.what.startswith(what)


def test_a_sound_catalogue_passes_and_compiles(tmp_path):
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "a.py").write_text(
        '_("100% of %(name)s"), ngettext("one file", "%(n)d files", 2), pgettext("month", "May")'
    )
    po = tmp_path / "locale" / "id" / catalogue.PO_NAME
    texts = catalogue.read_catalogue(po, "id")
    catalogue.update(texts, catalogue.extract_messages(tmp_path))
    texts["100% of %(name)s"].string = "100% dari %(name)s"
    texts["one file"].string = ("%(n)d berkas",)
    texts.get("May", "month").string = "Mei"
    catalogue.write_catalogue(po, texts)
    assert catalogue.problems(catalogue.read_catalogue(po, "id"), catalogue.extract_messages(tmp_path)) == []
    (compiled,) = catalogue.compile_all(tmp_path / "locale")
    with compiled.open("rb") as binary:
        translation = gettext.GNUTranslations(binary)
    assert translation.ngettext("one file", "%(n)d files", 1) == "%(n)d berkas"
    assert translation.pgettext("month", "May") == "Mei"
