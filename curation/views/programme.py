"""A buyer's programmes: list, add, change, open, close; and the official scoring."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.enums import ProgrammeStatus
from curation.flow import PROGRAMME
from curation.forms.programme import ProgrammeForm, QuotaForm
from curation.models import Programme, ScoringRun
from curation.scoring.criteria import validate
from curation.selectors import desk
from curation.selectors import programmes as selector
from curation.selectors.criteria import rules
from curation.selectors.whatif import without_evidence
from curation.services import programme as service
from curation.services.scoring import start_official_run
from portal import kept_forms
from portal.flow import MoveNotAllowed
from portal.forms.once import ALREADY_SENT
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import BUYER, OFFICER, policy
from portal.presentation.dates import tanggal
from portal.views.steps import attempt, attempt_unless_changed, blame, by_field, tried

PER_PAGE = 25


@policy(BUYER)
@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(selector.buyers_programmes(request.user), PER_PAGE).get_page(request.GET.get("page"))
    may_add = request.user.has_perm("curation.add_programme")
    return render(request, "curation/programme_list.html", {"page": page, "may_add": may_add})


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def programme_add(request: HttpRequest) -> HttpResponse:
    initial = {"needs": [request.GET["need"]]} if request.GET.get("need", "").isdigit() else None
    form = ProgrammeForm(kept_forms.typed(request), user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "programme_list")
        needs = form.cleaned_data["needs"]
        try:
            programme = service.add_programme(request.user.organisation, needs=needs, by=request.user, **form.values)
        except ValidationError as error:
            blame(form, by_field(error))
        else:
            url = reverse("criteria_edit", args=[programme.pk])
            form.remember(url)
            messages.success(request, _("Saved as a draft. Now the criteria: what counts, and how much."))
            return redirect(url)
    context = {"form": form, "title": _("Add a programme"), "cancel_url": reverse("programme_list")}
    return render(request, "curation/programme_form.html", context, status=422 if request.method == "POST" else 200)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def programme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(_programmes(request), pk=pk)
    form = ProgrammeForm(kept_forms.typed(request), user=request.user, instance=programme)
    status = 200
    if request.method == "POST":
        status = attempt_unless_changed(
            request,
            lambda: _change(request, pk, form),
            form,
            lambda: ProgrammeForm(user=request.user, instance=_programmes(request).get(pk=pk)),
        )
        if status == 200:
            messages.success(request, _("Saved."))
            return redirect("programme", pk=pk)
    context = {"form": form, "title": _("Change the programme"), "cancel_url": reverse("programme", args=[pk])}
    return render(request, "curation/programme_form.html", context, status=status)


def _change(request: HttpRequest, pk: int, form: ProgrammeForm) -> None:
    needs, seen = form.cleaned_data["needs"], form.cleaned_data["seen"]
    service.change_programme(Programme(pk=pk), needs=needs, by=request.user, seen=seen, **form.values)


@policy(BUYER)
@require_safe
def programme(request: HttpRequest, pk: int) -> HttpResponse:
    """One programme at a glance: what is missing before it opens, what waits, the last official scoring."""
    subject = get_object_or_404(selector.with_counts(_programmes(request)), pk=pk)
    draft = subject.criteria_sets.filter(published_at=None).prefetch_related("criteria").first()
    needs = list(subject.needs.select_related("delivery_region"))
    in_force = subject.criteria
    may_manage = request.user.has_perm("curation.manage_programme", subject)
    return render(
        request,
        "curation/programme.html",
        {
            "programme": subject,
            "needs": needs,
            "criteria_set": in_force,
            "draft": draft,
            "rules": rules(in_force or draft, needs),
            "missing": _missing(subject, draft) if may_manage else [],
            "counts": desk.counts(subject, request.user),
            "runs": subject.runs.official().select_related("started_by", "criteria_set"),
            "moves": {move.name for move in PROGRAMME.open_to(request.user, subject)},
            "may_manage": may_manage,
            "may_close": subject.closes_at <= timezone.now() or not subject.applicants,
            "may_run": may_manage and selector.can_be_ranked(subject),
        },
    )


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def programme_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Its own confirm page: nothing of it changes any more once enterprises rely on it."""
    programme = get_object_or_404(_programmes(request), pk=pk)
    against: dict[str | None, list[str]] = {}
    if request.method == "POST":
        against = tried(lambda: service.publish_programme(programme, by=request.user))
        if not against:
            said = _("The programme is published. Enterprises can apply from %(date)s on.")
            messages.success(request, said % {"date": tanggal(programme.opens_at)})
            return redirect("programme", pk=pk)
        programme.refresh_from_db(fields=["status"])
        if programme.status != ProgrammeStatus.DRAFT:
            messages.info(request, _("The programme is open already."))
            return redirect("programme", pk=pk)
    draft = programme.criteria_sets.filter(published_at=None).prefetch_related("criteria").first()
    context = {
        "programme": programme,
        "criteria_set": draft,
        "rules": rules(draft, list(programme.needs.all())),
        "missing": [text for texts in against.values() for text in texts] or _missing(programme, draft),
        "warnings": without_evidence(programme, draft.criteria.all()) if draft else [],
        "has_errors": bool(against),
    }
    return render(request, "curation/programme_publish.html", context, status=422 if against else 200)


