"""Each tier of the search rows, and the curated ones, get an index of their own."""

import django.contrib.postgres.indexes
from django.db import migrations, models

PARTS = {"first": "tier = 1", "second": "tier = 2", "curated": "curated"}
INDEX = """
CREATE OR REPLACE FUNCTION search_rebuild_index() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET maintenance_work_mem = '512MB' AS $$
BEGIN
  ALTER TABLE public.curation_searchedproduct_next ADD CONSTRAINT searchedproduct_next_pkey PRIMARY KEY (id);
  CREATE INDEX searchedproduct_next_words ON public.curation_searchedproduct_next USING gin (words) WITH (fastupdate = off);{parts}
  CREATE INDEX searchedproduct_next_owner ON public.curation_searchedproduct_next (owner);
  CREATE INDEX searchedproduct_next_stale ON public.curation_searchedproduct_next (stale_on) WHERE stale_on IS NOT NULL;
  ANALYZE public.curation_searchedproduct_next;
END $$;
"""
PART = """
  CREATE INDEX searchedproduct_next_{name} ON public.curation_searchedproduct_next USING gin (words) WITH (fastupdate = off) WHERE {where};"""
SWAP = """
CREATE OR REPLACE FUNCTION search_rebuild_swap() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
  DROP TABLE public.curation_searchedproduct;
  ALTER TABLE public.curation_searchedproduct_next RENAME TO curation_searchedproduct;
  ALTER INDEX public.searchedproduct_next_pkey RENAME TO curation_searchedproduct_pkey;
  ALTER INDEX public.searchedproduct_next_words RENAME TO searchedproduct_words;{parts}
  ALTER INDEX public.searchedproduct_next_owner RENAME TO searchedproduct_owner;
  ALTER INDEX public.searchedproduct_next_stale RENAME TO searchedproduct_stale;
END $$;
"""
RENAME = """
  ALTER INDEX public.searchedproduct_next_{name} RENAME TO searchedproduct_{name};"""


def functions(parts):
    return INDEX.format(
        parts="".join(PART.format(name=name, where=where) for name, where in parts.items())
    ) + SWAP.format(parts="".join(RENAME.format(name=name) for name in parts))


def index(name, condition):
    return migrations.AddIndex(
        model_name="searchedproduct",
        index=django.contrib.postgres.indexes.GinIndex(
            condition=models.Q(condition), fastupdate=False, fields=["words"], name=f"searchedproduct_{name}"
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("curation", "0027_consortium_walls")]

    operations = [
        migrations.AddField("searchedneed", "tier", models.SmallIntegerField(default=3)),
        migrations.AddField("searchedproduct", "tier", models.SmallIntegerField(default=3)),
        index("first", ("tier", 1)),
        index("second", ("tier", 2)),
        index("curated", ("curated", True)),
        migrations.RunSQL(functions(PARTS), functions({})),
    ]
