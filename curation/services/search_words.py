"""Loading stop words and word pairs: stemmed once, by the configuration that reads the texts themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.db import connection, transaction

from curation.matching import pairs
from curation.matching.pairs import LEARNT, STOP_WORDS, sources, stop_word_sources
from curation.models import StopWord, WordPair
from portal.models import ReferenceLoad
from portal.reference.files import digest_of

LOAD_NAME = "search"
READ = (
    "glosarium_id_en.csv.gz",
    "slang_baku.csv",
    "stopwords_id.csv",
    "trade_words.csv",
    *(str(path) for path in (LEARNT, STOP_WORDS, pairs.__file__, __file__)),
)
# A stemmer takes single words only; of a stem nothing more is cut.
STEM = "CASE WHEN {stemmed} THEN {word} ELSE (ts_lexize(('search_' || {language} || '_stem')::regdictionary, search_fold({word})))[1] END"


@transaction.atomic
def load_search_words(*, force: bool = False) -> int | None:
    """How many pairs there are now; None when nothing changed since the last time."""
    digest = digest_of(*READ)
    last, _created = ReferenceLoad.objects.select_for_update().get_or_create(
        name=LOAD_NAME, defaults={"digest": "", "rows": 0}
    )
    if last.digest == digest and not force:
        return None
    StopWord.objects.all().delete()
    WordPair.objects.all().delete()
    _copy("given_stops", "language text, word text", stop_word_sources())
    _run(
        f"INSERT INTO curation_stopword (language, word) SELECT DISTINCT language, {STEM.format(stemmed='false', word='word', language='language')}"
        " FROM given_stops"
    )
    _copy(
        "given_pairs",
        "language text, key_language text, key text, word text, word_language text, origin text, weight float8, place int, stemmed bool",
        ((*(getattr(each, name) for name in each.__dataclass_fields__),) for each in sources()),
    )
    # English words inside Indonesian texts are read by the Indonesian stemmer: a word's stem follows the collection.
    rows = _run(
        f"""INSERT INTO curation_wordpair (language, key_language, key, word, origin, weight, place)
        SELECT DISTINCT ON (language, key_language, k, w, origin) language, key_language, k, w, origin, weight, place FROM (
          SELECT *, {STEM.format(stemmed="stemmed", word="key", language="key_language")} AS k,
                 {STEM.format(stemmed="stemmed", word="word", language="language")} AS w FROM given_pairs) each
        WHERE k <> '' AND w <> '' AND (k <> w OR language <> key_language) AND length(k) < 60 AND length(w) < 60
        ORDER BY language, key_language, k, w, origin, place"""
    )
    last.digest, last.rows = digest, rows
    last.save()
    return rows


def _copy(table: str, columns: str, rows: Iterable[tuple]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv)", buffer)


def _run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount
