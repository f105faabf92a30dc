"""Two of everything: two enterprises, two buyers, two agreements. Nobody on one side may learn what the other keeps to itself.

Each private thing carries a text found nowhere else, with the people who may read it – written here by hand, from the table
of roles in the domain, and not asked of `visible_to`: that is what is being tested.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.utils import timezone

from curation.enums import ApplicationStatus, ProgrammeStatus
from curation.models import Application, Decision, Feedback, Review, ReviewDraft, ReviewPoint
from curation.services.consortium import cancel_consortium, invite_members, save_proposal
from curation.services.forming import Wish
from curation.services.interest import decline_interest, express_interest, invite_enterprise
from curation.services.pool import start_pool_run
from curation.services.saved_search import save_search
from curation.services.scoring import take_snapshot
from curation.services.searching import refresh_search
from partnerships.models import DeliveryPaper, Incident, IncidentPaper
from partnerships.selectors.sharing import Paper
from partnerships.services import drafting
from partnerships.services.amending import open_amendment
from partnerships.services.financing import accept_offer, withdraw_request
from partnerships.services.financing_desk import ask_for_more
from partnerships.services.knowledge import confirm_step
from partnerships.services.publishing import publish_changes
from portal import jobs
from portal.enums import (
    WEBHOOK_ROLES,
    BusinessClass,
    ConsentMeans,
    ConsentPurpose,
    DocumentKind,
    EnterpriseStatus,
    ImportMode,
    InnovationKind,
    LegalForm,
    Role,
)
from portal.models import (
    Appointment,
    Assignment,
    CompanionRequest,
    Consent,
    CooperativeMember,
    DataRequest,
    Document,
    Enterprise,
    ExportRecord,
    Innovation,
    Job,
    Machine,
    Notification,
    Organisation,
    Photo,
    PlanFunding,
    PlanMarket,
    PlanProduct,
    PlanProgress,
    PlanTarget,
    SectionDraft,
    SuspectedDuplicate,
    User,
    WebhookEndpoint,
    WebhookMessage,
)
from portal.models.plan import QUARTERS
from portal.services.api_token import make_token
from portal.services.consent import give_consent
from portal.services.data_request import ask_for_correction
from portal.services.membership import invite
from portal.services.product_import import start_import
from portal.services.webhook import new_secret
from tests.factories import curation, financing, incidents, knowledge, orders, partnerships, sheets
from tests.factories.enterprises import enterprise, owner_of, product
from tests.factories.kits import Filled, kit_of
from tests.factories.people import OrganisationFactory, UserFactory, person
from tests.factories.products import picture

HERE, ELSEWHERE = "33.10.11.2012", "51.71.01.1001"  # Klaten, Denpasar
EVERY_MINISTRY = ("ministry", "ministry_second", "ministry_foreign")
ONES_OWN = ("owner", "staff", "companion", "plut_manager", "regional_officer", *EVERY_MINISTRY)
OTHERS_OWN = ("owner_foreign", *EVERY_MINISTRY)


@dataclass
class World:
    people: dict[str, User] = field(default_factory=dict)
    secrets: dict[str, frozenset[str]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def secret(self, *readers: str) -> str:
        """A text that only these people may meet in any answer."""
        text = f"ZZFOREIGN{next(self._numbers):04d}"
        return self.keep(text, *readers)

    def keep(self, text: str, *readers: str) -> str:
        self.secrets[text] = frozenset(readers)
        return text

    def not_for(self, person: str, answer: str) -> list[str]:
        """The private texts in an answer that this person should not have got."""
        return [text for text, readers in self.secrets.items() if person not in readers and text in answer]


def build() -> World:
    world = World()
    world.people["anonymous"] = AnonymousUser()  # type: ignore[assignment]
    world.people["newcomer"] = UserFactory()
    one, other = _side(world, "", HERE), _side(world, "_foreign", ELSEWHERE)
    _bystanders(world, one)
    _dossiers(world, one, ONES_OWN)
    _dossiers(world, other, OTHERS_OWN)
    _helping(world, one, other)
    _asking(world, one)
    _suspecting(one, other)
    _unfinished(world)
    _cooperating(world, one)
    for side, name in ((one, ""), (other, "_foreign")):
        _selling(world, side, ONES_OWN if side is one else OTHERS_OWN)
        _curating(world, side, name)
        _contracting(world, side, name)
        _sharing(world, side, name)
        _meeting(world, side, name)
    publish_changes()
    _of_each_person(world)
    return world


def _side(world: World, name: str, village: str) -> SimpleNamespace:
    """A buyer, an enterprise with a mark from it, and an agreement of authorities, with their people."""
    contracts = partnerships.world(authorities=2, village=village)
    # The mark that the factory gives has a score; a real one is a score of something.
    take_snapshot(Application.objects.get(enterprise=contracts.enterprise), by=contracts.owner)
    members = {
        f"owner{name}": contracts.owner,
        f"officer{name}": contracts.officer,
        f"approver{name}": contracts.approver,
        f"ministry{name}": contracts.admins[0],
    }
    if not name:
        members["staff"] = owner_of(contracts.enterprise, Role.STAFF)
        members["ministry_second"] = contracts.admins[1]
    world.people.update(members)
    return SimpleNamespace(contracts=contracts, enterprise=contracts.enterprise, name=name)


def _bystanders(world: World, one: SimpleNamespace) -> None:
    """Those beside the main job: one looks after the first enterprise, the others have nothing to do with either."""
    plut = OrganisationFactory(name="PLUT Uji", capabilities=["plut"], ownership="")
    region = OrganisationFactory(name="Dinas Uji", capabilities=["regional_office"], ownership="", region_code=HERE[:5])
    world.people |= {
        "companion": person(Role.COMPANION, plut),
        "companion_unassigned": person(Role.COMPANION, plut),
        "plut_manager": person(Role.PLUT_MANAGER, plut),
        "regional_officer": person(Role.REGIONAL_OFFICER, region),
        "finance_officer": person(Role.FINANCE_OFFICER),
        "finance_officer_foreign": person(Role.FINANCE_OFFICER),
        "service_officer": person(Role.SERVICE_OFFICER),
        "operator": person(Role.OPERATOR),
    }
    Assignment.objects.create(plut=plut, companion=world.people["companion"], enterprise=one.enterprise)


def _dossiers(world: World, side: SimpleNamespace, readers: tuple[str, ...]) -> None:
    """What an enterprise tells about itself. Its name, class, trade and place are public once it is verified."""
    number = 1 if side.name else 2
    # A contract names its parties by their NIB, and whoever gave a mark may call its holder.
    buyer = (f"officer{side.name}", f"approver{side.name}")
    side.enterprise.nib = world.keep(f"91{number:02d}777123456", *readers, *buyer)
    numbers = {"npwp": f"9{number}77665544332211", "owner_nik": f"33100988776600{number:02d}"}
    calling = {"phone": f"0812777666{number}", "email": f"{world.secret(*readers, *buyer)}@contoh.id"}
    private = numbers | calling
    words = {name: world.secret(*readers) for name in ("business_plan", "flagship_description")}
    words["address"] = world.secret(*readers, *buyer)
    for text in numbers.values():
        world.keep(text, *readers)
    for text in (*calling.values(), calling["email"].partition("@")[0]):
        world.keep(text, *readers, *buyer)
    for name, value in (private | words).items():
        setattr(side.enterprise, name, value)
    side.enterprise.save(update_fields=["nib", *private, *words])
    Machine.objects.create(enterprise=side.enterprise, name=world.secret(*readers))
    ExportRecord.objects.create(enterprise=side.enterprise, country="JP", product=world.secret(*readers), year=2025)
    Innovation.objects.create(
        enterprise=side.enterprise,
        kind=InnovationKind.BRAND,
        number=world.secret(*readers).upper(),
        title=world.secret(*readers),
        registered_on=dt.date(2024, 5, 6),
    )
    PlanProduct.objects.create(enterprise=side.enterprise, name=world.secret(*readers), quantity=5, unit="piece")
    PlanMarket.objects.create(enterprise=side.enterprise, kind="state", name=world.secret(*readers), amount=5)
    PlanFunding.objects.create(enterprise=side.enterprise, purpose=world.secret(*readers), amount=5, source="own")
    quarters = {f"q{n}": 5 for n in QUARTERS}
    year = timezone.localdate().year
    PlanTarget.objects.create(enterprise=side.enterprise, indicator="buyers", year=year, **quarters)
    PlanProgress.objects.create(
        enterprise=side.enterprise,
        indicator="buyers",
        year=year,
        quarter=1,
        target=5,
        actual=4,
        note=world.secret(*readers),
        reported_by=world.people[f"owner{side.name}"],
    )


def _helping(world: World, one: SimpleNamespace, other: SimpleNamespace) -> None:
    """What was allowed to whom: the two sides of it know, and the manager of the centre."""
    in_it = ("owner", "staff", "companion", "plut_manager")
    companion = world.people["companion"]
    paper = Consent(
        enterprise=one.enterprise,
        purpose=ConsentPurpose.ASSISTANCE,
        organisation=companion.organisation,
        companion=companion,
        scopes=["people"],
        text_version=1,
        means=ConsentMeans.PAPER,
        signed_name=world.secret(*in_it),
        paper_sha256="0" * 64,
        recorded_by=companion,
        ends_at=timezone.now() + dt.timedelta(days=30),
    )
    paper.paper.save("paper.pdf", ContentFile(f"%PDF-1.7 {world.secret(*in_it)}".encode()), save=False)
    paper.save()
    _a_kit(world, one, in_it=("companion", "plut_manager"))
    dinas = world.people["regional_officer"].organisation
    give_consent(other.enterprise, by=world.people["owner_foreign"], scopes=["people"], days=30, partner=dinas)
    Appointment.objects.create(
        enterprise=one.enterprise, companion=companion, on=timezone.localdate(), purpose=world.secret(*in_it)
    )
    CompanionRequest.objects.create(
        enterprise=other.enterprise,
        plut=companion.organisation,
        asked_by=world.people["owner_foreign"],
        message=world.secret("owner_foreign", "plut_manager"),
    )


def _asking(world: World, one: SimpleNamespace) -> None:
    """What somebody asks about their own data: they know it, and whoever answers."""
    owner = world.people["owner"]
    ask_for_correction(owner, about="document", explanation=world.secret("owner", *EVERY_MINISTRY), by=owner)
    made = DataRequest(
        person=owner,
        kind="export",
        status="ready",
        due_on=timezone.localdate(),
        ends_at=timezone.now() + dt.timedelta(days=7),
        file_size=1,
    )
    made.file.save("data.zip", ContentFile(world.secret("owner").encode()), save=False)
    made.save()


def _suspecting(one: SimpleNamespace, other: SimpleNamespace) -> None:
    """Two that may be one: a ministry knows, neither of them does."""
    first, second = sorted((one.enterprise, other.enterprise), key=lambda each: each.pk)
    SuspectedDuplicate.objects.create(first=first, second=second, matches=["phone"], strength=20)


def _a_kit(world: World, side: SimpleNamespace, in_it: tuple[str, ...]) -> None:
    """Back from a visit, with a cell that cannot be read: who looks after the business sees it, and its centre's manager."""
    companion = world.people["companion"]
    filled = Filled(kit_of(side.enterprise, companion)).answer("workforce", world.secret(*in_it))
    filled.answer("description", world.secret(*in_it)).brought_back(companion)


