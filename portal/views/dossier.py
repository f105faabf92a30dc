"""The dossier of the enterprise one acts for: its task list, a page for each section, and sending it for checking."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import kept_forms
from portal.consents import in_ones_hands
from portal.countries import country_names
from portal.enums import EnterpriseStatus
from portal.flow import MoveNotAllowed
from portal.flows import ENTERPRISE
from portal.forms.enterprise import SECTION_FORMS, SectionForm
from portal.forms.enterprise.search import RegionSearchForm
from portal.meanwhile import ChangedMeanwhile
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Enterprise, SectionDraft
from portal.policy import FILLING_IN, policy
from portal.presentation.dates import jam
from portal.sections import BY_NAME, MEMBERS, Section, sections_of
from portal.selectors.annual_sales import owed_sales_year
from portal.selectors.cooperative import asking
from portal.selectors.dossier import (
    answers_of,
    conflict_rows,
    meter_text,
    next_step,
    section_note,
    tasks_of,
    warnings_of,
)
from portal.selectors.enterprise import completeness, enterprise_of, standing_of
from portal.selectors.ladder import ladder_of
from portal.selectors.reference import lineage, regions_under, search_regions
from portal.services import dossier as service
from portal.services.enterprise import Incomplete, TooLarge, submit_enterprise, too_large_text
from portal.views import activities, cooperative, drafts


@policy(FILLING_IN)
@require_safe
def dossier(request: HttpRequest) -> HttpResponse:
    """What is filled in, what is missing, and what happens next."""
    enterprise = _own(request)
    complete = completeness(
        enterprise, drafts=SectionDraft.objects.visible_to(request.user).filter(enterprise=enterprise)
    )
    standing = standing_of(enterprise)
    return render(
        request,
        "portal/enterprise/dossier.html",
        {
            "owed_year": owed_sales_year(enterprise, timezone.localdate())
            if in_ones_hands(request.user, "finance")
            else None,
            "may_close": ENTERPRISE["close"] in ENTERPRISE.open_to(request.user, enterprise),
            "enterprise": enterprise,
            "complete": complete,
            "meter_text": meter_text(enterprise, complete),
            "tasks": tasks_of(complete),
            "missing_papers": complete.missing_papers,
            "may_add_papers": request.user.has_perm("portal.edit_documents", enterprise),
            "step": next_step(enterprise, complete),
            "standing": standing,
            "too_large": too_large_text() if standing.is_large else "",
            "general_reasons": [each["reason"] for each in enterprise.return_reasons if not each["section"]],
            "warnings": warnings_of(enterprise),
            "ladder": ladder_of(enterprise),
            "cooperatives": asking(enterprise).exists(),
        },
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def dossier_section(request: HttpRequest, section: str) -> HttpResponse:
    """One topic a page. What can't be saved yet is kept as typed, and is there again the next time."""
    found, enterprise = _section(section), _own(request)
    if found not in sections_of(enterprise):
        raise Http404
    if not in_ones_hands(request.user, found.name):
        return _read_only(request, enterprise, found)
    if not request.user.has_perm("portal.edit_enterprise", enterprise):
        if request.method == "POST":
            if found.name in SECTION_FORMS:
                drafts.keep(request, enterprise, found, request.POST)
            messages.warning(request, _("This cannot be changed while it is being checked. What you typed is kept."))
            return redirect("dossier")
        return _read_only(request, enterprise, found)
    if found.name == "activities":
        return activities.activities(request, enterprise)
    if found.name == MEMBERS:
        return cooperative.members(request, enterprise)
    if request.method == "POST":
        return _save(request, enterprise, found)
    return _page(request, enterprise, found, _form_to_show(request, enterprise, found))


@policy(FILLING_IN)
@require_POST
def dossier_autosave(request: HttpRequest, section: str) -> HttpResponse:
    """Keeps what is typed so far. From the page's script now and then, and from its “Save as draft” button."""
    found, enterprise = _section(section), _own(request)
    if found not in sections_of(enterprise) or (found.name not in SECTION_FORMS and found.name != MEMBERS):
        raise Http404
    draft = drafts.keep(request, enterprise, found, request.POST)
    text = _("Draft saved %(time)s") % {"time": jam(draft.saved_at)}
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"saved": text})
    messages.success(request, text)
    return redirect("dossier")


@policy(FILLING_IN)
@require_POST
def dossier_discard(request: HttpRequest, section: str) -> HttpResponse:
    """Back to what was last saved."""
    service.discard_draft(_own(request), _section(section).name, by=request.user)
    return redirect("dossier_section", section=section)


