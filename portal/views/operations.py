"""The operator's pages: organisations, invitations into them, and background jobs. No part in any decision."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit, kept_forms
from portal.enums import Capability, JobState, Role
from portal.forms.once import ALREADY_SENT
from portal.forms.organisation import InviteToForm, NewOrganisationForm, OrganisationForm
from portal.gauges import readings
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Invitation, Job, Organisation
from portal.policy import OPERATOR, policy
from portal.services import membership as membership_service
from portal.services import organisation as service


def _organisations():
    return Organisation.objects.exclude(capabilities=[Capability.ENTERPRISE]).annotate(
        people=Count("memberships", filter=Q(memberships__ended_at=None))
    )


@policy(OPERATOR)
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    rows = _organisations().select_related("successor")
    capability = request.GET.get("capability", "")
    if capability in Capability.values:
        rows = rows.with_capability(Capability(capability))
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(Q(name__icontains=text) | Q(short_name__icontains=text))
    return render(
        request,
        "portal/operations/organisation_list.html",
        {
            "page": Paginator(rows.order_by("name"), 50).get_page(request.GET.get("page")),
            "capabilities": [choice for choice in Capability.choices if choice[0] != Capability.ENTERPRISE],
            "capability": capability,
            "q": text,
        },
    )


@policy(OPERATOR)
@require_http_methods(["GET", "POST"])
def organisation_add(request: HttpRequest) -> HttpResponse:
    data = kept_forms.typed(request)
    form = NewOrganisationForm(data or None)
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "organisation_list")
        fields = {name: form.cleaned_data[name] for name in OrganisationForm.Meta.fields}
        organisation = service.add_organisation(
            by=request.user,
            first_email=form.cleaned_data["first_email"],
            first_role=Role(form.cleaned_data["first_role"]) if form.cleaned_data["first_role"] else None,
            **fields,
        )
        url = reverse("organisation", args=[organisation.pk])
        form.remember(url)
        messages.success(request, _("%(name)s is entered.") % {"name": organisation.name})
        return redirect(url)
    context = {
        "form": form,
        "title": _("Enter an organisation"),
        "submit_text": _("Enter"),
        "cancel_url": reverse("organisation_list"),
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(OPERATOR)
@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: its people, open invitations, and inviting another."""
    subject = get_object_or_404(_organisations(), pk=pk)
    form = InviteToForm(kept_forms.typed(request), organisation=subject)
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        membership_service.invite(subject, form.cleaned_data["email"], role, by=request.user)
        messages.success(request, _("The invitation is on its way to %(email)s.") % form.cleaned_data)
        return redirect("organisation", pk=pk)
    return render(
        request,
        "portal/operations/organisation.html",
        {
            "organisation": subject,
            "members": subject.memberships.active().select_related("user"),
            "invitations": Invitation.objects.visible_to(request.user).open().filter(organisation=subject),
            "form": form,
        },
        status=422 if request.method == "POST" else 200,
    )


@policy(OPERATOR)
@require_http_methods(["GET", "POST"])
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    subject = get_object_or_404(_organisations(), pk=pk)
    form = OrganisationForm(kept_forms.typed(request), instance=subject)
    if request.method == "POST" and form.is_valid():
        service.change_organisation(subject, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("organisation", pk=pk)
    context = {"form": form, "title": subject.name, "cancel_url": reverse("organisation", args=[pk])}
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(OPERATOR)
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """What waits, runs, or was parked. Names of jobs and counts: no documents."""
    state = request.GET.get("state", JobState.PARKED)
    counts = dict(Job.objects.values_list("state").annotate(n=Count("pk")))
    return render(
        request,
        "portal/operations/job_list.html",
        {
            "state": state,
            "states": [(value, label, counts.get(value, 0)) for value, label in JobState.choices],
            "gauges": readings(),
            "page": Paginator(Job.objects.filter(state=state).order_by("-pk"), 50).get_page(request.GET.get("page")),
        },
    )


@policy(OPERATOR)
@require_POST
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a parked job another chance, after its cause was mended."""
    job = get_object_or_404(Job.objects.select_for_update(), pk=pk, state=JobState.PARKED)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.READY, attempts=0, lone_deaths=0, run_after=timezone.now(), error=""
    )
    audit.record(job, "retry", by=request.user, payload={"kind": job.kind})
    messages.success(request, _("The job runs again."))
    return redirect("job_list")