def _unfinished(world: World) -> None:
    """One that was only begun – nobody but its owner knows of it – and one that a ministry checks."""
    name = world.secret("owner_draft")
    begun = person(Role.OWNER, OrganisationFactory(name=f"CV {name}", capabilities=["enterprise"], ownership=""))
    world.people["owner_draft"] = begun
    draft = Enterprise.objects.create(organisation=begun.organisation, status=EnterpriseStatus.DRAFT)
    SectionDraft.objects.create(
        enterprise=draft, section="address", answers=f"address={world.secret('owner_draft')}", saved_by=begun
    )
    submitted = world.secret(*EVERY_MINISTRY)
    enterprise(
        name=f"CV {submitted}",
        status=EnterpriseStatus.SUBMITTED,
        village=ELSEWHERE,
        business_class=BusinessClass.SMALL,
        business_plan=world.secret(*EVERY_MINISTRY),
    )


def _cooperating(world: World, one: SimpleNamespace) -> None:
    """A cooperative lists the first enterprise, which learns of its own line only; nobody else reads the list."""
    theirs = ("owner_cooperative", *EVERY_MINISTRY)
    keeper = person(Role.OWNER, OrganisationFactory(name="Koperasi Uji", capabilities=["enterprise"], ownership=""))
    world.people["owner_cooperative"] = keeper
    cooperative = enterprise(owner=keeper, legal_form=LegalForm.COOPERATIVE, village=ELSEWHERE)
    gives = {"capacity": 5, "unit": "piece"}
    both = (*theirs, "owner", "staff")
    CooperativeMember.objects.create(
        cooperative=cooperative, status="invited", invited=one.enterprise, name=world.secret(*both), **gives
    )
    CooperativeMember.objects.create(cooperative=cooperative, status="listed", name=world.secret(*theirs), **gives)


