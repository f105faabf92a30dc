"""Who checked a document, how, and why one was not accepted; renewals; reminders. What was verified never changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal.database import fixed

CONTENT = ("kind", "number", "issuer", "valid_from", "valid_until", "sha256", "product_id")
# Before this only ministries verified, and always the file.
BACKFILL = """
UPDATE portal_document d SET verified_how = 'at_the_desk', verified_for_id = (
  SELECT m.organisation_id FROM portal_membership m WHERE m.user_id = d.verified_by_id AND m.role = 'ministry_admin'
  ORDER BY m.id LIMIT 1) WHERE d.verified_at IS NOT NULL;
"""
# Nobody is told today of what expired long ago.
ALREADY = """
INSERT INTO portal_documentreminder (document_id, days, sent_at)
SELECT id, 0, now() FROM portal_document WHERE valid_until < (now() AT TIME ZONE 'Asia/Jakarta')::date;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0012_decided_by_outsiders"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveSmallIntegerField()),
                ("sent_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-days"],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="refused_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="refused_reason",
            field=models.TextField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name="document",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="portal.document",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="verified_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.organisation",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="verified_how",
            field=models.CharField(
                blank=True,
                choices=[("on_the_spot", "The original, on the spot"), ("at_the_desk", "The file, at the desk")],
                max_length=12,
            ),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verified_at", None), models.Q(("verified_how", ""), _negated=True), _connector="OR"
                ),
                name="document_verified_somehow",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refused_at", None), ("refused_by", None), ("refused_reason", "")),
                    models.Q(
                        ("refused_at__isnull", False),
                        ("refused_by__isnull", False),
                        ("verified_at", None),
                        models.Q(("refused_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="document_refused_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("replaces", models.F("pk")), _negated=True), name="document_not_its_own_successor"
            ),
        ),
        migrations.AddField(
            model_name="documentreminder",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="portal.document"
            ),
        ),
        migrations.AddConstraint(
            model_name="documentreminder",
            constraint=models.UniqueConstraint(fields=("document", "days"), name="document_reminded_once"),
        ),
        migrations.RunSQL(ALREADY, migrations.RunSQL.noop),
        # PostgreSQL makes no trigger on a table whose deferred checks still wait.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        fixed("portal_document", "document_verified_fixed", CONTENT, "OLD.verified_at IS NOT NULL"),
    ]
