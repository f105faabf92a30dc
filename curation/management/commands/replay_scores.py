from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from curation.scoring.replay import replay


class Command(BaseCommand):
    help = (
        "Compute every stored score again from its snapshot and criteria version; name each that comes out differently."
    )

    def handle(self, **options: Any) -> None:
        scores = drift = 0
        for replayed in replay():
            scores += replayed.scores
            drift += len(replayed.drifted) + replayed.missing
            for score in replayed.drifted:
                self.stdout.write(f"score {score}: differs under {replayed.criteria_set}")
            if replayed.missing:
                self.stdout.write(f"{replayed.criteria_set}: {replayed.missing} scores without their snapshot")
            if not replayed.digest_holds:
                drift += 1
                self.stdout.write(f"{replayed.criteria_set}: its content no longer matches its digest")
        self.stdout.write(f"replay: scores={scores} drift={drift}")
        if drift:
            raise CommandError("past scores do not come out as they did")
