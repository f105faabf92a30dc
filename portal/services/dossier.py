"""Filling in the dossier: saving a section, choosing activities, and keeping what isn't ready to be saved."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import audit, crypto
from portal.enums import ClassCause
from portal.flow import NotPermitted, permit, status_label
from portal.identity import masked, normal_npwp
from portal.meanwhile import ChangedMeanwhile, digest
from portal.models import Activity, Enterprise, KbliClass, SectionDraft, User
from portal.sections import BY_NAME, IDENTITY_FACTS, SECRET_FIELDS, TABLES
from portal.selectors.commitments import enterprise_committed, promised_words
from portal.selectors.enterprise import Standing, section_saved_last, standing_of
from portal.selectors.map_point import fits_village
from portal.selectors.plan import targets_that_stay
from portal.selectors.rows import rows_of, same_rows
from portal.services.class_history import IN_FORCE, derived_fields, record_derivation
from portal.services.completeness import measure_completeness
from portal.services.derived import derived_from_rows, plan_parts
from portal.services.duplicates import find_later
from portal.services.rows import replace_rows

MOST_ACTIVITIES = 20
# What the derived class and IKM rest on.
PLACE = {"village", "latitude", "longitude"}
# What a business registered twice is found by.
KNOWN_BY = {"name", "legal_form", "npwp", "owner_nik", "phone", "village"}
FIGURES = {"capital", "full_year_of_sales", "sales", "investment", "workforce"}


def fingerprint(enterprise: Enterprise, section: str) -> str:
    """Of the section's stored answers: what a page carries to notice that somebody else saved."""
    values = {name: _plain(enterprise, name) for name in BY_NAME[section].names}
    return digest(values)


@transaction.atomic
def save_section(
    enterprise: Enterprise, section: str, values: dict[str, Any], *, by: User, seen: str | None = None
) -> list[str]:
    """Write the answers of one section; returns the names of what changed. `seen`: the fingerprint the page was opened with.

    A table's rows come as a list and replace those there are. Raises NotPermitted, ChangedMeanwhile, or ValidationError by field.
    """
    locked = locked_for_change(enterprise, by, section)
    values = with_derived(locked, section, values)
    changed = [name for name, value in values.items() if not _same(name, _current(locked, name), value)]
    if changed and seen and seen != fingerprint(locked, section):
        stored = {name: _current(locked, name) for name in changed if name in BY_NAME[section].names}
        raise ChangedMeanwhile(section_saved_last(locked, section), status=locked.status, stored=stored)
    if locked.status in IN_FORCE and (fixed := set(changed) & set(IDENTITY_FACTS)):
        raise ValidationError(
            {name: [_("The ministry has checked this. Ask it to change it.")] for name in sorted(fixed)}
        )
    if "plan_targets" in changed and (problems := targets_that_stay(locked, values["plan_targets"])):
        raise ValidationError({"plan_targets": problems})
    before = {name: _recorded(locked, name) for name in changed}
    for name in changed:
        _assign(locked, name, values[name])
    if set(changed) & PLACE:
        locked.point_fits = _point_fits(locked)
    standing = _derive_again(locked) if set(changed) & FIGURES else None
    _save(locked, section, changed)
    for name in changed:
        if name in TABLES:
            replace_rows(locked, TABLES[name], values[name])
    SectionDraft.objects.filter(enterprise=locked, section=section, saved_by=by).delete()
    if changed:
        measure_completeness(locked)
        if KNOWN_BY & set(changed):
            find_later(locked)
        after = {name: _recorded(locked, name) for name in changed}
        audit.record(
            locked,
            "save_section",
            by=by,
            payload={"section": section, "changed": changed},
            personal={"before": before, "after": after},
        )
    if standing:
        record_derivation(locked, standing, cause=ClassCause.FIGURES, by=by, changed=set(changed) & FIGURES)
    _refresh(enterprise, locked)
    return changed


def with_derived(enterprise: Enterprise, section: str, values: dict[str, Any]) -> dict[str, Any]:
    """The answers, and the columns that follow from the rows among them; of a plan, from all its rows."""
    if section == "plan":
        whole = {name: values.get(name, _current(enterprise, name)) for name in BY_NAME[section].names}
        return {**values, "plan_parts": plan_parts(whole)}
    derived = {
        name: value
        for table in TABLES.keys() & values.keys()
        for name, value in derived_from_rows(table, values[table]).items()
    }
    return {**values, **derived}


