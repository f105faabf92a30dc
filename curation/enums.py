from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class ProgrammeStatus(TextChoices):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    ARCHIVED = "archived"


# A round that has not ended may still recognise another buyer's mark.
OPEN_TO_RECOGNITION = (ProgrammeStatus.PUBLISHED, ProgrammeStatus.CLOSED)


class ApplicationStatus(TextChoices):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    CURATED = "curated"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"


# Declined, withdrawn: the enterprise may apply again. Curated: it holds the mark.
OPEN_APPLICATION = frozenset(
    {
        ApplicationStatus.DRAFT,
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.IN_REVIEW,
        ApplicationStatus.CHANGES_REQUESTED,
        ApplicationStatus.WAITLISTED,
        ApplicationStatus.APPEALED,
    }
)


class Shape(TextChoices):
    """How a feature's value becomes points."""

    GATE = "gate", _("Must hold")
    LINEAR = "linear", _("Between two values")
    STEPS = "steps", _("Steps")
    MEMBERSHIP = "membership", _("One of a list")
    RATIO = "ratio", _("Share of the need")
    VALID_ON = "valid_on", _("Valid on the day")
    PRESENT = "present", _("Present")


class FeatureGroup(TextChoices):
    """What an enterprise can be judged by, as the catalogue is ordered."""

    LEGALITY = "legality", _("Legality")
    TRADE = "trade", _("Trade and fit")
    OFFER = "offer", _("The offer")
    CERTIFICATES = "certificates", _("Certificates")
    BUSINESS = "business", _("The business")
    TRACK_RECORD = "track_record", _("Track record")


class RunKind(TextChoices):
    PROVISIONAL = "provisional", _("Provisional")
    OFFICIAL = "official", _("Official")


class RunState(TextChoices):
    QUEUED = "queued", _("Waiting")
    SCORING = "scoring", _("Scoring")
    MARKING = "marking", _("Marking")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")


class RenewalOutcome(TextChoices):
    ASKED = "asked", _("Renewal asked for")
    GRANTED = "granted", _("Renewed")
    REFUSED = "refused", _("Not renewed")


class Outcome(TextChoices):
    """What a person decides."""

    CURATED = "curated", _("Curated")
    CHANGES_REQUESTED = "changes_requested", _("Changes needed")
    DECLINED = "declined", _("Not selected")


class ReviewStatus(TextChoices):
    """How far one reviewer is with one application."""

    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    RECUSED = "recused"
    RELEASED = "released"


class ConflictKind(TextChoices):
    FAMILY = "family", _("Family or close friends")
    MONEY = "money", _("Shares, loans or other money")
    WORK = "work", _("Works or worked for it, or advises it")
    OTHER = "other", _("Something else")


class SplitDecider(TextChoices):
    """Who decides where reviewers disagree."""

    THIRD = "third", _("Somebody who has not reviewed it: an officer, else an approver")
    ANY = "any", _("Any officer, with a written reason")


class PoolOutcome(IntegerChoices):
    """What an official run would do with an enterprise, if it applied and places were left. Numbers, because a million are
    counted by them."""

    PASSES = 1, _("Would pass")
    REVIEW = 2, _("Between floor and threshold: a person decides")
    LITTLE_EVIDENCE = 3, _("Reaches the threshold with too little evidence: a person decides")
    BELOW_MINIMUM = 4, _("Reaches the threshold, below a minimum: a person decides")
    BELOW = 5, _("Below the floor")
    GATE_MISSED = 6, _("Misses what must hold")


class InterestStatus(TextChoices):
    """Between an enterprise and a need. Refused by the enterprise that was invited, declined by the buyer that was asked."""

    EXPRESSED = "expressed"
    INVITED = "invited"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


# An enterprise and a need have one of these at most.
STANDING_INTEREST = (InterestStatus.EXPRESSED, InterestStatus.INVITED, InterestStatus.ACCEPTED)


class SearchOf(TextChoices):
    NEEDS = "needs", _("Needs of buyers")
    BUSINESSES = "businesses", _("Businesses and products")


class AlertPace(TextChoices):
    IMMEDIATE = "immediate", _("At once")
    DAILY = "daily", _("Once a day, together")


class ConsortiumStatus(TextChoices):
    DRAFT = "draft"
    INVITING = "inviting"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MemberStatus(TextChoices):
    """Of an enterprise in a consortium; `excluded` by the buyer, `released` by it or with the consortium."""

    EXCLUDED = "excluded"
    PROPOSED = "proposed"
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    RELEASED = "released"
