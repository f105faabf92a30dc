"""Reference data are loaded by the owner: web and workers read them."""

from django.db import migrations

TABLES = "portal_region, portal_kbliclass, portal_hscode, portal_searchword, portal_referenceload"


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_database_rules")]
    operations = [
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON {TABLES} FROM mitrapasok_app",
            f"GRANT INSERT, UPDATE, DELETE ON {TABLES} TO mitrapasok_app",
        )
    ]