def _selling(world: World, side: SimpleNamespace, readers: tuple[str, ...]) -> None:
    owner = world.people[f"owner{side.name}"]
    side.product = product(side.enterprise, name=f"Klem uji {side.name or '_sendiri'}")
    product(side.enterprise, name=world.secret(*readers), withdrawn_at=timezone.now())
    photo = Photo(product=side.product, width=640, height=480, sha256="0" * 64)
    photo.file.save("a.webp", ContentFile(picture("WEBP")), save=False)
    photo.thumbnail.save("b.webp", ContentFile(picture("WEBP", (80, 60))), save=False)
    photo.save()
    paper = Document(
        enterprise=side.enterprise,
        kind=DocumentKind.DEED,
        number=world.secret(*readers),
        issuer=world.secret(*readers),
        uploaded_by=owner,
    )
    paper.file.save("paper.pdf", ContentFile(f"%PDF-1.7 {world.secret(*readers)}".encode()))
    file = sheets.csv_file([sheets.row(1, harga="", nama=world.secret(*readers))], name=f"{world.secret(*readers)}.csv")
    start_import(side.enterprise, file, ImportMode.KEEP_VALID, by=owner)
    jobs.drain()


def _curating(world: World, side: SimpleNamespace, name: str) -> None:
    """Drafts are the buyer's; an application is its enterprise's, its buyer's and the ministries'; drafts of a decision
    are their reviewer's alone."""
    officer, buyers = world.people[f"officer{name}"], (f"officer{name}", f"approver{name}")
    in_it = (f"owner{name}", *(("staff", "companion") if not name else ()), *buyers, *EVERY_MINISTRY)
    curation.need(by=officer, item=world.secret(*buyers), specification=world.secret(*buyers), published_at=None)
    draft = curation.draft_programme(
        by=officer, name=world.secret(*buyers), description=world.secret(*buyers), needs=[side.contracts.need]
    )
    curation.criteria_set(draft, publish=False)
    draft.criteria_sets.get().criteria.update(label_id=world.secret(*buyers))
    start_pool_run(draft, by=officer)
    jobs.drain()
    side.open_programme = curation.programme(by=officer, name="Kurasi terbuka", needs=[side.contracts.need])
    reviewing = curation.programme(by=officer, name="Kurasi ditinjau", status=ProgrammeStatus.CLOSED)
    under_review = curation.application(
        reviewing, side.enterprise, created_by=world.people[f"owner{name}"], product=side.product
    )
    _in_state(under_review, ApplicationStatus.IN_REVIEW)
    ReviewDraft.objects.create(
        application=under_review,
        reviewer=officer,
        data=f"outcome=declined&reason={world.secret(f'officer{name}')}",
    )
    review = Review.objects.create(application=under_review, reviewer=officer, no_conflict_at=timezone.now())
    ReviewPoint.objects.create(
        review=review,
        criterion=reviewing.criteria.criteria.get(feature="workforce"),
        points=30,
        note=world.secret(f"officer{name}"),
    )
    declining = curation.programme(by=officer, name="Kurasi selesai", status=ProgrammeStatus.CLOSED)
    declined = curation.application(declining, side.enterprise, created_by=world.people[f"owner{name}"])
    _in_state(declined, ApplicationStatus.DECLINED, decided_at=timezone.now())
    decision = Decision.objects.create(
        application=declined, outcome="declined", decided_by=officer, reason=world.secret(*in_it)
    )
    Feedback.objects.create(decision=decision, text="Lengkapi sertifikat.")
    curation.draft_application(
        side.open_programme, side.enterprise, created_by=world.people[f"owner{name}"], product=side.product
    )


