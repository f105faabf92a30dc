from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from partnerships.sample.load import STEPS


class Command(BaseCommand):
    help = "Load the sample data of the demo: the same every time, marked as sample. A second run adds what is missing."

    def handle(self, **options: Any) -> None:
        for name, load in STEPS:
            begun = time.monotonic()
            with transaction.atomic():
                load()
            self.stdout.write(f"{name}: {time.monotonic() - begun:.1f} s")
