"""Which edition of KBLI is in force on a day."""

import datetime

from portal.rules.lookup import rule_in_force


def kbli_edition(on_date: datetime.date) -> int:
    """The edition new entries are made in."""
    return int(rule_in_force("kbli_edition", on_date).parameters["edition"])
