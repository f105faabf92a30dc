from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import translation

from portal.sample.accounts import sign_ins
from portal.sample.keys import PASSWORD


class Command(BaseCommand):
    help = "One sign-in for each role of the demo."

    def handle(self, **options: Any) -> None:
        with translation.override("en"):
            rows = [(str(each.role), each.email, each.organisation) for each in sign_ins()]
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
        for role, email, organisation in rows:
            self.stdout.write(f"  {role:<{widths[0]}}  {email:<{widths[1]}}  {organisation}")
        self.stdout.write(f"\nPassword of all: {PASSWORD}")
        self.stdout.write(f"Codes of the second factor, and the mail sent: {settings.SITE_URL}{reverse('demo')}")
