"""What becomes of marks: one revoked, one that ended, one renewed, one with the buyer, and two that another buyer recognises."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from curation.enums import OPEN_APPLICATION, Outcome, ProgrammeStatus, RenewalOutcome
from curation.enums import ApplicationStatus as A
from curation.models import Application, Curation, Programme
from curation.services.application import start_application, submit_application
from curation.services.certificate import revoke_curation
from curation.services.recognition import ask_for_recognition
from curation.services.renewal import ask_for_renewal, decide_renewal
from curation.services.review import decide
from partnerships.models import Partnership
from partnerships.sample.needs import officer_of
from portal.enums import SME_ROLES
from portal.models import User
from portal.sample.people import acting_in
from portal.sample.quiet import quietly

REVOKED = "Sertifikat SNI dicabut oleh lembaga sertifikasi, dan penggantinya belum ada sampai batas waktu."
RENEWED = "Pengiriman setahun ini tepat waktu, dan kapasitasnya sudah diperiksa lagi."
ASKED = "Mesin ketiga sudah berjalan; sertifikat kami perbarui bulan lalu."
RECOGNISED = "Tanda pembeli lain mencakup legalitas dan mutu; kapasitas terhadap kebutuhan kami diperiksa di tempat."
RECOGNISING = "PLN"
# Whoever signs in as this one is asked to renew.
TO_RENEW = "koperasi@contoh.id"


def load_marks() -> None:
    if Curation.objects.filter(application__is_sample=True, revoked_at__isnull=False).exists():
        return
    with quietly():
        revoked, ended, renewed, asked = _without_contract()[:4]
        revoke_curation(revoked, reason=REVOKED, by=_officer(revoked))
        _let_end(ended, -20)
        _let_end(renewed, 25)
        granted = ask_for_renewal(renewed, by=_owner(renewed))
    with quietly():
        decide_renewal(granted, RenewalOutcome.GRANTED, reason=RENEWED, by=_officer(renewed))
        _let_end(asked, 40)
        ask_for_renewal(asked, text=ASKED, by=_owner(asked))
        theirs = Curation.objects.valid().filter(enterprise__organisation__memberships__user__email=TO_RENEW)
        _let_end(theirs.earliest("pk"), 45)
    with quietly():
        _recognise()


def _recognise() -> None:
    """By PLN, for its open round: one mark is curated by now, of the other the enterprise was only asked."""
    officer = officer_of(RECOGNISING)
    programme = Programme.objects.filter(buyer=officer.organisation_id, status=ProgrammeStatus.PUBLISHED).latest("pk")
    taken = programme.applications.filter(status__in=[*OPEN_APPLICATION, A.CURATED]).values("enterprise")
    others = Curation.objects.valid().exclude(programme__buyer=officer.organisation_id).exclude(enterprise__in=taken)
    marks = others.filter(application__is_sample=True, application__product__isnull=False, renewals=None).order_by("pk")
    first, second = list(marks.select_related("enterprise__organisation", "application__product")[:2])
    for mark in (first, second):
        ask_for_recognition(mark, programme, by=officer)
    draft = start_application(programme, first.enterprise, product=first.application.product, by=_owner(first))
    submit_application(draft, by=_owner(first))
    decide(Application.objects.get(pk=draft.pk), Outcome.CURATED, by=officer, reason=RECOGNISED)


def _without_contract() -> list[Curation]:
    """Marks that no contract of the same buyer relies on, in the order they were given."""
    marks = Curation.objects.valid().filter(application__is_sample=True).order_by("pk")
    return [
        mark
        for mark in marks.select_related("programme", "application", "enterprise__organisation")
        if not Partnership.objects.filter(buyer=mark.programme.buyer_id, shares__enterprise=mark.enterprise_id).exists()
    ]


def _let_end(mark: Curation, days: int) -> None:
    """As if it had been given a year before; a mark may be made shorter by hand, never longer."""
    until = timezone.localdate() + dt.timedelta(days=days)
    mark.valid_from, mark.valid_until = until - dt.timedelta(days=364), until
    mark.save(update_fields=["valid_from", "valid_until"])


def _officer(mark: Curation) -> User:
    return officer_of(mark.programme.buyer.short_name)


def _owner(mark: Curation) -> User:
    return acting_in(mark.enterprise.organisation, *SME_ROLES)
