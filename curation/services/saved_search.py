"""Saving a search, and saying how one wants to be told of what is new in it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import AlertPace, SearchOf
from curation.models import SavedSearch
from portal.models import User

MOST_SEARCHES = 20


@transaction.atomic
def save_search(
    of: str, filters: Mapping[str, str], *, by: User, name: str, pace: str = AlertPace.DAILY
) -> SavedSearch:
    """From now on its owner is told of what is new; of what is there now, nothing."""
    if by.organisation is None:
        raise ValidationError(_("Choose for which organisation you act first."), code="nobody")
    # Two clicks come one after the other, and the limit holds for both.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not filters:
        raise ValidationError(
            {"filters": _("Choose a filter or type words first: a search for everything is not saved.")}, code="empty"
        )
    own = SavedSearch.objects.visible_to(by)
    if own.count() >= MOST_SEARCHES:
        raise ValidationError(
            _("You have %(n)s saved searches, the most there can be. Delete one first.") % {"n": MOST_SEARCHES},
            code="too_many",
        )
    made = SavedSearch(
        user=by, organisation=by.organisation, of=SearchOf(of), filters=dict(filters), pace=AlertPace(pace)
    )
    _name(made, name)
    made.save()
    return made


@transaction.atomic
def change_search(search: SavedSearch, *, by: User, name: str, pace: str) -> None:
    locked = _own(search, by)
    locked.pace = AlertPace(pace)
    _name(locked, name)
    locked.save(update_fields=["name", "pace"])


@transaction.atomic
def pause_search(search: SavedSearch, *, by: User) -> None:
    """Twice changes nothing."""
    _own(search, by)
    SavedSearch.objects.filter(pk=search.pk, paused_at=None).update(paused_at=timezone.now())


@transaction.atomic
def resume_search(search: SavedSearch, *, by: User) -> None:
    """What came while it was paused is not told of any more: it would be a flood."""
    _own(search, by)
    SavedSearch.objects.filter(pk=search.pk, paused_at__isnull=False).update(paused_at=None, since=timezone.now())


@transaction.atomic
def delete_search(search: SavedSearch, *, by: User) -> None:
    _own(search, by).delete()


@transaction.atomic
def stop_alerts(token: UUID, *, all_of_them: bool = False) -> int:
    """By the link of a message, signed in or not; how many searches are silent now that were not before."""
    search = SavedSearch.objects.get(token=token)
    theirs = (
        SavedSearch.objects.filter(user=search.user_id) if all_of_them else SavedSearch.objects.filter(pk=search.pk)
    )
    return theirs.filter(paused_at=None).update(paused_at=timezone.now())


def _own(search: SavedSearch, by: User) -> SavedSearch:
    return SavedSearch.objects.visible_to(by).select_for_update(of=("self",)).get(pk=search.pk)


def _name(search: SavedSearch, name: str) -> None:
    search.name = " ".join(name.split())[:80]
    if not search.name:
        raise ValidationError({"name": _("Give it a name.")}, code="required")
    others = SavedSearch.objects.filter(user=search.user, organisation=search.organisation, name=search.name)
    if others.exclude(pk=search.pk).exists():
        raise ValidationError({"name": _("You have a saved search of this name already.")}, code="name_taken")