def _in_state(application: Application, status: str, **fields: Any) -> None:
    """Rows as the official run leaves them; the moves it makes are tested elsewhere."""
    Application.objects.filter(pk=application.pk).update(status=status, **fields)


def _contracting(world: World, side: SimpleNamespace, name: str) -> None:
    """A contract is its buyer's until it is offered; then the enterprises' too, at last its authorities'; then everybody's."""
    contracts = side.contracts
    buyers = (f"officer{name}", f"approver{name}")
    parties = (*buyers, f"owner{name}", *(("staff",) if not name else ()))
    authorities = (*parties, f"ministry{name}", *(("ministry_second",) if not name else ()))
    partnerships.draft(contracts, title=world.secret(*buyers))
    partnerships.offered(contracts, title=world.secret(*parties))
    partnerships.accepted(contracts, title=world.secret(*parties))
    partnerships.in_review(contracts, title=world.secret(*authorities))
    partnerships.returned(contracts, reason=world.secret(*authorities), title=world.secret(*authorities))
    contract = orders.with_advances(contracts, title=f"Pasokan {name or 'sendiri'}")
    _ordering(world, contracts, contract, authorities)
    amendment = open_amendment(contract, rationale=world.secret(*buyers), by=contracts.officer)
    drafting.set_terms(amendment, by=contracts.officer, title=world.secret(*buyers))


