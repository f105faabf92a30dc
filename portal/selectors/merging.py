"""Two enterprises side by side: what equals, what differs, and what a merger would ask and do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import crypto
from portal.enums import EnterpriseStatus
from portal.identity import masked
from portal.merging import PARTS, Merger
from portal.models import Enterprise, Membership
from portal.sections import SECRET_FIELDS, TABLES
from portal.selectors.dossier import label_of, shown
from portal.selectors.rows import row_text, rows_of, same_rows

KEPT, LOST = "kept", "lost"


@dataclass(frozen=True)
class Topic:
    """Answers that are only right together: one choice for all of them."""

    name: str
    label: Any
    fields: tuple[str, ...]
    tables: tuple[str, ...] = ()


TOPICS = (
    Topic("name", gettext_lazy("Name of the business"), ("name",)),
    Topic("legal_form", gettext_lazy("Legal form"), ("legal_form",)),
    Topic("nib", "NIB", ("nib",)),
    Topic("npwp", "NPWP", ("npwp",)),
    Topic("owner_nik", gettext_lazy("Owner's NIK"), ("owner_nik",)),
    Topic("established_on", gettext_lazy("Established on"), ("established_on",)),
    Topic("women_led", gettext_lazy("Led by women"), ("women_led",)),
    Topic("description", gettext_lazy("What the business does"), ("description",)),
    Topic(
        "place",
        gettext_lazy("Address and map point"),
        ("village", "address", "postal_code", "latitude", "longitude", "point_fits"),
    ),
    Topic("phone", gettext_lazy("Phone"), ("phone",)),
    Topic("email", gettext_lazy("E-mail"), ("email",)),
    Topic("website", gettext_lazy("Website"), ("website",)),
    Topic(
        "people",
        gettext_lazy("People"),
        ("workforce", "workforce_permanent", "workforce_women", "workforce_trained", "workforce_with_disability"),
    ),
    Topic(
        "finance",
        gettext_lazy("Finance"),
        ("capital", "full_year_of_sales", "investment", "annual_sales", "sales_year"),
        ("sales",),
    ),
    Topic(
        "production",
        gettext_lazy("Production"),
        ("technology_level", "shifts", "monthly_capacity", "capacity_unit"),
        ("machines",),
    ),
    Topic("quality", gettext_lazy("Quality management"), ("quality_practices",), ("quality_answers",)),
    Topic("digital", gettext_lazy("Digital readiness"), ("digital_readiness",), ("digital_answers",)),
    Topic("export", gettext_lazy("Exports"), ("exports",), ("export_records",)),
    Topic("flagship", gettext_lazy("Regional flagship"), ("flagship_product", "flagship_description")),
    Topic("innovation", gettext_lazy("Innovations"), ("registered_innovations",), ("innovations",)),
    Topic("business_plan", gettext_lazy("Business plan"), ("business_plan",)),
)
# Follow from the answers beside them, and are not read as answers.
DERIVED = ("point_fits", "annual_sales", "sales_year", "quality_practices", "registered_innovations")


@dataclass(frozen=True)
class Compared:
    topic: Topic
    texts: tuple[str, str]
    equal: bool

    @property
    def name(self) -> str:
        return self.topic.name

    @property
    def both(self) -> bool:
        """Both have an answer, and they differ: a person chooses."""
        return not self.equal and all(self.texts)


def compared(one: Enterprise, other: Enterprise) -> list[Compared]:
    return [Compared(topic, (_text(one, topic), _text(other, topic)), _equal(one, other, topic)) for topic in TOPICS]


def suggested(merger: Merger) -> dict[str, str]:
    """Before a person chooses: what is kept, and where it has no answer, what is lost."""
    return {
        each.name: LOST if not each.texts[0] and each.texts[1] else KEPT for each in compared(merger.kept, merger.lost)
    }


def to_be_kept(one: Enterprise, other: Enterprise) -> Enterprise:
    """What is proposed: the one that was verified, else the older one."""
    return min((one, other), key=lambda each: (each.status != EnterpriseStatus.VERIFIED, each.pk))


def obstacles_of(merger: Merger) -> list[str]:
    return [*_own_obstacles(merger), *(text for part in PARTS for text in part.obstacles(merger))]


def consequences_of(merger: Merger) -> list[str]:
    return [text for part in PARTS for text in part.consequences(merger)]


def state_of(merger: Merger) -> str:
    """What a page carries to notice that one of the two was changed after it was opened."""
    values = [
        [each.pk, each.status, {topic.name: _plain(each, topic) for topic in TOPICS}]
        for each in (merger.lost, merger.kept)
    ]
    return crypto.search_hash(json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True))[:32]


def people_of(enterprise: Enterprise) -> list[Membership]:
    found = Membership.objects.active().filter(organisation=enterprise.organisation_id)
    return list(found.select_related("user").order_by("pk"))


def _own_obstacles(merger: Merger) -> list[str]:
    found = []
    if merger.lost.pk == merger.kept.pk:
        return [_("These are the same.")]
    for each in (merger.lost, merger.kept):
        match each.status:
            case EnterpriseStatus.SUSPENDED:
                found.append(_("%(name)s is suspended. Decide on that first.") % {"name": each})
            case EnterpriseStatus.CLOSED | EnterpriseStatus.MERGED:
                found.append(_("%(name)s is no longer there to be merged.") % {"name": each})
    if merger.lost.status == EnterpriseStatus.VERIFIED and merger.kept.status != EnterpriseStatus.VERIFIED:
        found.append(
            _("%(lost)s is active and %(kept)s is not: keep the active one.")
            % {"lost": merger.lost, "kept": merger.kept}
        )
    if any(each.imports.filter(finished_at=None).exists() for each in (merger.lost, merger.kept)):
        found.append(_("A list of products is being read. Wait until it has ended."))
    return found


def _text(enterprise: Enterprise, topic: Topic) -> str:
    """The answers in words; of tables their rows."""
    named = len(topic.fields) > 1 or bool(topic.tables)
    parts = []
    for name in topic.fields:
        if name in DERIVED:
            continue
        text = shown(enterprise, name, in_full=True) if name not in SECRET_FIELDS else _number(enterprise, name)
        if text:
            parts.append(f"{label_of(name)}: {text}" if named else text)
    for table in topic.tables:
        rows = (row_text(table, row) for row in rows_of(enterprise, TABLES[table]))
        parts += [f"{label}: {text}" for label, text in rows]
    return " · ".join(parts)


def _number(enterprise: Enterprise, name: str) -> str:
    value = getattr(enterprise, name)
    return masked(value) if value else ""


def _equal(one: Enterprise, other: Enterprise, topic: Topic) -> bool:
    if any(_value(one, name) != _value(other, name) for name in topic.fields):
        return False
    return all(same_rows(TABLES[t], rows_of(one, TABLES[t]), rows_of(other, TABLES[t])) for t in topic.tables)


def _value(enterprise: Enterprise, name: str) -> Any:
    value = enterprise.organisation.name if name == "name" else getattr(enterprise, name)
    return None if value == "" else value


def _plain(enterprise: Enterprise, topic: Topic) -> list[Any]:
    values: list[Any] = [getattr(value := _value(enterprise, name), "pk", value) for name in topic.fields]
    for table in topic.tables:
        rows = rows_of(enterprise, TABLES[table])
        values += [[getattr(value, "pk", value) for value in row.values()] for row in rows]
    return values
