"""What search reads: a row for each public product and each open need, how often each word occurs in them, and word pairs.

All of it is derived: the outbox (SearchChange) keeps it fresh, a job rebuilds it whole (curation.services.searching). Nothing
here is private, and ids lead nowhere that was hidden since: whoever reads joins what may still be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from portal.models import User


class Language(models.TextChoices):
    INDONESIAN = "id"
    ENGLISH = "en"


class PublicQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> PublicQuerySet:
        """Made of what anybody may see."""
        return self.all()


def numbers() -> ArrayField:
    return ArrayField(models.FloatField(), default=list)


class SearchRow(models.Model):
    """One thing that can be found, with all that its rank is made of: ranking joins no other table."""

    # Of the product or need; `owner` of its enterprise or buyer.
    id = models.BigIntegerField(primary_key=True)
    owner = models.BigIntegerField()
    # A: its name, B: its description, C: the title of its class, D: whose it is. Facets are lexemes without a place
    # ("k5:25991", "p:33", "c:sni", "cur:"): no word has a colon, and one index finds both.
    words = SearchVectorField()
    name_length = models.SmallIntegerField(default=0)
    text_length = models.SmallIntegerField(default=0)
    edition = models.SmallIntegerField(default=0)
    kbli = models.CharField(max_length=5, default="")
    hs = models.CharField(max_length=8, default="")
    # What it is counted in, its own unit first: a measure that converts ("mass"), or a unit that stands alone ("set"). Of
    # each the amount a month and the rupiah for one, in the measure's base unit (portal.units).
    measures = ArrayField(models.CharField(max_length=20), default=list)
    amounts = numbers()
    prices = numbers()
    # Prices by quantity, in the first measure.
    tier_from = numbers()
    tier_price = numbers()
    province = models.SmallIntegerField(default=0)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    certificates = ArrayField(models.CharField(max_length=20), default=list)
    curated = models.BooleanField(default=False)
    # 1: among the best-placed rows, 2: among the next, 3: the others (curation.matching.rows). Each of the first two has an
    # index of its own, in which a common word is no longer than the tier.
    tier = models.SmallIntegerField(default=3)
    # Shares of 1: points of the newest official score; how complete the dossier is; marks held, five count as all.
    score = models.FloatField(null=True)
    completeness = models.FloatField(default=0)
    track = models.FloatField(default=0)
    # The first day on which it reads differently although nothing was changed: a paper or a mark that begins or ends.
    stale_on = models.DateField(null=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class SearchedProduct(SearchRow):
    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="searchedproduct_words", fastupdate=False),
            *(
                GinIndex(
                    fields=["words"], name=f"searchedproduct_{name}", fastupdate=False, condition=models.Q(**where)
                )
                for name, where in (("first", {"tier": 1}), ("second", {"tier": 2}), ("curated", {"curated": True}))
            ),
            models.Index(fields=["owner"], name="searchedproduct_owner"),
            models.Index(fields=["stale_on"], name="searchedproduct_stale", condition=models.Q(stale_on__isnull=False)),
        ]


class SearchedNeed(SearchRow):
    class Meta:
        indexes = [GinIndex(fields=["words"], name="searchedneed_words", fastupdate=False)]


class Occurrence(models.Model):
    """In how many rows a word or facet occurs: what a word is worth, and what a misspelt one is corrected from."""

    word = models.TextField(primary_key=True)
    entries = models.IntegerField()

    objects = PublicQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.word


class ProductWord(Occurrence):
    class Meta:
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="productword_trigrams")]


class NeedWord(Occurrence):
    class Meta:
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="needword_trigrams")]


class SearchState(models.Model):
    """Of each collection ("products", "needs") its size, the lengths its words are weighed by, and how fresh it is."""

    collection = models.CharField(max_length=12, primary_key=True)
    entries = models.FloatField(default=0)
    name_length = models.FloatField(default=1)
    text_length = models.FloatField(default=1)
    has_names = models.BooleanField(default=True)
    # Standing from which rows belong to the first and to the second tier; none while there is nothing to save.
    first_tier = models.FloatField(null=True)
    second_tier = models.FloatField(null=True)
    rebuilt_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)

    objects = PublicQuerySet.as_manager()

    def __str__(self) -> str:
        return self.collection


class StopWord(models.Model):
    """A stem that says little; it weighs less and is never dropped."""

    language = models.CharField(max_length=2, choices=Language)
    word = models.CharField(max_length=60)

    objects = PublicQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="stop_word_once")]

    def __str__(self) -> str:
        return self.word


class WordPair(models.Model):
    """Who types `key` may mean `word`. Both are stems: `key` in the language it was typed in, `word` as the texts of a
    collection in `language` have it."""

    class Origin(models.TextChoices):
        GLOSSARY = "glossary"
        TARIFF = "tariff"
        TRADE = "trade"
        SPELLING = "spelling"

    language = models.CharField(max_length=2, choices=Language)
    key_language = models.CharField(max_length=2, choices=Language)
    key = models.CharField(max_length=60)
    word = models.CharField(max_length=60)
    origin = models.CharField(max_length=10, choices=Origin)
    # How sure the pair is, up to 1; the first of an origin is the surest.
    weight = models.FloatField()
    place = models.SmallIntegerField()

    objects = PublicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "key_language", "key", "word", "origin"], name="word_pair_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.word}"


class SearchChange(models.Model):
    """An outbox: what reads differently now, written by triggers on all that search rows are read from.

    `product` 0 means all of the enterprise's; `need` rows have no enterprise. One row per thing and transaction: two
    transactions never wait for each other here, and none hides behind another's row that was read before it committed.
    """

    pk = models.CompositePrimaryKey("enterprise", "product", "need", "transaction")
    enterprise = models.BigIntegerField()
    product = models.BigIntegerField()
    need = models.BigIntegerField()
    transaction = models.BigIntegerField()
    noted_at = models.DateTimeField()


class SearchRedo(models.Model):
    """Taken from the outbox while the rows were being rebuilt: to be read once more into the new table."""

    pk = models.CompositePrimaryKey("enterprise", "product")
    enterprise = models.BigIntegerField()
    product = models.BigIntegerField()
