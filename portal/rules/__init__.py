"""Rules of the country, worked out from dated rows (portal.models.rule): what holds on a day, and why."""
