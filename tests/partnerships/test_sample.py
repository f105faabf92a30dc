"""The demo's data: as much as promised, in every state, marked, the same every time, and no trail broken."""

from __future__ import annotations

import datetime as dt
import json
import subprocess

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.enums import ApplicationStatus, ConsortiumStatus, ProgrammeStatus
from curation.models import AppealPaper, Application, Consortium, ConsortiumMember, Curation, Need, Programme, Renewal
from curation.services.alerts import ROUND_JOB
from curation.services.renewal import obstacle_to_renewal
from partnerships.enums import (
    DeliveryStatus,
    FinancingStatus,
    InvoiceLineKind,
    InvoiceStatus,
    KnowledgeStatus,
    OrderStatus,
    PartnershipStatus,
    PaymentStatus,
)
from partnerships.models import (
    Agreement,
    CompletionConsent,
    Delivery,
    FinancingRequest,
    Invoice,
    InvoiceLine,
    KnowledgeStep,
    Partnership,
    Payment,
    PurchaseOrder,
    SignOff,
)
from partnerships.sample import needs
from partnerships.selectors.invoices import bills, with_payments
from portal import audit
from portal.enums import EnterpriseStatus, JobState, Role
from portal.models import Document, Enterprise, Job, Organisation, Product, User
from portal.reference.files import rows_of
from portal.sample.accounts import sign_ins
from portal.sample.keys import PASSWORD
from portal.sample.load import load_portal_sample
from portal.selectors.annual_sales import owing_sales, year_asked_for
from tests.matching import judged_set
from tests.processes import python

pytestmark = pytest.mark.django_db


LOADED_ONCE = (
    Organisation,
    User,
    Product,
    Need,
    Application,
    Partnership,
    PurchaseOrder,
    Delivery,
    Invoice,
    Payment,
    FinancingRequest,
    KnowledgeStep,
)

# Those the programme names, those its SOEs would buy, and those where partnership is still thin; by divisions of the KBLI.
TRADES = {
    "metal casting": ("24",),
    "mechanical parts": ("25", "28", "29"),
    "retail services": ("47",),
    "food and drink": ("10", "11"),
    "fashion": ("13", "15"),
    "crafts": ("16", "31", "32"),
    "herbal ingredients": ("21",),
    "work wear": ("14",),
    "agriculture and plantation": ("01",),
    "fisheries": ("03",),
    "tourism and hotels": ("55", "79"),
    "transport": ("49", "50", "52", "53"),
}


def keys() -> list[list[int]]:
    return [list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in LOADED_ONCE]


def states(model) -> set[str]:
    return set(model.objects.values_list("status", flat=True))


