"""A snapshot is never changed, a score only ranked: what was scored can be scored again for ever."""

from django.db import migrations

from portal.database import append_only, frozen

SCORED = "run_id, application_id, criteria_set_id, snapshot_revision, kind, as_of, total, coverage, points, gates_held, scored_at"


class Migration(migrations.Migration):
    dependencies = [("curation", "0004_evidence_and_scores")]
    operations = [
        append_only("curation_evidencesnapshot"),
        frozen("curation_score", "true", f"OF {SCORED}"),
    ]
