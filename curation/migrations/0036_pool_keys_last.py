"""A run's table gets its key, and its place among the others, when it is full: one sorted build costs half of a million entries
made one by one, and a fifth of the log."""

from django.db import migrations

# Until it is sealed the table stands alone: to be attached it needs the key. Its check says already what the partition's bound
# will, so that attaching reads no row.
ADD_AND_SEAL = """
CREATE OR REPLACE FUNCTION pool_partition_add(parent text, key bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE child text := public.pool_partition(parent, key);
BEGIN
  IF parent = 'curation_poolscore' THEN
    PERFORM FROM public.curation_poolrun WHERE id = key AND state IN ('queued', 'scoring') AND dropped_at IS NULL;
  ELSE
    PERFORM FROM public.curation_pool WHERE programme_id = key AND built_at IS NULL;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nothing is to be written to % of %', parent, key USING ERRCODE = '22023';
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS public.%I', child);
  IF parent = 'curation_poolscore' THEN
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL EXCLUDING INDEXES,'
                   ' CONSTRAINT of_one_run CHECK (run_id = %s))', child, parent, key);
  ELSE
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', child, parent);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%s)', parent, child, key);
  END IF;
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO mitrapasok_app', child);
END $$;

CREATE FUNCTION pool_partition_seal(key bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' SET maintenance_work_mem = '256MB' AS $$
DECLARE child text := public.pool_partition('curation_poolscore', key);
BEGIN
  PERFORM FROM public.curation_poolrun WHERE id = key AND state = 'scoring' AND dropped_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'run % is not being scored', key USING ERRCODE = '22023';
  END IF;
  -- One that was begun before tables were sealed has its key, and its place.
  IF (SELECT relispartition FROM pg_class WHERE oid = format('public.%I', child)::regclass) THEN
    RETURN;
  END IF;
  EXECUTE format('ALTER TABLE public.%I ADD PRIMARY KEY (run_id, enterprise_id)', child);
  EXECUTE format('ALTER TABLE public.curation_poolscore ATTACH PARTITION public.%I FOR VALUES IN (%s)', child, key);
  EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT of_one_run', child);
END $$;
REVOKE ALL ON FUNCTION pool_partition_seal(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pool_partition_seal(bigint) TO mitrapasok_app;
"""
AS_BEFORE = """
DROP FUNCTION pool_partition_seal(bigint);
CREATE OR REPLACE FUNCTION pool_partition_add(parent text, key bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE child text := public.pool_partition(parent, key);
BEGIN
  IF parent = 'curation_poolscore' THEN
    PERFORM FROM public.curation_poolrun WHERE id = key AND state IN ('queued', 'scoring') AND dropped_at IS NULL;
  ELSE
    PERFORM FROM public.curation_pool WHERE programme_id = key AND built_at IS NULL;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nothing is to be written to % of %', parent, key USING ERRCODE = '22023';
  END IF;
  EXECUTE format('DROP TABLE IF EXISTS public.%I', child);
  EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', child, parent);
  EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%s)', parent, child, key);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO mitrapasok_app', child);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0031_saved_searches"),
    ]

    operations = [
        migrations.RunSQL(ADD_AND_SEAL, AS_BEFORE),
    ]