def _ordering(world: World, contracts: partnerships.World, contract: Any, readers: tuple[str, ...]) -> None:
    """What is ordered and delivered is between the two sides, and for who signs the contract off to follow."""
    orders.placed(contracts, 10, partnership=contract, note=world.secret(*readers), deliver_to=world.secret(*readers))
    order = orders.confirmed(contracts, 20, partnership=contract, reference=world.secret(*readers), advance=100_000)
    first = orders.delivered(order, 5, by=contracts.owner, note=world.secret(*readers))
    orders.answered(first, 4, by=contracts.officer, reason=world.secret(*readers))
    orders.delivered(order, 5, by=contracts.owner, bast_number=world.secret(*readers))
    paper = DeliveryPaper(
        delivery=first,
        organisation=contracts.buyer,
        file_name=f"{world.secret(*readers)}.pdf",
        sha256="0" * 64,
        uploaded_by=contracts.officer,
    )
    paper.file.save("paper.pdf", ContentFile(f"%PDF-1.7 {world.secret(*readers)}".encode()), save=False)
    paper.save()
    invoice = orders.invoiced(first, by=contracts.owner, reference=world.secret(*readers), note=world.secret(*readers))
    invoice.file.save("paper.pdf", ContentFile(f"%PDF-1.7 {world.secret(*readers)}".encode()))
    _knowledge(world, contracts, contract, readers)
    _financing(world, contracts, Paper(contracts.enterprise, contract, invoice=invoice), readers)
    orders.paid(invoice, 50_000, by=contracts.officer, reference=world.secret(*readers))
    _reporting(world, contracts, contract, readers)
    # Something that can be invoiced, and an advance.
    other = orders.delivered(order, 3, by=contracts.owner, bast_number=world.secret(*readers))
    orders.answered(other, 3, by=contracts.officer)


