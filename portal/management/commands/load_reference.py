"""`manage.py load_reference`: regions, KBLI, customs tariff, published figures, dated rules. Runs as the owner."""

from time import monotonic

from django.core.management.base import BaseCommand

from portal.services.reference import load_reference


class Command(BaseCommand):
    help = "Loads the reference data shipped in portal/reference; a second run without changes does nothing."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="load again, and put shipped rules back as shipped")

    def handle(self, *, force, **options):
        start = monotonic()
        done = load_reference(force=force)
        for each in done:
            self.stdout.write(f"{each.table}: {each.rows} rows, {each.written} written")
        self.stdout.write(f"reference: {f'loaded in {monotonic() - start:.1f} s' if done else 'unchanged'}")
