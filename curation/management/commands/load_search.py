"""`manage.py load_search`: stop words and word pairs. After `load_reference`, as the owner; a second run does nothing."""

from django.core.management.base import BaseCommand

from curation.services.search_words import load_search_words


class Command(BaseCommand):
    help = "Loads the words that search reads texts by; a second run without changes does nothing."

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="load again")

    def handle(self, *, force, **options):
        rows = load_search_words(force=force)
        self.stdout.write("search words: unchanged" if rows is None else f"search words: {rows} pairs")
