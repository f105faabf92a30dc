"""The one-time code by which an SME accepts: six digits to the signer's verified e-mail, ten minutes, five tries."""

from __future__ import annotations

import datetime as dt
import secrets

from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from partnerships.enums import SigningMethod
from partnerships.models import AcceptanceCode, Partnership
from portal import audit, second_factor
from portal.jobs import enqueue, handles
from portal.models import Job, User

LIFETIME = dt.timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES = 3


@transaction.atomic
def send_code(partnership: Partnership, *, by: User) -> AcceptanceCode:
    """A new code; earlier ones no longer count. The digits travel in the job and are wiped there once sent."""
    if not EmailAddress.objects.filter(user=by, email__iexact=by.email, verified=True).exists():
        raise ValidationError(_("Confirm your e-mail address first."), code="unverified_email")
    if not _within(f"acceptance-codes:{by.pk}", MOST_CODES):
        raise ValidationError(
            _("Three codes were sent in the last ten minutes. Use the newest, or wait a little."), code="too_many"
        )
    digits = f"{secrets.randbelow(10**6):06d}"
    now = timezone.now()
    code = AcceptanceCode(
        partnership=partnership, revision=partnership.revision, user=by, created_at=now, expires_at=now + LIFETIME
    )
    code.code_hash = _digest(code, digits)
    code.save()
    audit.record(partnership, "send_acceptance_code", by=by, payload={"revision": partnership.revision})
    enqueue("partnerships.mail_acceptance_code", str(code.pk), payload={"code": code.pk, "digits": digits})
    return code


def confirm(user: User, partnership: Partnership, method: str, code: str) -> None:
    """Prove the person by the way they chose. Raises ValidationError."""
    if method == SigningMethod.SECOND_FACTOR:
        second_factor.confirm(user, code)
    else:
        use_code(partnership, code, by=user)


def use_code(partnership: Partnership, digits: str, *, by: User) -> None:
    """Raises ValidationError unless these are the digits of the newest code for this person and text; then uses it up."""
    code = (
        AcceptanceCode.objects.select_for_update()
        .filter(partnership=partnership, revision=partnership.revision, user=by)
        .first()
    )
    if code is None or code.expires_at <= timezone.now():
        raise ValidationError(_("This code is no longer valid. Ask for a new one."), code="expired_code")
    if code.used_at is not None:
        raise ValidationError(_("This code was already used. Ask for a new one."), code="used_code")
    # Counted outside the transaction: a wrong try stays counted when the answer rolls everything back.
    if not _within(f"acceptance-tries:{code.pk}", MOST_TRIES):
        raise ValidationError(_("Too many wrong codes. Ask for a new one."), code="too_many")
    wanted = "".join(character for character in digits if character.isdigit())
    if not constant_time_compare(_digest(code, wanted), code.code_hash):
        raise ValidationError(_("The code is not right. Enter the six digits from the e-mail."), code="wrong_code")
    code.used_at = timezone.now()
    code.save(update_fields=["used_at"])


@handles("partnerships.mail_acceptance_code")
def mail_acceptance_code(job: Job) -> None:
    if "digits" not in job.payload:
        return
    code = AcceptanceCode.objects.select_related("user", "partnership").get(pk=job.payload["code"])
    with translation.override(code.user.language):
        text = render_to_string(
            "mail/acceptance_code.txt",
            {
                "digits": job.payload["digits"],
                "partnership": code.partnership,
                "minutes": LIFETIME.seconds // 60,
            },
        )
        subject = _("Your code to accept %(number)s") % {"number": code.partnership.number}
    send_mail(subject, text, None, [code.user.email])
    Job.objects.filter(pk=job.pk).update(payload={"code": code.pk})  # the digits are a secret: not kept once sent


def _digest(code: AcceptanceCode, digits: str) -> str:
    """Keyed, and tied to person, text and moment: the stored hash says nothing without the server's secret."""
    subject = f"{code.partnership_id}:{code.revision}:{code.user_id}:{code.created_at.timestamp()}:{digits}"
    return salted_hmac("partnerships.acceptance_code", subject, algorithm="sha256").hexdigest()


def _within(key: str, most: int) -> bool:
    """Count one more under this key; false once it is too many within the lifetime of a code."""
    cache.add(key, 0, timeout=LIFETIME.seconds)
    return cache.incr(key) <= most
