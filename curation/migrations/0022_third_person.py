"""Where reviewers disagree and the programme leaves it to a third person, none of them decides; and whoever decides says why.

The same figures as curation.selectors.reviews: far apart on a criterion, or on different sides of the threshold.
"""

from django.db import migrations, models

SPLIT = """
CREATE FUNCTION reviews_split(application bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH given AS (
    SELECT r.id AS review, k.id AS criterion, k.weight, c.threshold, p.points
    FROM curation_review r JOIN curation_reviewpoint p ON p.review_id = r.id
    JOIN curation_criterion k ON k.id = p.criterion_id JOIN curation_criteriaset c ON c.id = k.criteria_set_id
    WHERE r.application_id = application AND r.status = 'submitted'
  ), sides AS (
    SELECT coalesce(sum(points) FILTER (WHERE weight > 0), 0) >= min(threshold) AS reached FROM given GROUP BY review
  )
  SELECT EXISTS (SELECT 1 FROM given GROUP BY criterion, weight HAVING max(points) - min(points) > weight / 4)
    OR (SELECT count(DISTINCT reached) FROM sides) > 1
$$;
"""
NOT_SPLIT = "DROP FUNCTION reviews_split(bigint)"

DECISIONS = """
CREATE FUNCTION decision_of_a_split() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  subject record;
  earlier text;
BEGIN
  SELECT a.appealed_at, p.split_decider INTO subject
    FROM curation_application a JOIN curation_programme p ON p.id = a.programme_id WHERE a.id = NEW.application_id;
  SELECT d.outcome INTO earlier FROM curation_decision d WHERE d.application_id = NEW.application_id ORDER BY d.id DESC LIMIT 1;
  IF earlier = 'waitlisted' OR subject.appealed_at IS NOT NULL OR NOT reviews_split(NEW.application_id) THEN
    RETURN NEW;
  END IF;
  IF NEW.reason = '' THEN
    RAISE EXCEPTION 'reviewers disagree: whoever decides says why'
      USING ERRCODE = '23514', CONSTRAINT = 'decision_of_a_split_says_why';
  END IF;
  IF subject.split_decider = 'third' AND EXISTS (
      SELECT 1 FROM curation_review r WHERE r.application_id = NEW.application_id
      AND r.status = 'submitted' AND r.reviewer_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'reviewers disagree: none of them decides'
      USING ERRCODE = '23514', CONSTRAINT = 'decision_by_a_third_person';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_of_a_split BEFORE INSERT ON curation_decision FOR EACH ROW
  WHEN (NEW.decided_by_id IS NOT NULL AND NEW.outcome <> 'changes_requested') EXECUTE FUNCTION decision_of_a_split();
"""
NO_DECISIONS = "DROP TRIGGER decision_of_a_split ON curation_decision; DROP FUNCTION decision_of_a_split()"


class Migration(migrations.Migration):
    dependencies = [("curation", "0021_search_tiers")]
    operations = [
        migrations.AlterField(
            model_name="programme",
            name="split_decider",
            field=models.CharField(
                choices=[
                    ("third", "Somebody who has not reviewed it: an officer, else an approver"),
                    ("any", "Any officer, with a written reason"),
                ],
                default="third",
                max_length=5,
                verbose_name="who decides where reviewers disagree",
            ),
        ),
        migrations.RunSQL(SPLIT, NOT_SPLIT),
        migrations.RunSQL(DECISIONS, NO_DECISIONS),
    ]
