"""Word pairs are learnt from texts that stand beside their translation."""

from __future__ import annotations

import pytest

from curation.matching.alignment import best_of_each, translations
from curation.models import StopWord, WordPair
from curation.services.search_words import load_search_words
from tests.roles import as_owner


def test_what_stands_beside_one_another_again_and_again_is_a_pair():
    texts = [
        ("baut baja", "steel bolt"),
        ("mur baja", "steel nut"),
        ("baut kuningan", "brass bolt"),
        ("mur kuningan", "brass nut"),
    ]
    sure = translations([(tuple(left.split()), tuple(right.split())) for left, right in texts])
    best = {a: b for a, b, _share in best_of_each(sure, most=1)}
    assert best == {"baja": "steel", "baut": "bolt", "kuningan": "brass", "mur": "nut"}


def test_a_pair_seen_once_is_chance():
    assert translations([(("baut",), ("bolt",))]) == {}


@pytest.mark.django_db
def test_a_second_load_has_nothing_to_do_and_a_forced_one_gives_the_same():
    with as_owner():
        assert load_search_words() is None
        before = set(WordPair.objects.values_list("language", "key_language", "key", "word", "origin"))
        assert load_search_words(force=True) == len(before)
        assert set(WordPair.objects.values_list("language", "key_language", "key", "word", "origin")) == before


@pytest.mark.django_db
def test_each_origin_has_its_pairs_both_ways():
    assert set(WordPair.objects.values_list("origin", flat=True)) == set(WordPair.Origin)
    assert WordPair.objects.filter(key_language="en", key="bolt", word="baut", origin="tariff").exists()
    assert WordPair.objects.filter(language="en", key_language="id", key="baut", word="bolt").exists()
    assert StopWord.objects.filter(language="en", word="the").exists()
    assert StopWord.objects.filter(language="id", word="yang").exists()
