"""Which rows stand behind each address, and which of them a person may reach there.

An address with a variable part and no line here fails the build: whoever adds a page says what it shows. `rows` is asked
both by the access matrix (everything else must be a 404) and by the page walk (which page to open).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from curation.enums import ApplicationStatus, Shape
from curation.models import (
    AppealPaper,
    Application,
    Consortium,
    ConsortiumMember,
    Criterion,
    Curation,
    Interest,
    Need,
    PoolRun,
    Programme,
    Renewal,
    SavedSearch,
    ScoringRun,
)
from curation.selectors.fairness import reported
from partnerships.models import (
    Agreement,
    Delivery,
    DeliveryPaper,
    FinancingRequest,
    Incident,
    IncidentPaper,
    Invoice,
    KnowledgeStep,
    Partnership,
    Payment,
    PurchaseOrder,
    Release,
    SharedValue,
    SignOff,
)
from partnerships.selectors.buyer_record import buyers
from portal.enums import Capability, DataRequestStatus, JobState
from portal.models import (
    ActivityConversion,
    ApiToken,
    Appointment,
    Assignment,
    CompanionRequest,
    Consent,
    CooperativeMember,
    DataRequest,
    Document,
    Enterprise,
    Job,
    Membership,
    Notification,
    Organisation,
    Photo,
    PlanTarget,
    Product,
    ProductImport,
    SuspectedDuplicate,
    User,
    VisitKit,
    WebhookEndpoint,
    WebhookMessage,
)
from portal.sections import SECTIONS
from portal.selectors.partner import entrusted_documents, entrusted_enterprises, entrusted_members, entrusted_products

Rows = Callable[[User], QuerySet]


@dataclass(frozen=True)
class Reach:
    """`rows`: what this person reaches here. `shows`: a text of the row that its page must hold."""

    model: type[models.Model]
    rows: Rows
    kwargs: Callable[[Any], dict[str, Any]] = lambda row: {"pk": row.pk}
    permission: str = ""  # asked of the row, for every method
    writes: str = ""  # asked of the row, for all but GET
    shows: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Words:
    """An address whose variable part is a word, not a row: `unknown` when the words given lead nowhere."""

    words: Iterable[dict[str, Any]]
    unknown: bool = False


def _visible(model: Any) -> Rows:
    return lambda user: model.objects.visible_to(user)


def _own(model: Any, **states: Any) -> Rows:
    return lambda user: model.objects.visible_to(user).filter(**states)


def _managed(model: Any, **states: Any) -> Rows:
    return lambda user: model.objects.managed_by(user).filter(**states)


def _public(model: Any) -> Rows:
    return lambda user: model.objects.public()


def _everything(model: Any, **states: Any) -> Rows:
    return lambda user: model.objects.filter(**states)


def _name(row: Any) -> str:
    return str(row.name)


def _criterion(row: Criterion) -> dict[str, Any]:
    return {"pk": row.criteria_set.programme_id, "criterion_pk": row.pk}


def _drafted_criteria(user: User) -> QuerySet[Criterion]:
    return Criterion.objects.filter(
        criteria_set__programme__in=Programme.objects.managed_by(user), criteria_set__published_at=None
    )


def _own_criteria(user: User) -> QuerySet[Criterion]:
    return Criterion.objects.filter(criteria_set__programme__in=Programme.objects.managed_by(user))


def _with_draft(user: User) -> QuerySet[Programme]:
    return Programme.objects.managed_by(user).filter(criteria_sets__published_at=None).distinct()


def _with_criteria(user: User) -> QuerySet[Programme]:
    return Programme.objects.visible_to(user).filter(criteria_sets__published_at__isnull=False).distinct()


def _to_apply(user: User) -> QuerySet[Programme]:
    return Programme.objects.visible_to(user)


def _to_share(user: User) -> QuerySet[Need]:
    return Need.objects.managed_by(user).published()


def _any_business(row: Need) -> dict[str, Any]:
    return {"pk": row.pk, "enterprise": Enterprise.objects.public().order_by("pk")[0].pk}


def _sent_to(user: User) -> QuerySet[Application]:
    return Application.objects.visible_to(user).exclude(status=ApplicationStatus.DRAFT)


def _with_own_review(user: User) -> QuerySet[Application]:
    return _sent_to(user).filter(reviews__reviewer=user)


def _desk(row: Application) -> dict[str, Any]:
    return {"pk": row.programme_id, "application_pk": row.pk}


def _with_text(user: User) -> QuerySet[Partnership]:
    return Partnership.objects.visible_to(user).filter(revisions__isnull=False).distinct()


def _changed(user: User) -> QuerySet[Partnership]:
    """A second text, or a draft after a first; an amendment beside what it amends."""
    return Partnership.objects.visible_to(user).filter(Q(revision__gt=1) | Q(amends__isnull=False))


PARTNERSHIP = Reach(Partnership, _visible(Partnership))
DRAFTING = Reach(Partnership, _visible(Partnership), permission="partnerships.draft_partnership")
AMENDMENT = Reach(
    Partnership,
    lambda user: Partnership.objects.visible_to(user).filter(amends__isnull=False),
    permission="partnerships.drop_amendment",
)
SUPPLYING = Reach(PurchaseOrder, _visible(PurchaseOrder), permission="partnerships.supply")
BUYING = Reach(PurchaseOrder, _visible(PurchaseOrder), permission="partnerships.buy")
ENDING = Reach(PurchaseOrder, _visible(PurchaseOrder), permission="partnerships.end_rest")
FINANCING = Reach(FinancingRequest, _visible(FinancingRequest))
KNOWLEDGE = Reach(KnowledgeStep, _visible(KnowledgeStep))
KNOWLEDGE_SIDES = Reach(KnowledgeStep, _visible(KnowledgeStep), permission="partnerships.take_part_in_knowledge")
KNOWLEDGE_OTHER = Reach(KnowledgeStep, _visible(KnowledgeStep), permission="partnerships.answer_knowledge")
KNOWLEDGE_OWN = Reach(KnowledgeStep, _visible(KnowledgeStep), permission="partnerships.withdraw_knowledge")
FINANCING_DESK = Reach(FinancingRequest, _visible(FinancingRequest), permission="partnerships.finance")
PROGRAMME = Reach(Programme, _managed(Programme))
OWN_PRODUCT = Reach(Product, _visible(Product))
APPLICATION = Reach(Application, _visible(Application), writes="curation.apply")
ENTERPRISE = Reach(Enterprise, _visible(Enterprise), shows=_name)
OWN_INTEREST = Reach(Interest, _visible(Interest), writes="curation.answer_invitation")
BUYERS_INTEREST = Reach(Interest, _managed(Interest), writes="curation.manage_interest")
# Either side may find the other's button: what it may not press is answered with 403, what is over with 409.
COOPERATIVE_LIST = Reach(CooperativeMember, _visible(CooperativeMember), writes="portal.list_members")
ASKED = Reach(CooperativeMember, _visible(CooperativeMember), writes="portal.answer_cooperative")

REGISTRY: dict[str, Reach | Words] = {
    # Knowledge transfer
    "knowledge_new": Reach(Partnership, _visible(Partnership), permission="partnerships.propose_knowledge"),
    "knowledge_detail": Reach(KnowledgeStep, _visible(KnowledgeStep), shows=lambda row: row.title),
    "knowledge_agree": KNOWLEDGE,
    "knowledge_withdraw": KNOWLEDGE,
    "knowledge_confirm": KNOWLEDGE,
    "knowledge_refuse": KNOWLEDGE_OTHER,
    "knowledge_call_off": KNOWLEDGE_SIDES,
    "knowledge_return": KNOWLEDGE,
    "knowledge_report": KNOWLEDGE_SIDES,
    "knowledge_file": Reach(KnowledgeStep, lambda user: KnowledgeStep.objects.visible_to(user).exclude(file="")),
    "api_knowledge-detail": Reach(KnowledgeStep, _visible(KnowledgeStep), shows=lambda row: row.title),
    "api_knowledge-agree": KNOWLEDGE,
    "api_knowledge-withdraw": KNOWLEDGE,
    "api_knowledge-confirm": KNOWLEDGE,
    "api_knowledge-refuse": KNOWLEDGE,
    "api_knowledge-call-off": KNOWLEDGE,
    "api_knowledge-return": KNOWLEDGE,
    "api_knowledge-report": KNOWLEDGE,
    # Finance
    "financing_of_contract": Reach(Partnership, _visible(Partnership)),
    "financing_of_order": Reach(PurchaseOrder, _visible(PurchaseOrder)),
    "financing_of_invoice": Reach(Invoice, _visible(Invoice)),
    "financing_detail": Reach(FinancingRequest, _visible(FinancingRequest), shows=lambda row: row.number),
    "financing_answer": FINANCING,
    "financing_accept": FINANCING,
    "financing_withdraw": FINANCING,
    "financing_stop_sharing": FINANCING,
    "financing_take_up": FINANCING,
    "financing_ask": FINANCING_DESK,
    "financing_offer": FINANCING_DESK,
    "financing_disburse": FINANCING_DESK,
    "financing_decline": FINANCING_DESK,
    "financing_paper": Reach(
        SharedValue, lambda user: SharedValue.objects.visible_to(user).exclude(document=None).exclude(document__file="")
    ),
    "api_financing-detail": Reach(FinancingRequest, _visible(FinancingRequest), shows=lambda row: row.number),
    "api_financing-answer": FINANCING,
    "api_financing-accept": FINANCING,
    "api_financing-withdraw": FINANCING,
    "api_financing-stop-sharing": FINANCING,
    "api_financing-take-up": FINANCING,
    "api_financing-ask": FINANCING_DESK,
    "api_financing-offer": FINANCING_DESK,
    "api_financing-disburse": FINANCING_DESK,
    "api_financing-decline": FINANCING_DESK,
    # People and their own things
    "inbox_open": Reach(Notification, _visible(Notification)),
    "member_end": Reach(
        Membership, lambda user: Membership.objects.active().visible_to(user), permission="portal.end_membership"
    ),
    "api_token_revoke": Reach(ApiToken, _visible(ApiToken)),
    # Webhooks
    "webhook": Reach(WebhookEndpoint, _visible(WebhookEndpoint), shows=lambda row: row.url),
    "webhook_edit": Reach(WebhookEndpoint, _visible(WebhookEndpoint), shows=lambda row: row.url),
    "webhook_replay": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "webhook_rotate": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "webhook_pause": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "webhook_resume": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "webhook_test": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "webhook_remove": Reach(WebhookEndpoint, _visible(WebhookEndpoint), shows=lambda row: row.url),
    "webhook_message": Reach(WebhookMessage, _visible(WebhookMessage), shows=lambda row: row.webhook_id),
    "webhook_message_replay": Reach(WebhookMessage, _visible(WebhookMessage)),
    "api_webhook-detail": Reach(WebhookEndpoint, _visible(WebhookEndpoint), shows=lambda row: row.url),
    "api_webhook-rotate": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "api_webhook-pause": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "api_webhook-resume": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "api_webhook-test": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "api_webhook-replay": Reach(WebhookEndpoint, _visible(WebhookEndpoint)),
    "api_webhook_message-detail": Reach(WebhookMessage, _visible(WebhookMessage), shows=lambda row: row.webhook_id),
    "api_webhook_message-replay": Reach(WebhookMessage, _visible(WebhookMessage)),
    "invitation_accept": Words([{"token": "nobody-has-this-one"}], unknown=True),
    # Companions and consents
    "companion_take_back": Reach(CompanionRequest, _visible(CompanionRequest)),
    "fill_in": Reach(Enterprise, _visible(Enterprise)),
    "consent_on_paper": Reach(Enterprise, _visible(Enterprise), permission="portal.record_consent"),
    "duplicate_pair": Reach(SuspectedDuplicate, _visible(SuspectedDuplicate)),
    "duplicate_merge": Reach(
        SuspectedDuplicate, _visible(SuspectedDuplicate), kwargs=lambda row: {"pk": row.pk, "kept": row.first_id}
    ),
    "api_duplicate-detail": Reach(SuspectedDuplicate, _visible(SuspectedDuplicate)),
    "api_duplicate-comparison": Reach(SuspectedDuplicate, _visible(SuspectedDuplicate)),
    "api_duplicate-apart": Reach(SuspectedDuplicate, _visible(SuspectedDuplicate)),
    "api_duplicate-merge": Reach(SuspectedDuplicate, _visible(SuspectedDuplicate)),
    "consent_detail": Reach(Consent, _visible(Consent), shows=lambda row: row.enterprise.name),
    "consent_paper": Reach(Consent, lambda user: Consent.objects.visible_to(user).exclude(paper="")),
    "consent_withdraw": Reach(Consent, _visible(Consent)),
    "assisted_enterprise": Reach(Enterprise, _visible(Enterprise), shows=_name),
    "companion_assign": Reach(Enterprise, _visible(Enterprise)),
    "companion_request_answer": Reach(CompanionRequest, lambda user: CompanionRequest.objects.open().visible_to(user)),
    "companion_request_refuse": Reach(CompanionRequest, lambda user: CompanionRequest.objects.open().visible_to(user)),
    "assignment_end": Reach(Assignment, _visible(Assignment)),
    "appointment_add": Reach(Enterprise, _visible(Enterprise)),
    "appointment_call_off": Reach(Appointment, _visible(Appointment)),
    # One's own data
    "my_data_file": Reach(DataRequest, _own(DataRequest, status=DataRequestStatus.READY)),
    "my_data_withdraw": Reach(DataRequest, _visible(DataRequest)),
    "data_request": Reach(DataRequest, _managed(DataRequest), shows=lambda row: row.number),
    "api_data_request-detail": Reach(DataRequest, _visible(DataRequest), shows=lambda row: row.number),
    "api_data_request-file": Reach(DataRequest, _own(DataRequest, status=DataRequestStatus.READY)),
    "api_data_request-withdraw": Reach(DataRequest, _visible(DataRequest)),
    "api_data_request_desk-detail": Reach(DataRequest, _managed(DataRequest), shows=lambda row: row.number),
    "api_data_request_desk-answer": Reach(DataRequest, _managed(DataRequest)),
    # Kits for visits without signal
    "kit_detail": Reach(VisitKit, _visible(VisitKit), writes="portal.merge_kit", shows=lambda row: row.number),
    "kit_workbook": Reach(VisitKit, _visible(VisitKit)),
    "kit_paper": Reach(VisitKit, _visible(VisitKit)),
    "kit_call_back": Reach(VisitKit, _visible(VisitKit), permission="portal.call_back_kit"),
    "api_kit-detail": Reach(VisitKit, _visible(VisitKit), shows=lambda row: row.number),
    "api_kit-workbook": Reach(VisitKit, _visible(VisitKit)),
    "api_kit-paper": Reach(VisitKit, _visible(VisitKit)),
    "api_kit-comparison": Reach(VisitKit, _visible(VisitKit)),
    "api_kit-cells": Reach(VisitKit, _visible(VisitKit)),
    "api_kit-merge": Reach(VisitKit, _visible(VisitKit)),
    "api_kit-call-back": Reach(VisitKit, _visible(VisitKit), permission="portal.call_back_kit"),
    # Operations
    "organisation": Reach(Organisation, lambda user: _organisations(), shows=_name),
    "organisation_edit": Reach(Organisation, lambda user: _organisations(), shows=_name),
    "job_retry": Reach(Job, _everything(Job, state=JobState.PARKED)),
    # Enterprises
    "enterprise_public": Reach(Enterprise, _public(Enterprise), shows=_name),
    "verification_detail": Reach(Enterprise, _visible(Enterprise), shows=_name),
    "profile_confirm": Reach(Enterprise, _visible(Enterprise), writes="portal.confirm_profile", shows=_name),
    "api_enterprise-annual-sales": Reach(Enterprise, _visible(Enterprise), writes="portal.edit_enterprise"),
    "api_enterprise-confirm": Reach(Enterprise, _visible(Enterprise), writes="portal.confirm_profile"),
    "enterprise_document_list": ENTERPRISE,
    "class_history": ENTERPRISE,
    "api_enterprise-class-history": Reach(Enterprise, _visible(Enterprise)),
    "cooperative_member_change": Reach(
        CooperativeMember,
        lambda user: CooperativeMember.objects.visible_to(user).on_the_list(),
        permission="portal.list_members",
    ),
    "cooperative_member_invite": COOPERATIVE_LIST,
    "cooperative_member_remove": COOPERATIVE_LIST,
    "cooperative_member_accept": ASKED,
    "cooperative_member_refuse": ASKED,
    "cooperative_member_leave": ASKED,
    "api_cooperative_member-detail": Reach(
        CooperativeMember, _visible(CooperativeMember), writes="portal.list_members"
    ),
    "api_cooperative_member-invite": COOPERATIVE_LIST,
    "api_cooperative_member-remove": COOPERATIVE_LIST,
    "api_cooperative_member-accept": ASKED,
    "api_cooperative_member-refuse": ASKED,
    "api_cooperative_member-leave": ASKED,
    "plan_progress": ENTERPRISE,
    "plan_report": Reach(PlanTarget, _visible(PlanTarget), kwargs=lambda row: {"pk": row.pk, "quarter": 1}),
    "api_enterprise-plan-progress": Reach(Enterprise, _visible(Enterprise), writes="portal.report_progress"),
    "conversion_review": Reach(ActivityConversion, _visible(ActivityConversion)),
    "visit_list": ENTERPRISE,
    "visit_add": Reach(Enterprise, _visible(Enterprise), permission="portal.record_visit", shows=_name),
    "api_enterprise-visits": Reach(Enterprise, _visible(Enterprise), writes="portal.record_visit"),
    "dossier_section": Words([{"section": each.name} for each in SECTIONS if not each.only_cooperatives]),
    "dossier_autosave": Words([{"section": SECTIONS[0].name}]),
    "dossier_discard": Words([{"section": SECTIONS[0].name}]),
    "api_enterprise_close": Reach(Enterprise, _visible(Enterprise), permission="portal.close_enterprise"),
    "api_enterprise-detail": Reach(Enterprise, _visible(Enterprise), writes="portal.edit_enterprise", shows=_name),
    "api_enterprise-submit": Reach(Enterprise, _visible(Enterprise), writes="portal.edit_enterprise"),
    "api_enterprise-verify": Reach(Enterprise, _visible(Enterprise), writes="portal.verify_enterprise"),
    "api_enterprise-return": Reach(Enterprise, _visible(Enterprise), writes="portal.verify_enterprise"),
    "api_enterprise-suspend": Reach(Enterprise, _visible(Enterprise), writes="portal.verify_enterprise"),
    "api_enterprise-restore": Reach(Enterprise, _visible(Enterprise), writes="portal.verify_enterprise"),
    # Products and papers
    "product_edit": Reach(Product, _visible(Product), shows=_name),
    "product_prices": Reach(Product, _visible(Product), shows=_name),
    "product_history": Reach(Product, _visible(Product), shows=_name),
    "product_photos": Reach(Product, _visible(Product), shows=_name),
    "product_withdraw": Reach(Product, _visible(Product), shows=_name),
    "import_status": Reach(ProductImport, _visible(ProductImport), shows=lambda row: row.file_name),
    "import_problems": Reach(
        ProductImport, lambda user: ProductImport.objects.visible_to(user).filter(bad_count__gt=0)
    ),
    "photo_edit": Reach(Photo, lambda user: Photo.objects.filter(product__in=Product.objects.visible_to(user))),
    "photo_first": Reach(Photo, lambda user: Photo.objects.filter(product__in=Product.objects.visible_to(user))),
    "photo_remove": Reach(Photo, lambda user: Photo.objects.filter(product__in=Product.objects.visible_to(user))),
    "photo_thumbnail": Reach(Photo, _visible(Photo)),
    "photo_file": Reach(Photo, _visible(Photo)),
    "file_download": Reach(Document, lambda user: Document.objects.visible_to(user).exclude(file="")),
    "document_remove": Reach(Document, _visible(Document)),
    "document_verify": Reach(Document, _visible(Document)),
    "document_refuse": Reach(Document, _visible(Document)),
    "document_renew": Reach(Document, _visible(Document)),
    # Needs and rounds
    "need_detail": Reach(Need, lambda user: Need.objects.published(), shows=lambda row: row.item),
    "programme_detail": Reach(Programme, _visible(Programme), shows=_name),
    "programme_fairness": Reach(Programme, reported, shows=_name),
    "programme_fairness_csv": Reach(Programme, reported),
    "assisted_opportunities": Reach(Enterprise, _visible(Enterprise), shows=_name),
    "api_opportunities": Reach(Enterprise, _visible(Enterprise)),
    "interest_express": Reach(Need, lambda user: Need.objects.published(), shows=lambda row: row.item),
    "my_interest": Reach(Interest, _visible(Interest), shows=lambda row: row.need.item),
    "need_invitation_accept": OWN_INTEREST,
    "need_invitation_refuse": OWN_INTEREST,
    "interest_withdraw": OWN_INTEREST,
    "need_interests": Reach(Need, _managed(Need), shows=lambda row: row.item),
    "enterprise_invite": Reach(Need, _managed(Need)),
    "interest_invite": BUYERS_INTEREST,
    "interest_decline": BUYERS_INTEREST,
    "need_invitation_take_back": BUYERS_INTEREST,
    "need_invitation_extend": BUYERS_INTEREST,
    "invitation_write": Reach(Need, _managed(Need), kwargs=_any_business),
    "api_interest-detail": Reach(Interest, _visible(Interest)),
    "api_interest-accept": OWN_INTEREST,
    "api_interest-refuse": OWN_INTEREST,
    "api_interest-withdraw": OWN_INTEREST,
    "api_interest-invite": BUYERS_INTEREST,
    "api_interest-decline": BUYERS_INTEREST,
    "api_interest-extend": BUYERS_INTEREST,
    "api_interest-take-back": BUYERS_INTEREST,
    "api_need-invitations": Reach(Need, _managed(Need)),
    "alerts_stop": Reach(SavedSearch, _everything(SavedSearch), kwargs=lambda row: {"token": row.token}),
    "saved_search": Reach(SavedSearch, _visible(SavedSearch)),
    "saved_search_edit": Reach(SavedSearch, _visible(SavedSearch), shows=_name),
    "saved_search_pause": Reach(SavedSearch, _visible(SavedSearch)),
    "saved_search_resume": Reach(SavedSearch, _visible(SavedSearch)),
    "saved_search_delete": Reach(SavedSearch, _visible(SavedSearch)),
    "api_saved_search-detail": Reach(SavedSearch, _visible(SavedSearch), shows=_name),
    "api_saved_search-pause": Reach(SavedSearch, _visible(SavedSearch)),
    "api_saved_search-resume": Reach(SavedSearch, _visible(SavedSearch)),
    "opportunity": Reach(Programme, _visible(Programme), shows=_name),
    "apply": Reach(Programme, _to_apply),
    "buyer_need": Reach(Need, _managed(Need), shows=lambda row: row.item),
    "buyer_need_matches": Reach(Need, _managed(Need), shows=lambda row: row.item),
    "buyer_need_edit": Reach(Need, _managed(Need)),
    "buyer_need_publish": Reach(Need, _managed(Need)),
    "buyer_need_withdraw": Reach(Need, _managed(Need)),
    "buyer_need_confirm": Reach(Need, _managed(Need)),
    "programme": Reach(Programme, _managed(Programme), shows=_name),
    "programme_edit": PROGRAMME,
    "programme_publish": PROGRAMME,
    "programme_close": PROGRAMME,
    "programme_archive": PROGRAMME,
    "programme_quota": PROGRAMME,
    "criteria_edit": Reach(Programme, _with_draft),
    # Sent to a version that is published by now: what was typed is shown again.
    "criteria_edit POST": PROGRAMME,
    "criteria_next": PROGRAMME,
    "criteria_publish": PROGRAMME,
    "criteria_movers": Reach(Programme, _with_draft, kwargs=lambda row: {"pk": row.pk, "way": "entering"}),
    "pool_start": PROGRAMME,
    "pool_status": Reach(PoolRun, _visible(PoolRun)),
    "criteria_template": PROGRAMME,
    "criterion_choose": Reach(Programme, _with_draft),
    "criterion_add": Reach(
        Programme, _with_draft, kwargs=lambda row: {"pk": row.pk, "feature": "workforce", "shape": Shape.LINEAR}
    ),
    "criterion_add POST": Reach(
        Programme, _managed(Programme), kwargs=lambda row: {"pk": row.pk, "feature": "workforce", "shape": Shape.LINEAR}
    ),
    "criterion_edit": Reach(Criterion, _drafted_criteria, kwargs=_criterion),
    "criterion_edit POST": Reach(Criterion, _own_criteria, kwargs=_criterion),
    "criterion_remove": Reach(Criterion, _own_criteria, kwargs=_criterion),
    "run_start": PROGRAMME,
    "run_status": Reach(ScoringRun, _visible(ScoringRun)),
    # Applications and marks
    "application_detail": Reach(Application, _visible(Application), shows=lambda row: row.number),
    "application_check": APPLICATION,
    "application_answer": APPLICATION,
    "application_withdraw": APPLICATION,
    "application_appeal": APPLICATION,
    "appeal_paper": Reach(
        AppealPaper,
        lambda user: AppealPaper.objects.visible_to(user).exclude(document__file=""),
        kwargs=lambda row: {"pk": row.application_id, "paper_pk": row.pk},
    ),
    "application_desk": PROGRAMME,
    "application_export": PROGRAMME,
    "application_review": Reach(
        Application,
        _sent_to,
        kwargs=lambda row: {"pk": row.programme_id, "application_pk": row.pk},
        shows=lambda row: row.enterprise.name,
    ),
    "decide_on_several": PROGRAMME,
    "reviewers_in_turn": PROGRAMME,
    "review_write": Reach(Application, _with_own_review, kwargs=_desk),
    "application_reviewers": Reach(Application, _sent_to, kwargs=_desk),
    "conflict_declare": Reach(Application, _sent_to, kwargs=_desk),
    "certificate": Reach(Curation, _visible(Curation), kwargs=lambda row: {"pk": row.application_id}),
    "certificate_pdf": Reach(Curation, _visible(Curation), kwargs=lambda row: {"pk": row.application_id}),
    "certificate_renew": Reach(
        Curation,
        _visible(Curation),
        kwargs=lambda row: {"pk": row.application_id},
    ),
    "renewal": Reach(Renewal, _managed(Renewal)),
    "consortium_form": Reach(Need, _to_share, shows=lambda row: row.item),
    "consortium": Reach(Consortium, _managed(Consortium), shows=lambda row: row.number),
    "consortium_again": Reach(Consortium, _managed(Consortium)),
    "consortium_invite": Reach(Consortium, _managed(Consortium)),
    "consortium_cancel": Reach(Consortium, _managed(Consortium)),
    "partnership_from_consortium": Reach(Consortium, _managed(Consortium)),
    "my_consortium": Reach(ConsortiumMember, _visible(ConsortiumMember)),
    "consortium_accept": Reach(ConsortiumMember, _visible(ConsortiumMember)),
    "consortium_decline": Reach(ConsortiumMember, _visible(ConsortiumMember)),
    "api_need_consortium": Reach(Need, _to_share),
    "api_consortium-detail": Reach(Consortium, _managed(Consortium), shows=lambda row: row.number),
    "api_consortium-again": Reach(Consortium, _managed(Consortium)),
    "api_consortium-invite": Reach(Consortium, _managed(Consortium)),
    "api_consortium-cancel": Reach(Consortium, _managed(Consortium)),
    "api_consortium_part-detail": Reach(ConsortiumMember, _visible(ConsortiumMember)),
    "api_consortium_part-accept": Reach(ConsortiumMember, _visible(ConsortiumMember)),
    "api_consortium_part-decline": Reach(ConsortiumMember, _visible(ConsortiumMember)),
    "curation_recognise": Reach(
        Curation, lambda user: Curation.objects.of_other_buyers(user), kwargs=lambda row: {"token": row.token}
    ),
    "recognition_withdraw": Reach(
        Curation, lambda user: Curation.objects.of_other_buyers(user), kwargs=lambda row: {"token": row.token}
    ),
    "certificate_verify": Reach(Curation, _everything(Curation), kwargs=lambda row: {"token": row.token}),
    "curation_revoke": Reach(Curation, _visible(Curation), permission="curation.revoke_curation"),
    # Contracts
    "partnership_detail": Reach(Partnership, _visible(Partnership), shows=lambda row: row.title),
    "partnership_parties": DRAFTING,
    "partnership_terms": DRAFTING,
    "partnership_lines": DRAFTING,
    "partnership_clauses": DRAFTING,
    "partnership_check": DRAFTING,
    "partnership_offer": DRAFTING,
    "partnership_withdraw": DRAFTING,
    "partnership_revise": DRAFTING,
    "partnership_amend": DRAFTING,
    "amendment_drop": AMENDMENT,
    "partnership_accept": PARTNERSHIP,
    "partnership_code": PARTNERSHIP,
    "partnership_refuse": PARTNERSHIP,
    "partnership_sign": PARTNERSHIP,
    "partnership_terminate": Reach(Partnership, _visible(Partnership), permission="partnerships.end_partnership"),
    "partnership_complete": Reach(Partnership, _visible(Partnership), permission="partnerships.end_partnership"),
    "partnership_document": Reach(Partnership, _with_text, shows=lambda row: row.title),
    "partnership_pdf": Reach(Partnership, _with_text),
    "partnership_changes": Reach(Partnership, _changed),
    "partnership_public": Reach(Partnership, _public(Partnership), shows=lambda row: row.title),
    "order_new": Reach(Partnership, _visible(Partnership), permission="partnerships.place_order"),
    "order_detail": Reach(PurchaseOrder, _visible(PurchaseOrder), shows=lambda row: row.number),
    "order_confirm": SUPPLYING,
    "order_refuse": SUPPLYING,
    "order_withdraw": BUYING,
    "order_end_rest": ENDING,
    "order_rest_agree": ENDING,
    "order_rest_keep": ENDING,
    "delivery_add": Reach(PurchaseOrder, _visible(PurchaseOrder), permission="partnerships.supply"),
    "delivery_detail": Reach(Delivery, _visible(Delivery), shows=lambda row: row.bast_number),
    "delivery_answer": Reach(Delivery, _visible(Delivery), permission="partnerships.buy"),
    "delivery_withdraw": Reach(Delivery, _visible(Delivery), permission="partnerships.supply"),
    "delivery_paper_add": Reach(Delivery, _visible(Delivery), permission="partnerships.add_delivery_paper"),
    "delivery_paper": Reach(DeliveryPaper, _visible(DeliveryPaper)),
    "invoice_new": Reach(PurchaseOrder, _visible(PurchaseOrder), permission="partnerships.supply"),
    "invoice_advance": Reach(PurchaseOrder, _visible(PurchaseOrder), permission="partnerships.supply"),
    "invoice_detail": Reach(Invoice, _visible(Invoice), shows=lambda row: row.reference),
    "invoice_return": Reach(Invoice, _visible(Invoice), permission="partnerships.buy"),
    "invoice_withdraw": Reach(Invoice, _visible(Invoice), permission="partnerships.supply"),
    "invoice_file": Reach(Invoice, lambda user: Invoice.objects.visible_to(user).exclude(file="")),
    "payment_new": Reach(Invoice, _visible(Invoice), permission="partnerships.buy"),
    "payment_confirm": Reach(Payment, _visible(Payment), permission="partnerships.supply"),
    "payment_dispute": Reach(Payment, _visible(Payment), permission="partnerships.supply"),
    "payment_withdraw": Reach(Payment, _visible(Payment), permission="partnerships.buy"),
    "buyer_public": Reach(Organisation, lambda user: buyers(), shows=_name),
    "incident_new": Reach(Partnership, _visible(Partnership), permission="partnerships.report_incident"),
    "incident_detail": Reach(Incident, _visible(Incident), shows=lambda row: row.what),
    "incident_answer": Reach(Incident, _visible(Incident), permission="partnerships.answer_incident"),
    "incident_settle": Reach(Incident, _visible(Incident), permission="partnerships.settle_incident"),
    "incident_escalate": Reach(Incident, _visible(Incident), permission="partnerships.escalate_incident"),
    "incident_withdraw": Reach(Incident, _visible(Incident), permission="partnerships.withdraw_incident"),
    "incident_release": Reach(Incident, _visible(Incident), permission="partnerships.release_incident"),
    "incident_find": Reach(Incident, _visible(Incident), permission="partnerships.find_incident"),
    "incident_paper_add": Reach(Incident, _visible(Incident), permission="partnerships.add_incident_paper"),
    "incident_paper": Reach(IncidentPaper, _visible(IncidentPaper)),
    "agreement_edit": Reach(Agreement, _everything(Agreement), shows=lambda row: row.title_id),
    "sign_off": Reach(SignOff, _visible(SignOff), shows=lambda row: row.partnership.title),
    "sign_off_return": Reach(SignOff, _visible(SignOff)),
    # The same through the API
    "api_product-detail": Reach(Product, _visible(Product), writes="", shows=_name),
    "api_product-photos": OWN_PRODUCT,
    "api_product-photo-batch": OWN_PRODUCT,
    "api_product-remove-photo": Reach(
        Photo,
        lambda user: Photo.objects.filter(product__in=Product.objects.visible_to(user)),
        kwargs=lambda row: {"pk": row.product_id, "photo_pk": row.pk},
    ),
    "api_product-halal": OWN_PRODUCT,
    "api_product-ladder": OWN_PRODUCT,
    "api_product-restore": OWN_PRODUCT,
    "api_product-withdraw": OWN_PRODUCT,
    "api_import-detail": Reach(ProductImport, _visible(ProductImport), shows=lambda row: row.file_name),
    "api_import-problems": Reach(ProductImport, _visible(ProductImport)),
    "api_import-corrections": Reach(
        ProductImport, lambda user: ProductImport.objects.visible_to(user).filter(bad_count__gt=0)
    ),
    "api_document-detail": Reach(Document, _visible(Document)),
    "api_document-verify": Reach(Document, _visible(Document)),
    "api_conversion-detail": Reach(ActivityConversion, _visible(ActivityConversion)),
    "api_conversion-withdraw": Reach(ActivityConversion, _visible(ActivityConversion)),
    "api_conversion-accept": Reach(ActivityConversion, _visible(ActivityConversion)),
    "api_conversion-decline": Reach(ActivityConversion, _visible(ActivityConversion)),
    "api_document-refuse": Reach(Document, _visible(Document)),
    "api_document-renew": Reach(Document, _visible(Document)),
    "api_consent-detail": Reach(Consent, _visible(Consent)),
    "api_consent-withdraw": Reach(Consent, _visible(Consent)),
    "api_partner_enterprise-detail": Reach(Enterprise, entrusted_enterprises, shows=_name),
    "api_partner_product-detail": Reach(Product, entrusted_products, shows=_name),
    "api_partner_document-detail": Reach(Document, entrusted_documents),
    "api_partner_document-renew": Reach(Document, entrusted_documents),
    "api_partner_member-detail": Reach(CooperativeMember, entrusted_members),
    "api_partner_member-invite": Reach(CooperativeMember, entrusted_members),
    "api_partner_member-remove": Reach(CooperativeMember, entrusted_members),
    "api_need-detail": Reach(Need, _visible(Need), writes="curation.manage_need", shows=lambda row: row.item),
    "api_need-matches": Reach(Need, _managed(Need)),
    "api_need-publish": Reach(Need, _managed(Need)),
    "api_need-withdraw": Reach(Need, _managed(Need)),
    "api_need-confirm": Reach(Need, _managed(Need)),
    "api_programme-detail": Reach(Programme, _visible(Programme), writes="curation.manage_programme", shows=_name),
    "api_programme-close": PROGRAMME,
    "api_programme-archive": PROGRAMME,
    "api_programme-quota": PROGRAMME,
    "api_programme-use-template": Reach(Programme, _with_draft),
    "api_programme-dry-run": Reach(Programme, _with_criteria),
    "api_programme-criteria": Reach(Programme, _with_criteria),
    "api_programme-draft": Reach(Programme, _with_draft),
    "api_programme-draft PUT": PROGRAMME,
    "api_programme-publish": PROGRAMME,
    "api_programme-run": PROGRAMME,
    "api_programme-fairness": Reach(Programme, reported),
    "api_programme-what-if": Reach(Programme, _with_draft),
    "api_programme-pool-run": PROGRAMME,
    "api_pool_run-detail": Reach(PoolRun, _visible(PoolRun)),
    "api_scoring_run-detail": Reach(ScoringRun, lambda user: ScoringRun.objects.visible_to(user).official()),
    "api_application-detail": Reach(Application, _visible(Application), shows=lambda row: row.number),
    "api_application_scores": Reach(Application, _visible(Application)),
    "api_application-answer": APPLICATION,
    "api_application-appeal": APPLICATION,
    "api_application-decide": Reach(Application, _visible(Application)),
    "api_application-submit": APPLICATION,
    "api_application-withdraw": APPLICATION,
    "api_reviews": Reach(Application, _sent_to),
    "api_reviewers": Reach(Application, _sent_to),
    "api_reviewer_release": Reach(Application, _sent_to),
    "api_conflict": Reach(Application, _sent_to),
    "api_own_review": Reach(Application, _with_own_review),
    "api_reviewers_in_turn": PROGRAMME,
    "api_decisions": PROGRAMME,
    "api_verify_curation": Reach(Curation, _public(Curation), kwargs=lambda row: {"token": row.token}),
    "api_signed_curation": Reach(Curation, _public(Curation), kwargs=lambda row: {"token": row.token}),
    "api_curation_pdf": Reach(Curation, _visible(Curation), kwargs=lambda row: {"token": row.token}),
    "api_renew_curation": Reach(Curation, _visible(Curation), kwargs=lambda row: {"token": row.token}),
    "api_recognise_curation": Reach(
        Curation, lambda user: Curation.objects.of_other_buyers(user), kwargs=lambda row: {"token": row.token}
    ),
    "api_withdraw_recognition": Reach(
        Curation, lambda user: Curation.objects.of_other_buyers(user), kwargs=lambda row: {"token": row.token}
    ),
    "api_renewal-detail": Reach(Renewal, _visible(Renewal)),
    "api_renewal-decide": Reach(Renewal, _visible(Renewal)),
    "api_revoke_curation": Reach(Curation, _visible(Curation), kwargs=lambda row: {"token": row.token}),
    "api_public_partnership-detail": Reach(Partnership, _public(Partnership), shows=lambda row: row.title),
    "ocds_year": Words([{"year": 1999}], unknown=True),
    "api_ocds_release": Reach(Release, _visible(Release), kwargs=lambda row: {"release_id": row.release_id}),
    "api_ocds_record": Reach(Release, _visible(Release), kwargs=lambda row: {"ocid": row.ocid}),
    "api_partnership-detail PATCH": DRAFTING,
    "api_partnership-parties": DRAFTING,
    "api_partnership-clauses": DRAFTING,
    "api_partnership-terminate": Reach(Partnership, _visible(Partnership), permission="partnerships.end_partnership"),
    "api_partnership-complete": Reach(Partnership, _visible(Partnership), permission="partnerships.end_partnership"),
    "api_partnership-document": Reach(Partnership, _with_text),
    "api_partnership-detail": Reach(Partnership, _visible(Partnership), shows=lambda row: row.title),
    "api_partnership-accept": PARTNERSHIP,
    "api_partnership-acceptance-code": PARTNERSHIP,
    "api_partnership-checks": PARTNERSHIP,
    "api_partnership-lines": DRAFTING,
    "api_partnership-offer": DRAFTING,
    "api_partnership-refuse": PARTNERSHIP,
    "api_partnership-revise": DRAFTING,
    "api_partnership-amend": DRAFTING,
    "api_partnership-drop": AMENDMENT,
    "api_partnership-sign": Reach(Partnership, _visible(Partnership), permission="partnerships.sign_for_buyer"),
    "api_partnership-withdraw": DRAFTING,
    "api_order-detail": Reach(PurchaseOrder, _visible(PurchaseOrder), shows=lambda row: row.number),
    "api_order-confirm": SUPPLYING,
    "api_order-refuse": SUPPLYING,
    "api_order-withdraw": BUYING,
    "api_order-end-rest": ENDING,
    "api_order-end-rest-agree": ENDING,
    "api_order-end-rest-keep": ENDING,
    "api_delivery-detail": Reach(Delivery, _visible(Delivery), shows=lambda row: row.bast_number),
    "api_delivery-answer": Reach(Delivery, _visible(Delivery), permission="partnerships.buy"),
    "api_delivery-withdraw": Reach(Delivery, _visible(Delivery), permission="partnerships.supply"),
    "api_delivery-papers": Reach(Delivery, _visible(Delivery), permission="partnerships.add_delivery_paper"),
    "api_invoice-detail": Reach(Invoice, _visible(Invoice), shows=lambda row: row.reference),
    "api_invoice-return": Reach(Invoice, _visible(Invoice), permission="partnerships.buy"),
    "api_invoice-withdraw": Reach(Invoice, _visible(Invoice), permission="partnerships.supply"),
    "api_payment-detail": Reach(Payment, _visible(Payment), shows=lambda row: row.reference),
    "api_payment-confirm": Reach(Payment, _visible(Payment), permission="partnerships.supply"),
    "api_payment-dispute": Reach(Payment, _visible(Payment), permission="partnerships.supply"),
    "api_payment-withdraw": Reach(Payment, _visible(Payment), permission="partnerships.buy"),
    "api_buyer-detail": Reach(Organisation, lambda user: buyers(), shows=_name),
    "api_incident-detail": Reach(Incident, _visible(Incident), shows=lambda row: row.what),
    "api_incident-answer": Reach(Incident, _visible(Incident), permission="partnerships.answer_incident"),
    "api_incident-agree": Reach(Incident, _visible(Incident), permission="partnerships.settle_incident"),
    "api_incident-escalate": Reach(Incident, _visible(Incident), permission="partnerships.escalate_incident"),
    "api_incident-withdraw": Reach(Incident, _visible(Incident), permission="partnerships.withdraw_incident"),
    "api_incident-release": Reach(Incident, _visible(Incident), permission="partnerships.release_incident"),
    "api_incident-decide": Reach(Incident, _visible(Incident), permission="partnerships.find_incident"),
    "api_incident-papers": Reach(Incident, _visible(Incident), permission="partnerships.add_incident_paper"),
    "api_sign_off-detail": Reach(SignOff, _visible(SignOff)),
    "api_sign_off-return": Reach(SignOff, _visible(SignOff)),
    "api_sign_off-sign": Reach(SignOff, _visible(SignOff)),
}


def reach_of(name: str, method: str) -> Reach | Words | None:
    """By address; where its methods reach different rows, by address and method."""
    return REGISTRY.get(f"{name} {method}") or REGISTRY.get(name)


def _organisations() -> QuerySet[Organisation]:
    return Organisation.objects.exclude(capabilities=[Capability.ENTERPRISE])


# Addresses without a variable part at which more than the policy is asked: who may, and what has to be sent.
ALSO_ASKED: dict[tuple[str, str], Callable[[User], bool]] = {
    ("member_list", "POST"): lambda user: (
        user.organisation is None or user.has_perm("portal.invite_member", user.organisation)
    ),
    ("switch_organisation", "POST"): lambda user: user.acting is not None,
}
SENT: dict[tuple[str, str], Callable[[User], dict[str, Any]]] = {
    ("switch_organisation", "POST"): lambda user: {"membership": user.acting.pk if user.acting else 0},
}
# Only where DEMO is set.
HIDDEN = {"demo", "demo_sign_ins"}
