"""Rule 4 for reviewers: who belongs to the enterprise, or said that they stand too near, neither reviews nor decides.

And what a programme promises: declared before the first points, as many reviews as it asks for before anybody decides.
The functions run as the owner, so that a later row-level policy on the tables they look into never blinds them.
"""

from django.db import migrations

from portal.database import append_only, flow_guard

NEAR = """
CREATE FUNCTION stands_near(person bigint, application bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM curation_conflict c WHERE c.application_id = application AND c.person_id = person)
    OR EXISTS (SELECT 1 FROM curation_application a JOIN portal_enterprise e ON e.id = a.enterprise_id
               WHERE a.id = application AND belongs_to(person, e.organisation_id))
$$;
"""
NOT_NEAR = "DROP FUNCTION stands_near(bigint, bigint)"

REVIEWS = """
CREATE FUNCTION review_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.status IN ('assigned', 'submitted') AND stands_near(NEW.reviewer_id, NEW.application_id) THEN
    RAISE EXCEPTION 'nobody reviews an enterprise they stand near to'
      USING ERRCODE = '23514', CONSTRAINT = 'review_by_outsider';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.application_id <> OLD.application_id OR NEW.reviewer_id <> OLD.reviewer_id) THEN
    RAISE EXCEPTION 'a review stays its reviewer''s' USING ERRCODE = '23514', CONSTRAINT = 'review_of_its_reviewer';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER review_rules BEFORE INSERT OR UPDATE ON curation_review FOR EACH ROW EXECUTE FUNCTION review_rules();

CREATE FUNCTION review_point_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  review record;
  weight numeric;
BEGIN
  SELECT r.status, r.no_conflict_at, r.reviewer_id, r.application_id, a.programme_id INTO review
    FROM curation_review r JOIN curation_application a ON a.id = r.application_id WHERE r.id = NEW.review_id;
  IF review.no_conflict_at IS NULL THEN
    RAISE EXCEPTION 'no points before the declaration' USING ERRCODE = '23514', CONSTRAINT = 'review_declared_before_points';
  END IF;
  IF review.status <> 'assigned' THEN
    RAISE EXCEPTION 'a review that was sent stays as it is' USING ERRCODE = '23514', CONSTRAINT = 'review_points_while_at_work';
  END IF;
  IF stands_near(review.reviewer_id, review.application_id) THEN
    RAISE EXCEPTION 'nobody reviews an enterprise they stand near to'
      USING ERRCODE = '23514', CONSTRAINT = 'review_by_outsider';
  END IF;
  SELECT k.weight INTO weight FROM curation_criterion k JOIN curation_criteriaset c ON c.id = k.criteria_set_id
    WHERE k.id = NEW.criterion_id AND c.programme_id = review.programme_id AND c.published_at IS NOT NULL;
  IF weight IS NULL OR NEW.points > weight THEN
    RAISE EXCEPTION 'points are for a criterion of the programme, and no more than its weight'
      USING ERRCODE = '23514', CONSTRAINT = 'review_points_of_the_programme';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER review_point_rules BEFORE INSERT OR UPDATE ON curation_reviewpoint
  FOR EACH ROW EXECUTE FUNCTION review_point_rules();
"""
NO_REVIEWS = """
DROP TRIGGER review_point_rules ON curation_reviewpoint; DROP FUNCTION review_point_rules();
DROP TRIGGER review_rules ON curation_review; DROP FUNCTION review_rules();
"""

# Beside the trigger decision_rules: what reviewers add to a person's decision. A place that came free follows from what
# the person decided before; an appeal is decided anew by another person.
DECISIONS = """
CREATE FUNCTION decision_after_reviews() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  subject record;
  earlier text;
BEGIN
  SELECT a.appealed_at, p.reviewers_needed INTO subject
    FROM curation_application a JOIN curation_programme p ON p.id = a.programme_id WHERE a.id = NEW.application_id;
  SELECT d.outcome INTO earlier FROM curation_decision d WHERE d.application_id = NEW.application_id ORDER BY d.id DESC LIMIT 1;
  IF earlier = 'waitlisted' THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT 1 FROM curation_conflict c
             WHERE c.application_id = NEW.application_id AND c.person_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'nobody decides where they declared a conflict'
      USING ERRCODE = '23514', CONSTRAINT = 'decision_without_conflict';
  END IF;
  IF NEW.outcome <> 'changes_requested' AND subject.appealed_at IS NULL AND subject.reviewers_needed > (
      SELECT count(*) FROM curation_review r WHERE r.application_id = NEW.application_id AND r.status = 'submitted') THEN
    RAISE EXCEPTION 'the programme asks for % reviews before a decision', subject.reviewers_needed
      USING ERRCODE = '23514', CONSTRAINT = 'decision_after_reviews';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_after_reviews BEFORE INSERT ON curation_decision
  FOR EACH ROW WHEN (NEW.decided_by_id IS NOT NULL) EXECUTE FUNCTION decision_after_reviews();
"""
NO_DECISIONS = "DROP TRIGGER decision_after_reviews ON curation_decision; DROP FUNCTION decision_after_reviews()"


class Migration(migrations.Migration):
    dependencies = [("curation", "0015_reviewers"), ("portal", "0012_decided_by_outsiders")]
    operations = [
        flow_guard(
            "curation_review",
            [
                ("assigned", "submitted"),
                ("submitted", "assigned"),
                ("assigned", "recused"),
                ("submitted", "recused"),
                ("assigned", "released"),
                ("released", "assigned"),
            ],
        ),
        append_only("curation_conflict"),
        migrations.RunSQL(NEAR, NOT_NEAR),
        migrations.RunSQL(REVIEWS, NO_REVIEWS),
        migrations.RunSQL(DECISIONS, NO_DECISIONS),
    ]
