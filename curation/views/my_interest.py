"""An enterprise's side: say that it is interested, answer an invitation."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.enums import ApplicationStatus
from curation.forms.interest import ExpressForm, OfferedForm, ReasonForm
from curation.models import Interest, Need
from curation.selectors import interests as selector
from curation.selectors.asked import asked_of
from curation.selectors.needs import need_tag
from curation.services import interest as service
from curation.services.scoring import dry_run
from portal import kept_forms
from portal.enums import Role
from portal.flow import MoveNotAllowed, NotPermitted
from portal.methods import require_http_methods, require_POST, require_safe
from portal.policy import SME, policy, roles
from portal.selectors.enterprise import enterprise_of
from portal.views.steps import attempt, blame, by_field, too_late

READERS = roles(Role.OWNER, Role.STAFF, Role.COMPANION)
PER_PAGE = 20


@policy(READERS)
@require_safe
def my_interests(request: HttpRequest) -> HttpResponse:
    page = Paginator(selector.own_interests(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "curation/my_interests.html", {"page": page, "own": _is_own(request)})


@policy(READERS)
@require_safe
def my_interest(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _find(request, pk))


@policy(SME)
@require_http_methods(["GET", "POST"])
def interest_express(request: HttpRequest, pk: int) -> HttpResponse:
    needs = Need.objects.visible_to(request.user).published().select_related("buyer")
    need = get_object_or_404(needs, pk=pk)
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    form = ExpressForm(kept_forms.typed(request), enterprise=enterprise)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data

        def express() -> None:
            service.express_interest(need, enterprise, by=request.user, product=sent["product"], note=sent["note"])

        if attempt(request, express, form):
            messages.success(request, _("%(buyer)s has been told.") % {"buyer": need.buyer.label})
            return redirect("my_interests")
    context = {
        "form": form,
        "need": need,
        "tag": need_tag(need),
        "enterprise": enterprise,
        "standing": selector.newest_of(need, enterprise),
    }
    return render(request, "curation/interest_express.html", context, status=422 if request.method == "POST" else 200)


@policy(SME)
@require_POST
def invitation_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Then on to the application, where one could be begun: to what it still asks, or straight to the check."""
    interest = _find(request, pk)
    form = OfferedForm(request.POST, enterprise=interest.enterprise)
    product = form.cleaned_data["product"] if form.is_valid() else None
    if product is None and form.has_products and request.POST.get("product"):
        return _page(request, interest, form=form, status=422)
    try:
        service.accept_invitation(interest, by=request.user, product=product)
    except NotPermitted:
        raise
    except MoveNotAllowed as refusal:
        messages.error(request, refusal.message)
        return _page(request, _find(request, pk), status=409)
    except ValidationError as error:
        blame(form, by_field(error))
        return _page(request, _find(request, pk), form=form, status=422)
    application = interest.application
    if application is None:
        messages.success(request, _("Accepted. You are told when a programme opens in which you can apply."))
        return redirect("my_interest", pk=pk)
    messages.success(request, _("Accepted. Your application is prepared; it counts only when it is sent."))
    if application.status != ApplicationStatus.DRAFT:
        return redirect("application_detail", pk=application.pk)
    programme = application.programme
    asked = asked_of(interest.enterprise, dry_run(interest.enterprise, programme)) if programme.criteria else None
    if asked is not None and asked.here:
        return redirect(f"{reverse('apply', args=[programme.pk])}?product={application.product_id}")
    return redirect("application_check", pk=application.pk)


@policy(SME)
@require_http_methods(["GET", "POST"])
def invitation_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    interest = _find(request, pk)
    form = ReasonForm(kept_forms.typed(request), reader=_("The buyer reads it."))
    if request.method == "POST" and form.is_valid():
        try:
            service.refuse_invitation(interest, by=request.user, reason=form.cleaned_data["reason"])
        except NotPermitted:
            raise
        except MoveNotAllowed as refusal:
            return too_late(request, refusal.message, form, back=reverse("my_interest", args=[pk]))
        messages.success(request, _("The buyer has been told."))
        return redirect("my_interest", pk=pk)
    context = {
        "form": form,
        "title": _("Decline the invitation"),
        "intro": _("%(buyer)s invited you: %(item)s")
        % {"buyer": interest.need.buyer.label, "item": interest.need.item},
        "submit_text": _("Decline"),
        "cancel_url": reverse("my_interest", args=[pk]),
    }
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


@policy(SME)
@require_POST
def interest_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    interest = _find(request, pk)
    service.withdraw_interest(interest, by=request.user)
    messages.success(request, _("You are no longer listed as interested."))
    return redirect("my_interests")


def _page(
    request: HttpRequest, interest: Interest, *, form: OfferedForm | None = None, status: int = 200
) -> HttpResponse:
    moves = selector.moves_of(request.user, interest)
    if "accept" in moves and form is None:
        form = OfferedForm(enterprise=interest.enterprise, initial={"product": interest.product_id})
    context = {
        "interest": interest,
        "need": interest.need,
        "tag": need_tag(interest.need),
        "moves": moves,
        "form": form,
        "has_errors": status != 200,
        "own": _is_own(request),
    }
    return render(request, "curation/my_interest.html", context, status=status)


def _is_own(request: HttpRequest) -> bool:
    return request.user.acts_as(Role.OWNER, Role.STAFF)


def _find(request: HttpRequest, pk: int) -> Interest:
    return get_object_or_404(selector.with_both(Interest.objects.visible_to(request.user)), pk=pk)
