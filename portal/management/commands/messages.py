"""`manage.py messages extract | compile | check`: the translations, with Babel alone (see portal.catalogue)."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import catalogue


class Command(BaseCommand):
    help = "Collects message ids into locale/id, compiles every catalogue, or names what lacks an Indonesian text."
    # Translations must be checkable and compilable before anything else runs.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["extract", "compile", "check"])
        parser.add_argument("--locale", default="id")
        parser.add_argument("--prune", action="store_true", help="extract: drop entries that no source uses any more")

    def handle(self, *, action, locale, prune, **options):
        root, folder = Path(settings.BASE_DIR), Path(settings.LOCALE_PATHS[0])
        if action == "compile":
            for path in catalogue.compile_all(folder):
                self.stdout.write(f"compiled {path.relative_to(folder)}")
            return
        po = folder / locale / catalogue.PO_NAME
        texts, found = (catalogue.read_catalogue(po, locale), catalogue.extract_messages(root))
        if action == "extract":
            added = catalogue.update(texts, found, prune=prune)
            catalogue.write_catalogue(po, texts)
            self.stdout.write(f"messages: {added} new, {len(texts)} in all")
            return
        wrong = catalogue.problems(texts, found)
        for problem in wrong:
            self.stderr.write(str(problem))
        if wrong:
            raise CommandError(f"messages: {len(wrong)} without a sound translation into '{locale}'")
        self.stdout.write(f"messages: {len(found)} translated into '{locale}'")
