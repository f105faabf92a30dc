"""What this app holds about a person and their business: for a copy, and for whoever thinks of erasing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.enums import SME_ROLES, EnterpriseStatus, Role
from portal.models import (
    ActivityConversion,
    ApiToken,
    Appointment,
    Assignment,
    AuditEntry,
    AuditPersonal,
    ClassDerivation,
    Commitment,
    CompanionRequest,
    Consent,
    CooperativeMember,
    DataRequest,
    Document,
    Enterprise,
    ImportProblem,
    Invitation,
    Membership,
    Notification,
    Organisation,
    Photo,
    PlanProgress,
    Product,
    ProductImport,
    SectionDraft,
    SuspectedDuplicate,
    User,
    Visit,
    VisitKit,
    WebhookEndpoint,
)
from portal.models.audit import stream_of
from portal.notifications import words
from portal.personal_data import (
    Kept,
    Obstacle,
    Subject,
    exports,
    holds_files,
    keeps,
    leaves_out,
    rows,
    stands_in_the_way,
)
from portal.sections import SECTIONS

HASHES = ("npwp_hash", "owner_nik_hash")
OVER = (EnterpriseStatus.CLOSED, EnterpriseStatus.MERGED)


def owned_alone(person: User) -> list[Enterprise]:
    """The businesses that nobody else owns: they go where their owner goes."""
    own = Membership.objects.active().filter(user=person, role=Role.OWNER).values("organisation")
    others = Membership.objects.active().filter(role=Role.OWNER).exclude(user=person).values("organisation")
    found = Enterprise.objects.filter(organisation__in=own).exclude(organisation__in=others).exclude(status__in=OVER)
    return list(found.select_related("organisation").order_by("pk"))


def owned_now(person: User) -> Enterprise | None:
    """The business that the person acts for as its owner."""
    if not person.acts_as(Role.OWNER):
        return None
    return Enterprise.objects.filter(organisation=person.organisation_id).select_related("organisation").first()


# For a copy


@exports("account")
def _account(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(User.objects.filter(pk=subject.person.pk), "password", "is_superuser", "is_staff")


@exports("email_addresses")
def _addresses(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(EmailAddress.objects.filter(user=subject.person))


@exports("memberships")
def _memberships(subject: Subject) -> Iterator[dict[str, Any]]:
    for each in Membership.objects.filter(user=subject.person).select_related("organisation"):
        yield {
            "organisation": each.organisation.name,
            "role": each.role,
            "started_at": each.started_at,
            "ended_at": each.ended_at,
        }


@exports("invitations")
def _invitations(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Invitation.objects.filter(email__iexact=subject.person.email), "token_hash")


@exports("signed_in_devices")
def _sessions(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(UserSession.objects.filter(user=subject.person), "session_key")


@exports("api_tokens")
def _tokens(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(ApiToken.objects.filter(membership__user=subject.person), "token_hash")


@exports("webhooks")
def _webhooks(subject: Subject) -> Iterable[dict[str, Any]]:
    of_the_business = Q(organisation__in=[each.organisation_id for each in subject.enterprises])
    found = WebhookEndpoint.objects.filter(Q(created_by=subject.person) | of_the_business)
    return rows(found, "secret", "previous_secret")


@exports("messages")
def _messages(subject: Subject) -> Iterator[dict[str, Any]]:
    for line in Notification.objects.filter(user=subject.person).iterator(chunk_size=500):
        title, body = words(line)
        yield {"at": line.created_at, "subject": title, "body": body, "read_at": line.read_at}


@exports("what_i_did")
def _deeds(subject: Subject) -> Iterable[dict[str, Any]]:
    found = AuditEntry.objects.filter(actor=subject.person.pk).order_by("at")
    yield from found.values("at", "stream", "seq", "action", "payload").iterator(chunk_size=2000)


@exports("consents_i_gave_or_hold")
def _own_consents(subject: Subject) -> Iterable[dict[str, Any]]:
    mine = Consent.objects.filter(given_by=subject.person) | Consent.objects.filter(companion=subject.person)
    return rows(mine)


@exports("drafts")
def _drafts(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(SectionDraft.objects.filter(saved_by=subject.person))


@exports("data_requests")
def _requests(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(DataRequest.objects.filter(person=subject.person), "file")


@exports("business")
def _business(subject: Subject) -> Iterator[dict[str, Any]]:
    for row in rows(_enterprises(subject), *HASHES):
        yield {**row, "name": Organisation.objects.get(pk=row["organisation_id"]).name}


@exports("business_activities")
def _activities(subject: Subject) -> Iterator[dict[str, Any]]:
    for enterprise in subject.enterprises:
        for each in enterprise.activities.select_related("kbli"):
            yield {
                "enterprise_id": enterprise.pk,
                "kbli": each.kbli.code,
                "edition": each.kbli.edition,
                "main": each.is_main,
            }


@exports("business_details")
def _details(subject: Subject) -> Iterator[dict[str, Any]]:
    """The rows of the dossier's sections: machines, sales by year, exports, answers …"""
    for enterprise in subject.enterprises:
        for section in SECTIONS:
            for table in section.tables:
                for row in rows(getattr(enterprise, table.name).all()):
                    yield {"table": table.name, **row}