@transaction.atomic
def add_activity(enterprise: Enterprise, kbli: KbliClass, *, by: User) -> None:
    """The first one becomes the main one. Adding it again changes nothing."""
    locked = locked_for_change(enterprise, by, "activities")
    if kbli.level != 5:
        raise ValidationError({"kbli": [_("Choose a class of five digits")]})
    if locked.activities.count() >= MOST_ACTIVITIES:
        raise ValidationError({"kbli": [_("At most %(n)d activities. Remove one first.") % {"n": MOST_ACTIVITIES}]})
    is_main = not locked.activities.filter(is_main=True).exists()
    _activity, created = Activity.objects.get_or_create(enterprise=locked, kbli=kbli, defaults={"is_main": is_main})
    if created:
        _activities_changed(locked, "add_activity", kbli, by)


@transaction.atomic
def make_main_activity(enterprise: Enterprise, kbli: KbliClass, *, by: User) -> None:
    locked = locked_for_change(enterprise, by, "activities")
    chosen = locked.activities.filter(kbli=kbli).first()
    if chosen is None or chosen.is_main:
        return
    locked.activities.filter(is_main=True).update(is_main=False)
    locked.activities.filter(pk=chosen.pk).update(is_main=True)
    _activities_changed(locked, "make_main_activity", kbli, by)


@transaction.atomic
def remove_activity(enterprise: Enterprise, kbli: KbliClass, *, by: User) -> None:
    """When the main one goes, the oldest of the others becomes it."""
    locked = locked_for_change(enterprise, by, "activities")
    if locked.status in IN_FORCE and locked.activities.count() == 1:
        raise ValidationError({"kbli": [_("An active business keeps at least one activity. Add another one first.")]})
    removed, _rows = locked.activities.filter(kbli=kbli).delete()
    if not removed:
        return
    if not locked.activities.filter(is_main=True).exists() and (oldest := locked.activities.order_by("pk").first()):
        locked.activities.filter(pk=oldest.pk).update(is_main=True)
    _activities_changed(locked, "remove_activity", kbli, by)


@transaction.atomic
def replace_activities(enterprise: Enterprise, wanted: list[tuple[KbliClass, bool]], *, by: User) -> None:
    """These and no others; the one marked becomes the main one. What is there already stays as it is."""
    for kbli, _main in wanted:
        add_activity(enterprise, kbli, by=by)
    kept = {kbli.pk for kbli, _main in wanted}
    for activity in enterprise.activities.exclude(kbli__in=kept).select_related("kbli"):
        remove_activity(enterprise, activity.kbli, by=by)
    for kbli, main in wanted:
        if main:
            make_main_activity(enterprise, kbli, by=by)


def replace_activity(locked: Enterprise, older: KbliClass, newer: KbliClass, *, by: User) -> None:
    """One class for another, by whoever reviewed it; the caller holds the row. What the enterprise has already is not doubled."""
    was = locked.activities.filter(kbli=older).first()
    if was is None:
        return
    known = locked.activities.filter(kbli=newer).first()
    if known is None:
        locked.activities.filter(pk=was.pk).update(kbli=newer)
    else:
        locked.activities.filter(pk=was.pk).delete()
        if was.is_main:
            locked.activities.filter(pk=known.pk).update(is_main=True)
    _activities_changed(locked, "convert_activity", newer, by)


@transaction.atomic
def keep_draft(enterprise: Enterprise, section: str, answers: str, *, by: User) -> SectionDraft:
    """Keep what somebody typed, as typed. Not in the audit trail: nothing of the dossier has changed."""
    draft, _created = SectionDraft.objects.update_or_create(
        enterprise=enterprise, section=section, saved_by=by, defaults={"answers": answers}
    )
    return draft


@transaction.atomic
def correct_fact(enterprise: Enterprise, name: str, value: str, *, by: User, request: str) -> None:
    """A verified fact put right by a ministry, at the owner's `request`."""
    locked = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=enterprise.pk)
    permit(by, "portal.verify_enterprise", locked)
    before = _recorded(locked, name)
    _assign(locked, name, value)
    _save(locked, BY_NAME["identity"].name, [name])
    measure_completeness(locked)
    audit.record(
        locked,
        "correct_fact",
        by=by,
        payload={"section": "identity", "changed": [name], "request": request},
        personal={"before": {name: before}, "after": {name: _recorded(locked, name)}},
    )
    _refresh(enterprise, locked)


def discard_draft(enterprise: Enterprise, section: str, *, by: User) -> None:
    SectionDraft.objects.visible_to(by).filter(enterprise=enterprise, section=section).delete()


