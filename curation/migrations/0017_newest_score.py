"""An application knows its newest score: a queue of a hundred thousand is read in the order of an index."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

KEPT = """
CREATE FUNCTION newest_scores_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE curation_application a SET newest_score_id = n.id, newest_total = n.total, newest_coverage = n.coverage
    FROM (SELECT DISTINCT ON (application_id) id, application_id, total, coverage, scored_at
          FROM added ORDER BY application_id, scored_at DESC, id DESC) n
    WHERE a.id = n.application_id AND NOT EXISTS (
      SELECT 1 FROM curation_score o WHERE o.id = a.newest_score_id AND (o.scored_at, o.id) > (n.scored_at, n.id));
  RETURN NULL;
END $$;
CREATE TRIGGER newest_scores_kept AFTER INSERT ON curation_score REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION newest_scores_kept();

UPDATE curation_application a SET newest_score_id = n.id, newest_total = n.total, newest_coverage = n.coverage
  FROM (SELECT DISTINCT ON (application_id) id, application_id, total, coverage
        FROM curation_score ORDER BY application_id, scored_at DESC, id DESC) n
  WHERE a.id = n.application_id;
"""
NOT_KEPT = "DROP TRIGGER newest_scores_kept ON curation_score; DROP FUNCTION newest_scores_kept()"


class Migration(migrations.Migration):
    dependencies = [("curation", "0016_reviewer_walls")]
    operations = [
        migrations.AddField(
            "application",
            "newest_score",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="curation.score",
            ),
        ),
        migrations.AddField(
            "application",
            "newest_total",
            models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=5, null=True),
        ),
        migrations.AddField(
            "application",
            "newest_coverage",
            models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=5, null=True),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.AddIndex(
            "application",
            models.Index(
                "programme",
                F("newest_total").desc(nulls_last=True),
                "submitted_at",
                "id",
                name="application_by_score",
            ),
        ),
        migrations.AddIndex(
            "application",
            models.Index(fields=["programme", "submitted_at", "id"], name="application_by_wait"),
        ),
    ]