@policy(OFFICER)
@require_POST
def programme_close(request: HttpRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(_programmes(request), pk=pk)
    if attempt(request, lambda: service.close_programme(programme, by=request.user)):
        messages.success(request, _("The programme is closed."))
    return redirect("programme", pk=pk)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def programme_archive(request: HttpRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(_programmes(request), pk=pk)
    if request.method == "POST":
        if attempt(request, lambda: service.archive_programme(programme, by=request.user)):
            messages.success(request, _("The programme is archived."))
        return redirect("programme", pk=pk)
    context = {
        "title": _("Archive the programme"),
        "intro": _("The programme ends. Enterprises on the waiting list are told that no place came free."),
        "submit_text": _("Archive the programme"),
        "cancel_url": reverse("programme", args=[pk]),
    }
    return render(request, "ui/form_page.html", context)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def programme_quota(request: HttpRequest, pk: int) -> HttpResponse:
    programme = get_object_or_404(_programmes(request), pk=pk)
    form = QuotaForm(kept_forms.typed(request), initial={"quota": programme.quota})
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: service.raise_quota(programme, form.cleaned_data["quota"], by=request.user), form)
    ):
        messages.success(request, _("The quota is raised. Places go to the waiting list first."))
        return redirect("programme", pk=pk)
    context = {"form": form, "title": _("Raise the quota"), "cancel_url": reverse("programme", args=[pk])}
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(OFFICER)
@require_POST
def run_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the official scoring. A second click finds the first one's run and goes there."""
    programme = get_object_or_404(_programmes(request), pk=pk)
    try:
        run = start_official_run(programme, by=request.user)
    except MoveNotAllowed as error:
        running = programme.runs.official().open().first()
        if running is None:
            messages.error(request, error.message)
            return redirect("programme", pk=pk)
        messages.info(request, error.message)
        run = running
    return redirect("run_status", pk=run.pk)


@policy(BUYER)
@require_safe
def run_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Live: the page asks for its fragment again until the run has ended."""
    runs = ScoringRun.objects.visible_to(request.user).select_related("programme", "criteria_set", "started_by")
    run = get_object_or_404(runs, pk=pk)
    fragment = request.headers.get("X-Requested-With") == "fetch"
    template = "curation/run_progress.html" if fragment else "curation/run_status.html"
    return render(request, template, {"run": run, "polled": fragment})


def _programmes(request: HttpRequest):
    return Programme.objects.managed_by(request.user).select_related("buyer")


def _missing(programme: Programme, draft) -> list[str]:
    """Everything that keeps a draft from opening, at once."""
    if programme.status != "draft":
        return []
    criteria = [problem.message for problem in validate(draft)] if draft else []
    return [*service.problems_before_publishing(programme), *criteria]