def locked_for_change(enterprise: Enterprise, by: User, section: str) -> Enterprise:
    """Its row, held until the transaction ends, for somebody who may change this section now."""
    locked = Enterprise.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=enterprise.pk)
    if not by.has_perm("portal.edit_enterprise", locked):
        raise NotPermitted(
            _("The data cannot be changed now: they are “%(status)s”.") % {"status": status_label(locked)},
            move="save",
            status=locked.status,
            code="not_permitted",
        )
    if by.on_behalf is not None and not by.on_behalf.covers(section):
        raise NotPermitted(
            _("The business gave no consent for “%(section)s”.") % {"section": BY_NAME[section].title},
            move="save",
            status=locked.status,
            code="no_consent",
        )
    return locked


def _derive_again(enterprise: Enterprise) -> Standing | None:
    """What is in force is derived at each change. A draft is derived when it is sent.

    Above medium the true figures are kept all the same, and the history says so; the class that was verified stays with
    the enterprise, so that its contracts do (portal.selectors.outgrown tells who may apply no more).
    """
    if enterprise.status not in IN_FORCE:
        return None
    standing = standing_of(enterprise)
    if standing.is_large:
        return standing
    if standing.business_class is None:
        raise ValidationError({"capital": [_("An active business keeps the figures its class rests on.")]})
    for name, value in derived_fields(standing).items():
        setattr(enterprise, name, value)
    return standing


def _point_fits(enterprise: Enterprise) -> bool | None:
    if enterprise.village is None or enterprise.latitude is None or enterprise.longitude is None:
        return None
    return fits_village(enterprise.village, enterprise.latitude, enterprise.longitude)


def _save(enterprise: Enterprise, section: str, changed: list[str]) -> None:
    if "name" in changed:
        enterprise.organisation.save(update_fields=["name"])
    try:
        with transaction.atomic():
            enterprise.save()
    except IntegrityError as error:
        if "enterprise_capacity_committed" in str(error.__cause__.diag.constraint_name):
            promised = enterprise_committed(enterprise, enterprise.capacity_unit)
            said = promised_words(promised, enterprise.capacity_unit)
            raise ValidationError({"monthly_capacity": [said]}) from error
        # Two people register the same business in the same second: the form could not know.
        if "enterprise_nib_once" not in str(error):
            raise
        raise ValidationError({"nib": [_("A business with this NIB is already registered.")]}) from error


def _activities_changed(enterprise: Enterprise, action: str, kbli: KbliClass, by: User) -> None:
    standing = _derive_again(enterprise)
    enterprise.save()
    measure_completeness(enterprise)
    audit.record(enterprise, action, by=by, payload={"kbli": kbli.code, "edition": kbli.edition})
    if standing:
        record_derivation(enterprise, standing, cause=ClassCause.ACTIVITIES, by=by, changed=["activities"])


def _assign(enterprise: Enterprise, name: str, value: Any) -> None:
    if name == "name":
        enterprise.organisation.name = value
        return
    if name in TABLES:
        return
    setattr(enterprise, name, value)
    if name == "npwp":
        enterprise.npwp_hash = crypto.search_hash(normal_npwp(value)) if value else ""
    if name == "owner_nik":
        enterprise.owner_nik_hash = crypto.search_hash(value) if value else ""


def _current(enterprise: Enterprise, name: str) -> Any:
    if name in TABLES:
        return rows_of(enterprise, TABLES[name])
    return enterprise.organisation.name if name == "name" else getattr(enterprise, name)


def _same(name: str, one: Any, other: Any) -> bool:
    """A missing number is nothing, not an empty text; both mean unanswered."""
    if name in TABLES:
        return same_rows(TABLES[name], one, other)
    return one == other or (one in (None, "") and other in (None, ""))


def _plain(enterprise: Enterprise, name: str) -> Any:
    value = _current(enterprise, name)
    if name in TABLES:
        return [{column: _key_of(each) for column, each in row.items()} for row in value]
    return _key_of(value)


def _key_of(value: Any) -> Any:
    return value.pk if hasattr(value, "pk") else value


def _recorded(enterprise: Enterprise, name: str) -> Any:
    value = _plain(enterprise, name)
    return masked(value) if name in SECRET_FIELDS and value else value


def _refresh(enterprise: Enterprise, locked: Enterprise) -> None:
    """The caller's object shows what was written."""
    for field in Enterprise._meta.concrete_fields:
        setattr(enterprise, field.attname, getattr(locked, field.attname))
    enterprise.organisation = locked.organisation
    # Rows that were read along are those of before.
    enterprise._prefetched_objects_cache = {}
