"""The documents behind a score, by number and issuer, for those who may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.db.models import QuerySet

from curation.models import Application
from curation.scoring.explain import Explanation, Paper
from portal.enums import DocumentKind, Role
from portal.models import Document, User

# A person's own number as often as a firm's: no buyer needs it.
NOT_FOR_BUYERS = (DocumentKind.NPWP,)


def with_numbers(explanation: Explanation, user: User) -> Explanation:
    return all_with_numbers([explanation], user)[0]


def all_with_numbers(explanations: Iterable[Explanation], user: User) -> list[Explanation]:
    """As they stand today under the number that the snapshot kept; in one query.

    Their own people read all of them. A buyer reads those of an application that was sent to it, once it knows whose it is:
    before that not even which document it is, since an earlier application may have shown the same one.
    """
    found = list(explanations)
    pks = {paper.pk for each in found for result in each.results for paper in result.papers}
    if not pks:
        return found
    if not user.acts_as(Role.OFFICER, Role.APPROVER):
        known = _by_pk(Document.objects.visible_to(user).filter(pk__in=pks))
        return [_told(each, known, blind=False) for each in found]
    named = _named({each.score.application_id for each in found if each.score is not None}, user)
    known = _by_pk(
        Document.objects.filter(pk__in=pks, enterprise__in=set(named.values())).exclude(kind__in=NOT_FOR_BUYERS)
    )
    return [_told(each, known, blind=each.score is None or each.score.application_id not in named) for each in found]


def _named(applications: set[int], user: User) -> dict[int, int]:
    """Enterprise by application."""
    seen = Application.objects.visible_to(user).named().filter(pk__in=applications)
    return dict(seen.values_list("pk", "enterprise"))


def _by_pk(documents: QuerySet[Document]) -> dict[int, tuple[str, str]]:
    return {pk: (number, issuer) for pk, number, issuer in documents.values_list("pk", "number", "issuer")}


def _told(explanation: Explanation, known: dict[int, tuple[str, str]], *, blind: bool) -> Explanation:
    def told(paper: Paper) -> Paper:
        number, issuer = known.get(paper.pk or 0, ("", ""))
        return replace(paper, number=number, issuer=issuer)

    return unnamed(explanation) if blind else _of_each(explanation, told)


def unnamed(explanation: Explanation) -> Explanation:
    """Kind, validity and whether somebody checked it: no more."""
    return _of_each(explanation, lambda paper: replace(paper, pk=None))


def _of_each(explanation: Explanation, told: Callable[[Paper], Paper]) -> Explanation:
    results = tuple(replace(result, papers=tuple(map(told, result.papers))) for result in explanation.results)
    return replace(explanation, results=results)
