"""Reviewers at the desk: who reviews what, one's own review, and stepping back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.enums import ConflictKind, ReviewStatus
from curation.forms.reviewing import ConflictForm, DeclarationForm, InTurnForm, ReviewerForm, ReviewForm
from curation.models import Application, Programme, Review, ReviewPoint
from curation.selectors import desk
from curation.selectors import reviews as selector
from curation.services import own_review, reviewers
from portal import kept_forms
from portal.flow import TooLate
from portal.methods import require_http_methods
from portal.policy import OFFICER, policy
from portal.views.steps import attempt, too_late


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def review_write(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    """One's own review: the declaration first, then points and notes; what was sent is shown."""
    application = _application(request, pk, application_pk)
    review = get_object_or_404(
        Review.objects.visible_to(request.user).filter(reviewer=request.user), application=application
    )
    form: Any = None
    status = 200
    if review.status == ReviewStatus.ASSIGNED and application.status in selector.REVIEWED_IN:
        form = _review_form(request, review, application)
    if request.method == "POST":
        if form is None:
            criteria = application.programme.criteria.criteria.all() if application.programme.criteria else []
            typed = ReviewForm(request.POST, criteria=list(criteria), given={}, results={})
            return too_late(request, _("You sent this review already, or were taken off."), typed, back=request.path)
        if form.is_valid() and (answer := _save(request, review, form)) is not None:
            return answer
        status = 422
    points = ReviewPoint.objects.visible_to(request.user)
    context = _context(application, review=review, form=form, panel=selector.panel_of(application, points))
    context["own"] = review.points.select_related("criterion")
    context["explanation"] = desk.newest_explanation(application, request.user)
    return render(request, "curation/review_write.html", context, status=status)


def _review_form(request: HttpRequest, review: Review, application: Application) -> DeclarationForm | ReviewForm:
    if review.no_conflict_at is None:
        return DeclarationForm(request.POST if request.method == "POST" else None)
    explanation = desk.newest_explanation(application, request.user)
    criteria_set = application.programme.criteria
    criteria = selector.weighted_and_gates(list(criteria_set.criteria.all())) if criteria_set else []
    return ReviewForm(
        kept_forms.typed(request),
        criteria=criteria,
        given={point.criterion_id: point for point in review.points.all()},
        results={result.criterion.pk: result for result in explanation.results} if explanation else {},
    )


def _save(request: HttpRequest, review: Review, form: DeclarationForm | ReviewForm) -> HttpResponse | None:
    """None when the form is to be shown again."""
    if isinstance(form, DeclarationForm):
        done = attempt(request, partial(own_review.declare_no_conflict, review, by=request.user), form)
        return redirect(request.path) if done else None
    send = "keep" not in request.POST
    step = own_review.send_review if send else own_review.keep_review
    try:
        if not attempt(request, partial(step, review, form.given, by=request.user), form):
            return None
    except TooLate as late:
        return too_late(request, late.message, form, back=request.path)
    if not send:
        messages.success(request, _("Kept. Only you see it."))
        return redirect(request.path)
    following = selector.next_to_review(review.application.programme, request.user)
    if following is None:
        messages.success(request, _("Your review is sent. Nothing else awaits you here."))
        return redirect("application_review", pk=review.application.programme_id, application_pk=review.application_id)
    messages.success(request, _("Your review is sent. Here is the next one."))
    return redirect("review_write", pk=following.programme_id, application_pk=following.pk)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def conflict_declare(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    """Its own page: afterwards the application is gone from this person's desk."""
    application = _application(request, pk, application_pk)
    form = ConflictForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        kind, note = ConflictKind(form.cleaned_data["kind"]), form.cleaned_data["note"]
        step = partial(reviewers.declare_conflict, application, kind=kind, note=note, by=request.user)
        if attempt(request, step, form):
            messages.success(
                request,
                _("Recorded. Application %(number)s is no longer on your desk.") % {"number": application.number},
            )
            return redirect("application_desk", pk=pk)
    context = _context(application, form=form)
    return render(request, "curation/conflict.html", context, status=422 if request.method == "POST" else 200)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def application_reviewers(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    """By hand: who reviews this one. A button beside each who has not sent theirs takes them off."""
    application = _application(request, pk, application_pk)
    form = ReviewerForm(
        request.POST if request.method == "POST" and "release" not in request.POST else None,
        free=selector.free_to_review(application),
    )
    if request.method == "POST":
        if "release" in request.POST:
            review = get_object_or_404(
                Review.objects.visible_to(request.user).filter(application=application),
                pk=_number(request.POST["release"]),
            )
            if attempt(request, partial(reviewers.release_reviewer, review, by=request.user)):
                messages.success(request, _("%(name)s was taken off.") % {"name": review.reviewer})
            return redirect(request.path)
        if form.is_valid():
            reviewer = form.cleaned_data["reviewer"]
            if attempt(request, partial(reviewers.assign_reviewer, application, reviewer, by=request.user), form):
                messages.success(request, _("%(name)s reviews this and has been told.") % {"name": reviewer})
                return redirect(request.path)
    context = _context(
        application,
        form=form,
        reviews=Review.objects.visible_to(request.user).filter(application=application).select_related("reviewer"),
        may_choose=request.user.has_perm("curation.choose_reviewers", application)
        and application.status in selector.REVIEWED_IN
        and not selector.are_open(application),
    )
    return render(request, "curation/reviewers.html", context, status=422 if request.method == "POST" else 200)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def reviewers_in_turn(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out what lacks reviewers, evenly among those ticked."""
    programme = get_object_or_404(Programme.objects.managed_by(request.user).select_related("buyer"), pk=pk)
    officers = selector.officers_of(programme)
    form = InTurnForm(request.POST if request.method == "POST" else None, officers=officers)
    if request.method == "POST" and form.is_valid():
        try:
            handed = reviewers.assign_in_turn(programme, form.cleaned_data["reviewers"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = ngettext("%(n)s review was handed out.", "%(n)s reviews were handed out.", handed.reviews) % {
                "n": handed.reviews
            }
            if handed.lacking:
                said += " " + ngettext(
                    "%(n)s application still has too few reviewers.",
                    "%(n)s applications still have too few reviewers.",
                    handed.lacking,
                ) % {"n": handed.lacking}
            messages.success(request, said)
            return redirect("application_desk", pk=pk)
    loads = selector.loads(programme, officers)
    context = {
        "programme": programme,
        "form": form,
        "lacking": selector.lacking_reviewers(programme).count(),
        "loads": [(person, loads[person.pk]) for person in officers],
    }
    return render(request, "curation/reviewers_in_turn.html", context, status=422 if request.method == "POST" else 200)


def _application(request: HttpRequest, pk: int, application_pk: int) -> Application:
    programme = get_object_or_404(Programme.objects.managed_by(request.user), pk=pk)
    applications = Application.objects.visible_to(request.user).select_related(
        "programme__buyer", "enterprise__organisation", "enterprise__village", "product"
    )
    return get_object_or_404(applications, programme=programme, pk=application_pk)


def _context(application: Application, **more: Any) -> dict[str, Any]:
    back = reverse("application_review", args=[application.programme_id, application.pk])
    return {"programme": application.programme, "application": application, "back": back, **more}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
