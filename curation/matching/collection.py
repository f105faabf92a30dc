"""Where a search reads: the products, the needs, or a judged set on tables of its own. The statements are the same."""

from __future__ import annotations

from dataclasses import dataclass

from curation.models import Language


@dataclass(frozen=True)
class Collection:
    """Names of tables, which are ours and may stand in statements."""

    name: str
    rows: str
    occurrences: str
    state: str
    language: str = Language.INDONESIAN
    # The best-placed rows have indexes of their own.
    tiered: bool = False

    @property
    def configuration(self) -> str:
        return f"search_{self.language}"


PRODUCTS = Collection(
    "products", "curation_searchedproduct", "curation_productword", "curation_searchstate", tiered=True
)
NEEDS = Collection("needs", "curation_searchedneed", "curation_needword", "curation_searchstate")
