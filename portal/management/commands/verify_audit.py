from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import audit
from portal.models import AuditEntry


class Command(BaseCommand):
    help = "Recompute every audit chain from its first entry; name the first bad entry of each broken one."

    def handle(self, **options: Any) -> None:
        broken = audit.breaks()
        for found in broken:
            self.stdout.write(f"{found.stream} entry {found.seq}: {found.why}")
        self.stdout.write(f"audit: entries={AuditEntry.objects.count()} broken={len(broken)}")
        if broken:
            raise CommandError("the audit trail does not verify")
