from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone


class Confirmable(models.Model):
    """What its owner confirms from time to time, or it falls out of what others find. The terms are dated rules.

    Counted from `confirmed_at`, at first from when it became public (`public_since`). Who is asked and does not answer within
    the grace is out since `unconfirmed_since`, until it is confirmed.
    """

    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmation_asked_on = models.DateField(null=True, blank=True, editable=False)
    # How often, since it was confirmed last.
    confirmation_asked = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    unconfirmed_since = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def public_since(self) -> dt.datetime | None:
        raise NotImplementedError

    @property
    def is_asked(self) -> bool:
        return self.confirmation_asked_on is not None

    @property
    def counted_from(self) -> dt.date | None:
        since = self.confirmed_at or self.public_since
        return timezone.localdate(since) if since else None


def confirmed_now() -> dict[str, Any]:
    """The columns of something that was confirmed this moment."""
    return {
        "confirmed_at": timezone.now(),
        "confirmation_asked_on": None,
        "confirmation_asked": 0,
        "unconfirmed_since": None,
    }
