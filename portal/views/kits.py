"""Kits for visits without signal: taking them along, bringing them back, and merging what was filled in."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import exports, kept_forms
from portal.enums import KitStatus, Role
from portal.flow import TooLate
from portal.kits.beside import beside
from portal.kits.forms import CORRECT, MERGE, MOST_FILES, CorrectionForm, HandOutForm, MergeForm, UploadForm
from portal.kits.handing_out import hand_out
from portal.kits.merging import LEAVE_OUT, compared, left_out, merge_kit
from portal.kits.paper import paper_of
from portal.kits.returning import bring_back, correct
from portal.kits.telling import told_of
from portal.kits.workbook import workbook_of
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import VisitKit
from portal.permissions import OPEN_TO_CHANGES
from portal.policy import COMPANION, PLUT, SME, policy
from portal.presentation.dates import waktu
from portal.selectors.enterprise import enterprise_of
from portal.selectors.kit import carried, consent_held, kits_made_for, kits_of, to_visit, with_state
from portal.services import kit as service

PER_PAGE = 20
PDF = "application/pdf"


@policy(PLUT)
@require_safe
def kit_list(request: HttpRequest) -> HttpResponse:
    """What is out, what came back, and what was merged."""
    kits = kits_of(request.user)
    page = Paginator(kits, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/kits/list.html",
        {
            "page": page,
            "carried": with_state(list(page.object_list), request.user),
            "may_take": request.user.acts_as(Role.COMPANION),
            "to_carry": bool(_carried_out(request)),
        },
    )


@policy(COMPANION)
@require_http_methods(["GET", "POST"])
def kit_hand_out(request: HttpRequest) -> HttpResponse:
    """Packing for the visits of the day, which are ticked already."""
    rows = to_visit(request.user)
    out = frozenset(_carried_out(request).values_list("enterprise", flat=True))
    form = HandOutForm(kept_forms.typed(request), rows=rows, ready=out)
    if request.method == "POST" and form.is_valid():
        made = hand_out(form.cleaned_data["enterprises"], by=request.user)
        _say_handed_out(request, made)
        return redirect("kit_detail", pk=made[0][0].pk) if len(made) == 1 else redirect("kit_list")
    return render(
        request,
        "portal/kits/hand_out.html",
        {"form": form, "rows": rows},
        status=422 if request.method == "POST" else 200,
    )


@policy(COMPANION)
@require_http_methods(["GET", "POST"])
def kit_upload(request: HttpRequest) -> HttpResponse:
    """One kit or the whole day's. Each file is answered by its name; those in order are taken whatever the others are."""
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        files = form.cleaned_data["files"]
        if len(files) > MOST_FILES:
            form.add_error("files", _("At most %(n)d at once.") % {"n": MOST_FILES})
        else:
            taken = [kit for file in files if (kit := _take(request, form, file))]
            if not form.errors:
                return redirect("kit_detail", pk=taken[0].pk) if len(taken) == 1 else redirect("kit_list")
    return render(
        request,
        "portal/kits/upload.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )


@policy(PLUT)
@require_http_methods(["GET", "POST"])
def kit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What a kit changes, answer by answer; cells to correct; and the button that saves what was chosen."""
    kit = _kit(request, pk)
    if request.method == "POST" and not request.user.has_perm("portal.merge_kit", kit):
        raise PermissionDenied
    data = kept_forms.typed(request)
    if kit.status == KitStatus.BROUGHT_BACK:
        if request.method == "POST":
            return _merge(request, kit) if request.POST.get("do") == MERGE else _correct(request, kit)
        return _page(request, kit, data=data)
    if request.method == "POST" and kit.status == KitStatus.MERGED:
        messages.info(request, str(service.AlreadyMerged(kit).message))
        return redirect("kit_detail", pk=kit.pk)
    return _page(request, kit, status=409 if request.method == "POST" else 200)


@policy(PLUT)
@require_safe
def kit_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    kit = _kit(request, pk)
    return exports.as_download(workbook_of(kit), file_name(kit, "xlsx"), exports.XLSX)


@policy(PLUT)
@require_safe
def kit_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """To be printed and filled in by hand."""
    kit = _kit(request, pk)
    return exports.as_download(paper_of(kit), file_name(kit, "pdf"), PDF)


@policy(COMPANION)
@require_safe
def kit_archive(request: HttpRequest) -> HttpResponse:
    """Everything for the day in one file: workbook and paper form of each kit that is out."""
    kits = _carried_out(request).select_related("enterprise__organisation", "plut", "handed_to")[: service.MOST_AT_ONCE]
    if not kits:
        messages.info(request, _("You carry no kit now."))
        return redirect("kit_list")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for kit in kits:
            archive.writestr(file_name(kit, "xlsx"), workbook_of(kit))
            archive.writestr(file_name(kit, "pdf"), paper_of(kit))
    return exports.as_download(out.getvalue(), "kit-kunjungan.zip", "application/zip")


@policy(PLUT)
@require_POST
def kit_call_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Also of a business that somebody else looks after by now."""
    kit = get_object_or_404(kits_of(request.user), pk=pk)
    service.call_back_kit(kit, by=request.user)
    messages.success(request, _("%(number)s is called back. It can no longer be merged.") % {"number": kit.number})
    return redirect("kit_list")


def file_name(kit: VisitKit, suffix: str) -> str:
    return f"{kit.number}-{slugify(str(kit.enterprise))[:40] or kit.enterprise_id}.{suffix}"


def _take(request: HttpRequest, form: UploadForm, file: UploadedFile) -> VisitKit | None:
    try:
        kit = bring_back(file, file.size or 0, name=file.name or "", by=request.user)
    except service.AlreadyMerged as merged:
        messages.info(request, merged.message)
        return merged.kit
    except ValidationError as error:
        form.add_error("files", [f"{file.name}: {text}" for text in error.messages])
        return None
    said = _("%(number)s of %(name)s is here. Look at what it changes, then merge it.")
    messages.success(request, said % {"number": kit.number, "name": kit.enterprise})
    for other in beside(kit, by=request.user):
        if other.kit.status == KitStatus.BROUGHT_BACK:
            said = _(
                "%(other)s holds other answers, brought back by %(who)s, %(time)s, and not merged yet. They stay;"
                " your file waits beside them as %(number)s."
            )
            words = {"other": other.kit.number, "who": other.kit.brought_by, "time": waktu(other.kit.brought_at)}
            messages.warning(request, said % {**words, "number": kit.number})
    return kit


def _correct(request: HttpRequest, kit: VisitKit) -> HttpResponse:
    form = CorrectionForm(request.POST, wrong=compared(kit, by=request.user).wrong)
    if form.is_valid():
        corrected = correct(kit, form.written, by=request.user)
        if not compared(corrected, by=request.user).wrong:
            messages.success(request, _("Everything can be read now."))
            return redirect("kit_detail", pk=kit.pk)
    return _page(request, kit, status=422)


def _merge(request: HttpRequest, kit: VisitKit) -> HttpResponse:
    comparison = compared(kit, by=request.user)
    form = MergeForm(request.POST, comparison=comparison)
    if form.is_valid() or set(form.errors) <= {"seen"}:
        try:
            merge_kit(
                kit,
                form.choices,
                by=request.user,
                seen=form.cleaned_data.get("seen", ""),
                leave_out=bool(form.cleaned_data.get(LEAVE_OUT)),
            )
        except service.AlreadyMerged as merged:
            messages.info(request, merged.message)
            return redirect("kit_detail", pk=kit.pk)
        except TooLate as late:
            messages.warning(request, late.message)
            return _page(request, kit, data=request.POST, status=409)
        except ValidationError as error:
            form.tell(error.message_dict if hasattr(error, "error_dict") else {"": error.messages})
        else:
            messages.success(request, _("%(number)s is merged.") % {"number": kit.number})
            return redirect("kit_detail", pk=kit.pk)
    return _page(request, kit, merge=form, status=422)


def _page(
    request: HttpRequest, kit: VisitKit, *, data: Any = None, merge: MergeForm | None = None, status: int = 200
) -> HttpResponse:
    kit.refresh_from_db(fields=["status", "answers", "answers_digest", "merged_at", "merged_by", "outcome"])
    context: dict[str, Any] = {
        "kit": kit,
        "carried": carried(kit, request.user),
        "may_write": request.user.acts_as(Role.COMPANION),
    }
    if kit.status == KitStatus.BROUGHT_BACK:
        context |= _comparison(request, kit, data, merge)
        context["beside"] = beside(kit, by=request.user)
    if kit.status == KitStatus.MERGED:
        context["left_out"] = left_out(kit)
    return render(request, "portal/kits/detail.html", context, status=status)


def _comparison(request: HttpRequest, kit: VisitKit, data: Any, merge: MergeForm | None) -> dict[str, Any]:
    comparison = merge.comparison if merge else compared(kit, by=request.user)
    doing = data.get("do", "") if data else ""
    correction = CorrectionForm(
        wrong=comparison.wrong, initial=_typed_before(data, comparison) if doing == CORRECT else None
    )
    return {
        "comparison": comparison,
        "blocked": [item for item in comparison.items if item.why],
        "may_edit": kit.enterprise.status in OPEN_TO_CHANGES,
        "merge": merge or MergeForm(data if doing == MERGE else None, comparison=comparison),
        "correction": correction,
        "consent": consent_held(request.user, kit.enterprise),
        "has_errors": bool(merge and merge.errors),
    }


def _typed_before(data: Any, comparison: Any) -> dict[str, str]:
    names = CorrectionForm(wrong=comparison.wrong).fields
    return {name: data[name] for name in names if name in data}


def _say_handed_out(request: HttpRequest, made: list[tuple[VisitKit, bool]]) -> None:
    new = [kit for kit, is_new in made if is_new]
    if new:
        text = ngettext(
            "%(n)d kit is ready: download it before you leave.",
            "%(n)d kits are ready: download them before you leave.",
            len(new),
        )
        messages.success(request, text % {"n": len(new)})
    for kit, is_new in made:
        if not is_new:
            said = _("%(number)s of %(name)s is out already. Here it is again; call it back to get a fresh one.")
            messages.info(request, said % {"number": kit.number, "name": kit.enterprise})


def _carried_out(request: HttpRequest) -> QuerySet[VisitKit]:
    """The open kits that this person carries, of businesses they still look after."""
    return VisitKit.objects.visible_to(request.user).open().originals().filter(handed_to=request.user.pk)


def _kit(request: HttpRequest, pk: int) -> VisitKit:
    visible = VisitKit.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related(
            "enterprise__organisation", "enterprise__village", "plut", "handed_to", "consent", "brought_by", "merged_by"
        ),
        pk=pk,
    )


@policy(SME)
@require_safe
def kits_for_me(request: HttpRequest) -> HttpResponse:
    """The business reads which kits were made for it, who has them, and what each changed."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    page = Paginator(kits_made_for(enterprise), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/kits/for_me.html",
        {"enterprise": enterprise, "page": page, "told": told_of(enterprise, page.object_list)},
    )
