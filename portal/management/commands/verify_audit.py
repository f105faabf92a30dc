from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.models import AuditEntry
from portal.services.anchoring import all_breaks


class Command(BaseCommand):
    help = "Recompute every audit chain and compare it with its anchors; name the first bad entry of each broken one."

    def handle(self, **options: Any) -> None:
        anchored, broken = all_breaks()
        for found in broken:
            self.stdout.write(f"{found.stream} entry {found.seq}: {found.why}")
        self.stdout.write(f"audit: entries={AuditEntry.objects.count()} anchored={anchored} broken={len(broken)}")
        if broken:
            raise CommandError("the audit trail does not verify")
