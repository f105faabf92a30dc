"""The dossier as people read it: answers by section, warnings for whoever checks it, two versions side by side."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.audit import first_break
from portal.enums import EnterpriseStatus, QualityQuestion
from portal.identity import check_nib, check_nik, check_npwp, format_npwp, is_natural_person, masked
from portal.models import AuditEntry, Enterprise
from portal.models.audit import stream_of
from portal.models.cooperative import ON_THE_LIST
from portal.presentation.dates import tanggal, waktu
from portal.presentation.money import rupiah
from portal.presentation.numbers import angka
from portal.sections import BY_NAME, MEMBERS, TABLES, THRESHOLDS, Section, sections_of
from portal.selectors.cooperative import given
from portal.selectors.enterprise import PARTLY, Completeness, SectionState, main_kbli, standing_of
from portal.selectors.halal import halal_of_enterprise
from portal.selectors.map_point import point_warning
from portal.selectors.rows import row_text, rows_of
from portal.self_assessment import digital_level
from portal.statuses import status_of

MONEY = ("capital", "investment")
LABELS = {"name": gettext_lazy("Name of the business"), "full_year_of_sales": gettext_lazy("A full year of sales")}


@dataclass(frozen=True)
class Answer:
    field: str
    label: Any
    value: str


@dataclass(frozen=True)
class SectionAnswers:
    section: Section
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class NextStep:
    title: str
    text: str
    url: str = ""
    button: str = ""
    minutes: int = 0


@dataclass(frozen=True)
class Check:
    """A computed fact for whoever verifies. `state`: ok, warn (doesn't block), fail (blocks)."""

    state: str
    text: str
    note: str = ""


def tasks_of(complete: Completeness) -> list[dict[str, Any]]:
    """For the task list: each section with its page and state, and the papers."""
    return [
        {
            "label": state.section.title,
            "hint": _hint(state),
            "url": reverse("dossier_section", args=[state.section.name]),
            "state": state.state,
        }
        for state in complete.states
    ] + [
        {
            "label": _("Papers and certificates"),
            "hint": _papers_hint(complete),
            "url": reverse("document_list"),
            "state": complete.papers_state,
        }
    ]


def _papers_hint(complete: Completeness) -> str:
    if not complete.missing_papers:
        return ""
    return _("Missing: %(papers)s") % {"papers": " · ".join(paper.label for paper in complete.missing_papers)}


# So many of what is missing are named in the list; the page itself asks for all.
MOST_NAMED = 3


def _hint(state: SectionState) -> str:
    if state.reasons:
        return _("Asked to change: %(reasons)s") % {"reasons": " · ".join(state.reasons)}
    if state.has_draft:
        return _("You have a draft here that is not saved yet")
    if state.state != PARTLY:
        return str(state.section.hint)
    named = " · ".join(str(missing.text) for missing in state.missing[:MOST_NAMED])
    others = len(state.missing) - MOST_NAMED
    return f"{named} · {_('and %(n)d more') % {'n': others}}" if others > 0 else named


def meter_text(enterprise: Enterprise, complete: Completeness) -> str:
    """What is done, and what the next threshold unlocks."""
    done = _("%(done)d of %(total)d parts complete.") % {"done": complete.done, "total": complete.total}
    return f"{done} {_unlocks(enterprise, complete)}".strip()


def _unlocks(enterprise: Enterprise, complete: Completeness) -> str:
    if left := complete.needed_sections_left:
        return ngettext(
            "With %(n)d more part you can send your data for checking; once it is accepted you can apply to programmes.",
            "With %(n)d more parts you can send your data for checking; once it is accepted you can apply to programmes.",
            left,
        ) % {"n": left}
    if enterprise.status in (EnterpriseStatus.DRAFT, EnterpriseStatus.RETURNED):
        return _("You can send your data for checking; once it is accepted you can apply to programmes.")
    threshold = next((each for each in THRESHOLDS if complete.share < each.share), None)
    if threshold is None:
        return ""
    left = complete.left_until(threshold.share)
    more = ngettext("%(n)d more part: %(unlocks)s", "%(n)d more parts: %(unlocks)s", left)
    return more % {"n": left, "unlocks": threshold.unlocks % {"share": threshold.share}}


def next_step(enterprise: Enterprise, complete: Completeness) -> NextStep | None:
    """The one thing to do or to wait for; None when there is nothing."""
    reasons = " · ".join(each["reason"] for each in enterprise.return_reasons)
    asked = next((state.section for state in complete.states if state.reasons), None)
    match enterprise.status:
        case EnterpriseStatus.SUSPENDED:
            text = _("Reason: %(reasons)s Until the ministry restores it you cannot apply.") % {"reasons": reasons}
            return NextStep(_("Your business is suspended"), text)
        case EnterpriseStatus.SUBMITTED:
            text = _("Sent %(time)s. The ministry checks your data; you will be told here and by e-mail.")
            return NextStep(_("Your data are being checked"), text % {"time": waktu(enterprise.submitted_at)})
        case EnterpriseStatus.RETURNED if asked and not complete.still_needed:
            text = _("The ministry asks: %(reasons)s") % {"reasons": reasons}
            url = reverse("dossier_section", args=[asked.name])
            return NextStep(
                _("Change what was asked, then send again"), text, url, _("Change: %(part)s") % {"part": asked.title}
            )
        case EnterpriseStatus.DRAFT | EnterpriseStatus.RETURNED if not complete.still_needed:
            text = _("Everything needed is filled in. Look it over once and send it to the ministry.")
            return NextStep(
                _("Check your answers and send them"), text, reverse("dossier_check"), _("Check and send"), 3
            )
    section = complete.next_section
    if section is None and complete.missing_papers:
        paper = complete.missing_papers[0]
        return NextStep(
            _("Add the papers that are missing"), paper.why, paper.url, _("Add: %(paper)s") % {"paper": paper.label}, 3
        )
    if section is None:
        return None
    url, button = reverse("dossier_section", args=[section.name]), _("Fill in: %(part)s") % {"part": section.title}
    return NextStep(_("Complete your business profile"), f"{section.hint}.", url, button, section.minutes)


def answers_of(enterprise: Enterprise, *, in_full: bool = False) -> list[SectionAnswers]:
    """`in_full`: the tax number readable, for whoever compares it with the card. A NIK never is."""
    return [
        SectionAnswers(section, tuple(_answers(enterprise, section, in_full))) for section in sections_of(enterprise)
    ]


def answers_in(enterprise: Enterprise, section: str) -> list[Answer]:
    """Of one section."""
    return _answers(enterprise, BY_NAME[section], False)


def _answers(enterprise: Enterprise, section: Section, in_full: bool) -> list[Answer]:
    if section.name == "activities":
        return [
            Answer("activities", _("Main activity") if activity.is_main else _("Activity"), kbli_text(activity.kbli))
            for activity in enterprise.activities.all()
        ]
    if section.name == MEMBERS:
        return [
            Answer(MEMBERS, str(listed), f"{given(listed)} · {status_of(listed).label}".strip(" ·"))
            for listed in enterprise.member_enterprises.all()
            if listed.status in ON_THE_LIST
        ]
    answers = [Answer(name, label_of(name), shown(enterprise, name, in_full=in_full)) for name in section.fields]
    if note := section_note(enterprise, section):
        answers.append(Answer(section.name, section.title, note))
    for table in section.tables:
        answers += row_answers(table.name, table.title, rows_of(enterprise, table))
    return answers


def section_note(enterprise: Enterprise, section: Section) -> str:
    """What follows from the answers of a section, explained; and what is left from a time when it was asked otherwise."""
    match section.name:
        case "digital":
            found = digital_level(rows_of(enterprise, TABLES["digital_answers"]))
            if found:
                return found.explanation
            if enterprise.digital_readiness is not None:
                return _("Level %(level)d, as you chose it before there were questions. Answer them to renew it.") % {
                    "level": enterprise.digital_readiness
                }
        case "quality" if enterprise.quality_practices is not None:
            return _("%(kept)d of %(all)d practices are kept.") % {
                "kept": enterprise.quality_practices,
                "all": len(QualityQuestion),
            }
        case "plan" if enterprise.business_plan and not enterprise.plan_parts:
            return _("Your plan is words so far. Enter its figures, so that it can be measured and scored.")
        case "innovation" if enterprise.registered_innovations and not enterprise.innovations.all():
            return _("You entered %(n)d earlier. Enter each with its number, so that buyers can look it up.") % {
                "n": enterprise.registered_innovations
            }
    return ""


def label_of(name: str) -> Any:
    """Of an answer, or of a table by its rows."""
    if name in TABLES:
        return TABLES[name].title
    return LABELS.get(name) or _capitalised(str(Enterprise._meta.get_field(name).verbose_name))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def kbli_text(kbli: Any) -> str:
    return f"{kbli} (KBLI {kbli.edition})"


def shown(enterprise: Enterprise, name: str, *, in_full: bool = False) -> str:
    """Empty when there is no answer yet: the page says so."""
    if name == "name":
        return enterprise.organisation.name
    value = getattr(enterprise, name)
    if name == "owner_nik" and value:
        return masked(value)
    if name == "npwp" and value:
        return format_npwp(value) if in_full and not is_natural_person(value) else masked(value)
    return as_text(value, money=name in MONEY, display=getattr(enterprise, f"get_{name}_display", None))


def as_text(value: Any, *, money: bool = False, display: Any = None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if display:
        return str(display())
    if money:
        return rupiah(value, exact=True)
    if isinstance(value, dt.date):
        return tanggal(value, "long")
    if isinstance(value, Decimal):
        return angka(value)
    return str(value)


def conflict_rows(mine: dict[str, Any], stored: dict[str, Any], labels: dict[str, Any]) -> list[dict[str, str]]:
    """What somebody else saved, beside what is about to be saved."""
    return [
        {"label": labels[name], "theirs": _text(name, stored[name]), "mine": _text(name, mine[name])} for name in stored
    ]


def _text(name: str, value: Any) -> str:
    if name in TABLES:
        return " · ".join(f"{label}: {text}" for label, text in (row_text(name, row) for row in value))
    return as_text(value, money=name in MONEY)


def row_answers(name: str, title: Any, rows: list[dict[str, Any]]) -> list[Answer]:
    """A line for each row, or one that says there is none."""
    texts = [row_text(name, row) for row in rows]
    return [Answer(name, label, text) for label, text in texts] or [Answer(name, title, "")]


def warnings_of(enterprise: Enterprise) -> list[str | Promise]:
    """What doesn't stop the enterprise from sending, and is shown to it too."""
    return [
        *(check_npwp(enterprise.npwp).warnings if enterprise.npwp else []),
        *(check_nik(enterprise.owner_nik).warnings if enterprise.owner_nik else []),
        *_point_warnings(enterprise),
    ]


def _point_warnings(enterprise: Enterprise) -> list[str | Promise]:
    """`point_fits` was worked out when the point was saved, so that lists need no outlines."""
    if enterprise.point_fits is not False:
        return []
    return [point_warning(enterprise.village, enterprise.latitude, enterprise.longitude)]


def checks_of(enterprise: Enterprise, *, edition_in_force: int) -> list[Check]:
    """For the ministry's desk: what the portal has computed about a dossier."""
    standing = standing_of(enterprise)
    found, main = standing.business_class, main_kbli(enterprise)
    return [
        _nib_check(enterprise),
        *_npwp_checks(enterprise),
        _kbli_check(main, edition_in_force),
        Check("ok", _("Address down to the village"), str(enterprise.village))
        if enterprise.village_id
        else Check("fail", _("The village is missing")),
        *(Check("warn", text) for text in _point_warnings(enterprise)),
        Check("fail" if standing.is_large else "ok", found.explanation)
        if found
        else Check("fail", _("The figure that decides the class is missing")),
        *([Check("warn", found.note)] if found and found.note else []),
        *_age_checks(enterprise),
        *_halal_checks(enterprise),
    ]


def _nib_check(enterprise: Enterprise) -> Check:
    if not enterprise.nib or check_nib(enterprise.nib).errors:
        return Check("fail", _("NIB has 13 digits, for example 8120012345678"))
    return Check("ok", _("NIB has 13 digits and is registered once"), enterprise.nib)


def _npwp_checks(enterprise: Enterprise) -> list[Check]:
    if not enterprise.npwp:
        return [Check("warn", _("NPWP is missing"))]
    warnings = check_npwp(enterprise.npwp).warnings
    nik = check_nik(enterprise.owner_nik).warnings if enterprise.owner_nik else []
    return [Check("warn", str(text)) for text in (*warnings, *nik)] or [Check("ok", _("NPWP is well formed"))]


def _kbli_check(main: Any, edition_in_force: int) -> Check:
    if main is None:
        return Check("fail", _("The main activity is missing"))
    if main.edition != edition_in_force:
        text = _("The main activity is of KBLI %(edition)s; %(now)s is in force") % {
            "edition": main.edition,
            "now": edition_in_force,
        }
        return Check("warn", text, str(main))
    return Check("ok", _("The main activity is of the KBLI in force"), str(main))


def _halal_checks(enterprise: Enterprise) -> list[Check]:
    """Of makers of food and drink; a duty that is not met yet blocks nothing here."""
    found = halal_of_enterprise(enterprise, timezone.localdate())
    if found is None:
        return []
    return [Check("warn" if found.is_lacking else "ok", f"{found.duty.text} {found.state}", found.duty.source)]


def _age_checks(enterprise: Enterprise) -> list[Check]:
    """An old business without a year of sales may be right; somebody should ask."""
    if enterprise.full_year_of_sales or enterprise.established_on is None or enterprise.submitted_at is None:
        return []
    if (enterprise.submitted_at.date() - enterprise.established_on).days < 2 * 365:
        return []
    return [
        Check(
            "warn",
            _("Established on %(day)s, yet without a full year of sales")
            % {"day": tanggal(enterprise.established_on, "long")},
        )
    ]


EVENTS = {
    "register": gettext_lazy("Registered"),
    "save_section": gettext_lazy("Changed: %(section)s"),
    "merge": gettext_lazy("Merged into another registration"),
    "absorb": gettext_lazy("Another registration of it was merged in"),
    "claim_business": gettext_lazy("Its owner says that a registered NIB is theirs"),
    "correct_fact": gettext_lazy("Put right at the owner's request %(request)s"),
    "close": gettext_lazy("Closed by its owner"),
    "erase": gettext_lazy("Personal data erased"),
    "add_activity": gettext_lazy("Activity %(kbli)s added"),
    "remove_activity": gettext_lazy("Activity %(kbli)s removed"),
    "make_main_activity": gettext_lazy("Activity %(kbli)s made the main one"),
    "submit": gettext_lazy("Sent for checking"),
    "verify": gettext_lazy("Registration accepted"),
    "return": gettext_lazy("Returned with reasons"),
    "suspend": gettext_lazy("Suspended"),
    "restore": gettext_lazy("Restored"),
    "derive_class": gettext_lazy("Class derived by a new rule"),
    "propose_conversion": gettext_lazy("KBLI %(newer)s proposed for %(older)s"),
    "withdraw_conversion": gettext_lazy("KBLI %(newer)s for %(older)s taken back"),
    "accept_conversion": gettext_lazy("KBLI %(newer)s accepted for %(older)s"),
    "decline_conversion": gettext_lazy("KBLI %(newer)s not accepted for %(older)s"),
    "convert_activity": gettext_lazy("Activity converted to %(kbli)s"),
    "report_progress": gettext_lazy("Progress of the plan entered: quarter %(quarter)s of %(year)s"),
    "list_member": gettext_lazy("Member put on the list"),
    "change_member": gettext_lazy("What a member gives was changed"),
    "visit": gettext_lazy("Visited on %(on)s"),
    "ask_for_companion": gettext_lazy("Asked for a companion"),
    "answer_companion_request": gettext_lazy("The request for a companion was answered"),
    "assign_companion": gettext_lazy("A companion was assigned"),
    "end_assignment": gettext_lazy("The assignment of the companion ended"),
    "make_appointment": gettext_lazy("Visit planned for %(on)s"),
    "call_off": gettext_lazy("Visit called off"),
    "give_consent": gettext_lazy("Consent given"),
    "record_consent": gettext_lazy("Consent on paper recorded"),
    "end_consent": gettext_lazy("Consent ended"),
    "fill_in_for": gettext_lazy("Began to fill in for the business"),
    "hand_out_kit": gettext_lazy("Visit kit %(kit)s taken along"),
}
MOST_EVENTS = 30


def trail_of(enterprise: Enterprise) -> dict[str, Any]:
    """The audit trail, newest first, and whether its chain still verifies."""
    entries = list(AuditEntry.objects.of(enterprise).select_related("actor").order_by("-seq")[:MOST_EVENTS])
    return {
        "entries": [
            {"at": entry.at, "actor": entry.actor, "event": _event(entry), "hash": bytes(entry.digest).hex()}
            for entry in entries
        ],
        "intact": first_break(stream_of(enterprise)) is None if entries else None,
    }


def _event(entry: AuditEntry) -> str:
    section = entry.payload.get("section")
    words = {**entry.payload, "section": BY_NAME[section].title if section in BY_NAME else ""}
    event = str(EVENTS.get(entry.action, entry.action)) % words
    return _("%(event)s, on behalf of the business") % {"event": event} if "on_behalf" in entry.payload else event
