"""Roles, capabilities, and the states of what this app holds. Labels of states: portal.statuses."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Capability(TextChoices):
    """What an organisation can be here; several at once (a bank can be buyer and financier)."""

    ENTERPRISE = "enterprise", _("Enterprise")
    BUYER = "buyer", _("Buyer")
    AUTHORITY = "authority", _("Signatory authority")
    PLUT = "plut", _("PLUT centre")
    FINANCIER = "financier", _("Financier")
    SERVICE_PROVIDER = "service_provider", _("Service provider")
    REGIONAL_OFFICE = "regional_office", _("Regional office")
    OPERATOR = "operator", _("Portal operator")


class Role(TextChoices):
    """What a person does in an organisation."""

    OWNER = "owner", _("SME owner")
    STAFF = "staff", _("SME staff")
    OFFICER = "officer", _("Procurement officer")
    APPROVER = "approver", _("Procurement approver")
    MINISTRY_ADMIN = "ministry_admin", _("Ministry admin")
    COMPANION = "companion", _("PLUT companion")
    PLUT_MANAGER = "plut_manager", _("PLUT manager")
    FINANCE_OFFICER = "finance_officer", _("Finance officer")
    REGIONAL_OFFICER = "regional_officer", _("Regional officer")
    SERVICE_OFFICER = "service_officer", _("Service officer")
    OPERATOR = "operator", _("Operator")


# Which capability an organisation must have before somebody can hold the role in it.
ROLE_CAPABILITY = {
    Role.OWNER: Capability.ENTERPRISE,
    Role.STAFF: Capability.ENTERPRISE,
    Role.OFFICER: Capability.BUYER,
    Role.APPROVER: Capability.BUYER,
    Role.MINISTRY_ADMIN: Capability.AUTHORITY,
    Role.COMPANION: Capability.PLUT,
    Role.PLUT_MANAGER: Capability.PLUT,
    Role.FINANCE_OFFICER: Capability.FINANCIER,
    Role.REGIONAL_OFFICER: Capability.REGIONAL_OFFICE,
    Role.SERVICE_OFFICER: Capability.SERVICE_PROVIDER,
    Role.OPERATOR: Capability.OPERATOR,
}
SME_ROLES = frozenset({Role.OWNER, Role.STAFF})
# Everyone but SMEs comes by invitation and uses a second factor.
SECOND_FACTOR_ROLES = frozenset(Role) - SME_ROLES

# Who may invite whom. An operator starts authorities, buyers and the rest; their own people do the rest.
MAY_INVITE = {
    Role.OPERATOR: frozenset(Role) - {Role.OWNER, Role.STAFF},
    Role.MINISTRY_ADMIN: frozenset({Role.MINISTRY_ADMIN}),
    Role.APPROVER: frozenset({Role.APPROVER, Role.OFFICER}),
    Role.OFFICER: frozenset({Role.OFFICER}),
    Role.PLUT_MANAGER: frozenset({Role.PLUT_MANAGER, Role.COMPANION}),
    Role.OWNER: frozenset({Role.OWNER, Role.STAFF}),
}


class Ownership(TextChoices):
    STATE = "state", _("State-owned")
    PRIVATE = "private", _("Private")


class LegalForm(TextChoices):
    SOLE_PROPRIETOR = "perorangan", _("Sole proprietor")
    SOLE_COMPANY = "pt_perorangan", _("One-person company (PT perorangan)")
    CV = "cv", _("Limited partnership (CV)")
    PT = "pt", _("Limited company (PT)")
    COOPERATIVE = "koperasi", _("Cooperative")


class EnterpriseStatus(TextChoices):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    MERGED = "merged"


class BusinessClass(TextChoices):
    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")


class IndustrySize(TextChoices):
    """By the rule for small and medium industry (IKM)."""

    SMALL = "small", _("Small industry")
    MEDIUM = "medium", _("Medium industry")
    LARGE = "large", _("Large industry")
    NOT_INDUSTRY = "not_industry", _("Not an industry")


class ClassCause(TextChoices):
    """Why a class was derived."""

    SUBMITTED = "submitted", _("Sent for checking")
    VERIFIED = "verified", _("Verified by the ministry")
    FIGURES = "figures", _("Figures changed")
    ACTIVITIES = "activities", _("Activities changed")
    RULE = "rule", _("A new rule came into force")
    RECORDED = "recorded", _("Taken over from before this history was kept")


class TechnologyLevel(TextChoices):
    MANUAL = "manual", _("By hand")
    SEMI_MECHANISED = "semi_mechanised", _("Partly by machine")
    MECHANISED = "mechanised", _("By machine")
    AUTOMATED = "automated", _("Automated")


class Unit(TextChoices):
    """Units of sale. What converts into what: portal.units."""

    PIECE = "piece", _("piece")
    PAIR = "pair", _("pair")
    DOZEN = "dozen", _("dozen")
    SET = "set", _("set")
    PACK = "pack", _("pack")
    BOX = "box", _("box")
    ROLL = "roll", _("roll")
    SHEET = "sheet", _("sheet")
    GRAM = "gram", _("gram")
    KILOGRAM = "kilogram", _("kilogram")
    TONNE = "tonne", _("tonne")
    LITRE = "litre", _("litre")
    METRE = "metre", _("metre")
    SQUARE_METRE = "square_metre", _("square metre")
    CUBIC_METRE = "cubic_metre", _("cubic metre")
    HOUR = "hour", _("hour")
    DAY = "day", _("day")
    TRIP = "trip", _("trip")
    ROOM_NIGHT = "room_night", _("room night")
    PORTION = "portion", _("portion")
    ACTIVITY = "activity", _("activity")


class CapacityPer(TextChoices):
    HOUR = "hour", _("hour")
    DAY = "day", _("day")
    MONTH = "month", _("month")


class DigitalQuestion(TextChoices):
    """Of the digital self-assessment, from the first step to the last."""

    CHAT = "chat", _("Do customers reach you by a chat application, such as WhatsApp?")
    CATALOGUE = "catalogue", _("Are your products shown online: marketplace, website or social media?")
    PAYMENT = "payment", _("Do you take payment by QRIS or bank transfer?")
    ORDERS = "orders", _("Do you take orders online?")
    DOCUMENTS = "documents", _("Do you send quotations and invoices electronically?")
    BOOKS = "books", _("Do you keep your books in an application or spreadsheet?")
    STOCK = "stock", _("Do you keep stock and production in an application or spreadsheet?")
    CONNECTED = "connected", _("Are orders, stock and books connected, so that nothing is typed twice?")


class QualityQuestion(TextChoices):
    """Practices of quality management that a buyer asks about."""

    PROCEDURE = "procedure", _("Is there a drawing, recipe or written procedure for each product?")
    INCOMING = "incoming", _("Do you check materials when they arrive?")
    PROCESS = "process", _("Do you check the work while it is being made?")
    FINAL = "final", _("Do you check before delivery, and write the result down?")
    CALIBRATION = "calibration", _("Were your measuring tools calibrated within the last year?")
    COMPLAINTS = "complaints", _("Do you write down complaints, and what you did about them?")


class InnovationKind(TextChoices):
    BRAND = "brand", _("Brand (merek)")
    DESIGN = "design", _("Industrial design")
    PATENT = "patent", _("Patent")
    SIMPLE_PATENT = "simple_patent", _("Simple patent")


class MarketKind(TextChoices):
    """Whom a plan means to sell to."""

    STATE = "state", _("State-owned enterprises (BUMN)")
    GOVERNMENT = "government", _("Government offices")
    PRIVATE = "private", _("Larger private companies")
    SHOPS = "shops", _("Shops and traders")
    CONSUMERS = "consumers", _("Consumers directly")
    EXPORT = "export", _("Abroad")


class PlanIndicator(TextChoices):
    """What a target of a plan counts. In rupiah: `RUPIAH`; in a unit of its own: production."""

    SALES = "sales", _("Sales")
    PRODUCTION = "production", _("Production")
    BUYERS = "buyers", _("Regular buyers")
    WORKERS = "workers", _("People working")
    CERTIFICATES = "certificates", _("Certificates held")
    EXPORTS = "exports", _("Export sales")

    @property
    def is_money(self) -> bool:
        return self in (PlanIndicator.SALES, PlanIndicator.EXPORTS)


class FundingSource(TextChoices):
    OWN = "own", _("Own money")
    KUR = "kur", _("People's business credit (KUR)")
    BANK = "bank", _("Another bank loan")
    LPDB = "lpdb", _("Revolving fund (LPDB)")
    TJSL = "tjsl", _("A state-owned enterprise's small-business fund (TJSL)")
    COOPERATIVE = "cooperative", _("Cooperative")
    INVESTOR = "investor", _("Investor")
    GRANT = "grant", _("Grant")
    UNDECIDED = "undecided", _("Still being looked for")


class CooperativeMemberStatus(TextChoices):
    """Of an enterprise that a cooperative lists. Labels: portal.statuses."""

    LISTED = "listed", _("Listed, not registered here")
    INVITED = "invited", _("Asked")
    ACCEPTED = "accepted", _("Member")
    REFUSED = "refused", _("Refused")
    LEFT = "left", _("Left")
    REMOVED = "removed", _("Taken off the list")


class DocumentKind(TextChoices):
    """Papers and certificates an enterprise can hold."""

    NIB = "nib", _("Business identification number (NIB)")
    NPWP = "npwp", _("Tax card (NPWP)")
    DEED = "deed", _("Deed of establishment")
    SNI = "sni", _("SNI certificate")
    HALAL = "halal", _("Halal certificate")
    BPOM = "bpom", _("BPOM registration")
    PIRT = "pirt", _("P-IRT registration")
    ISO_9001 = "iso_9001", _("ISO 9001 certificate")
    TKDN = "tkdn", _("TKDN certificate")
    LAB_TEST = "lab_test", _("Laboratory test result")
    OTHER = "other", _("Other document")


class Rung(TextChoices):
    """How far what an enterprise says has been checked; each rung stands on those before it (portal.selectors.ladder)."""

    REGISTERED = "registered", _("Registered")
    DECLARED = "declared", _("Self-declared")
    DOCUMENTS = "documents", _("Documents verified")
    VISITED = "visited", _("Visited")


class Sight(TextChoices):
    """What somebody saw with their own eyes on a visit."""

    PREMISES = "premises", _("The place of business")
    PRODUCTION = "production", _("Production running")
    MACHINES = "machines", _("Machines and tools")
    STOCK = "stock", _("Stock or finished goods")
    PEOPLE = "people", _("People at work")
    PAPERS = "papers", _("Original papers")


class CheckedHow(TextChoices):
    """How somebody saw a document before verifying it."""

    ON_THE_SPOT = "on_the_spot", _("The original, on the spot")
    AT_THE_DESK = "at_the_desk", _("The file, at the desk")


class DocumentState(TextChoices):
    """What a document is worth on a day. Labels: portal.statuses."""

    DECLARED = "declared"
    VERIFIED = "verified"
    REFUSED = "refused"
    EXPIRED = "expired"
    UPCOMING = "upcoming"


class ConversionOutcome(TextChoices):
    """Of the review of a proposed KBLI class."""

    OPEN = "open", _("Waits for review")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Taken back")


class ImportMode(TextChoices):
    KEEP_VALID = "keep_valid", _("Keep the valid rows")
    ALL_OR_NOTHING = "all_or_nothing", _("All rows or none")


class ConsentPurpose(TextChoices):
    """What somebody outside the business may do with the parts it named."""

    ASSISTANCE = "assistance", _("A companion fills in for the business")
    PARTNER = "partner", _("A partner's system reads and fills in through the API")
    SHARING = "sharing", _("An organisation reads what was ticked for one request")


class ConsentMeans(TextChoices):
    """How a consent was given."""

    PORTAL = "portal", _("In the portal, by the owner")
    PAPER = "paper", _("On paper, signed at a visit")


class ConsentEnd(TextChoices):
    """Why a consent ended before its day."""

    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPLACED = "replaced", _("Replaced by a newer one")
    UNASSIGNED = "unassigned", _("The companion no longer looks after the business")
    MERGED = "merged", _("The business was merged with another registration")
    FULFILLED = "fulfilled", _("What it was given for is over")


class DataRequestKind(TextChoices):
    """What a person may ask for about their own data (UU 27/2022)."""

    EXPORT = "export", _("A copy of my data")
    CORRECT = "correct", _("A correction")
    ERASE = "erase", _("Erasure")


class DataRequestStatus(TextChoices):
    RECEIVED = "received"
    READY = "ready"
    ENDED = "ended"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DuplicateStatus(TextChoices):
    """Of two enterprises that may be one."""

    OPEN = "open"
    APART = "apart"
    MERGED = "merged"


class KitStatus(TextChoices):
    """Of a kit for a visit without signal. Labels, also of what only the day or a consent makes of it: portal.statuses."""

    HANDED_OUT = "handed_out"
    BROUGHT_BACK = "brought_back"
    MERGED = "merged"
    CALLED_BACK = "called_back"
    EXPIRED = "expired"


class TokenScope(TextChoices):
    """What a program of a partner may do with a token, within what each enterprise consented to."""

    DOSSIER_READ = "dossier:read", _("Read dossiers")
    DOSSIER_WRITE = "dossier:write", _("Bring dossiers up to date")
    DOCUMENTS_READ = "documents:read", _("Read papers and certificates")
    DOCUMENTS_WRITE = "documents:write", _("Add, renew and remove papers")
    PRODUCTS_READ = "products:read", _("Read products")
    PRODUCTS_WRITE = "products:write", _("Add and change products")


# Who looks after an organisation's own systems.
WEBHOOK_ROLES = (Role.OWNER, Role.OFFICER, Role.APPROVER, Role.FINANCE_OFFICER)


class WebhookStatus(TextChoices):
    """Of an address that events are sent to."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    REMOVED = "removed", _("Removed")


class WebhookState(TextChoices):
    """Of one event on its way to one address."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")


class WebhookOutcome(TextChoices):
    """What became of one try."""

    TAKEN = "taken", _("Taken")
    ANSWERED = "answered", _("Answered with an error")
    REDIRECTED = "redirected", _("Answered with a redirect, which is not followed")
    TIMED_OUT = "timed_out", _("Did not answer in time")
    UNREACHABLE = "unreachable", _("Could not be reached")
    BAD_CERTIFICATE = "bad_certificate", _("Has no valid certificate")
    FORBIDDEN = "forbidden", _("Leads to an address inside a network")


class JobState(TextChoices):
    """Of a background job, for the operator's page."""

    READY = "ready", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    PARKED = "parked", _("Parked")
