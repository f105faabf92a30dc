"""One's own mark from another buyer's: the buyer asks, the enterprise answers what is not covered, a person decides.

It stays an application of the buyer's own programme, with evidence, score, quota and decision of its own.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from curation.enums import OPEN_APPLICATION, OPEN_TO_RECOGNITION
from curation.enums import ApplicationStatus as A
from curation.flow import APPLICATION
from curation.models import Application, Curation, Programme
from curation.scoring.cover import Cover, cover
from curation.services.scoring import NoCriteria, today
from curation.services.telling import tell_applicant
from portal import audit
from portal.enums import EnterpriseStatus
from portal.flow import MoveNotAllowed, TooLate, permit
from portal.models import Enterprise, User


@transaction.atomic
def ask_for_recognition(curation: Curation, programme: Programme, *, by: User) -> Application:
    """A draft for the enterprise to complete and send. Nobody's evidence is shown to the buyer before that."""
    enterprise = Enterprise.objects.select_for_update(of=("self",)).get(pk=curation.enterprise_id)
    curation = Curation.objects.select_related("programme__buyer", "enterprise__organisation").get(pk=curation.pk)
    permit(by, "curation.manage_programme", programme)
    permit(by, "curation.recognise_curation", curation)
    if programme.status not in OPEN_TO_RECOGNITION:
        raise MoveNotAllowed(
            _("Only a published round that has not ended can recognise a mark."),
            move="recognise",
            status=programme.status,
            code="programme_closed",
        )
    if programme.criteria is None:
        raise NoCriteria
    if not curation.is_valid:
        raise MoveNotAllowed(
            _("This mark no longer stands."), move="recognise", status=curation.standing, code=curation.standing
        )
    if curation.programme.buyer_id == programme.buyer_id:
        raise ValidationError(_("This mark is your own already."), code="own_mark")
    if enterprise.status != EnterpriseStatus.VERIFIED:
        raise ValidationError(_("This business is not active now."), code="not_verified")
    standing = programme.applications.filter(enterprise=enterprise, status__in=[*OPEN_APPLICATION, A.CURATED]).first()
    if standing is not None:
        raise MoveNotAllowed(
            _("This business has an application or a mark in this round already.")
            # Where names are hidden the number beside the name would tell which one it is.
            if standing.is_unnamed
            else _("This business has an application or a mark in this round already: %(number)s.")
            % {"number": standing.number},
            move="recognise",
            status=standing.status,
            code="already_applied",
        )
    application = Application.objects.create(
        programme=programme,
        enterprise=enterprise,
        recognises=curation,
        created_by=by,
        is_sample=enterprise.is_sample,
    )
    audit.record(application, "ask_for_recognition", by=by, payload={"curation": curation.pk})
    tell_applicant(application, "recognition.asked", other=curation.programme.buyer.label)
    return application


@transaction.atomic
def withdraw_request(curation: Curation, programme: Programme, *, by: User) -> None:
    """Before the enterprise has sent its answer. Nothing that it entered is lost: that stands in its own dossier."""
    asked = programme.applications.filter(recognises=curation).select_related(
        "programme__buyer", "enterprise__organisation", "recognises__programme__buyer"
    )
    application = asked.select_for_update(of=("self",)).order_by("-pk").first()
    if application is None:
        raise ValidationError({"programme": _("You have not asked for this in that programme.")}, code="not_asked")
    if application.status != A.DRAFT:
        raise TooLate(
            _("The enterprise has sent it already, or the request was withdrawn."),
            move="take_request_back",
            status=application.status,
            code="not_open",
        )
    APPLICATION.make("take_request_back", application, by=by, payload={"curation": curation.pk})
    tell_applicant(application, "recognition.withdrawn", other=curation.programme.buyer.label)


def cover_of(curation: Curation, programme: Programme) -> list[Cover]:
    """What of the programme's criteria this mark covers today."""
    criteria_set = programme.criteria
    if criteria_set is None:
        raise NoCriteria
    score = curation.decision.score
    newest = curation.renewals.filter(outcome="granted").select_related("score__criteria_set").first()
    return cover(criteria_set, newest.score if newest and newest.score else score, today())
