"""Which edition of KBLI is in force on a day."""

import datetime

from portal.rules.lookup import rule_in_force


def kbli_edition(on_date: datetime.date) -> int:
    """The edition new entries are made in."""
    return int(rule_in_force("kbli_edition", on_date).parameters["edition"])


def accepted_editions(on_date: datetime.date) -> list[int]:
    """The edition in force first, and the older one for as long as it is still taken."""
    rule = rule_in_force("kbli_edition", on_date)
    editions = [int(rule.parameters["edition"])]
    until = rule.parameters.get("older_edition_accepted_until")
    if until and on_date <= datetime.date.fromisoformat(until):
        editions.append(kbli_edition(rule.valid_from - datetime.timedelta(days=1)))
    return editions
