"""Machines, exports, registrations and self-assessments become rows; what stood in texts moves into them."""

import re

import django.db.models.deletion
from babel import Locale
from django.db import migrations, models

# A line of the old text is a machine; a line too long for a name becomes several, so that no word is lost.
COPY_MACHINES = r"""
INSERT INTO portal_machine (enterprise_id, name, count, capacity_unit, capacity_per)
SELECT e.id, btrim(substr(line, 1 + 300 * piece, 300)), 1, '', ''
FROM portal_enterprise e
  CROSS JOIN LATERAL regexp_split_to_table(e.machines, '[\r\n]+') WITH ORDINALITY AS lines (line, place)
  CROSS JOIN LATERAL generate_series(0, greatest(length(line) - 1, 0) / 300) AS piece
WHERE btrim(substr(line, 1 + 300 * piece, 300)) <> ''
ORDER BY e.id, place, piece;
"""
SEPARATORS = re.compile(r"[,;/\n]+|\s+(?:dan|and)\s+")


def copy_destinations(apps, schema_editor):
    """Each name of a country becomes its code; what is none stays as it was written, for its owner to choose."""
    codes = {
        name.casefold(): code
        for language in ("en", "id")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code not in ("ID", "EU", "UN", "EZ", "ZZ")
    }
    record = apps.get_model("portal", "ExportRecord")
    enterprises = apps.get_model("portal", "Enterprise").objects.exclude(export_destinations="").order_by("pk")
    rows = []
    for pk, text in enterprises.values_list("pk", "export_destinations").iterator():
        for name in filter(None, (part.strip(" .") for part in SEPARATORS.split(text))):
            code = codes.get(name.casefold(), "")
            rows.append(record(enterprise_id=pk, country=code, destination="" if code else name))
    record.objects.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0010_consents"),
    ]

    operations = [
        migrations.CreateModel(
            name="DigitalAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "question",
                    models.CharField(
                        choices=[
                            ("chat", "Do customers reach you by a chat application, such as WhatsApp?"),
                            ("catalogue", "Are your products shown online: marketplace, website or social media?"),
                            ("payment", "Do you take payment by QRIS or bank transfer?"),
                            ("orders", "Do you take orders online?"),
                            ("documents", "Do you send quotations and invoices electronically?"),
                            ("books", "Do you keep your books in an application or spreadsheet?"),
                            ("stock", "Do you keep stock and production in an application or spreadsheet?"),
                            ("connected", "Are orders, stock and books connected, so that nothing is typed twice?"),
                        ],
                        max_length=20,
                        verbose_name="question",
                    ),
                ),
                ("yes", models.BooleanField(verbose_name="yes")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ExportRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                ("destination", models.CharField(blank=True, max_length=300)),
                ("product", models.CharField(blank=True, max_length=200, verbose_name="product")),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="year")),
                ("value", models.BigIntegerField(blank=True, null=True, verbose_name="value")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Innovation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("brand", "Brand (merek)"),
                            ("design", "Industrial design"),
                            ("patent", "Patent"),
                            ("simple_patent", "Simple patent"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="registration number")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("registered_on", models.DateField(verbose_name="registered on")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Machine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=300, verbose_name="machine")),
                ("count", models.PositiveSmallIntegerField(default=1, verbose_name="how many")),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="year built")),
                (
                    "capacity",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="capacity of one"
                    ),
                ),
                (
                    "capacity_unit",
                    models.CharField(
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
                (
                    "capacity_per",
                    models.CharField(
                        blank=True,
                        choices=[("hour", "hour"), ("day", "day"), ("month", "month")],
                        max_length=10,
                        verbose_name="per",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="QualityAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "question",
                    models.CharField(
                        choices=[
                            ("procedure", "Is there a drawing, recipe or written procedure for each product?"),
                            ("incoming", "Do you check materials when they arrive?"),
                            ("process", "Do you check the work while it is being made?"),
                            ("final", "Do you check before delivery, and write the result down?"),
                            ("calibration", "Were your measuring tools calibrated within the last year?"),
                            ("complaints", "Do you write down complaints, and what you did about them?"),
                        ],
                        max_length=20,
                        verbose_name="question",
                    ),
                ),
                ("yes", models.BooleanField(verbose_name="yes")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="enterprise",
            name="capacity_unit",
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
                verbose_name="unit of the capacity",
            ),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="flagship_description",
            field=models.CharField(blank=True, max_length=300, verbose_name="which flagship, named by whom"),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="monthly_capacity",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="capacity per month"
            ),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="quality_practices",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="quality practices"),
        ),
        migrations.AddField(
            model_name="enterprise",
            name="shifts",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="shifts a day"),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("capacity_unit", ""), ("monthly_capacity", None)),
                        models.Q(("monthly_capacity__gt", 0), models.Q(("capacity_unit", ""), _negated=True)),
                        _connector="OR",
                    ),
                    models.Q(("shifts", None), models.Q(("shifts__gte", 1), ("shifts__lte", 4)), _connector="OR"),
                ),
                name="enterprise_production",
            ),
        ),
        migrations.AddConstraint(
            model_name="enterprise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("digital_readiness", None), ("digital_readiness__lte", 5), _connector="OR"),
                    models.Q(("quality_practices", None), ("quality_practices__lte", 6), _connector="OR"),
                ),
                name="enterprise_self_assessed",
            ),
        ),
        migrations.AddField(
            model_name="digitalanswer",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="digital_answers", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="exportrecord",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="export_records", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="exportrecord",
            name="hs",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="portal.hscode",
                verbose_name="HS code",
            ),
        ),
        migrations.AddField(
            model_name="innovation",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="innovations", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="machine",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="machines", to="portal.enterprise"
            ),
        ),
        migrations.AddField(
            model_name="qualityanswer",
            name="enterprise",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="quality_answers", to="portal.enterprise"
            ),
        ),
        migrations.AddConstraint(
            model_name="digitalanswer",
            constraint=models.UniqueConstraint(fields=("enterprise", "question"), name="digital_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="digitalanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "question__in",
                        ["chat", "catalogue", "payment", "orders", "documents", "books", "stock", "connected"],
                    )
                ),
                name="digital_question",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("country", ""), _negated=True),
                    models.Q(("destination", ""), _negated=True),
                    _connector="OR",
                ),
                name="export_destination",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("country", ""),
                    models.Q(("country__regex", "^[A-Z]{2}$"), models.Q(("country", "ID"), _negated=True)),
                    _connector="OR",
                ),
                name="export_country",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("value", None), models.Q(("value__gt", 0), ("value__lt", 1000000000000000)), _connector="OR"
                    ),
                    models.Q(("year", None), models.Q(("year__gte", 1990), ("year__lt", 2200)), _connector="OR"),
                ),
                name="export_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="innovation",
            constraint=models.UniqueConstraint(fields=("enterprise", "kind", "number"), name="innovation_once"),
        ),
        migrations.AddConstraint(
            model_name="innovation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", ""), _negated=True),
                    models.Q(("title", ""), _negated=True),
                    ("kind__in", ["brand", "design", "patent", "simple_patent"]),
                ),
                name="innovation_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="machine",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), ("count__gte", 1)), name="machine_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="machine",
            constraint=models.CheckConstraint(
                condition=models.Q(("year", None), models.Q(("year__gte", 1900), ("year__lt", 2200)), _connector="OR"),
                name="machine_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="machine",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("capacity", None), ("capacity_per", ""), ("capacity_unit", "")),
                    models.Q(
                        ("capacity__gt", 0),
                        models.Q(("capacity_unit", ""), _negated=True),
                        models.Q(("capacity_per", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="machine_capacity_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityanswer",
            constraint=models.UniqueConstraint(fields=("enterprise", "question"), name="quality_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="qualityanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("question__in", ["procedure", "incoming", "process", "final", "calibration", "complaints"])
                ),
                name="quality_question",
            ),
        ),
        migrations.RunSQL(COPY_MACHINES, migrations.RunSQL.noop),
        migrations.RunPython(copy_destinations, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="enterprise", name="export_destinations"),
        migrations.RemoveField(model_name="enterprise", name="machines"),
    ]
