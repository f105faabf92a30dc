"""The buyer's side of interests: invite in one step, see who is interested, answer."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.forms.interest import ExtendForm, InvitationForm, InviteEnterpriseForm, ReasonForm
from curation.models import Interest, Need
from curation.selectors import interests as selector
from curation.services import interest as service
from portal import kept_forms
from portal.flow import MoveNotAllowed, NotPermitted
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Enterprise, Product
from portal.policy import BUYER, OFFICER, policy
from portal.presentation.dates import tanggal
from portal.selectors.ladder import read_facts
from portal.views.steps import blame, by_field, too_late

PER_PAGE, MOST_DIGITS = 20, 18


@policy(BUYER)
@require_safe
def need_interests(request: HttpRequest, pk: int) -> HttpResponse:
    return _interests_page(request, _need(request, pk))


@policy(OFFICER)
@require_POST
def enterprise_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """One click on the page of matches. Whoever comes second reads who has invited it, above the list."""
    need = _need(request, pk)
    form = InviteEnterpriseForm(request.POST)
    # A product that went meanwhile is none.
    if not form.is_valid() and set(form.errors) != {"product"}:
        wrong = form.errors.get("message") or [_("Choose an active business.")]
        messages.error(request, " ".join(wrong))
        return _interests_page(request, need, status=422)
    enterprise = form.cleaned_data["enterprise"]
    try:
        service.invite_enterprise(
            need,
            enterprise,
            by=request.user,
            product=form.cleaned_data.get("product"),
            message=form.cleaned_data["message"],
        )
    except NotPermitted:
        raise
    except MoveNotAllowed as refusal:
        messages.error(request, refusal.message)
        return _interests_page(request, need, status=409)
    messages.success(request, _("%(name)s is invited and has been told.") % {"name": enterprise.name})
    return redirect(f"{reverse('buyer_need_matches', args=[pk])}#e{enterprise.pk}")


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def invitation_write(request: HttpRequest, pk: int, enterprise: int) -> HttpResponse:
    """With a message, to another programme, or until another day."""
    need = _need(request, pk)
    firm = get_object_or_404(Enterprise.objects.public(), pk=enterprise)
    # The one that was ranked, unless it went meanwhile.
    number = request.GET.get("product", "")
    known = number.isdecimal() and len(number) < MOST_DIGITS
    product = Product.objects.public().filter(enterprise=firm, pk=number).first() if known else None
    form = InvitationForm(kept_forms.typed(request), need=need)
    back = reverse("buyer_need_matches", args=[pk])
    return _form_page(
        request,
        form,
        lambda: service.invite_enterprise(need, firm, by=request.user, product=product, **form.cleaned_data),
        done=lambda: _("%(name)s is invited and has been told.") % {"name": firm.name},
        back=back,
        to=f"{back}#e{firm.pk}",
        title=_("Invite %(name)s") % {"name": firm.name},
        intro=_("To supply “%(item)s”.") % {"item": need.item},
        submit_text=_("Invite"),
    )


@policy(OFFICER)
@require_POST
def interest_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Of who said that it is interested."""
    interest = _find(request, pk)
    service.invite_enterprise(interest.need, interest.enterprise, by=request.user, product=interest.product)
    messages.success(request, _("%(name)s is invited and has been told.") % {"name": interest.enterprise.name})
    return redirect("need_interests", pk=interest.need_id)


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def interest_decline(request: HttpRequest, pk: int) -> HttpResponse:
    interest = _find(request, pk)
    back = reverse("need_interests", args=[interest.need_id])
    form = ReasonForm(kept_forms.typed(request), reader=_("The business reads it."))
    return _form_page(
        request,
        form,
        lambda: service.decline_interest(interest, by=request.user, reason=form.cleaned_data["reason"]),
        done=lambda: _("%(name)s has been told.") % {"name": interest.enterprise.name},
        back=back,
        title=_("Do not invite %(name)s") % {"name": interest.enterprise.name},
        intro=_("It said that it is interested in “%(item)s”.") % {"item": interest.need.item},
        submit_text=_("Decline"),
    )


@policy(OFFICER)
@require_http_methods(["GET", "POST"])
def invitation_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """One click gives the usual time from today; the page takes another day."""
    interest = _find(request, pk)
    back = reverse("need_interests", args=[interest.need_id])
    form = ExtendForm(kept_forms.typed(request))
    said = _("%(name)s has been told: it can answer until %(day)s.")
    return _form_page(
        request,
        form,
        lambda: service.extend_invitation(interest, by=request.user, answer_by=form.cleaned_data["answer_by"]),
        # The day that it has by then.
        done=lambda: said % {"name": interest.enterprise.name, "day": tanggal(interest.answer_by, "long")},
        back=back,
        title=_("More time for %(name)s") % {"name": interest.enterprise.name},
        intro=_("Invited to “%(item)s”; it can answer until %(day)s.")
        % {"item": interest.need.item, "day": tanggal(interest.answer_by, "long")},
        submit_text=_("Extend"),
    )


@policy(OFFICER)
@require_POST
def invitation_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    interest = _find(request, pk)
    service.take_invitation_back(interest, by=request.user)
    messages.success(
        request, _("The invitation no longer stands; %(name)s has been told.") % {"name": interest.enterprise.name}
    )
    return redirect("need_interests", pk=interest.need_id)


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    step: Callable[[], object],
    *,
    done: Callable[[], str],
    back: str,
    to: str = "",
    **page: str,
) -> HttpResponse:
    """The step of a form, or its page with what stands against it; one that came too late is answered with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            step()
        except NotPermitted:
            raise
        except MoveNotAllowed as refusal:
            return too_late(request, refusal.message, form, back=back)
        except ValidationError as error:
            blame(form, by_field(error))
        else:
            messages.success(request, done())
            return redirect(to or back)
    context = {"form": form, "cancel_url": back, **page}
    return render(request, "ui/form_page.html", context, status=422 if request.method == "POST" else 200)


def _interests_page(request: HttpRequest, need: Need, *, status: int = 200) -> HttpResponse:
    page = Paginator(selector.interests_of(need), PER_PAGE).get_page(request.GET.get("page"))
    rows = selector.ranked(need, page, user=request.user)
    read_facts(row.interest.enterprise for row in rows)
    moves = selector.moves_at_desk(request.user, need, page)
    context = {
        "need": need,
        "page": page,
        "rows": [(row, moves[row.interest.pk]) for row in rows],
        "has_errors": status != 200,
    }
    return render(request, "curation/need_interests.html", context, status=status)


def _need(request: HttpRequest, pk: int) -> Need:
    needs = Need.objects.managed_by(request.user).select_related("buyer", "kbli", "delivery_region")
    return get_object_or_404(needs, pk=pk)


def _find(request: HttpRequest, pk: int) -> Interest:
    return get_object_or_404(selector.with_both(Interest.objects.managed_by(request.user)), pk=pk)
