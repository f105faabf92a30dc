"""Search: how texts are read, the rows that are found, and the outbox that keeps them fresh."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# Lower case without accents; ′s and signs fall away before PostgreSQL's parser could take "Alat/Bahan" for a path or "3-4" for
# minus four; "40×60cm" is read as "40 x 60 cm". Language of the server plays no part: normalisation is PostgreSQL's own.
FOLD = r"""
CREATE FUNCTION search_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace(lower(
    CASE WHEN given ~ '[^\x01-\x7e]' THEN regexp_replace(regexp_replace(normalize(translate(given, 'ØøĐđŁł×’′', 'OoDdLlx'''''), NFKD),
      '[\u0300-\u036f]', '', 'g'), '[^\x01-\x7e]', ' ', 'g') ELSE given END),
    '''s\M|''', '', 'g'), '[^a-z0-9]+', ' ', 'g'), '(\d) ?x ?(?=\d)', '\1 x ', 'g'),
    '(\d)(mm|cm|dm|m|km|m2|m3|kg|gr|g|ton|l|ml|lt|liter|inch|inci|in|ft|w|watt|kw|kva|v|volt|a|hp|pk|bar|psi|gsm|pcs|buah|lembar)\M', '\1 \2', 'g')
$$;
"""
NO_FOLD = "DROP FUNCTION search_fold(text)"

# Without stop words: what says little weighs less (curation_stopword), but "tahan" in "baja tahan karat" has its say.
CONFIGURATIONS = "".join(
    f"""
    CREATE TEXT SEARCH DICTIONARY search_{name}_stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = {language});
    CREATE TEXT SEARCH CONFIGURATION search_{name} (COPY = pg_catalog.simple);
    ALTER TEXT SEARCH CONFIGURATION search_{name} ALTER MAPPING FOR asciiword, word WITH search_{name}_stem;
    """
    for name, language in (("id", "indonesian"), ("en", "english"))
)
NO_CONFIGURATIONS = """
DROP TEXT SEARCH CONFIGURATION search_id; DROP TEXT SEARCH DICTIONARY search_id_stem;
DROP TEXT SEARCH CONFIGURATION search_en; DROP TEXT SEARCH DICTIONARY search_en_stem;
"""

# Long descriptions stay in the row while they fit a page: ranking reads hundreds of them. Room in each page, so that a changed
# row keeps its place among the best.
STORAGE = "ALTER TABLE curation_searchedproduct SET (fillfactor = 90, toast_tuple_target = 4080);"

# Web and workers own nothing: these make the next table of products, its indexes, and put it in the place of the one before.
REBUILD = """
CREATE FUNCTION search_rebuild_begin() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DROP TABLE IF EXISTS public.curation_searchedproduct_next;
  CREATE TABLE public.curation_searchedproduct_next (LIKE public.curation_searchedproduct INCLUDING DEFAULTS)
    WITH (fillfactor = 90, toast_tuple_target = 4080);
  GRANT SELECT, INSERT, UPDATE, DELETE ON public.curation_searchedproduct_next TO mitrapasok_app;
END $$;

CREATE FUNCTION search_rebuild_index() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET maintenance_work_mem = '512MB' AS $$
BEGIN
  ALTER TABLE public.curation_searchedproduct_next ADD CONSTRAINT searchedproduct_next_pkey PRIMARY KEY (id);
  CREATE INDEX searchedproduct_next_words ON public.curation_searchedproduct_next USING gin (words) WITH (fastupdate = off);
  CREATE INDEX searchedproduct_next_owner ON public.curation_searchedproduct_next (owner);
  CREATE INDEX searchedproduct_next_stale ON public.curation_searchedproduct_next (stale_on) WHERE stale_on IS NOT NULL;
  ANALYZE public.curation_searchedproduct_next;
END $$;

CREATE FUNCTION search_rebuild_swap() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
  DROP TABLE public.curation_searchedproduct;
  ALTER TABLE public.curation_searchedproduct_next RENAME TO curation_searchedproduct;
  ALTER INDEX public.searchedproduct_next_pkey RENAME TO curation_searchedproduct_pkey;
  ALTER INDEX public.searchedproduct_next_words RENAME TO searchedproduct_words;
  ALTER INDEX public.searchedproduct_next_owner RENAME TO searchedproduct_owner;
  ALTER INDEX public.searchedproduct_next_stale RENAME TO searchedproduct_stale;
END $$;

REVOKE ALL ON FUNCTION search_rebuild_begin(), search_rebuild_index(), search_rebuild_swap() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_rebuild_begin(), search_rebuild_index(), search_rebuild_swap() TO mitrapasok_app;
"""
NO_REBUILD = """
DROP FUNCTION search_rebuild_begin(); DROP FUNCTION search_rebuild_index(); DROP FUNCTION search_rebuild_swap();
"""

NOTE = """
  INSERT INTO curation_searchchange (enterprise, product, need, transaction, noted_at)
  SELECT each.enterprise, each.product, each.need, pg_current_xact_id()::text::bigint, statement_timestamp()
  FROM ({which}) AS each (enterprise, product, need) ON CONFLICT DO NOTHING;
"""
ENTERPRISES = "SELECT DISTINCT enterprise_id, 0, 0 FROM changed"
# Whose rows are read from each table: a query over `changed`, the rows that the statement wrote or removed. Whoever changes a
# hundred products at once has them all read again: fifty thousand lines of a list leave one row here.
READ_FROM = {
    "portal_enterprise": "SELECT id, 0, 0 FROM changed",
    "portal_product": "SELECT DISTINCT enterprise_id, CASE WHEN (SELECT count(*) FROM changed) > 100 THEN 0 ELSE id END, 0 FROM changed",
    "portal_document": "SELECT DISTINCT enterprise_id, coalesce(product_id, 0), 0 FROM changed",
    "curation_curation": ENTERPRISES,
    "curation_need": "SELECT 0, 0, id FROM changed",
    # Of an organisation its name alone is read.
    "portal_organisation": "SELECT e.id, 0, 0 FROM changed JOIN portal_enterprise e ON e.organisation_id = changed.id"
    " UNION ALL SELECT 0, 0, n.id FROM changed JOIN curation_need n ON n.buyer_id = changed.id",
}
SCORED = "SELECT DISTINCT a.enterprise_id, 0, 0 FROM changed JOIN curation_application a ON a.id = changed.application_id WHERE changed.kind = 'official'"


def notes_changes(table, which, events=(("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))):
    triggers = "".join(
        f"CREATE TRIGGER notes_search_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_searched();"
        for event, rows in events
    )
    return migrations.RunSQL(
        f"CREATE FUNCTION {table}_searched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" {NOTE.format(which=which)} RETURN NULL; END $$; {triggers}",
        f"DROP FUNCTION {table}_searched() CASCADE",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0019_pool_evidence_counts"),
        ("portal", "0028_visit_kits"),
    ]

    operations = [
        migrations.RunSQL(FOLD, NO_FOLD),
        migrations.RunSQL(CONFIGURATIONS, NO_CONFIGURATIONS),
        migrations.CreateModel(
            name="SearchChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "enterprise",
                        "product",
                        "need",
                        "transaction",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("enterprise", models.BigIntegerField()),
                ("product", models.BigIntegerField()),
                ("need", models.BigIntegerField()),
                ("transaction", models.BigIntegerField()),
                ("noted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchRedo",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "enterprise", "product", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("enterprise", models.BigIntegerField()),
                ("product", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchState",
            fields=[
                ("collection", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("entries", models.FloatField(default=0)),
                ("name_length", models.FloatField(default=1)),
                ("text_length", models.FloatField(default=1)),
                ("has_names", models.BooleanField(default=True)),
                ("rebuilt_at", models.DateTimeField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="NeedWord",
            fields=[
                ("word", models.TextField(primary_key=True, serialize=False)),
                ("entries", models.IntegerField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("word"), name="gin_trgm_ops"),
                        name="needword_trigrams",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductWord",
            fields=[
                ("word", models.TextField(primary_key=True, serialize=False)),
                ("entries", models.IntegerField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("word"), name="gin_trgm_ops"),
                        name="productword_trigrams",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchedNeed",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("owner", models.BigIntegerField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("name_length", models.SmallIntegerField(default=0)),
                ("text_length", models.SmallIntegerField(default=0)),
                ("edition", models.SmallIntegerField(default=0)),
                ("kbli", models.CharField(default="", max_length=5)),
                ("hs", models.CharField(default="", max_length=8)),
                (
                    "measures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                (
                    "prices",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                (
                    "tier_from",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                (
                    "tier_price",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                ("province", models.SmallIntegerField(default=0)),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                (
                    "certificates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("curated", models.BooleanField(default=False)),
                ("score", models.FloatField(null=True)),
                ("completeness", models.FloatField(default=0)),
                ("track", models.FloatField(default=0)),
                ("stale_on", models.DateField(null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["words"], name="searchedneed_words"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchedProduct",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("owner", models.BigIntegerField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("name_length", models.SmallIntegerField(default=0)),
                ("text_length", models.SmallIntegerField(default=0)),
                ("edition", models.SmallIntegerField(default=0)),
                ("kbli", models.CharField(default="", max_length=5)),
                ("hs", models.CharField(default="", max_length=8)),
                (
                    "measures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "amounts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                (
                    "prices",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                (
                    "tier_from",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                (
                    "tier_price",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                ("province", models.SmallIntegerField(default=0)),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                (
                    "certificates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("curated", models.BooleanField(default=False)),
                ("score", models.FloatField(null=True)),
                ("completeness", models.FloatField(default=0)),
                ("track", models.FloatField(default=0)),
                ("stale_on", models.DateField(null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["words"], name="searchedproduct_words"
                    ),
                    models.Index(fields=["owner"], name="searchedproduct_owner"),
                    models.Index(
                        condition=models.Q(("stale_on__isnull", False)),
                        fields=["stale_on"],
                        name="searchedproduct_stale",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(choices=[("id", "Indonesian"), ("en", "English")], max_length=2)),
                ("word", models.CharField(max_length=60)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("language", "word"), name="stop_word_once")],
            },
        ),
        migrations.CreateModel(
            name="WordPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(choices=[("id", "Indonesian"), ("en", "English")], max_length=2)),
                ("key_language", models.CharField(choices=[("id", "Indonesian"), ("en", "English")], max_length=2)),
                ("key", models.CharField(max_length=60)),
                ("word", models.CharField(max_length=60)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("glossary", "Glossary"),
                            ("tariff", "Tariff"),
                            ("trade", "Trade"),
                            ("spelling", "Spelling"),
                        ],
                        max_length=10,
                    ),
                ),
                ("weight", models.FloatField()),
                ("place", models.SmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("language", "key_language", "key", "word", "origin"), name="word_pair_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(REBUILD, NO_REBUILD),
        *(notes_changes(table, which) for table, which in READ_FROM.items()),
        notes_changes("curation_score", SCORED, (("INSERT", "NEW"),)),
    ]
