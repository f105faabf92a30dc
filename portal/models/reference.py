"""Reference data: regions, activity and tariff classes, published figures. Loaded from files, never typed in.

Everybody may read it, so `visible_to` hides nothing. The folded texts are what people search in (see portal.text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from portal.models.user import User


class ReferenceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ReferenceQuerySet:
        return self.all()


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def trigram_index(name: str) -> GinIndex:
    return GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name=name)


class Region(models.Model):
    """A province, regency or city, district, or village, by its dotted Kemendagri code (33.10.01.2001)."""

    class Level(models.IntegerChoices):
        PROVINCE = 1, _("Province")
        REGENCY = 2, _("Regency or city")
        DISTRICT = 3, _("District")
        VILLAGE = 4, _("Village")

    code = models.CharField(max_length=13, primary_key=True)
    level = models.PositiveSmallIntegerField(choices=Level)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=60)
    # "Kabupaten" or "Kota" for a regency, "Desa" or "Kelurahan" for a village; empty where the name says it.
    kind = models.CharField(max_length=12, blank=True)
    # The names from here up to the province, as an address is written.
    full_name = models.CharField(max_length=200)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    population = models.PositiveIntegerField(null=True)
    own_text = models.CharField(max_length=64, editable=False)
    search_text = models.TextField(editable=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level=1, parent=None) | Q(level__gt=1, parent__isnull=False), name="region_parent_by_level"
            )
        ]
        indexes = [trigram_index("region_search"), models.Index(fields=["level", "name"], name="region_level_name")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def province_code(self) -> str:
        return self.code[:2]

    @property
    def regency_code(self) -> str:
        return self.code[:5]


class KbliClass(models.Model):
    """A class of business activity in one edition of KBLI. The 5-digit ones are what a NIB lists."""

    class Edition(models.IntegerChoices):
        KBLI_2020 = 2020, "KBLI 2020"
        KBLI_2025 = 2025, "KBLI 2025"

    edition = models.PositiveSmallIntegerField(choices=Edition)
    code = models.CharField(max_length=5)
    # Digits of the code; 1 is the section, which has a letter.
    level = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=1)
    parent_code = models.CharField(max_length=4, blank=True)
    title = models.CharField(max_length=250)
    # From ISIC where the class is the same; many Indonesian classes have no English name.
    title_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    own_text = models.TextField(editable=False)
    search_text = models.TextField(editable=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "section", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="kbli_once_per_edition")]
        indexes = [trigram_index("kbli_search")]

    def __str__(self) -> str:
        return f"{self.code} {self.display_title}"

    @property
    def display_title(self) -> str:
        return self.title_en if self.title_en and in_english() else self.title

    @property
    def is_manufacturing(self) -> bool:
        """Section C in both editions."""
        return self.section == "C"


class HsCode(models.Model):
    """A heading (4 digits), subheading (6) or tariff line (8) of the Indonesian customs tariff, BTKI 2022."""

    code = models.CharField(max_length=8, primary_key=True)
    dotted = models.CharField(max_length=11)
    level = models.PositiveSmallIntegerField()
    parent_code = models.CharField(max_length=6, blank=True)
    indent = models.PositiveSmallIntegerField()
    description_id = models.TextField()
    description_en = models.TextField()
    # From the heading down, joined by " › ": "Lain-lain" means nothing without what stands above it.
    path_id = models.TextField()
    path_en = models.TextField()
    # Percent of import duty as printed; a few lines print a text instead ("Rp…/kg").
    duty = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    duty_text = models.CharField(max_length=20, blank=True)
    own_text = models.TextField(editable=False)
    search_text = models.TextField(editable=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        indexes = [trigram_index("hs_search")]

    def __str__(self) -> str:
        return f"{self.dotted} {self.path}"

    @property
    def description(self) -> str:
        return self.description_en if in_english() else self.description_id

    @property
    def path(self) -> str:
        return self.path_en if in_english() else self.path_id


class SearchWord(models.Model):
    """A word that occurs in one of the lists above: what a misspelt search word is corrected from."""

    class Source(models.TextChoices):
        KBLI = "kbli"
        HS = "hs"
        REGION = "region"

    source = models.CharField(max_length=8, choices=Source)
    word = models.CharField(max_length=60)
    # In how many entries of its list; a rare word says more.
    entries = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "word"], name="search_word_once")]
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="search_word_trigrams")]

    def __str__(self) -> str:
        return self.word


NOTED = (
    gettext_noop("Kementerian Koperasi dan UKM, citing Viet Nam"),
    gettext_noop("Universitas Mercu Buana Yogyakarta / Kadin (text of 6 March; the text prints no year)"),
    gettext_noop("Indoposco (webinar report)"),
)


class PublishedFigure(models.Model):
    """A national figure somebody published. Definitions differ: they stand side by side and are never averaged."""

    indicator = models.CharField(max_length=60)
    definition_id = models.CharField(max_length=200)
    definition_en = models.CharField(max_length=200)
    date = models.DateField()
    publisher = models.CharField(max_length=200)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.indicator} {self.date}"

    @property
    def definition(self) -> str:
        return self.definition_en if in_english() else self.definition_id

    @property
    def source(self) -> str:
        """Names of publishers are one in both languages; what our files note beside them is not (NOTED)."""
        return gettext(self.publisher)


class ContextFigure(PublishedFigure):
    """How large the population of small businesses is, and what the first round brought."""

    value = models.DecimalField(max_digits=18, decimal_places=2)
    unit = models.CharField(max_length=20)

    class Meta:
        ordering = ["indicator", "date"]
        constraints = [models.UniqueConstraint(fields=["indicator", "date", "publisher"], name="context_figure_once")]


class LinkageFigure(PublishedFigure):
    """A share of small businesses linked to large ones, in percent, beside which the portal shows its own."""

    country = models.CharField(max_length=2)
    value = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ["date", "country"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "country", "date", "publisher"], name="linkage_figure_once")
        ]


class ReferenceLoad(models.Model):
    """What was last loaded: an unchanged second load has nothing to do."""

    name = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"