@exports("plan_progress")
def _progress(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(PlanProgress.objects.filter(enterprise__in=subject.enterprises))


@exports("cooperative_membership")
def _cooperatives(subject: Subject) -> Iterable[dict[str, Any]]:
    """Those that a cooperative lists, and the lists that name the business."""
    own = subject.enterprises
    named = Q(cooperative__in=own) | Q(invited__in=own) | Q(member__in=own)
    return rows(CooperativeMember.objects.filter(named))


@exports("repairs_i_made")
def _repairs(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(LogEntry.objects.filter(user=subject.person))


@exports("products")
def _products(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Product.objects.filter(enterprise__in=subject.enterprises))


@exports("photos")
def _photos(subject: Subject) -> Iterable[dict[str, Any]]:
    """What each shows; the pictures are among the files, by product and number."""
    return rows(Photo.objects.filter(product__enterprise__in=subject.enterprises), "file", "thumbnail")


@exports("capacity_promised")
def _promised(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Commitment.objects.filter(product__enterprise__in=subject.enterprises))


@exports("documents")
def _documents(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Document.objects.filter(enterprise__in=subject.enterprises))


@exports("class_history")
def _classes(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(ClassDerivation.objects.filter(enterprise__in=subject.enterprises))


@exports("kbli_conversions")
def _conversions(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(ActivityConversion.objects.filter(enterprise__in=subject.enterprises))


@exports("consents")
def _consents(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(Consent.objects.filter(enterprise__in=subject.enterprises))


@exports("companions")
def _companions(subject: Subject) -> Iterable[dict[str, Any]]:
    for model in (Assignment, CompanionRequest, Appointment, Visit):
        for row in rows(model.objects.filter(enterprise__in=subject.enterprises)):
            yield {"kind": model._meta.model_name, **row}


@exports("visit_kits")
def _kits(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(
        VisitKit.objects.filter(enterprise__in=subject.enterprises), "answers_digest", "file_digest", "visit_key"
    )


@exports("uploads")
def _uploads(subject: Subject) -> Iterable[dict[str, Any]]:
    return rows(ProductImport.objects.filter(enterprise__in=subject.enterprises))


@exports("upload_problems")
def _upload_problems(subject: Subject) -> Iterable[dict[str, Any]]:
    """Cells of lists as they were typed, with what was wrong in them."""
    return rows(ImportProblem.objects.filter(product_import__enterprise__in=subject.enterprises))


@exports("audit_trail")
def _trail(subject: Subject) -> Iterator[dict[str, Any]]:
    """Of the person and of the business, with the personal values that stand beside the chain."""
    for stream in streams_of(subject):
        personal = dict(AuditPersonal.objects.filter(entry_stream=stream).values_list("digest", "values"))
        for entry in AuditEntry.objects.filter(stream=stream).order_by("seq").iterator(chunk_size=500):
            yield {
                "stream": stream,
                "seq": entry.seq,
                "at": entry.at,
                "action": entry.action,
                "payload": entry.payload,
                "personal": personal.get(entry.personal_digest),
                "digest": bytes(entry.digest).hex(),
            }


@holds_files
def _files(subject: Subject) -> Iterator[tuple[str, FieldFile]]:
    for document in Document.objects.filter(enterprise__in=subject.enterprises).exclude(file=""):
        yield f"documents/{document.kind}-{document.pk}", document.file
    for photo in Photo.objects.filter(product__enterprise__in=subject.enterprises):
        yield f"photos/{photo.product_id}-{photo.pk}", photo.file
    for consent in Consent.objects.filter(enterprise__in=subject.enterprises).exclude(paper=""):
        yield f"consents/{consent.pk}", consent.paper
    for done in ProductImport.objects.filter(enterprise__in=subject.enterprises).exclude(file=""):
        yield f"uploads/{done.pk}", done.file


leaves_out(
    {
        "account.emailconfirmation": "a key to confirm an address with once",
        "mfa.authenticator": "secret keys of the second factor: whoever held them could sign in",
        "portal.documentreminder": "that a message was sent, which is in the copy itself",
        "portal.formsubmission": "that a form was sent once, so that a second click does nothing; gone after days",
        "portal.idempotencykey": "the same of programs",
        "portal.identitykeys": "hashes to search by, made of answers that are in the copy",
        "portal.kbliconversion": "a table of classes; that somebody reviewed it is among what they did",
        "portal.planreminder": "that a message was sent, which is in the copy itself",
        "portal.stagedproduct": "rows of a list for the minutes in which it is read; the list is in the copy",
        "portal.suspectedduplicate": "names another business; the owner learns of it when a ministry has looked",
        "portal.webhookmessage": "keys and states of what is in the copy itself, sent to one's own system; gone after days",
    }
)


# For an erasure


@stands_in_the_way
def _still_on_duty(subject: Subject) -> Iterator[Obstacle]:
    duties = Membership.objects.active().filter(user=subject.person).exclude(role__in=list(SME_ROLES))
    for duty in duties.select_related("organisation"):
        text = _("You act for %(organisation)s as %(role)s. Ask your colleagues there to end that first.")
        yield Obstacle(
            text % {"organisation": duty.organisation, "role": duty.get_role_display()},
            reverse("member_list"),
            _("Colleagues"),
        )


@stands_in_the_way
def _being_checked(subject: Subject) -> Iterator[Obstacle]:
    for enterprise in subject.enterprises:
        if enterprise.status == EnterpriseStatus.SUBMITTED:
            text = _("The ministry is checking %(name)s. Wait for its answer.") % {"name": enterprise}
            yield Obstacle(text, reverse("dossier"), _("Where the check stands"))


@keeps
def _law_keeps(subject: Subject) -> Iterator[Kept]:
    mine = [Kept(_AUDIT, _AUDIT_GROUND, AuditEntry.objects.filter(stream__in=streams_of(subject)).count())]
    consents = Consent.objects.filter(given_by=subject.person) | Consent.objects.filter(
        enterprise__in=subject.enterprises
    )
    mine.append(Kept(_CONSENTS, _CONSENTS_GROUND, consents.count()))
    derived = ClassDerivation.objects.filter(enterprise__in=subject.enterprises)
    mine.append(Kept(_CLASSES, _CLASSES_GROUND, derived.count()))
    if subject.enterprises:
        mine.append(Kept(_FIGURES, _FIGURES_GROUND, len(subject.enterprises)))
    yield from mine


# Articles are named where their words were read; else the law alone.
_AUDIT = gettext_lazy("Entries of the audit trail, with digests in the place of personal values")
_AUDIT_GROUND = gettext_lazy("PP 71/2019: an electronic system keeps its audit trail")
_CONSENTS = gettext_lazy("That a consent was given, to whom and until when, with the name or the paper that proves it")
_CONSENTS_GROUND = gettext_lazy("UU 27/2022, article 24: the proof of a consent is kept")
_CLASSES = gettext_lazy("How the class of the business was derived")
_CLASSES_GROUND = gettext_lazy("PP 7/2021, article 35: the class of a business rests on its figures")

_FIGURES = gettext_lazy("The village and KBLI classes of the business, and what it sold by class, price and quantity")
_FIGURES_GROUND = gettext_lazy("PP 7/2021: the single database of cooperatives, micro, small and medium businesses")


def streams_of(subject: Subject) -> list[str]:
    """The chains that hold personal values of these: their own, their organisation's, and those of what hangs on them."""
    own: list[Any] = [subject.person, *subject.enterprises]
    own += [enterprise.organisation for enterprise in subject.enterprises]
    own += Document.objects.filter(enterprise__in=subject.enterprises)
    own += DataRequest.objects.filter(Q(person=subject.person) | Q(enterprise__in=subject.enterprises))
    return [*(stream_of(each) for each in own), *_removed_documents(subject)]


def suspicions_of(subject: Subject) -> list[str]:
    """Chains of what was looked at between them and others: for an erasure. Nobody gets a copy of another's."""
    pairs = SuspectedDuplicate.objects.filter(
        Q(first__in=subject.enterprises) | Q(second__in=subject.enterprises) | Q(claimed_by=subject.person)
    )
    return [stream_of(pair) for pair in pairs]


def _removed_documents(subject: Subject) -> set[str]:
    """Their rows are gone, their numbers stand in the chain still."""
    organisations = [each.organisation_id for each in subject.enterprises]
    removed = AuditEntry.objects.filter(action="remove_document", organisation__in=organisations)
    return set(removed.values_list("stream", flat=True))


def _enterprises(subject: Subject) -> Any:
    return Enterprise.objects.filter(pk__in=[each.pk for each in subject.enterprises])
