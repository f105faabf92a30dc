"""Tells people what happened: a line in their inbox and an e-mail, in their own language.

Each app registers the words of its kinds: `register("enterprise.verified", subject=…, body=…)` with lazy message ids and
named placeholders. Params are plain values, dates as `day(…)`; the words are made when somebody reads them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from portal.enums import Role
from portal.jobs import enqueue, enqueue_all, handles
from portal.models import Invitation, Job, Membership, Notification, Organisation, User
from portal.presentation.dates import tanggal


@dataclass(frozen=True)
class Words:
    subject: Any
    body: Any


KINDS: dict[str, Words] = {}
DATE = "date"
# A param: the path of the page that ends messages of this kind, for whoever has its secret.
STOP = "stop"


def register(kind: str, *, subject: Any, body: Any) -> None:
    KINDS[kind] = Words(subject, body)


def words(notification: Notification) -> tuple[str, str]:
    """Subject and body in the language now active."""
    kind = KINDS[notification.kind]
    params = {name: _in_words(value) for name, value in notification.params.items()}
    return str(kind.subject) % params, str(kind.body) % params


def day(date: dt.date | None) -> dict[str, str]:
    """A date as a param: written out when it is read, in the reader's language."""
    return {DATE: date.isoformat() if date else ""}


def notify(
    users: Iterable[User],
    kind: str,
    *,
    path: str,
    organisation: Organisation | None = None,
    once_a_day: bool = False,
    **params: Any,
) -> None:
    """One inbox line each, and one e-mail each through the job table. Written in the caller's transaction.

    `once_a_day`: whoever read of the same kind about the same page today is told no more of it until tomorrow.
    """
    keys = {user.pk for user in users}
    if once_a_day:
        keys -= set(_today(kind).filter(path=path, user__in=keys).values_list("user", flat=True))
    _write([(key, organisation.pk if organisation else None) for key in sorted(keys)], kind, path, params)


def notify_organisation(
    organisation: Organisation,
    kind: str,
    *,
    path: str,
    roles: Iterable[Role] | None = None,
    once_a_day: bool = False,
    **params: Any,
) -> None:
    """To everyone who acts for the organisation (in these roles)."""
    members = User.objects.filter(memberships__organisation=organisation, memberships__ended_at=None, is_active=True)
    if roles is not None:
        members = members.filter(memberships__role__in=list(roles))
    notify(members.distinct(), kind, path=path, organisation=organisation, once_a_day=once_a_day, **params)


def notify_members(
    memberships: QuerySet[Membership], kind: str, *, path: str, most_a_day: int | None = None, **params: Any
) -> int:
    """The same to many people at once, in a few statements a thousand; how many were told.

    `most_a_day`: no more of this kind to one person on one day. A message that comes too often is read by nobody.
    """
    if most_a_day is not None:
        today = _today(kind).filter(user=OuterRef("user")).order_by().values("user").annotate(n=Count("pk")).values("n")
        memberships = memberships.alias(told=Coalesce(Subquery(today), 0)).filter(told__lt=most_a_day)
    people = dict(memberships.order_by("user", "pk").values_list("user", "organisation"))
    _write(list(people.items()), kind, path, params)
    return len(people)


def _write(people: list[tuple[int, int | None]], kind: str, path: str, params: dict[str, Any]) -> None:
    if kind not in KINDS:
        raise KeyError(kind)
    lines = Notification.objects.bulk_create(
        [
            Notification(user_id=user, organisation_id=organisation, kind=kind, params=params, path=path)
            for user, organisation in people
        ],
        batch_size=1000,
    )
    if lines:
        enqueue_all("portal.mail_notification", {str(line.pk): {"notification": line.pk} for line in lines})


def _today(kind: str) -> QuerySet[Notification]:
    """The portal's day, whoever reads."""
    zone = timezone.get_default_timezone()
    midnight = timezone.make_aware(dt.datetime.combine(timezone.localdate(timezone=zone), dt.time()), zone)
    return Notification.objects.filter(kind=kind, created_at__gte=midnight)


def _in_words(value: Any) -> Any:
    if isinstance(value, dict) and DATE in value:
        return tanggal(dt.date.fromisoformat(value[DATE]), "long") if value[DATE] else ""
    return value


@handles("portal.mail_notification")
def mail_notification(job: Job) -> None:
    line = Notification.objects.select_related("user").get(pk=job.payload["notification"])
    stop = f"{settings.SITE_URL}{line.params[STOP]}" if line.params.get(STOP) else ""
    with translation.override(line.user.language):
        subject, body = words(line)
        context = {"body": body, "url": f"{settings.SITE_URL}{line.path}", "user": line.user, "stop": stop}
        text = render_to_string("mail/notification.txt", context)
    # Mail programs offer one click for it (RFC 8058).
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop else {}
    EmailMessage(subject, text, None, [line.user.email], headers=headers).send()


def mail_invitation(invitation: Invitation, token: str) -> None:
    url = settings.SITE_URL + reverse("invitation_accept", args=[token])
    enqueue("portal.mail_invitation", str(invitation.pk), payload={"invitation": invitation.pk, "url": url})


@handles("portal.mail_invitation")
def send_invitation(job: Job) -> None:
    invitation = Invitation.objects.select_related("organisation").get(pk=job.payload["invitation"])
    # Somebody who has no account yet has no language yet: Indonesian first, English below it.
    parts = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            parts.append(render_to_string("mail/invitation.txt", {"invitation": invitation, "url": job.payload["url"]}))
    send_mail(f"MitraPasok: {invitation.organisation.label}", "\n---\n\n".join(parts), None, [invitation.email])
    Job.objects.filter(pk=job.pk).update(payload={})  # the link is a secret: not kept once sent
