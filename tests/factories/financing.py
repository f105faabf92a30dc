"""Requests for finance in every state, made by the same services as pages call."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from partnerships.models import FinancingRequest, Partnership
from partnerships.selectors.sharing import Paper
from partnerships.services import financing, financing_desk
from partnerships.services.financing import Wish
from partnerships.services.financing_desk import Offer
from portal.enums import Role
from portal.models import Organisation, User
from tests.factories.partnerships import World
from tests.factories.people import OrganisationFactory, person


def financier(name: str = "Bank Uji", **fields: Any) -> tuple[Organisation, User]:
    bank = OrganisationFactory(name=name, capabilities=["financier"], ownership="state", **fields)
    return bank, person(Role.FINANCE_OFFICER, bank, full_name=f"Staf {name}")


def paper_of(made: World, contract: Partnership, **papers: Any) -> Paper:
    return Paper(made.enterprise, contract, **papers)


def sent(paper: Paper, bank: Organisation, *, by: User, **fields: Any) -> FinancingRequest:
    wish = {"amount": 1_000_000, "months": 6, "purpose": "Membeli baja untuk pesanan", "fields": ("nib",), **fields}
    return financing.send_request(paper, bank, Wish(**wish), by=by)


def offered(request: FinancingRequest, *, by: User, **fields: Any) -> FinancingRequest:
    until = timezone.localdate() + dt.timedelta(days=14)
    offer = {"amount": request.amount, "months": request.months, "until": until, "rate": Decimal("9.5"), **fields}
    financing_desk.make_offer(request, Offer(**offer), by=by)
    return request
