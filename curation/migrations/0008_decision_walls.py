"""Rules 1, 3 and 4 in the database: a mark needs a decision, a decision its grounds, and nobody decides on their own.

The functions run as the owner, so that a later row-level policy on the tables they look into never blinds them.
"""

from django.db import migrations, models

from portal.database import frozen

# What the criteria say of a score, as the official run reads them: curated, in_review or declined.
CRITERIA = """
CREATE FUNCTION criteria_say(wanted bigint) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT CASE
    WHEN s.total < c.review_floor OR EXISTS (SELECT 1 FROM unnest(s.gates_held) held WHERE held IS NOT TRUE) THEN 'declined'
    WHEN s.total < c.threshold OR s.coverage < p.minimum_coverage OR EXISTS (
      SELECT 1 FROM (SELECT minimum, row_number() OVER (ORDER BY position, id) AS place
                     FROM curation_criterion WHERE criteria_set_id = c.id AND shape <> 'gate') k
      WHERE k.minimum IS NOT NULL AND coalesce(s.points[k.place], 0) < k.minimum) THEN 'in_review'
    ELSE 'curated' END
  FROM curation_score s JOIN curation_criteriaset c ON c.id = s.criteria_set_id
  JOIN curation_programme p ON p.id = c.programme_id WHERE s.id = wanted
$$;
"""
NO_CRITERIA = "DROP FUNCTION criteria_say(bigint)"

DECISIONS = """
CREATE FUNCTION decision_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  subject record;
  earlier record;
  said text := coalesce(criteria_say(NEW.score_id), '');
BEGIN
  SELECT a.appealed_at, e.organisation_id, e.status AS standing, p.confirm_by_person INTO subject
    FROM curation_application a JOIN portal_enterprise e ON e.id = a.enterprise_id
    JOIN curation_programme p ON p.id = a.programme_id WHERE a.id = NEW.application_id;
  SELECT coalesce(max(d.outcome), '') AS outcome, max(d.decided_by_id) AS decided_by_id INTO earlier FROM (
    SELECT outcome, decided_by_id FROM curation_decision WHERE application_id = NEW.application_id ORDER BY id DESC LIMIT 1) d;
  IF NEW.score_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM curation_score s WHERE s.id = NEW.score_id AND s.application_id = NEW.application_id
      AND (NEW.run_id IS NULL OR s.run_id = NEW.run_id)) THEN
    RAISE EXCEPTION 'a decision rests on a score of its own application'
      USING ERRCODE = '23514', CONSTRAINT = 'decision_on_its_own_score';
  END IF;

  IF NEW.decided_by_id IS NOT NULL THEN
    -- A place that came free follows from what the person decided before, whatever they have joined since.
    IF belongs_to(NEW.decided_by_id, subject.organisation_id) AND NOT (
        earlier.outcome = 'waitlisted' AND NEW.outcome = 'curated' AND earlier.decided_by_id = NEW.decided_by_id) THEN
      RAISE EXCEPTION 'nobody decides on an enterprise they belong to'
        USING ERRCODE = '23514', CONSTRAINT = 'decision_by_outsider';
    END IF;
    IF EXISTS (SELECT 1 FROM curation_decision d WHERE d.application_id = NEW.application_id
               AND d.decided_by_id = NEW.decided_by_id AND d.decided_at < subject.appealed_at) THEN
      RAISE EXCEPTION 'an appeal is decided by another person' USING ERRCODE = '23514', CONSTRAINT = 'appeal_decided_by_another';
    END IF;
    IF NEW.reason = '' AND said <> 'curated' THEN
      RAISE EXCEPTION 'a person who decides otherwise than the criteria says why'
        USING ERRCODE = '23514', CONSTRAINT = 'decision_by_run_or_reasoned_person';
    END IF;
  ELSIF NEW.reason = '' THEN
    IF NOT ((NEW.outcome IN ('curated', 'waitlisted') AND said = 'curated' AND subject.standing = 'verified' AND NOT subject.confirm_by_person)
            OR (NEW.outcome = 'declined' AND said = 'declined')) THEN
      RAISE EXCEPTION 'the run marks as the criteria say and in no other way'
        USING ERRCODE = '23514', CONSTRAINT = 'decision_of_the_run';
    END IF;
  ELSIF NOT (NEW.outcome = 'declined' AND earlier.outcome IN ('waitlisted', 'changes_requested')) THEN
    RAISE EXCEPTION 'the calendar ends a wait or a term, and decides nothing else'
      USING ERRCODE = '23514', CONSTRAINT = 'decision_of_the_calendar';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_rules BEFORE INSERT ON curation_decision FOR EACH ROW EXECUTE FUNCTION decision_rules();
"""
NO_DECISIONS = "DROP TRIGGER decision_rules ON curation_decision; DROP FUNCTION decision_rules()"

