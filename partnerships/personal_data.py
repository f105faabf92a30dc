"""What contracts hold about a business and about who signs: for a copy, and for whoever thinks of erasing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.enums import PartnershipStatus as S
from partnerships.models import (
    CompletionConsent,
    Delivery,
    DeliveryLine,
    DeliveryPaper,
    FinancingRequest,
    Incident,
    IncidentPaper,
    Invoice,
    InvoiceLine,
    KnowledgeStep,
    OrderLine,
    Payment,
    PurchaseOrder,
    ReleaseName,
    Revision,
    Share,
    SharedValue,
    Signature,
    SignOff,
)
from portal.models import AuditPersonal
from portal.models.audit import stream_of
from portal.personal_data import (
    Kept,
    Obstacle,
    Subject,
    erases,
    exports,
    holds_files,
    keeps,
    leaves_out,
    rows,
    stands_in_the_way,
)

CONTRACTS = gettext_lazy("Contracts and signatures")
CONTRACTS_GROUND = gettext_lazy(
    "UU 8/1997, article 11, and UU KUP, article 28(11): business records are kept for ten years"
)
ERASED = "–"
UNDER_WAY = (S.OFFERED, S.ACCEPTED, S.SOE_SIGNED, S.AUTHORITY_REVIEW, S.RETURNED, S.ACTIVE)


@exports("contracts")
def _contracts(subject: Subject) -> Iterator[dict[str, Any]]:
    """As they were frozen: what everybody signs."""
    for share in _shares(subject):
        contract = share.partnership
        yield {
            "number": contract.number,
            "status": contract.status,
            "title": contract.title,
            "value": contract.value,
            "starts_on": contract.starts_on,
            "ends_on": contract.ends_on,
            "texts": list(
                Revision.objects.filter(partnership=contract).values("number", "content", "document_hash", "created_at")
            ),
        }


@exports("signatures")
def _signatures(subject: Subject) -> Iterable[dict[str, Any]]:
    organisations = [each.organisation_id for each in subject.enterprises]
    return rows(Signature.objects.filter(Q(signed_by=subject.person) | Q(organisation__in=organisations)))


@exports("completion_consents")
def _completion_consents(subject: Subject) -> Iterable[dict[str, Any]]:
    organisations = [each.organisation_id for each in subject.enterprises]
    return rows(CompletionConsent.objects.filter(Q(given_by=subject.person) | Q(organisation__in=organisations)))


@exports("sign_offs")
def _sign_offs(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(SignOff.objects.filter(decided_by=subject.person))


@exports("orders")
def _orders(subject: Subject) -> Iterable[dict[str, Any]]:
    """Those to the business, and those that the person placed or answered."""
    theirs = Q(share__enterprise__in=subject.enterprises) | Q(placed_by=subject.person) | Q(answered_by=subject.person)
    return rows(PurchaseOrder.objects.filter(theirs))


@exports("order_lines")
def _order_lines(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(OrderLine.objects.filter(order__share__enterprise__in=subject.enterprises))


@exports("deliveries")
def _deliveries(subject: Subject) -> Iterable[dict[str, Any]]:
    theirs = Q(order__share__enterprise__in=subject.enterprises)
    return rows(Delivery.objects.filter(theirs | Q(recorded_by=subject.person) | Q(answered_by=subject.person)))


@exports("delivery_lines")
def _delivery_lines(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(DeliveryLine.objects.filter(delivery__order__share__enterprise__in=subject.enterprises))


@exports("delivery_papers")
def _delivery_papers(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(_papers(subject), "file")


@holds_files
def _paper_files(subject: Subject) -> Iterator[tuple[str, FieldFile]]:
    """Of the business: what it handed in. The buyer's own papers are the buyer's."""
    organisations = [each.organisation_id for each in subject.enterprises]
    for paper in _papers(subject).filter(organisation__in=organisations):
        yield f"deliveries/{paper.delivery_id}-{paper.pk}", paper.file
    for step in KnowledgeStep.objects.filter(share__enterprise__in=subject.enterprises).exclude(file=""):
        yield f"knowledge/{step.pk}", step.file
    for invoice in Invoice.objects.filter(order__share__enterprise__in=subject.enterprises).exclude(file=""):
        yield f"invoices/{invoice.pk}", invoice.file
    for shown in IncidentPaper.objects.filter(organisation__in=organisations):
        yield f"incidents/{shown.incident_id}-{shown.pk}", shown.file


def _papers(subject: Subject) -> QuerySet[DeliveryPaper]:
    theirs = Q(delivery__order__share__enterprise__in=subject.enterprises) | Q(uploaded_by=subject.person)
    return DeliveryPaper.objects.filter(theirs)


@exports("invoices")
def _invoices(subject: Subject) -> Iterable[dict[str, Any]]:
    theirs = Q(order__share__enterprise__in=subject.enterprises)
    own = theirs | Q(sent_by=subject.person) | Q(returned_by=subject.person)
    return rows(Invoice.objects.filter(own), "file")


@exports("invoice_lines")
def _invoice_lines(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(InvoiceLine.objects.filter(invoice__order__share__enterprise__in=subject.enterprises))


@exports("payments")
def _payments(subject: Subject) -> Iterable[dict[str, Any]]:
    theirs = Q(invoice__order__share__enterprise__in=subject.enterprises)
    return rows(Payment.objects.filter(theirs | Q(recorded_by=subject.person) | Q(answered_by=subject.person)))


@exports("incidents")
def _incidents(subject: Subject) -> Iterable[dict[str, Any]]:
    """Of the business, what its own people read: also what it reported in confidence."""
    return rows(_reports(subject))


@exports("incident_papers")
def _incident_papers(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(IncidentPaper.objects.filter(Q(incident__in=_reports(subject)) | Q(uploaded_by=subject.person)), "file")


def _reports(subject: Subject) -> QuerySet[Incident]:
    by_person = Q(opened_by=subject.person) | Q(answered_by=subject.person) | Q(found_by=subject.person)
    return Incident.objects.filter(Q(share__enterprise__in=subject.enterprises) | by_person)


@exports("financing_requests")
def _financing_requests(subject: Subject) -> Iterable[dict[str, Any]]:
    """Those of the business, and those that the person sent or accepted for it."""
    own = Q(enterprise__in=subject.enterprises) | Q(sent_by=subject.person) | Q(accepted_by=subject.person)
    return rows(FinancingRequest.objects.filter(own))


@exports("financing_requests_answered")
def _financing_answered(subject: Subject) -> Iterable[dict[str, Any]]:
    """Those that the person answered for a financier: that they did, and not what a business told it."""
    answered = FinancingRequest.objects.filter(handled_by=subject.person)
    return rows(answered, "purpose", "question", "answer", "consent_id")


@exports("financing_shared")
def _financing_shared(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(SharedValue.objects.filter(request__enterprise__in=subject.enterprises))


@exports("knowledge_steps")
def _knowledge_steps(subject: Subject) -> Iterable[dict[str, Any]]:
    theirs = Q(share__enterprise__in=subject.enterprises) | Q(proposed_by=subject.person)
    own = theirs | Q(answered_by=subject.person) | Q(reported_by=subject.person) | Q(confirmed_by=subject.person)
    return rows(KnowledgeStep.objects.filter(own), "file")


leaves_out(
    {
        "partnerships.acceptancecode": "a code to sign with once, hashed, dead after minutes",
        "partnerships.signedpart": "the contracts' files; their texts and who signed when are in the copy",
        "partnerships.linecommitment": "which line promised which capacity; both are in the copy",
        "partnerships.partnershipclause": "part of the contracts' texts, which are in the copy",
        "partnerships.release": "what was published of contracts in force; everybody reads it at /ocds/",
        "partnerships.line": "part of the contracts' texts, which are in the copy",
    }
)


@erases
def _erase(subject: Subject) -> None:
    """The releases stay and no longer name the business, where it was a person's own; the next one says so to who reads on.

    The contract itself keeps the name for the parties, as the law asks."""
    organisations = [each.organisation_id for each in subject.enterprises]
    ReleaseName.objects.filter(organisation__in=organisations, erased_at=None).update(name="", erased_at=timezone.now())
    # Who took part, and what was written of it: names of people. That it was done stays with the contract.
    steps = KnowledgeStep.objects.filter(share__enterprise__in=subject.enterprises)
    steps.update(participants=ERASED, details="")
    steps.exclude(report="").update(report=ERASED)
    steps.exclude(reason="").update(reason=ERASED)
    # That a request was made, of how much and what came of it, stays with who lent the money; what was told goes.
    SharedValue.objects.filter(request__enterprise__in=subject.enterprises).delete()
    asked = FinancingRequest.objects.filter(enterprise__in=subject.enterprises)
    told = [stream_of(each) for each in (*steps, *asked)]
    AuditPersonal.objects.filter(entry_stream__in=told).delete()
    asked.exclude(purpose="").update(purpose=ERASED)
    asked.exclude(question="").update(question=ERASED)
    asked.exclude(answer="").update(answer=ERASED)


@stands_in_the_way
def _under_way(subject: Subject) -> Iterator[Obstacle]:
    for share in _shares(subject).filter(partnership__status__in=UNDER_WAY):
        text = _("The contract %(number)s is not over. It has to end, or be refused, first.")
        yield Obstacle(
            text % {"number": share.partnership.number},
            reverse("partnership_detail", args=[share.partnership_id]),
            _("Open the contract"),
        )
    ended = PurchaseOrder.objects.under_way().exclude(partnership__status__in=UNDER_WAY)
    for order in ended.filter(share__enterprise__in=subject.enterprises).select_related("partnership"):
        yield Obstacle(
            _("The order %(number)s is not settled. It has to be supplied and paid first.") % {"number": order.number},
            reverse("order_detail", args=[order.pk]),
            _("Open the order"),
        )


@stands_in_the_way
def _reported(subject: Subject) -> Iterator[Obstacle]:
    for incident in Incident.objects.running().filter(share__enterprise__in=subject.enterprises):
        yield Obstacle(
            _("The problem report %(number)s has not ended. It has to be settled, or taken back, first.")
            % {"number": incident.number},
            reverse("incident_detail", args=[incident.pk]),
            _("Open the report"),
        )


@stands_in_the_way
def _requests_under_way(subject: Subject) -> Iterator[Obstacle]:
    for request in FinancingRequest.objects.open().filter(enterprise__in=subject.enterprises):
        yield Obstacle(
            _("The request for finance %(number)s is not over. Take it back first.") % {"number": request.number},
            reverse("financing_detail", args=[request.pk]),
            _("Open the request"),
        )


@keeps
def _law_keeps(subject: Subject) -> Iterator[Kept]:
    signed = Signature.objects.filter(signed_by=subject.person).count()
    signed += SignOff.objects.filter(decided_by=subject.person).count()
    signed += CompletionConsent.objects.filter(given_by=subject.person).count()
    signed += Revision.objects.filter(created_by=subject.person).count()
    signed += PurchaseOrder.objects.filter(Q(placed_by=subject.person) | Q(answered_by=subject.person)).count()
    signed += Delivery.objects.filter(Q(recorded_by=subject.person) | Q(answered_by=subject.person)).count()
    signed += DeliveryPaper.objects.filter(uploaded_by=subject.person).count()
    signed += Invoice.objects.filter(Q(sent_by=subject.person) | Q(returned_by=subject.person)).count()
    signed += Payment.objects.filter(Q(recorded_by=subject.person) | Q(answered_by=subject.person)).count()
    said = Q(opened_by=subject.person) | Q(answered_by=subject.person) | Q(found_by=subject.person)
    signed += Incident.objects.filter(said).count() + IncidentPaper.objects.filter(uploaded_by=subject.person).count()
    signed += FinancingRequest.objects.filter(
        Q(sent_by=subject.person) | Q(accepted_by=subject.person) | Q(handled_by=subject.person)
    ).count()
    signed += KnowledgeStep.objects.filter(
        Q(proposed_by=subject.person)
        | Q(answered_by=subject.person)
        | Q(reported_by=subject.person)
        | Q(confirmed_by=subject.person)
    ).count()
    texts = _shares(subject).filter(partnership__revisions__isnull=False).values("partnership").distinct().count()
    names = frozenset({"person"} if signed else ()) | frozenset({"business"} if texts else ())
    yield Kept(CONTRACTS, CONTRACTS_GROUND, signed + texts, names)


def _shares(subject: Subject) -> Any:
    """Of contracts that the business has seen."""
    own = Share.objects.filter(enterprise__in=subject.enterprises).select_related("partnership")
    return own.exclude(partnership__status=S.DRAFT, partnership__revision=1).order_by("partnership")