def test_the_sample_is_whole_marked_and_loaded_once(mailoutbox):
    call_command("load_sample", verbosity=0)
    before = keys()
    call_command("load_sample", verbosity=0)

    assert before == keys()
    assert Enterprise.objects.count() == 304
    assert Product.objects.count() == 1000
    # Each of them was judged, by name, for the needs that matching is measured with; each need that has an answer finds one.
    judged = judged_set.spread(Product.objects.values_list("pk", "name"))
    assert {need for need, _product, _grade in judged} == {
        need for (need, _name), grade in judged_set.grades().items() if grade
    }
    for trade, divisions in TRADES.items():
        firms = {
            firm
            for division in divisions
            for firm in Enterprise.objects.filter(products__kbli__code__startswith=division).values_list(
                "pk", flat=True
            )
        }
        assert len(firms) >= 10, trade
    assert len({code[:2] for code in Product.objects.values_list("kbli__code", flat=True)}) >= 25, "KBLI divisions"
    assert not Enterprise.objects.filter(is_sample=False).exists()
    assert not User.objects.filter(is_sample=False).exists()
    assert not User.objects.exclude(email__endswith="@contoh.id").exists()
    assert states(Enterprise) == set(EnterpriseStatus)
    provinces = {code[:2] for code in Enterprise.objects.values_list("village_id", flat=True)}
    assert len(provinces) == 38
    assert set(Organisation.objects.values_list("name", flat=True)) >= {
        row["name"] for row in rows_of("founding_soes.csv")
    }
    assert Document.objects.exclude(verified_by=None).exists()
    year = year_asked_for(timezone.localdate())
    assert owing_sales(year).filter(full_year_of_sales=False).exists(), (
        "one without a year when it registered, asked now"
    )
    for model in (Need, Programme, Application, Partnership):
        assert not model.objects.filter(is_sample=False).exists()
    titles = {row["title"] for row in rows_of("tender_titles.csv.gz")}
    assert {row["after"] for row in needs.rows()} <= titles
    assert Need.objects.count() == len(needs.rows()) == 42
    assert states(Programme) == set(ProgrammeStatus)
    assert states(Application) == set(ApplicationStatus)
    appeals = Application.objects.filter(appealed_at__isnull=False)
    assert {"appealed", "declined"} < set(appeals.values_list("status", flat=True)), "and one that was right"
    assert AppealPaper.objects.exists()
    assert set(Renewal.objects.values_list("outcome", flat=True)) == {"asked", "granted"}
    assert {mark.standing for mark in Curation.objects.all()} == {"valid", "expired", "revoked"}
    assert set(Application.objects.exclude(recognises=None).values_list("status", flat=True)) == {"draft", "curated"}
    # A buyer's signature and the way to the authorities are one step, so nothing rests between them.
    assert states(Partnership) == set(PartnershipStatus) - {PartnershipStatus.SOE_SIGNED}
    assert Partnership.objects.filter(shares__enterprise__legal_form="koperasi", sign_offs__position=4).exists()
    assert Partnership.objects.annotate(n=Count("shares")).filter(n__gt=1).exists()
    assert states(PurchaseOrder) == set(OrderStatus)
    assert states(Delivery) == set(DeliveryStatus)
    assert states(Invoice) == set(InvoiceStatus)
    assert states(Payment) == set(PaymentStatus)
    assert states(FinancingRequest) == set(FinancingStatus)
    assert states(KnowledgeStep) == set(KnowledgeStatus)
    in_force = Partnership.objects.filter(status=PartnershipStatus.ACTIVE, consortium=None)
    assert not in_force.filter(orders=None).exists()
    assert CompletionConsent.objects.filter(partnership__status=PartnershipStatus.ACTIVE).exists()
    late = [bill for bill in bills(with_payments(Invoice.objects.all())) if bill.days_late]
    assert {bill.row.status for bill in late} == {InvoiceStatus.SENT, InvoiceStatus.PAID}, "owed, and paid too late"
    kinds = set(InvoiceLine.objects.values_list("kind", flat=True))
    assert kinds == set(InvoiceLineKind)
    assert states(Consortium) == set(ConsortiumStatus)
    assert ConsortiumMember.objects.filter(
        status="invited", enterprise__organisation__memberships__user__email="pemilik@contoh.id"
    ).exists()
    assert SignOff.objects.filter(status="pending", due_on__lt=timezone.localdate()).exists()
    # The nine of the first round have no published names: none are invented.
    to_renew = Curation.objects.get(
        enterprise__organisation__memberships__user__email="koperasi@contoh.id",
        valid_until__lte=timezone.localdate() + dt.timedelta(days=45),
    )
    assert obstacle_to_renewal(to_renew) is None
    assert not Agreement.objects.get(code="rantai-pasok-2021").partnerships.exists()
    # Of saved searches somebody is told a minute after search has read what is new.
    assert set(Job.objects.exclude(state=JobState.DONE).values_list("kind", flat=True)) <= {ROUND_JOB}
    assert mailoutbox == []
    assert audit.breaks() == []


def test_somebody_signs_in_for_every_role_and_the_page_shows_how(settings, tmp_path):
    load_portal_sample()
    settings.DEMO, settings.EMAIL_FILE_PATH = True, tmp_path
    (tmp_path / "20260101-1.log").write_text(
        "To: a@contoh.id\nSubject: Kode\nDate: Thu, 1 Jan 2026 09:00:00 +0700\n\nK4T-9Z2\n"
    )

    page = Client().get(reverse("demo")).content.decode()
    printed = Client().get(reverse("demo_sign_ins")).content.decode()
    entrance = Client().get(reverse("account_login")).content.decode()

    assert {each.role for each in sign_ins()} == {role.label for role in Role}
    for each in sign_ins():
        assert each.email in page
        assert each.email in printed
        assert each.code in page
    assert PASSWORD in page
    assert PASSWORD in printed
    assert "K4T-9Z2" in page
    assert f'href="{reverse("demo")}"' in entrance
    assert Client().login(email="pemilik@contoh.id", password=PASSWORD)


def test_a_real_installation_has_no_such_page(settings):
    settings.DEMO = False

    assert Client().get(reverse("demo")).status_code == 404
    assert Client().get(reverse("demo_sign_ins")).status_code == 404
    assert reverse("demo") not in Client().get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("part", ["firms", pytest.param("all", marks=pytest.mark.long)])
def test_two_fresh_loads_say_the_same(part):
    """In processes that put sets in different orders. The whole takes minutes: `-m long`."""
    code = f"from tests.partnerships import sample_content; sample_content.main({part!r})"
    first, second = (
        python(code, environment={"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE).communicate()[0] for seed in "12"
    )
    first, second = json.loads(first.splitlines()[-1]), json.loads(second.splitlines()[-1])
    assert first == second
    assert first["portal.Enterprise"].startswith(("300 ", "304 "))
