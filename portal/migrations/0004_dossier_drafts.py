"""Drafts of sections are encrypted and one for each person; and nobody decides on an enterprise they belong to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.models.encrypted

RULE = """
CREATE FUNCTION enterprise_decided_by_outsider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM portal_membership m
    WHERE m.user_id = NEW.decided_by_id AND m.organisation_id = NEW.organisation_id AND m.ended_at IS NULL
  ) THEN
    RAISE EXCEPTION 'enterprise %: nobody decides on an enterprise they belong to', NEW.id USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER enterprise_decided_by_outsider BEFORE INSERT OR UPDATE OF status, decided_by_id ON portal_enterprise
  FOR EACH ROW WHEN (NEW.decided_by_id IS NOT NULL AND NEW.status IN ('verified', 'returned', 'suspended'))
  EXECUTE FUNCTION enterprise_decided_by_outsider();
"""
NO_RULE = (
    "DROP TRIGGER enterprise_decided_by_outsider ON portal_enterprise; DROP FUNCTION enterprise_decided_by_outsider();"
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0003_reference_rights"),
    ]

    operations = [
        migrations.RunSQL(RULE, NO_RULE),
        # A draft is a convenience of the moment: those in the clear go.
        migrations.RunSQL("DELETE FROM portal_sectiondraft", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="sectiondraft",
            name="section_draft_once",
        ),
        migrations.RemoveField(
            model_name="sectiondraft",
            name="data",
        ),
        migrations.AddField(
            model_name="enterprise",
            name="full_year_of_sales",
            field=models.BooleanField(blank=True, null=True, verbose_name="a full year of sales"),
        ),
        migrations.AddField(
            model_name="sectiondraft",
            name="answers",
            field=portal.models.encrypted.EncryptedField(default=""),
        ),
        migrations.AlterField(
            model_name="sectiondraft",
            name="saved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="sectiondraft",
            constraint=models.UniqueConstraint(fields=("enterprise", "section", "saved_by"), name="section_draft_once"),
        ),
    ]