def _reporting(world: World, contracts: partnerships.World, contract: Any, readers: tuple[str, ...]) -> None:
    """A problem is read by both sides until it comes to its authority; one in confidence by the enterprise and the authority."""
    sides = tuple(name for name in readers if not name.startswith("ministry"))
    enterprise = tuple(name for name in sides if name.startswith(("owner", "staff")))
    said = {"what": world.secret(*sides), "wanted": world.secret(*sides)}
    incidents.reported(contract, by=contracts.owner, **said)
    answered = incidents.reported(contract, by=contracts.officer, kind="quality", **said)
    incidents.answered(answered, by=contracts.owner, answer=world.secret(*sides))
    taken = incidents.reported(
        contract, by=contracts.officer, kind="other", what="Cat mengelupas.", wanted="Mohon diganti."
    )
    paper = IncidentPaper(
        incident=answered,
        organisation=contracts.buyer,
        file_name=f"{world.secret(*sides)}.pdf",
        sha256="0" * 64,
        uploaded_by=contracts.officer,
    )
    paper.file.save("paper.pdf", ContentFile(f"%PDF-1.7 {world.secret(*sides)}".encode()), save=False)
    paper.save()
    incidents.answered(taken, by=contracts.owner)
    deciding = _of_authority(world, taken)
    incidents.escalated(taken, by=contracts.officer, reason=world.secret(*sides, *deciding))
    hidden = world.secret(*enterprise, *deciding)
    incidents.reported(
        contract, by=contracts.owner, kind="unfair_terms", what=hidden, wanted=hidden, in_confidence=True
    )


def _of_authority(world: World, incident: Incident) -> tuple[str, ...]:
    return tuple(
        name
        for name, user in world.people.items()
        if name.startswith("ministry") and user.organisation_id == incident.authority_id
    )


def _knowledge(world: World, contracts: partnerships.World, contract: Any, readers: tuple[str, ...]) -> None:
    """Between the two sides, and for who signs the contract off to follow: proposed by each, agreed, reported, done."""
    for by in (contracts.officer, contracts.owner):
        knowledge.proposed(contract, by=by, title=world.secret(*readers))
    knowledge.agreed(contract, contracts, participants=world.secret(*readers))
    reported = knowledge.reported(contract, contracts, report=world.secret(*readers), name=world.secret(*readers))
    knowledge.reported(contract, contracts, report=world.secret(*readers))
    confirm_step(reported, by=contracts.owner)


def _financing(world: World, contracts: partnerships.World, paper: Paper, readers: tuple[str, ...]) -> None:
    """What is asked of a bank is between it and the business, as long as the consent lasts. Each business asks its own."""
    own = tuple(each for each in readers if each.startswith(("owner", "staff")))
    at_bank = "finance_officer" if "staff" in own else "finance_officer_foreign"
    officer = world.people[at_bank]
    private = Document.objects.filter(enterprise=contracts.enterprise).order_by("pk")[0]
    one = {"by": contracts.owner, "amount": 1000}
    # Accepted, and to be paid out; the text is read by the two sides only.
    accepted = financing.sent(
        paper, officer.organisation, purpose=world.secret(*own, at_bank), fields=("contract_status",), **one
    )
    financing.offered(accepted, by=officer, conditions=world.secret(*own, at_bank))
    accept_offer(accepted, by=contracts.owner)
    other = Paper(paper.enterprise, paper.partnership)
    ended = financing.sent(other, officer.organisation, purpose=world.secret(*own), fields=("nib",), **one)
    withdraw_request(ended, by=contracts.owner)
    financing.sent(other, officer.organisation, purpose=world.secret(*own, at_bank), fields=("workforce",), **one)
    third = Paper(paper.enterprise, paper.partnership, order=paper.invoice.order)
    asked = financing.sent(
        third, officer.organisation, purpose=world.secret(*own, at_bank), fields=(f"document_{private.pk}",), **one
    )
    content = private.file.read().decode()
    for text in (private.number, private.issuer, content.removeprefix("%PDF-1.7 ")):
        world.secrets[text] |= {at_bank}
    ask_for_more(asked, question=world.secret(*own, at_bank), by=officer)


