"""`manage.py load_clauses`: the clause library shipped in partnerships/library."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partnerships.services.library import load_clauses


class Command(BaseCommand):
    help = "Adds new clauses, and new versions of changed ones; a second run changes nothing."

    def handle(self, **options: Any) -> None:
        done = load_clauses()
        self.stdout.write(f"clauses: {done['added']} added, {done['unchanged']} unchanged")
