"""Papers count in the completeness of a dossier from now on: a job measures every dossier anew."""

from django.db import migrations


def queue(apps, schema_editor) -> None:
    if apps.get_model("portal", "Enterprise").objects.exists():
        apps.get_model("portal", "Job").objects.create(
            kind="portal.measure_completeness", key="papers", payload={"after": 0}
        )


class Migration(migrations.Migration):
    dependencies = [("portal", "0035_confirmations")]
    operations = [migrations.RunPython(queue, migrations.RunPython.noop)]
