"""The moves of a request about one's own data; a business may be closed at any point but while it is being checked; and of a
visit, where it was may be emptied when a business is erased – never changed."""

from django.db import migrations

from portal.database import fixed, flow_guard

NOTED = ("key", "made_by_id", "plut_id", "visited_on", "seen")
PLACE = """
DROP TRIGGER visit_stays_as_noted ON portal_visit;
CREATE TRIGGER visit_place_only_emptied BEFORE UPDATE OF place, latitude, longitude ON portal_visit FOR EACH ROW
  WHEN ((OLD.place, OLD.latitude, OLD.longitude) IS DISTINCT FROM (NEW.place, NEW.latitude, NEW.longitude)
        AND NOT (NEW.place = '' AND NEW.latitude IS NULL AND NEW.longitude IS NULL))
  EXECUTE FUNCTION refuse_change();
"""
NO_PLACE = """
DROP TRIGGER visit_place_only_emptied ON portal_visit;
CREATE TRIGGER visit_stays_as_noted BEFORE UPDATE OF key, made_by_id, plut_id, visited_on, place, latitude, longitude, seen
  ON portal_visit FOR EACH ROW
  WHEN ((OLD.key, OLD.made_by_id, OLD.plut_id, OLD.visited_on, OLD.place, OLD.latitude, OLD.longitude, OLD.seen)
        IS DISTINCT FROM (NEW.key, NEW.made_by_id, NEW.plut_id, NEW.visited_on, NEW.place, NEW.latitude, NEW.longitude, NEW.seen))
  EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0023_data_requests")]
    operations = [
        flow_guard(
            "portal_datarequest",
            [
                ("received", "ready"),
                ("ready", "ended"),
                ("received", "done"),
                ("received", "declined"),
                ("received", "withdrawn"),
            ],
        ),
        flow_guard(
            "portal_enterprise",
            [
                ("draft", "submitted"),
                ("returned", "submitted"),
                ("submitted", "verified"),
                ("submitted", "returned"),
                ("verified", "suspended"),
                ("suspended", "verified"),
                ("draft", "closed"),
                ("returned", "closed"),
                ("verified", "closed"),
                ("suspended", "closed"),
                ("verified", "merged"),
            ],
        ),
        migrations.RunSQL(PLACE, NO_PLACE),
        fixed("portal_visit", "visit_stays_as_noted", NOTED),
    ]