# Asked when the transaction ends: a move, its decision, its reasons and its mark are written one after the other.
GROUNDS = """
CREATE FUNCTION application_has_grounds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  subject record;
  decision record;
BEGIN
  SELECT status, appealed_at INTO subject FROM curation_application WHERE id = NEW.id;
  IF subject.status IS DISTINCT FROM NEW.status THEN
    RETURN NULL;  -- it moved on in the same transaction, and that move is asked for itself
  END IF;
  SELECT * INTO decision FROM curation_decision WHERE application_id = NEW.id ORDER BY id DESC LIMIT 1;
  IF NOT FOUND OR decision.outcome <> NEW.status OR decision.decided_at <= subject.appealed_at
     OR (NEW.status = 'changes_requested' AND EXISTS (SELECT 1 FROM curation_answer w WHERE w.decision_id = decision.id)) THEN
    RAISE EXCEPTION 'application %: "%" without a decision', NEW.id, NEW.status
      USING ERRCODE = '23514', CONSTRAINT = 'application_status_has_decision';
  END IF;
  IF NEW.status IN ('declined', 'changes_requested')
     AND NOT EXISTS (SELECT 1 FROM curation_feedback f WHERE f.decision_id = decision.id) THEN
    RAISE EXCEPTION 'application %: "%" without a published reason', NEW.id, NEW.status
      USING ERRCODE = '23514', CONSTRAINT = 'application_status_has_reason';
  END IF;
  IF NEW.status = 'curated' AND NOT EXISTS (SELECT 1 FROM curation_curation c WHERE c.decision_id = decision.id) THEN
    RAISE EXCEPTION 'application %: curated without a mark', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'application_curated_has_mark';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER application_has_grounds AFTER INSERT OR UPDATE OF status ON curation_application
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.status IN ('curated', 'waitlisted', 'changes_requested', 'declined')) EXECUTE FUNCTION application_has_grounds();
"""
NO_GROUNDS = "DROP TRIGGER application_has_grounds ON curation_application; DROP FUNCTION application_has_grounds()"

MARKS = """
CREATE FUNCTION mark_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NOT EXISTS (
      SELECT 1 FROM curation_application a JOIN curation_decision d ON d.application_id = a.id
      WHERE a.id = NEW.application_id AND a.status = 'curated' AND a.enterprise_id = NEW.enterprise_id
      AND a.programme_id = NEW.programme_id AND d.id = NEW.decision_id AND d.outcome = 'curated') THEN
    RAISE EXCEPTION 'a mark follows from the decision on its application' USING ERRCODE = '23514', CONSTRAINT = 'mark_of_a_decision';
  END IF;
  IF NEW.revoked_at IS NOT NULL AND (NEW.revoked_by_id IS NULL OR EXISTS (
      SELECT 1 FROM portal_enterprise e WHERE e.id = NEW.enterprise_id AND belongs_to(NEW.revoked_by_id, e.organisation_id))) THEN
    RAISE EXCEPTION 'nobody revokes a mark of an enterprise they belong to'
      USING ERRCODE = '23514', CONSTRAINT = 'mark_revoked_by_outsider';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mark_rules BEFORE INSERT OR UPDATE OF revoked_at, revoked_by_id ON curation_curation
  FOR EACH ROW EXECUTE FUNCTION mark_rules();
"""
NO_MARKS = "DROP TRIGGER mark_rules ON curation_curation; DROP FUNCTION mark_rules()"

