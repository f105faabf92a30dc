"""Tells people what happened: a line in their inbox and an e-mail, in their own language.

Each app registers the words of its kinds: `register("enterprise.verified", subject=…, body=…)` with lazy message ids and
named placeholders. Params are plain values; the words are made when somebody reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from portal.enums import Role
from portal.jobs import enqueue, handles
from portal.models import Invitation, Job, Notification, Organisation, User


@dataclass(frozen=True)
class Words:
    subject: Any
    body: Any


KINDS: dict[str, Words] = {}


def register(kind: str, *, subject: Any, body: Any) -> None:
    KINDS[kind] = Words(subject, body)


def words(notification: Notification) -> tuple[str, str]:
    """Subject and body in the language now active."""
    kind = KINDS[notification.kind]
    return str(kind.subject) % notification.params, str(kind.body) % notification.params


def notify(
    users: Iterable[User], kind: str, *, path: str, organisation: Organisation | None = None, **params: Any
) -> None:
    """One inbox line each, and one e-mail each through the job table. Written in the caller's transaction."""
    if kind not in KINDS:
        raise KeyError(kind)
    for user in {user.pk: user for user in users}.values():
        line = Notification.objects.create(user=user, organisation=organisation, kind=kind, params=params, path=path)
        enqueue("portal.mail_notification", str(line.pk), payload={"notification": line.pk})


def notify_organisation(
    organisation: Organisation, kind: str, *, path: str, roles: Iterable[Role] | None = None, **params: Any
) -> None:
    """To everyone who acts for the organisation (in these roles)."""
    members = User.objects.filter(memberships__organisation=organisation, memberships__ended_at=None, is_active=True)
    if roles is not None:
        members = members.filter(memberships__role__in=list(roles))
    notify(members.distinct(), kind, path=path, organisation=organisation, **params)


@handles("portal.mail_notification")
def mail_notification(job: Job) -> None:
    line = Notification.objects.select_related("user").get(pk=job.payload["notification"])
    with translation.override(line.user.language):
        subject, body = words(line)
        text = render_to_string(
            "mail/notification.txt", {"body": body, "url": f"{settings.SITE_URL}{line.path}", "user": line.user}
        )
    send_mail(subject, text, None, [line.user.email])


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
