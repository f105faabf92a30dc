"""What awaits a person on the first page after signing in: one next action for an SME, figures and queues for a desk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus, InterestStatus, MemberStatus
from curation.models import Application, Need, Renewal
from curation.models.renewal import RENEWAL_DAYS
from curation.selectors.consortium import own_parts
from partnerships.enums import FinancingStatus, IncidentStatus, PartnershipStatus, SignOffStatus
from partnerships.models import Partnership, SignOff
from partnerships.selectors.financing import desk_counts, waiting_requests
from partnerships.selectors.incidents import waiting_for_you
from partnerships.selectors.orders import Step
from portal.enums import EnterpriseStatus, JobState
from portal.models import Enterprise, Job, Membership, Organisation, User
from portal.selectors.annual_sales import owed_sales_year
from portal.selectors.ladder import with_ladder

WAITING_FOR_REVIEW = (ApplicationStatus.IN_REVIEW, ApplicationStatus.APPEALED)


@dataclass(frozen=True)
class NextAction:
    title: str
    text: str
    url: str = ""
    button: str = ""
    due: dt.date | None = None
    minutes: int | None = None


@dataclass(frozen=True)
class Kpi:
    value: Any
    label: str
    url: str = ""
    hot: bool = False


def next_action(enterprise: Enterprise, user: User, steps: list[Step]) -> NextAction:
    """`steps`: what waits for the enterprise under its orders. The one thing to do now, the most pressing first: others wait for an answer, then what is unfinished here."""
    return (
        _registration(enterprise)
        or _answer_awaited(enterprise, user, steps)
        or _sales_owed(enterprise)
        or _to_confirm(enterprise)
        or _further(enterprise)
    )


def _registration(enterprise: Enterprise) -> NextAction | None:
    dossier = reverse("dossier")
    if enterprise.status == EnterpriseStatus.DRAFT:
        return NextAction(
            _("Complete your business data"),
            _("Send it for checking; active businesses can apply to state-owned enterprises."),
            dossier,
            _("Go on with your data"),
            minutes=10,
        )
    if enterprise.status == EnterpriseStatus.RETURNED:
        return NextAction(
            _("Your business data need changes"),
            _("The ministry has written down what to mend. Mend it and send it again."),
            dossier,
            _("See what to mend"),
        )
    if enterprise.status == EnterpriseStatus.SUBMITTED:
        return NextAction(
            _("Your business data are being checked"),
            _("You hear from the ministry here and by e-mail. Meanwhile, enter your products."),
            reverse("product_list"),
            _("Enter products"),
        )
    if enterprise.status == EnterpriseStatus.SUSPENDED:
        return NextAction(
            _("Your business is suspended"),
            _("You cannot apply now. The reason stands in your business data."),
            dossier,
            _("Read the reason"),
        )
    return None


def _answer_awaited(enterprise: Enterprise, user: User, steps: list[Step]) -> NextAction | None:
    asked = (
        enterprise.applications.filter(status=ApplicationStatus.CHANGES_REQUESTED)
        .select_related("programme__buyer")
        .order_by("answer_by")
        .first()
    )
    if asked:
        return NextAction(
            _("%(buyer)s asks for changes") % {"buyer": asked.programme.buyer.label},
            _("Your application “%(name)s” goes on while you answer.") % {"name": asked.programme.name},
            reverse("application_detail", args=[asked.pk]),
            _("See what is asked"),
            due=asked.answer_by,
        )
    offered = (
        Partnership.objects.visible_to(user)
        .filter(status=PartnershipStatus.OFFERED)
        .exclude(signatures__organisation=user.organisation_id)
        .select_related("buyer")
        .order_by("offered_at")
        .first()
    )
    if offered:
        return NextAction(
            _("%(buyer)s offers you a contract") % {"buyer": offered.buyer.label},
            _("“%(title)s”: read the text, then accept or refuse it.") % {"title": offered.title},
            reverse("partnership_detail", args=[offered.pk]),
            _("Read the contract"),
        )
    return (
        _reported(user)
        or _under_an_order(steps)
        or _financing_waits(user)
        or _share_asked_for(user)
        or _invited(enterprise)
        or _mark_to_recognise(enterprise)
        or _mark_to_renew(enterprise)
    )


def _reported(user: User) -> NextAction | None:
    """A problem report that waits: the term runs out in days."""
    incident = waiting_for_you(user).first()
    if incident is None:
        return None
    answers = incident.status == IncidentStatus.OPEN
    return NextAction(
        _("%(buyer)s reports a problem") % {"buyer": incident.partnership.buyer.label}
        if answers
        else _("%(buyer)s answered your report") % {"buyer": incident.partnership.buyer.label},
        _("Read it and answer, so that it does not go to the ministry.")
        if answers
        else _("Agree with the answer, or take it to the ministry."),
        reverse("incident_detail", args=[incident.pk]),
        _("Read the report"),
        due=incident.answer_by,
    )


def _under_an_order(steps: list[Step]) -> NextAction | None:
    if not steps:
        return None
    step = steps[0]
    return NextAction(
        _("Order from %(buyer)s: %(what)s") % {"buyer": step.order.partnership.buyer.label, "what": step.text},
        _("Order %(number)s %(waits)s.") % {"number": step.order.number, "waits": step.waits},
        step.url,
        _("Open it"),
        due=step.due,
    )


def _financing_waits(user: User) -> NextAction | None:
    """An offer, or a question: what lapses first."""
    request = waiting_requests(user).first()
    if request is None:
        return None
    offered = request.status == FinancingStatus.OFFERED
    return NextAction(
        (_("%(name)s offers you finance") if offered else _("%(name)s asks for more"))
        % {"name": request.financier.label},
        _("Read the rate, the term and the conditions, then accept or not.")
        if offered
        else _("Your request %(number)s waits for your answer.") % {"number": request.number},
        reverse("financing_detail", args=[request.pk]),
        _("See the offer") if offered else _("See what is asked"),
        due=request.due_on,
    )


def _share_asked_for(user: User) -> NextAction | None:
    share = own_parts(user).filter(status=MemberStatus.INVITED).first()
    if share:
        return NextAction(
            _("%(buyer)s asks you to supply together with others") % {"buyer": share.consortium.need.buyer.label},
            _("“%(item)s”: see your share and the price, then accept or decline.")
            % {"item": share.consortium.need.item},
            reverse("my_consortium", args=[share.pk]),
            _("See my share"),
            due=share.answer_by,
        )
    return None


def _invited(enterprise: Enterprise) -> NextAction | None:
    """The one that is to be answered first."""
    invitation = (
        enterprise.interests.filter(status=InterestStatus.INVITED)
        .select_related("need__buyer")
        .order_by("answer_by", "invited_at", "pk")
        .first()
    )
    if invitation is None:
        return None
    return NextAction(
        _("%(buyer)s invites you to supply") % {"buyer": invitation.need.buyer.label},
        _("“%(item)s”: see what is needed, then accept or decline.") % {"item": invitation.need.item},
        reverse("my_interest", args=[invitation.pk]),
        _("Read the invitation"),
        due=invitation.answer_by,
    )


def _mark_to_recognise(enterprise: Enterprise) -> NextAction | None:
    drafts = enterprise.applications.filter(status=ApplicationStatus.DRAFT, recognises__isnull=False)
    for draft in drafts.select_related("programme__buyer", "recognises").order_by("created_at", "pk"):
        if draft.may_be_recognised:
            return NextAction(
                _("%(buyer)s wants to recognise your mark") % {"buyer": draft.programme.buyer.label},
                _("Choose what you offer, complete what your mark does not cover, and send it."),
                reverse("application_detail", args=[draft.pk]),
                _("See what is asked"),
                due=draft.recognises.valid_until if draft.recognises else None,
            )
    return None


def _mark_to_renew(enterprise: Enterprise) -> NextAction | None:
    """The one that ends first, while its renewal can be asked for and has not been."""
    soon = timezone.localdate() + dt.timedelta(days=RENEWAL_DAYS)
    ending = (
        enterprise.curations.valid()
        .filter(valid_until__lte=soon)
        .exclude(pk__in=Renewal.objects.open().values("curation"))
        .select_related("programme__buyer")
        .order_by("valid_until", "pk")
        .first()
    )
    if ending is None:
        return None
    return NextAction(
        _("Renew your mark from %(buyer)s") % {"buyer": ending.programme.buyer.label},
        _("Your data are filled in already; renewed, “%(name)s” goes on without a gap.")
        % {"name": ending.programme.name},
        reverse("certificate_renew", args=[ending.application_id]),
        _("Ask for the renewal"),
        due=ending.valid_until,
        minutes=5,
    )


def _sales_owed(enterprise: Enterprise) -> NextAction | None:
    year = owed_sales_year(enterprise, timezone.localdate())
    if year is None:
        return None
    return NextAction(
        _("Enter your sales in %(year)s") % {"year": year},
        _(
            "The year has ended, and its sales decide your business class. If it was no full year of sales, say so there."
        ),
        reverse("annual_sales"),
        _("Enter the sales"),
        minutes=2,
    )


def _to_confirm(enterprise: Enterprise) -> NextAction | None:
    if not enterprise.is_asked:
        return None
    out = enterprise.unconfirmed_since is not None
    return NextAction(
        _("Confirm your business data"),
        _("Buyers no longer find you. Say that your data are still right, and they find you again.")
        if out
        else _("Say that they are still right, or change them: buyers find only what is confirmed."),
        reverse("profile_confirm", args=[enterprise.pk]),
        _("See and confirm"),
        minutes=2,
    )


def _further(enterprise: Enterprise) -> NextAction:
    if not enterprise.products.on_sale().exists():
        return NextAction(
            _("Enter your first product"),
            _("State-owned enterprises look for products: capacity, price and photos."),
            reverse("product_add"),
            _("Enter a product"),
            minutes=5,
        )
    return NextAction(
        _("Find a need that fits you"),
        _("See which state-owned enterprises look for what you make, and your score before you apply."),
        reverse("opportunity_list"),
        _("See opportunities"),
    )


def applications_of(enterprise: Enterprise) -> QuerySet[Application]:
    return enterprise.applications.select_related("programme__buyer").order_by("-created_at")


def contracts_of(user: User) -> QuerySet[Partnership]:
    return Partnership.objects.visible_to(user).select_related("buyer").order_by("-created_at")


def buyer_kpis(user: User, steps: list[Step]) -> list[Kpi]:
    """`steps`: what waits for the buyer under its orders."""
    mine = Application.objects.visible_to(user)
    waiting = mine.filter(status__in=WAITING_FOR_REVIEW).count()
    contracts = Partnership.objects.visible_to(user).aggregate(
        to_sign=Count("pk", filter=Q(status=PartnershipStatus.ACCEPTED)),
        active=Count("pk", filter=Q(status=PartnershipStatus.ACTIVE)),
    )
    return [
        Kpi(Need.objects.managed_by(user).open().count(), _("needs published"), reverse("buyer_need_list")),
        Kpi(waiting, _("applications to decide"), reverse("programme_list"), hot=waiting > 0),
        Kpi(contracts["to_sign"], _("contracts to sign"), reverse("partnership_list"), hot=contracts["to_sign"] > 0),
        Kpi(contracts["active"], _("contracts in force"), reverse("partnership_list")),
        Kpi(len(steps), _("steps under orders"), reverse("order_list"), hot=any(step.late for step in steps)),
    ]


def applications_to_decide(user: User) -> QuerySet[Application]:
    """Oldest first."""
    return (
        Application.objects.visible_to(user)
        .filter(status__in=WAITING_FOR_REVIEW)
        .select_related("programme", "enterprise__organisation")
        .order_by("submitted_at", "pk")
    )


def renewals_to_decide(user: User) -> QuerySet[Renewal]:
    """The mark that ends first comes first."""
    return (
        Renewal.objects.managed_by(user)
        .open()
        .select_related("curation__programme", "curation__enterprise__organisation")
        .order_by("curation__valid_until", "pk")
    )


def authority_kpis(user: User) -> list[Kpi]:
    today = timezone.localdate()
    queue = SignOff.objects.filter(authority=user.organisation_id, status=SignOffStatus.PENDING)
    waiting = queue.count()
    late = queue.filter(due_on__lt=today).count()
    unverified = Enterprise.objects.filter(status=EnterpriseStatus.SUBMITTED).count()
    active = (
        Partnership.objects.visible_to(user)
        .filter(status=PartnershipStatus.ACTIVE)
        .order_by()
        .values("pk", "value")
        .distinct()
    )
    values = [row["value"] for row in active]
    sign_offs, contracts = reverse("sign_off_queue"), reverse("partnership_list")
    return [
        Kpi(waiting, _("await your signature"), sign_offs, hot=waiting > 0),
        Kpi(late, _("are past 5 working days"), sign_offs, hot=late > 0),
        Kpi(unverified, _("registrations to check"), reverse("verification_queue"), hot=unverified > 0),
        Kpi(len(values), _("contracts in force"), contracts),
        Kpi(sum(values), _("value of contracts in force"), contracts),
    ]


def financier_kpis(user: User) -> list[Kpi]:
    counts = desk_counts(user)
    address = reverse("financing_list")
    return [
        Kpi(counts["to_answer"], _("requests to answer"), f"{address}?due=waiting", hot=counts["to_answer"] > 0),
        Kpi(counts["late"], _("past your stated days"), f"{address}?due=late", hot=counts["late"] > 0),
        Kpi(counts["offered"], _("offers awaiting an answer"), f"{address}?status=offered"),
        Kpi(counts["to_pay"], _("offers accepted, to be paid out"), f"{address}?status=accepted"),
        Kpi(counts["paid_out"], _("paid out"), f"{address}?status=disbursed"),
    ]


def operator_kpis() -> list[Kpi]:
    jobs = Job.objects.aggregate(
        parked=Count("pk", filter=Q(state=JobState.PARKED)), ready=Count("pk", filter=Q(state=JobState.READY))
    )
    return [
        Kpi(
            Organisation.objects.exclude(capabilities=["enterprise"]).count(),
            _("organisations"),
            reverse("organisation_list"),
        ),
        Kpi(Membership.objects.active().values("user").distinct().count(), _("people"), reverse("organisation_list")),
        Kpi(jobs["ready"], _("jobs waiting"), f"{reverse('job_list')}?state=ready"),
        Kpi(jobs["parked"], _("jobs parked"), f"{reverse('job_list')}?state=parked", hot=jobs["parked"] > 0),
    ]


def enterprises_seen(user: User) -> QuerySet[Enterprise]:
    """For companions, PLUT managers and regional offices: theirs, those that wait for somebody first."""
    return (
        with_ladder(Enterprise.objects.visible_to(user))
        .select_related("organisation", "village")
        .annotate(
            asked=Count(
                "applications", filter=Q(applications__status=ApplicationStatus.CHANGES_REQUESTED), distinct=True
            )
        )
        .order_by("-asked", "status", "organisation__name")
    )
