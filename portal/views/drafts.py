"""What is typed on a page of the dossier and can't be saved yet: kept as typed, for who typed it."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from portal.forms.enterprise.base import ADD
from portal.models import Enterprise, SectionDraft
from portal.sections import Section
from portal.services import dossier as service

# Of a page, not of the answers.
NOT_ANSWERS = ("csrfmiddlewaretoken", "save", "draft", "step", "find", ADD)


def keep(request: HttpRequest, enterprise: Enterprise, section: Section, data: QueryDict) -> SectionDraft:
    answers = data.copy()
    for name in NOT_ANSWERS:
        answers.pop(name, None)
    return service.keep_draft(enterprise, section.name, answers.urlencode(), by=request.user)


def draft_of(request: HttpRequest, enterprise: Enterprise, section: Section) -> SectionDraft | None:
    return SectionDraft.objects.visible_to(request.user).filter(enterprise=enterprise, section=section.name).first()
