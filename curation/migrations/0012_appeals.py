"""An appeal shows papers of its own enterprise, and one that is right waits for a place where none is free."""

import django.db.models.deletion
from django.db import migrations, models

from portal.database import flow_guard, frozen

OWN_PAPERS = """
CREATE FUNCTION appeal_paper_own() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM curation_application a JOIN portal_document d ON d.enterprise_id = a.enterprise_id
                 WHERE a.id = NEW.application_id AND d.id = NEW.document_id AND a.appealed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'an appeal shows papers of its own enterprise' USING ERRCODE = '23514', CONSTRAINT = 'appeal_paper_own';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER appeal_paper_own BEFORE INSERT ON curation_appealpaper FOR EACH ROW EXECUTE FUNCTION appeal_paper_own();
"""
NO_OWN_PAPERS = "DROP TRIGGER appeal_paper_own ON curation_appealpaper; DROP FUNCTION appeal_paper_own()"


class Migration(migrations.Migration):
    dependencies = [("curation", "0011_feedback_in_english"), ("portal", "0017_product_staging")]
    operations = [
        migrations.AlterField(
            model_name="programme",
            name="appeal_days",
            field=models.PositiveSmallIntegerField(default=10, verbose_name="working days to appeal"),
        ),
        migrations.CreateModel(
            name="AppealPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal_papers",
                        to="curation.application",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.document"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("application", "document"), name="appeal_paper_once")],
            },
        ),
        migrations.RunSQL(OWN_PAPERS, NO_OWN_PAPERS),
        frozen("curation_appealpaper", "true"),
        flow_guard(
            "curation_application",
            [
                ("draft", "submitted"),
                ("submitted", "curated"),
                ("submitted", "in_review"),
                ("submitted", "waitlisted"),
                ("submitted", "declined"),
                ("waitlisted", "curated"),
                ("waitlisted", "declined"),
                ("in_review", "curated"),
                ("in_review", "waitlisted"),
                ("in_review", "changes_requested"),
                ("in_review", "declined"),
                ("changes_requested", "in_review"),
                ("changes_requested", "declined"),
                ("declined", "appealed"),
                ("appealed", "curated"),
                ("appealed", "waitlisted"),
                ("appealed", "declined"),
                ("submitted", "withdrawn"),
                ("in_review", "withdrawn"),
                ("changes_requested", "withdrawn"),
                ("waitlisted", "withdrawn"),
            ],
        ),
    ]
