"""A cooperative's list of members, with what each gives, and each one's own word on it."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.database import flow_guard

# Nobody of those that are there has said yes: they are asked.
ASKED = """
UPDATE portal_cooperativemember SET status = 'invited', invited_id = member_id, member_id = NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""
MOVES = (
    ("listed", "invited"),
    ("invited", "accepted"),
    ("refused", "accepted"),
    ("invited", "refused"),
    ("accepted", "left"),
    ("listed", "removed"),
    ("invited", "removed"),
    ("accepted", "removed"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0019_business_plan"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="cooperativemember",
            options={"ordering": ["pk"]},
        ),
        migrations.RemoveConstraint(
            model_name="cooperativemember",
            name="cooperative_member_once",
        ),
        migrations.RemoveConstraint(
            model_name="cooperativemember",
            name="cooperative_not_own_member",
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="capacity",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="capacity per month"
            ),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="invited",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cooperative_invitations",
                to="portal.enterprise",
            ),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="listed_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="listed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="name",
            field=models.CharField(blank=True, max_length=200, verbose_name="name"),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="nib",
            field=models.CharField(blank=True, max_length=13, verbose_name="NIB"),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="product",
            field=models.CharField(blank=True, max_length=200, verbose_name="product"),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="status",
            field=models.CharField(
                choices=[
                    ("listed", "Listed, not registered here"),
                    ("invited", "Asked"),
                    ("accepted", "Member"),
                    ("refused", "Refused"),
                    ("left", "Left"),
                    ("removed", "Taken off the list"),
                ],
                default="accepted",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="unit",
            field=models.CharField(
                blank=True,
                choices=[
                    ("piece", "piece"),
                    ("pair", "pair"),
                    ("dozen", "dozen"),
                    ("set", "set"),
                    ("pack", "pack"),
                    ("box", "box"),
                    ("roll", "roll"),
                    ("sheet", "sheet"),
                    ("gram", "gram"),
                    ("kilogram", "kilogram"),
                    ("tonne", "tonne"),
                    ("litre", "litre"),
                    ("metre", "metre"),
                    ("square_metre", "square metre"),
                    ("cubic_metre", "cubic metre"),
                    ("hour", "hour"),
                    ("day", "day"),
                    ("trip", "trip"),
                    ("room_night", "room night"),
                    ("portion", "portion"),
                    ("activity", "activity"),
                ],
                max_length=20,
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="cooperativemember",
            name="village",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.region",
                verbose_name="village",
            ),
        ),
        migrations.AlterField(
            model_name="cooperativemember",
            name="member",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cooperatives",
                to="portal.enterprise",
            ),
        ),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="cooperativemember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("listed", "invited", "accepted", "refused"))),
                fields=("cooperative", "invited"),
                name="cooperative_asks_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperativemember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("member__isnull", False)),
                fields=("cooperative", "member"),
                name="cooperative_member_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperativemember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("invited", None),
                        models.Q(("invited", models.F("cooperative")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("member", None), models.Q(("member", models.F("cooperative")), _negated=True), _connector="OR"
                    ),
                ),
                name="cooperative_not_own_member",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperativemember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("member__isnull", False), ("status", "accepted")),
                    models.Q(models.Q(("status", "accepted"), _negated=True), ("member", None)),
                    _connector="OR",
                ),
                name="cooperative_member_said_yes",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperativemember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["listed", "invited", "accepted", "refused", "left", "removed"]),
                    models.Q(
                        models.Q(("status", "listed"), _negated=True),
                        models.Q(("invited", None), models.Q(("name", ""), _negated=True)),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("status__in", ["invited", "refused", "left"]), _negated=True),
                        ("invited__isnull", False),
                        _connector="OR",
                    ),
                    models.Q(("member", None), ("invited", None), ("invited", models.F("member")), _connector="OR"),
                    models.Q(("nib", ""), ("nib__regex", "^[0-9]{13}$"), _connector="OR"),
                ),
                name="cooperative_member_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperativemember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("capacity", None), ("unit", "")),
                    models.Q(("capacity__gt", 0), ("capacity__isnull", False), models.Q(("unit", ""), _negated=True)),
                    _connector="OR",
                ),
                name="cooperative_member_capacity",
            ),
        ),
        flow_guard("portal_cooperativemember", MOVES),
    ]