@policy(FILLING_IN)
@require_safe
def dossier_village(request: HttpRequest) -> HttpResponse:
    """From the province down to the village, link by link; the last link brings the village back to the address page."""
    search = RegionSearchForm(request.GET)
    asked = search.cleaned_data if search.is_valid() else {}
    within, words = asked.get("within", ""), asked.get("q", "")
    return render(
        request,
        "portal/enterprise/village.html",
        {
            "path": lineage(within) if within else [],
            "regions": search_regions(words, within=within) if words else regions_under(within),
            "words": words,
            "within": within,
        },
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def dossier_check(request: HttpRequest) -> HttpResponse:
    """All answers on one page, each with a link to change it, and the button that sends them."""
    enterprise = _own(request)
    status, missing = 200, ()
    if request.method == "POST":
        try:
            submit_enterprise(enterprise, by=request.user)
        except Incomplete as problem:
            missing, status = problem.missing, 422
        except TooLarge:
            status = 422
        except MoveNotAllowed as problem:
            messages.info(request, problem.message)
            return redirect("dossier")
        else:
            messages.success(request, _("Sent. The ministry checks your data; you will be told here and by e-mail."))
            return redirect("dossier")
    standing = standing_of(enterprise)
    complete = completeness(enterprise)
    waiting = SectionDraft.objects.visible_to(request.user).filter(enterprise=enterprise)
    return render(
        request,
        "portal/enterprise/check.html",
        {
            "enterprise": enterprise,
            "sections": answers_of(enterprise),
            "standing": standing,
            "too_large": too_large_text() if standing.is_large else "",
            "missing": missing or complete.still_needed,
            "missing_papers": complete.missing_papers,
            "may_add_papers": request.user.has_perm("portal.edit_documents", enterprise),
            "drafts": [BY_NAME[draft.section] for draft in waiting if draft.section in BY_NAME],
            "warnings": warnings_of(enterprise),
            "may_edit": request.user.has_perm("portal.edit_enterprise", enterprise),
            "may_send": enterprise.status in (EnterpriseStatus.DRAFT, EnterpriseStatus.RETURNED)
            and request.user.has_perm("portal.submit_enterprise", enterprise),
            "has_errors": status == 422,
        },
        status=status,
    )


def _own(request: HttpRequest) -> Enterprise:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        raise Http404
    return enterprise


def _section(name: str) -> Section:
    if name not in BY_NAME:
        raise Http404
    return BY_NAME[name]


def _form(enterprise: Enterprise, section: Section, data: QueryDict | None, **initial: Any) -> SectionForm:
    seen = service.fingerprint(enterprise, section.name)
    return SECTION_FORMS[section.name](data, enterprise=enterprise, seen=seen, initial=initial)


def _form_to_show(request: HttpRequest, enterprise: Enterprise, section: Section) -> SectionForm:
    """What was typed before the session ended, else this person's draft, else what is stored."""
    data = kept_forms.take(request)
    if data is None:
        draft = drafts.draft_of(request, enterprise, section)
        data = QueryDict(draft.answers) if draft else None
    chosen: dict[str, str] = {}
    if section.name == "address" and (village := request.GET.get("village")):
        chosen = {"village": village, "district": request.GET.get("district", "")}
    if data is not None and chosen:
        data = data.copy()
        data["village_q"] = ""
        for name, value in chosen.items():
            data[name] = value
    return _form(enterprise, section, data, **chosen)


def _save(request: HttpRequest, enterprise: Enterprise, section: Section) -> HttpResponse:
    form = _form(enterprise, section, request.POST)
    if "step" in request.POST or "draft" in request.POST or form.adding or getattr(form, "searching", ""):
        drafts.keep(request, enterprise, section, request.POST)
        if "step" in request.POST:
            return redirect("dossier_village")
        if "draft" in request.POST:
            messages.success(request, _("Saved as a draft. Come back to it any time."))
            return redirect("dossier")
        return _page(request, enterprise, section, form)
    if form.is_valid():
        try:
            service.save_section(
                enterprise, section.name, form.values(), by=request.user, seen=form.cleaned_data.get("seen")
            )
        except ChangedMeanwhile as conflict:
            drafts.keep(request, enterprise, section, request.POST)
            return _conflict(request, enterprise, section, form, conflict)
        except ValidationError as problem:
            _add_errors(form, problem)
        else:
            return _saved(request, enterprise, section, form)
    drafts.keep(request, enterprise, section, request.POST)
    return _page(request, enterprise, section, form, status=422)


def _add_errors(form: SectionForm, problem: ValidationError) -> None:
    """At their fields; what belongs to another section on top of the page."""
    for name, texts in problem.message_dict.items():
        if name in form.row_sets:
            form.refuse_rows(name, texts)
        else:
            form.add_error(name if name in form.fields else None, texts)


def _saved(request: HttpRequest, enterprise: Enterprise, section: Section, form: SectionForm) -> HttpResponse:
    messages.success(request, _("“%(section)s” is saved.") % {"section": section.title})
    for warning in form.warnings:
        messages.warning(request, warning)
    if section.name == "finance" and (found := standing_of(enterprise).business_class):
        messages.info(request, " ".join(filter(None, [found.explanation, found.note])))
    return redirect("dossier")


def _conflict(
    request: HttpRequest, enterprise: Enterprise, section: Section, form: SectionForm, conflict: ChangedMeanwhile
) -> HttpResponse:
    """Both versions, side by side. Saving again from here is meant."""
    enterprise.refresh_from_db()
    answers = request.POST.copy()
    answers["seen"] = service.fingerprint(enterprise, section.name)
    form.data = answers
    rows = conflict_rows(form.values(), conflict.stored, form.labels)
    return _page(request, enterprise, section, form, status=409, conflict=conflict, conflict_rows=rows)


def _page(
    request: HttpRequest, enterprise: Enterprise, section: Section, form: SectionForm, status: int = 200, **more: Any
) -> HttpResponse:
    return render(
        request,
        "portal/enterprise/section.html",
        {
            "enterprise": enterprise,
            "section": section,
            "form": form,
            "draft": drafts.draft_of(request, enterprise, section),
            "note": section_note(enterprise, section),
            "countries": country_names(get_language() or "id").values() if section.name == "export" else (),
            "reasons": [each["reason"] for each in enterprise.return_reasons if each["section"] == section.name],
            **more,
        },
        status=status,
    )


def _read_only(request: HttpRequest, enterprise: Enterprise, section: Section) -> HttpResponse:
    shown = [each for each in answers_of(enterprise) if each.section == section]
    return render(
        request,
        "portal/enterprise/section_read_only.html",
        {"enterprise": enterprise, "section": section, "sections": shown},
    )
