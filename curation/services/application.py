"""What an enterprise does with its applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import OPEN_APPLICATION
from curation.enums import ApplicationStatus as A
from curation.flow import APPLICATION
from curation.models import Answer, AppealPaper, Application, Programme
from curation.services.reviewers import reopen_reviews
from curation.services.scoring import enqueue_provisional, take_snapshot
from curation.services.telling import tell_applicant, tell_officers, tell_officers_once_a_day
from portal import audit
from portal.enums import EnterpriseStatus
from portal.flow import MoveNotAllowed, permit
from portal.models import Document, Enterprise, Product, User
from portal.selectors.outgrown import has_outgrown
from portal.services.dossier import save_section
from portal.services.enterprise import too_large_text


@transaction.atomic
def start_application(
    programme: Programme,
    enterprise: Enterprise,
    *,
    product: Product,
    by: User,
    answers: Mapping[str, dict[str, Any]] | None = None,
) -> Application:
    """A draft with the product it offers. A second start continues the first: an enterprise has one open application a programme.

    `answers`: what the programme asked for and the dossier lacked, by section; they are saved in the dossier.
    """
    # Two tabs: the second waits here, then finds the first one's draft.
    enterprise = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    permit(by, "curation.start_application", enterprise)
    mine = programme.applications.filter(enterprise=enterprise)
    draft = mine.filter(status=A.DRAFT).select_related("recognises", "programme").first()
    _may_apply(programme, enterprise, product, recognised=draft is not None and draft.may_be_recognised)
    for section, values in (answers or {}).items():
        save_section(enterprise, section, values, by=by)
    if draft is not None:
        if draft.product_id != product.pk:
            audit.record(draft, "change_product", by=by, payload={"before": draft.product_id, "after": product.pk})
            draft.product = product
            draft.save(update_fields=["product"])
        return draft
    if standing := mine.filter(status__in=[*OPEN_APPLICATION, A.CURATED]).first():
        raise MoveNotAllowed(
            _("Your business has already applied here: %(number)s.") % {"number": standing.number},
            move="start",
            status=standing.status,
            code="already_applied",
        )
    application = Application.objects.create(
        programme=programme, enterprise=enterprise, product=product, created_by=by, is_sample=enterprise.is_sample
    )
    audit.record(application, "start", by=by, payload={"programme": programme.pk, "product": product.pk})
    return application


@transaction.atomic
def submit_application(application: Application, *, by: User) -> Application:
    """Freeze what the enterprise declared, send it to the buyer and queue its provisional score.

    One that starts from another buyer's mark goes to a person at once, whatever the closing date: no run ranks it.
    """
    # A suspension in the same moment waits here, or is seen.
    enterprise = Enterprise.objects.select_for_update(no_key=True, of=("self",)).get(pk=application.enterprise_id)
    application.programme = _held(application.programme)
    recognised = application.may_be_recognised
    _may_apply(application.programme, enterprise, application.product, recognised=recognised)
    APPLICATION.make("send_recognised" if recognised else "submit", application, by=by, submitted_at=timezone.now())
    take_snapshot(application, by=by)
    enqueue_provisional(application)
    tell_applicant(application, "application.submitted")
    if recognised:
        tell_officers(application, "recognition.sent")
    else:
        tell_officers_once_a_day(application, "programme.applied")
    return application


@transaction.atomic
def answer_changes(application: Application, *, text: str, by: User) -> Application:
    """Send what the buyer asked for: the next revision of the snapshot, back into review."""
    if application.status == A.CHANGES_REQUESTED and _is_past(application):
        raise MoveNotAllowed(
            _("The term for the changes is over."), move="answer_changes", status=application.status, code="term_over"
        )
    request = application.decisions.filter(outcome=A.CHANGES_REQUESTED).first()
    APPLICATION.make("answer_changes", application, by=by, answer_by=None)
    snapshot = take_snapshot(application, by=by)
    Answer.objects.create(
        application=application, decision=request, text=text, snapshot_revision=snapshot.revision, created_by=by
    )
    enqueue_provisional(application)
    reopen_reviews(application)
    tell_officers(application, "application.answered")
    return application


@transaction.atomic
def withdraw_application(application: Application, *, by: User) -> None:
    APPLICATION.make("withdraw", application, by=by, answer_by=None, waiting_place=None)
    tell_officers_once_a_day(application, "programme.withdrawn_from")


@transaction.atomic
def appeal(application: Application, *, text: str, by: User, papers: Sequence[Document] = ()) -> None:
    """Ask for another look, once and within the term. Another person than whoever decided answers.

    The evidence is read anew: what the enterprise has entered or uploaded since the decision counts for the appeal.
    """
    if not text.strip():
        raise ValidationError({"text": _("Write why the decision should be looked at again.")}, code="no_grounds")
    application = Application.objects.select_for_update(of=("self",)).select_related("programme").get(pk=application.pk)
    if application.status == A.DECLINED and not application.can_be_appealed:
        said = (
            _("There was an appeal already; one is possible.")
            if application.appealed_at
            else _("The term to appeal is over.")
        )
        raise MoveNotAllowed(said, move="appeal", status=application.status, code="no_appeal")
    others = application.programme.applications.filter(
        enterprise=application.enterprise_id, status__in=[*OPEN_APPLICATION, A.CURATED]
    )
    if others.exclude(pk=application.pk).exists():
        raise MoveNotAllowed(
            _("Your business has applied anew in this programme, so the earlier decision stands."),
            move="appeal",
            status=application.status,
            code="applied_anew",
        )
    if any(paper.enterprise_id != application.enterprise_id or paper.refused_at for paper in papers):
        raise ValidationError({"papers": _("Choose from your own documents that nobody refused.")}, code="papers")
    payload = {"papers": sorted(paper.pk for paper in papers)}
    APPLICATION.make("appeal", application, by=by, payload=payload, appeal_text=text, appealed_at=timezone.now())
    AppealPaper.objects.bulk_create(AppealPaper(application=application, document=paper) for paper in papers)
    take_snapshot(application, by=by)
    enqueue_provisional(application)
    tell_officers(application, "application.appealed")


def _may_apply(
    programme: Programme, enterprise: Enterprise, product: Product | None, *, recognised: bool = False
) -> None:
    if not programme.is_open and not recognised:
        raise MoveNotAllowed(
            _("This programme is not open."), move="submit", status=programme.status, code="programme_closed"
        )
    if enterprise.status == EnterpriseStatus.SUSPENDED:
        raise ValidationError(
            _("Your business is suspended, so it cannot apply until the ministry restores it."), code="suspended"
        )
    if enterprise.status != EnterpriseStatus.VERIFIED:
        raise ValidationError(
            _("Only active businesses can apply. Complete your registration first."), code="not_verified"
        )
    if has_outgrown(enterprise):
        raise ValidationError(too_large_text(), code="too_large")
    if product is None or product.enterprise_id != enterprise.pk or product.withdrawn_at is not None:
        raise ValidationError({"product": _("Choose one of your products.")}, code="product")


def _held(programme: Programme) -> Programme:
    """The programme as it is now. Closing waits until this transaction ends, so the official run misses nobody who was in time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM curation_programme WHERE id = %s FOR KEY SHARE", [programme.pk])
    return Programme.objects.get(pk=programme.pk)


def _is_past(application: Application) -> bool:
    return application.answer_by is not None and application.answer_by < timezone.localdate()