# A programme's count is that of its marks: rows move it, and nothing else does. The quota's check is asked in the same moment.
COUNT = """
UPDATE curation_programme p SET curated_count = (
  SELECT count(*) FROM curation_curation c WHERE c.programme_id = p.id AND c.revoked_at IS NULL);

CREATE FUNCTION marks_counted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE curation_programme p SET curated_count = p.curated_count + n.more
      FROM (SELECT programme_id, count(*) AS more FROM added WHERE revoked_at IS NULL GROUP BY programme_id) n
      WHERE p.id = n.programme_id;
  ELSE
    UPDATE curation_programme p SET curated_count = p.curated_count + n.more
      FROM (SELECT programme_id, sum(by) AS more FROM (
              SELECT programme_id, 1 AS by FROM added WHERE revoked_at IS NULL
              UNION ALL SELECT programme_id, -1 FROM gone WHERE revoked_at IS NULL) moves
            GROUP BY programme_id HAVING sum(by) <> 0) n
      WHERE p.id = n.programme_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER marks_counted_added AFTER INSERT ON curation_curation REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION marks_counted();
CREATE TRIGGER marks_counted_changed AFTER UPDATE ON curation_curation REFERENCING OLD TABLE AS gone NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION marks_counted();

CREATE FUNCTION count_moved_by_marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Below depth 2 it is somebody's own statement, not the trigger of a mark.
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'the count of marks moves with the marks' USING ERRCODE = '23514', CONSTRAINT = 'programme_count_is_of_marks';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER count_moved_by_marks BEFORE UPDATE OF curated_count ON curation_programme
  FOR EACH ROW WHEN (OLD.curated_count IS DISTINCT FROM NEW.curated_count) EXECUTE FUNCTION count_moved_by_marks();
CREATE TRIGGER count_begins_at_zero BEFORE INSERT ON curation_programme
  FOR EACH ROW WHEN (NEW.curated_count <> 0) EXECUTE FUNCTION count_moved_by_marks();
"""
NO_COUNT = """
DROP TRIGGER count_begins_at_zero ON curation_programme; DROP TRIGGER count_moved_by_marks ON curation_programme;
DROP FUNCTION count_moved_by_marks();
DROP TRIGGER marks_counted_added ON curation_curation; DROP TRIGGER marks_counted_changed ON curation_curation;
DROP FUNCTION marks_counted();
"""

# Only a verified enterprise applies. What was sent before it was suspended stays sent.
STANDING = """
CREATE FUNCTION application_by_verified() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM portal_enterprise e WHERE e.id = NEW.enterprise_id AND e.status = 'verified') THEN
    RAISE EXCEPTION 'only a verified enterprise applies' USING ERRCODE = '23514', CONSTRAINT = 'application_by_verified';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER application_by_verified BEFORE INSERT OR UPDATE OF status ON curation_application
  FOR EACH ROW WHEN (NEW.status = 'submitted') EXECUTE FUNCTION application_by_verified();
"""
NO_STANDING = "DROP TRIGGER application_by_verified ON curation_application; DROP FUNCTION application_by_verified()"


class Migration(migrations.Migration):
    dependencies = [("curation", "0007_more_evidence"), ("portal", "0012_decided_by_outsiders")]
    operations = [
        migrations.RemoveConstraint(model_name="decision", name="decision_by_run_or_reasoned_person"),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", None), ("run__isnull", False)),
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("decided_by__isnull", False), ("outcome__in", ["curated", "waitlisted"])),
                    _connector="OR",
                ),
                name="decision_by_run_or_reasoned_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="feedback_says_something"
            ),
        ),
        migrations.RunSQL(CRITERIA, NO_CRITERIA),
        migrations.RunSQL(DECISIONS, NO_DECISIONS),
        migrations.RunSQL(GROUNDS, NO_GROUNDS),
        migrations.RunSQL(MARKS, NO_MARKS),
        migrations.RunSQL(COUNT, NO_COUNT),
        migrations.RunSQL(STANDING, NO_STANDING),
        # Words may be erased one day; who decided what on which grounds, and that a reason was published, stays.
        frozen("curation_decision", "true", "OF application_id, outcome, run_id, score_id, decided_by_id, decided_at"),
        frozen("curation_feedback", "true", "OF decision_id, criterion_id"),
        frozen("curation_curation", "true", "OF application_id, enterprise_id, programme_id, decision_id, token"),
    ]
