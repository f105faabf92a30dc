"""Of the certificates that a rank counts as held, which ones somebody has verified: the rank takes what is declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.utils import timezone

from portal.models import Document, Product


def verified_kinds(products: Iterable[Product], kinds: Collection[str]) -> Mapping[int, set[str]]:
    """By product: a paper of its own, or one for all that its business sells. In one query; none where none is asked for."""
    wanted = list(products) if kinds else []
    found: dict[int, set[str]] = defaultdict(set)
    if not wanted:
        return found
    papers = Document.objects.counting_on(timezone.localdate()).filter(
        enterprise__in={product.enterprise_id for product in wanted}, kind__in=list(kinds), verified_at__isnull=False
    )
    held = list(papers.values_list("enterprise", "product", "kind"))
    for product in wanted:
        for owner, only_for, kind in held:
            if owner == product.enterprise_id and only_for in (None, product.pk):
                found[product.pk].add(kind)
    return found
