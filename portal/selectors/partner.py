"""What enterprises entrusted to a partner's system: which of them, and which parts of each."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from portal.consents import DOCUMENTS, PRODUCTS
from portal.models import Consent, CooperativeMember, Document, Enterprise, Product, User
from portal.sections import BY_NAME, MEMBERS, RELATED, SECRET_FIELDS
from portal.selectors.ladder import with_ladder


def consents_held(user: User) -> dict[int, Consent]:
    """In force now, by enterprise."""
    held = Consent.objects.held_by(user).select_related("organisation", "enterprise")
    return {consent.enterprise_id: consent for consent in held}


def entrusted_enterprises(user: User) -> QuerySet[Enterprise]:
    """Apart from `visible_to` on purpose: a consent opens the parts it names, and nothing else that hangs on an enterprise."""
    held = Consent.objects.held_by(user).values("enterprise")
    related = with_ladder(Enterprise.objects.filter(pk__in=held)).select_related("organisation", "village")
    return related.prefetch_related(*RELATED).order_by("pk")


def entrusted_products(user: User) -> QuerySet[Product]:
    found = Product.objects.filter(enterprise__in=_opened(user, PRODUCTS))
    return found.select_related("enterprise", "kbli").prefetch_related("photos").order_by("pk")


def entrusted_documents(user: User) -> QuerySet[Document]:
    found = Document.objects.filter(enterprise__in=_opened(user, DOCUMENTS))
    return found.select_related("enterprise", "verified_for", "replaced_by").order_by("pk")


def entrusted_members(user: User) -> QuerySet[CooperativeMember]:
    found = CooperativeMember.objects.filter(cooperative__in=_opened(user, MEMBERS))
    related = found.select_related("cooperative__organisation", "invited__organisation", "member__organisation")
    return related.order_by("pk")


def _opened(user: User, scope: str) -> QuerySet[Consent, Any]:
    """The enterprises whose consent names this part."""
    return Consent.objects.held_by(user).filter(scopes__contains=[scope]).values("enterprise")


def parts_of(consent: Consent) -> set[str]:
    """The answers that the consent opens, as the API calls them. Identity numbers are written through it, never read."""
    names = {name for section in consent.scopes if section in BY_NAME for name in BY_NAME[section].names}
    if "activities" in consent.scopes:
        names.add("activities")
    return names - set(SECRET_FIELDS)
