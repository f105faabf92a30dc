"""The desk for requests about personal data: all of them with their terms; a ministry answers what asks for a person."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import kept_forms, statuses
from portal.enums import DataRequestStatus, Role
from portal.forms.data_request import AnswerForm
from portal.methods import require_http_methods, require_safe
from portal.models import DataRequest
from portal.policy import MINISTRY, policy, roles
from portal.selectors.data_request import described
from portal.services import data_request as service

PER_PAGE = 25
READERS = roles(Role.MINISTRY_ADMIN, Role.OPERATOR)


@policy(READERS)
@require_safe
def data_request_list(request: HttpRequest) -> HttpResponse:
    """Kind, state and term of every request; its words are for whoever answers it."""
    found = DataRequest.objects.managed_by(request.user)
    asked = request.GET.get("state", "")
    state = asked if asked in DataRequestStatus.values else DataRequestStatus.RECEIVED
    counts = dict(found.values_list("status").annotate(n=Count("pk")).order_by())
    shown = found.filter(status=state).select_related("person", "enterprise__organisation")
    order = ("due_on", "pk") if state == DataRequestStatus.RECEIVED else ("-received_at", "-pk")
    return render(
        request,
        "portal/data_requests/list.html",
        {
            "page": Paginator(shown.order_by(*order), PER_PAGE).get_page(request.GET.get("page")),
            "state": state,
            "chips": [
                {
                    "label": statuses.label("DataRequest", each),
                    "count": counts.get(each, 0),
                    "current": each == state,
                    "url": f"?state={each}",
                }
                for each in DataRequestStatus.values
            ],
            "today": timezone.localdate(),
            "answers": request.user.acts_as(Role.MINISTRY_ADMIN),
        },
    )


@policy(MINISTRY)
@require_http_methods(["GET", "POST"])
def data_request(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(
        DataRequest.objects.managed_by(request.user).select_related(
            "person", "enterprise__organisation", "answered_by"
        ),
        pk=pk,
    )
    may_answer = asked.is_open and request.user.has_perm("portal.answer_data_request", asked)
    form = AnswerForm(kept_forms.typed(request))
    status = 200
    if request.method == "POST":
        if form.is_valid() and _answered(request, asked, form):
            messages.success(request, _("%(number)s is answered. The person has been told.") % {"number": asked.number})
            return redirect("data_request_list")
        status = 422
    return render(
        request,
        "portal/data_requests/detail.html",
        {
            "asked": asked,
            "facts": described(asked),
            "form": form,
            "may_answer": may_answer and asked.kind == "correct",
        },
        status=status,
    )


def _answered(request: HttpRequest, asked: DataRequest, form: AnswerForm) -> bool:
    act = service.carry_out if form.cleaned_data["decision"] == AnswerForm.DONE else service.decline
    try:
        act(asked, form.cleaned_data["answer"], by=request.user)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True
