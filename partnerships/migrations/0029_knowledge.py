"""Knowledge transfer: proposed by a side under a contract in force, agreed by the other one, confirmed by the enterprise."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import portal.files
from portal.database import fixed, flow_guard

RULES = """
CREATE FUNCTION knowledge_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE contract record; asking bigint; other bigint;
BEGIN
  SELECT c.* INTO contract FROM partnerships_partnership c WHERE c.id = NEW.partnership_id;
  SELECT e.organisation_id INTO asking FROM partnerships_share s JOIN portal_enterprise e ON e.id = s.enterprise_id
    WHERE s.id = NEW.share_id AND s.partnership_id = NEW.partnership_id;
  IF asking IS NULL THEN
    RAISE EXCEPTION 'a step is for an enterprise of the contract' USING ERRCODE = '23514', CONSTRAINT = 'knowledge_of_a_party';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'proposed' OR contract.status <> 'active'
       OR NEW.starts_on < contract.starts_on OR NEW.ends_on > contract.ends_on THEN
      RAISE EXCEPTION 'steps are proposed under a contract in force' USING ERRCODE = '23514', CONSTRAINT = 'knowledge_under_contract';
    END IF;
    IF NOT ((NEW.proposed_for_id = asking AND acts_for(NEW.proposed_by_id, asking, 'owner', 'staff'))
         OR (NEW.proposed_for_id = contract.buyer_id AND acts_for(NEW.proposed_by_id, contract.buyer_id, 'officer'))) THEN
      RAISE EXCEPTION 'a side of the contract proposes' USING ERRCODE = '23514', CONSTRAINT = 'knowledge_by_a_side';
    END IF;
    RETURN NEW;
  END IF;
  other := CASE WHEN NEW.proposed_for_id = contract.buyer_id THEN asking ELSE contract.buyer_id END;
  IF NEW.status IN ('agreed', 'refused') AND OLD.status = 'proposed'
     AND NOT acts_for(NEW.answered_by_id, other, 'owner', 'staff', 'officer') THEN
    RAISE EXCEPTION 'the other side answers' USING ERRCODE = '23514', CONSTRAINT = 'knowledge_answered_by_the_other';
  END IF;
  IF NEW.status = 'done' AND NOT acts_for(NEW.confirmed_by_id, asking, 'owner', 'staff') THEN
    RAISE EXCEPTION 'the enterprise confirms' USING ERRCODE = '23514', CONSTRAINT = 'knowledge_confirmed_by_enterprise';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER knowledge_rules BEFORE INSERT ON partnerships_knowledgestep FOR EACH ROW EXECUTE FUNCTION knowledge_rules();
CREATE TRIGGER knowledge_rules_state BEFORE UPDATE OF status ON partnerships_knowledgestep
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION knowledge_rules();
CREATE TRIGGER never_removed BEFORE DELETE ON partnerships_knowledgestep FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
NO_RULES = """
DROP TRIGGER never_removed ON partnerships_knowledgestep;
DROP TRIGGER knowledge_rules_state ON partnerships_knowledgestep;
DROP TRIGGER knowledge_rules ON partnerships_knowledgestep; DROP FUNCTION knowledge_rules();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partnerships", "0026_contracts_counted"),
        ("portal", "0044_sharing_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KnowledgeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("training", "Training"), ("mentoring", "Mentoring"), ("technology", "Technology")],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("details", models.TextField(blank=True, max_length=2000, verbose_name="details")),
                ("given_by", models.CharField(max_length=200, verbose_name="who gives it")),
                ("participants", models.CharField(max_length=300, verbose_name="who takes part")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("agreed", "Agreed"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("called_off", "Called Off"),
                            ("reported", "Reported"),
                            ("done", "Done"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("report", models.TextField(blank=True, max_length=2000, verbose_name="what was done")),
                ("file", models.FileField(blank=True, upload_to=portal.files.random_name, verbose_name="evidence")),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, max_length=4000, verbose_name="reason")),
                ("overdue_told_at", models.DateTimeField(blank=True, null=True)),
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
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="knowledge_steps",
                        to="partnerships.partnership",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "proposed_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.organisation"
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="knowledge_steps",
                        to="partnerships.share",
                    ),
                ),
            ],
            options={
                "ordering": ["ends_on", "pk"],
                "indexes": [
                    models.Index(condition=models.Q(("status", "agreed")), fields=["ends_on"], name="knowledge_due")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["proposed", "agreed", "refused", "withdrawn", "called_off", "reported", "done"],
                            )
                        ),
                        name="knowledge_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="knowledge_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["proposed", "withdrawn"]),
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="knowledge_answered_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["refused", "called_off"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="knowledge_refused_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["reported", "done"]), _negated=True),
                            models.Q(
                                ("reported_at__isnull", False),
                                ("reported_by__isnull", False),
                                ("sha256__regex", "^[0-9a-f]{64}$"),
                                models.Q(("report", ""), _negated=True),
                                models.Q(("file", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="knowledge_reported_with_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="knowledge_confirmed_by_somebody",
                    ),
                ],
            },
        ),
        flow_guard(
            "partnerships_knowledgestep",
            [
                ("proposed", "agreed"),
                ("proposed", "refused"),
                ("proposed", "withdrawn"),
                ("agreed", "called_off"),
                ("agreed", "reported"),
                ("reported", "agreed"),
                ("reported", "done"),
            ],
        ),
        migrations.RunSQL(RULES, NO_RULES),
        fixed(
            "partnerships_knowledgestep",
            "knowledge_fixed",
            ["partnership_id", "share_id", "kind", "starts_on", "ends_on", "proposed_for_id", "proposed_by_id"],
        ),
        # Until the enterprise has sent a report back, what shows it stays as it was handed in.
        fixed(
            "partnerships_knowledgestep",
            "knowledge_evidence_fixed",
            ["sha256", "reported_by_id", "reported_at"],
            "OLD.status IN ('reported', 'done')",
        ),
    ]
