"""Who looks after an enterprise, what they may fill in for it, and that nothing is filled in without its consent."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import portal.files

GUARDS = """
CREATE FUNCTION assignment_to_companion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM portal_membership m
    WHERE m.user_id = NEW.companion_id AND m.organisation_id = NEW.plut_id AND m.role = 'companion' AND m.ended_at IS NULL
  ) THEN
    RAISE EXCEPTION 'assignment: % is no companion of centre %', NEW.companion_id, NEW.plut_id USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER assignment_to_companion BEFORE INSERT OR UPDATE OF companion_id, plut_id ON portal_assignment
  FOR EACH ROW EXECUTE FUNCTION assignment_to_companion();

CREATE FUNCTION consent_given_rightly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.means = 'portal' AND NOT EXISTS (
    SELECT 1 FROM portal_membership m JOIN portal_enterprise e ON e.organisation_id = m.organisation_id
    WHERE e.id = NEW.enterprise_id AND m.user_id = NEW.given_by_id AND m.role = 'owner' AND m.ended_at IS NULL
  ) THEN
    RAISE EXCEPTION 'consent: % is no owner of enterprise %', NEW.given_by_id, NEW.enterprise_id USING ERRCODE = '23514';
  END IF;
  IF NEW.purpose = 'assistance' AND NOT EXISTS (
    SELECT 1 FROM portal_assignment a
    WHERE a.enterprise_id = NEW.enterprise_id AND a.companion_id = NEW.companion_id AND a.plut_id = NEW.organisation_id
      AND a.ended_at IS NULL
  ) THEN
    RAISE EXCEPTION 'consent: % does not look after enterprise %', NEW.companion_id, NEW.enterprise_id USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER consent_given_rightly BEFORE INSERT ON portal_consent FOR EACH ROW EXECUTE FUNCTION consent_given_rightly();

CREATE TRIGGER consent_agreed BEFORE UPDATE OF enterprise_id, purpose, organisation_id, companion_id, scopes, text_version,
    means, given_by_id, signed_name, paper, paper_sha256, recorded_by_id, recorded_at, starts_at, ends_at
  OR DELETE ON portal_consent FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_ended BEFORE UPDATE OF ended_at, ended_by_id, end_reason ON portal_consent
  FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- The lock makes a withdrawal wait for the change that is being saved, and a later change see the withdrawal.
CREATE FUNCTION audit_on_behalf() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE consent record;
BEGIN
  SELECT * INTO consent FROM public.portal_consent c WHERE c.id = (NEW.payload #>> '{on_behalf,consent}')::bigint FOR SHARE;
  IF consent IS NULL OR consent.enterprise_id IS DISTINCT FROM (NEW.payload #>> '{on_behalf,enterprise}')::bigint
     OR consent.ended_at IS NOT NULL OR consent.starts_at > clock_timestamp() OR consent.ends_at <= clock_timestamp()
     OR consent.organisation_id IS DISTINCT FROM NEW.organisation_id
     OR (consent.purpose = 'assistance' AND (
       consent.companion_id IS DISTINCT FROM NEW.actor_id
       OR NOT EXISTS (
         SELECT 1 FROM public.portal_assignment a
         WHERE a.enterprise_id = consent.enterprise_id AND a.companion_id = consent.companion_id AND a.ended_at IS NULL
       )
     ))
  THEN
    RAISE EXCEPTION 'nothing is filled in for enterprise % without its consent', NEW.payload #>> '{on_behalf,enterprise}'
      USING ERRCODE = '23514', CONSTRAINT = 'audit_on_behalf';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_a_on_behalf BEFORE INSERT ON portal_auditentry
  FOR EACH ROW WHEN (NEW.payload ? 'on_behalf') EXECUTE FUNCTION audit_on_behalf();
CREATE INDEX audit_on_behalf ON portal_auditentry ((payload #> '{on_behalf,consent}')) WHERE payload ? 'on_behalf';
"""
NO_GUARDS = """
DROP INDEX audit_on_behalf;
DROP TRIGGER audit_a_on_behalf ON portal_auditentry; DROP FUNCTION audit_on_behalf();
DROP TRIGGER consent_ended ON portal_consent; DROP TRIGGER consent_agreed ON portal_consent;
DROP TRIGGER consent_given_rightly ON portal_consent; DROP FUNCTION consent_given_rightly();
DROP TRIGGER assignment_to_companion ON portal_assignment; DROP FUNCTION assignment_to_companion();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0009_class_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="assigned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="CompanionRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message", models.TextField(blank=True, max_length=1000, verbose_name="what you need help with")),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("assigned", "A companion was assigned"),
                            ("refused", "Not possible now"),
                            ("taken_back", "Taken back by the business"),
                        ],
                        max_length=20,
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=1000, verbose_name="answer")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="companion_requests",
                        to="portal.enterprise",
                    ),
                ),
                (
                    "plut",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)), fields=("enterprise",), name="companion_asked_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("answered_by", None), ("outcome", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="companion_request_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="companion_refusal_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("assistance", "A companion fills in for the business"),
                            ("partner", "A partner's system reads and fills in through the API"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None, verbose_name="what may be filled in"
                    ),
                ),
                ("text_version", models.PositiveSmallIntegerField()),
                (
                    "means",
                    models.CharField(
                        choices=[("portal", "In the portal, by the owner"), ("paper", "On paper, signed at a visit")],
                        max_length=10,
                        verbose_name="how it was given",
                    ),
                ),
                ("signed_name", models.CharField(blank=True, max_length=150, verbose_name="name under the signature")),
                (
                    "paper",
                    models.FileField(
                        blank=True, upload_to=portal.files.random_name, verbose_name="photo or scan of the signed paper"
                    ),
                ),
                ("paper_sha256", models.CharField(blank=True, max_length=64)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                ("starts_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("withdrawn", "Withdrawn"),
                            ("replaced", "Replaced by a newer one"),
                            ("unassigned", "The companion no longer looks after the business"),
                        ],
                        max_length=20,
                    ),
                ),
                ("told_until", models.DateTimeField(blank=True, null=True)),
                (
                    "companion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="portal.enterprise"
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.organisation"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-starts_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("enterprise", "organisation", "companion"),
                        name="consent_one_open",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scopes", []), _negated=True), name="consent_names_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("starts_at")),
                            (
                                "ends_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_at"), "+", models.Value(datetime.timedelta(days=366))
                                ),
                            ),
                        ),
                        name="consent_ends_within_a_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("companion__isnull", False), ("purpose", "assistance")),
                            models.Q(("companion", None), ("means", "portal"), ("purpose", "partner")),
                            _connector="OR",
                        ),
                        name="consent_to_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_by__isnull", False), ("means", "portal"), ("paper", "")),
                            models.Q(
                                ("given_by", None),
                                ("means", "paper"),
                                ("paper_sha256__regex", "^[0-9a-f]{64}$"),
                                models.Q(("paper", ""), _negated=True),
                                models.Q(("signed_name", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="consent_given_provably",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at", None)),
                            models.Q(("ended_at__isnull", False), models.Q(("end_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="consent_end_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="day")),
                ("at", models.TimeField(blank=True, null=True, verbose_name="time")),
                ("purpose", models.CharField(blank=True, max_length=200, verbose_name="what for")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("called_off_at", models.DateTimeField(blank=True, null=True)),
                (
                    "companion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="appointments", to="portal.enterprise"
                    ),
                ),
            ],
            options={
                "ordering": ["on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("called_off_at", None)),
                        fields=("enterprise", "companion", "on"),
                        name="appointment_once_a_day",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
