from partnerships.models.agreement import Agreement, AgreementParty
from partnerships.models.clause import Clause
from partnerships.models.code import AcceptanceCode
from partnerships.models.completion import CompletionConsent
from partnerships.models.delivery import Delivery, DeliveryLine, DeliveryPaper
from partnerships.models.financing import FinancingRequest, SharedValue
from partnerships.models.incident import Incident, IncidentPaper
from partnerships.models.invoice import Invoice, InvoiceLine, Payment
from partnerships.models.knowledge import KnowledgeStep
from partnerships.models.order import OrderLine, PurchaseOrder
from partnerships.models.partnership import (
    Line,
    LineCommitment,
    Partnership,
    PartnershipClause,
    Revision,
    Share,
    Signature,
    SignOff,
)
from partnerships.models.release import Release, ReleaseChange, ReleaseName
from partnerships.models.signed_file import DevelopmentAuthority, SignedPart

__all__ = [
    "AcceptanceCode",
    "Agreement",
    "AgreementParty",
    "Clause",
    "CompletionConsent",
    "Delivery",
    "DeliveryLine",
    "DeliveryPaper",
    "DevelopmentAuthority",
    "FinancingRequest",
    "Incident",
    "IncidentPaper",
    "Invoice",
    "InvoiceLine",
    "KnowledgeStep",
    "Line",
    "LineCommitment",
    "OrderLine",
    "Partnership",
    "PartnershipClause",
    "Payment",
    "PurchaseOrder",
    "Release",
    "ReleaseChange",
    "ReleaseName",
    "Revision",
    "Share",
    "SharedValue",
    "SignOff",
    "Signature",
    "SignedPart",
]
