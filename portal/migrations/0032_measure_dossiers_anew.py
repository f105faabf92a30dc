"""What counts as a complete business plan has changed since completeness was stored: a job measures every dossier anew."""

from django.db import migrations


def queue(apps, schema_editor) -> None:
    if apps.get_model("portal", "Enterprise").objects.exists():
        apps.get_model("portal", "Job").objects.create(
            kind="portal.measure_completeness", key="0", payload={"after": 0}
        )


class Migration(migrations.Migration):
    dependencies = [("portal", "0031_near_nib")]
    operations = [migrations.RunPython(queue, migrations.RunPython.noop)]
