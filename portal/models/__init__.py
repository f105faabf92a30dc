from portal.models.api_token import ApiToken
from portal.models.assistance import Appointment, CompanionRequest
from portal.models.audit import AuditEntry, AuditHead, AuditPersonal
from portal.models.class_derivation import ClassDerivation
from portal.models.commitment import Commitment
from portal.models.consent import Consent
from portal.models.conversion import ActivityConversion, KbliConversion
from portal.models.cooperative import CooperativeMember
from portal.models.data_request import DataRequest
from portal.models.document import Document, DocumentReminder
from portal.models.duplicate import IdentityKeys, SuspectedDuplicate
from portal.models.enterprise import Activity, Assignment, Enterprise, SectionDraft
from portal.models.idempotency import IdempotencyKey
from portal.models.job import BeatSlot, Job
from portal.models.kit import VisitKit
from portal.models.market import ExportRecord, Innovation
from portal.models.notification import Notification
from portal.models.organisation import Invitation, Membership, Organisation
from portal.models.plan import PlanFunding, PlanMarket, PlanProduct, PlanProgress, PlanReminder, PlanTarget
from portal.models.product import ImportProblem, Photo, Product, ProductImport, StagedProduct
from portal.models.production import Machine
from portal.models.reference import ContextFigure, HsCode, KbliClass, LinkageFigure, ReferenceLoad, Region, SearchWord
from portal.models.rule import DatedRule
from portal.models.sales import AnnualSales
from portal.models.self_assessment import DigitalAnswer, QualityAnswer
from portal.models.submission import FormSubmission
from portal.models.user import User
from portal.models.visit import Visit
from portal.models.webhook import WebhookAttempt, WebhookEndpoint, WebhookMessage

__all__ = [
    "Activity",
    "ActivityConversion",
    "AnnualSales",
    "ApiToken",
    "Appointment",
    "Assignment",
    "AuditEntry",
    "AuditHead",
    "AuditPersonal",
    "BeatSlot",
    "ClassDerivation",
    "Commitment",
    "CompanionRequest",
    "Consent",
    "ContextFigure",
    "CooperativeMember",
    "DataRequest",
    "DatedRule",
    "DigitalAnswer",
    "Document",
    "DocumentReminder",
    "Enterprise",
    "ExportRecord",
    "FormSubmission",
    "HsCode",
    "IdempotencyKey",
    "IdentityKeys",
    "ImportProblem",
    "Innovation",
    "Invitation",
    "Job",
    "KbliClass",
    "KbliConversion",
    "LinkageFigure",
    "Machine",
    "Membership",
    "Notification",
    "Organisation",
    "Photo",
    "PlanFunding",
    "PlanMarket",
    "PlanProduct",
    "PlanProgress",
    "PlanReminder",
    "PlanTarget",
    "Product",
    "ProductImport",
    "QualityAnswer",
    "ReferenceLoad",
    "Region",
    "SearchWord",
    "SectionDraft",
    "StagedProduct",
    "SuspectedDuplicate",
    "User",
    "Visit",
    "VisitKit",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookMessage",
]
