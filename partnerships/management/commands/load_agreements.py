"""`manage.py load_agreements`: the signatory authorities and the agreements, with their dates, from partnerships/library."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partnerships.services.agreement import load_agreements


class Command(BaseCommand):
    help = "Enters authorities and agreements that are missing; what people changed since stays as they left it."

    def handle(self, **options: Any) -> None:
        done = load_agreements()
        self.stdout.write(f"agreements: {done['agreements']} added; organisations: {done['organisations']} added")
