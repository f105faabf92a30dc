"""An invitation carries the last day on which it is answered; those that stand have two more weeks, or until the last delivery."""

from django.db import migrations, models

GIVE_TIME = """
UPDATE curation_interest i SET answer_by = least(current_date + 14, n.deliver_until)
FROM curation_need n WHERE n.id = i.need_id AND i.status = 'invited'
"""


class Migration(migrations.Migration):
    dependencies = [("curation", "0038_frozen_offer")]

    operations = [
        migrations.AddField(model_name="interest", name="answer_by", field=models.DateField(blank=True, null=True)),
        migrations.RunSQL(GIVE_TIME, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="interest",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "invited"), _negated=True) | models.Q(("answer_by__isnull", False)),
                name="interest_invited_until",
            ),
        ),
    ]