def _sharing(world: World, side: SimpleNamespace, name: str) -> None:
    """Whom a buyer only thinks of learns nothing; whoever was asked reads why it came to nothing."""
    need, officer = side.contracts.need, world.people[f"officer{name}"]
    wish = Wish(starts_on=need.deliver_from)
    asked = (f"officer{name}", f"approver{name}", f"owner{name}", *(("staff",) if not name else ()))
    refresh_search()
    save_proposal(need, wish, by=officer)
    inviting, _found = save_proposal(need, wish, by=officer)
    invite_members(inviting, by=officer)
    given_up, _found = save_proposal(need, wish, by=officer)
    invite_members(given_up, by=officer)
    cancel_consortium(given_up, by=officer, reason=world.secret(*asked))


def _meeting(world: World, side: SimpleNamespace, name: str) -> None:
    """What an enterprise tells a buyer about a need, and what the buyer answers, is between them; a companion reads along."""
    officer, owner = world.people[f"officer{name}"], world.people[f"owner{name}"]
    between = (
        f"officer{name}",
        f"approver{name}",
        f"owner{name}",
        *(("staff", "companion") if not name else ()),
    )
    first, second, third = (curation.need(by=officer, item=f"Klem {number}") for number in range(3))
    express_interest(first, side.enterprise, by=owner, product=side.product, note=world.secret(*between))
    invite_enterprise(second, side.enterprise, by=officer, product=side.product, message=world.secret(*between))
    turned_away = express_interest(third, side.enterprise, by=owner, note=world.secret(*between))
    decline_interest(turned_away, by=officer, reason=world.secret(*between))


def _of_each_person(world: World) -> None:
    """One's own tokens and messages; one's organisation's people and invitations."""
    offices: dict[Organisation, list[str]] = {}
    for name, user in world.people.items():
        if user.is_authenticated and user.acting:
            offices.setdefault(user.organisation, []).append(name)
    for name, user in world.people.items():
        if not user.is_authenticated:
            continue
        Notification.objects.create(user=user, kind="enterprise.verified", params={"name": world.secret(name)})
        if user.acting:
            make_token(user.acting, by=user, name=world.secret(name), days=30)
            save_search("needs", {"q": world.secret(name)}, by=user, name=world.secret(name))
            world.keep(user.email, *offices[user.organisation], "operator")
    for organisation, names in offices.items():
        looking = [name for name in names if world.people[name].acting.role in WEBHOOK_ROLES]
        if looking:
            endpoint = WebhookEndpoint.objects.create(
                organisation=organisation,
                url=f"https://sistem.example/{world.secret(*looking)}",
                kinds=["order.confirmed"],
                secret=new_secret(),
                created_by=world.people[looking[0]],
            )
            data = {"id": world.secret(*looking)}
            WebhookMessage.objects.create(endpoint=endpoint, kind="order.confirmed", data=data, state="given_up")
        operator = world.people["operator"]
        guest = world.secret(*names, "operator")
        role = world.people[names[0]].acting.role
        if role not in (Role.OWNER, Role.STAFF):
            invite(organisation, f"{guest.lower()}@contoh.id", Role(role), by=operator)
            world.keep(guest.lower(), *names, "operator")
    Job.objects.create(
        kind="uji", key="parked", state="parked", error=world.secret("operator"), payload={"text": world.secret()}
    )
