"""`manage.py load_kbli_conversions FILE --source "…"`: a reviewed table of which classes of KBLI 2020 and 2025 correspond."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.services.conversion import load_conversions


class Command(BaseCommand):
    help = "Loads a correspondence table, a CSV with columns kbli2020 and kbli2025. Scoring reads it; loading it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="who published the table, and when")

    def handle(self, *, file: Path, source: str, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                loaded = load_conversions(lines, source=source)
        except OSError as error:
            raise CommandError(str(error)) from error
        except ValidationError as problem:
            raise CommandError(problem.messages[0]) from problem
        for line in loaded.unknown:
            self.stderr.write(f"row {line}: no such class")
        self.stdout.write(f"kbli conversions: rows={loaded.rows} new={loaded.new} unknown={len(loaded.unknown)}")
