"""Some answers of a section, read beside those that are stored: sent by a program, or asked for on another page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.forms.enterprise.base import VERIFIED_HINT, SectionForm
from portal.models import Enterprise
from portal.sections import TABLES


def read_some(
    enterprise: Enterprise, form: type[SectionForm], sent: dict[str, Any], errors: dict[str, list[str]]
) -> dict[str, Any]:
    """What was sent, in the section's own types; whatever is wrong goes to `errors` by name, and nothing comes back then."""
    stored = form(enterprise=enterprise)
    answers = {name: stored[name].value() for name in stored.fields if name != "seen"}
    tables = sent.keys() & form.tables()
    posted = _as_posted({**answers, **{name: value for name, value in sent.items() if name not in tables}})
    for name in tables:
        rows = form.rows_posted(name, sent[name])
        if rows is None:
            columns = ", ".join(TABLES[name].columns)
            errors[name] = [_("Send a list of objects with %(columns)s.") % {"columns": columns}]
        else:
            posted |= rows
    if errors.keys() & tables:
        return {}
    read = form(posted, enterprise=enterprise, partial=True)
    for name, texts in read.errors.items():
        table = form.table_of(name)
        # Of a question among others its own words, or nobody knows which one is meant.
        asked = f"{read.fields[name].label}: " if table != name and name in read.fields else ""
        errors.setdefault(table, []).extend(f"{asked}{text}" for text in texts)
    errors |= {name: [str(VERIFIED_HINT)] for name in sent if name in read.fields and read.fields[name].disabled}
    values = {} if errors else read.values()
    return {name: values.get(name) for name in sent if name not in form.along}


def _as_posted(values: dict[str, Any]) -> dict[str, str]:
    """As a form would send them. What is neither text, number nor truth becomes a text no field accepts."""
    return {name: "" if value is None else str(getattr(value, "pk", value)) for name, value in values.items()}
