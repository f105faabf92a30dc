"""The products of the enterprise one acts for: list, form, photos, withdrawing. One column, phone first."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import kept_forms
from portal.forms.once import ALREADY_SENT
from portal.forms.product import PhotoForm, PhotosForm, ProductForm, ProductSearchForm
from portal.forms.product_prices import PricesForm
from portal.methods import require_http_methods, require_POST, require_safe
from portal.models import Photo, Product
from portal.policy import FILLING_IN, policy
from portal.rules.tkdn import standing
from portal.selectors.enterprise import enterprise_of
from portal.selectors.halal import halal_of_product
from portal.selectors.product import has_tkdn_certificate, product_counts, products_of
from portal.selectors.product_capacity import load_of
from portal.selectors.product_trail import trail_of
from portal.services import photo as photo_service
from portal.services import product as service

PER_PAGE = 20
# Of many files that were not taken, so many are called by name.
NAMED = 5


@policy(FILLING_IN)
@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    search = ProductSearchForm(request.GET)
    filters = search.cleaned_data if search.is_valid() else {}
    found = products_of(enterprise, text=filters.get("q", ""), show=filters.get("show", ""))
    return render(
        request,
        "portal/product/list.html",
        {
            "enterprise": enterprise,
            "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "counts": product_counts(enterprise),
            "load": load_of(enterprise),
            "filters": filters,
            "may_edit": request.user.has_perm("portal.edit_products", enterprise),
        },
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def product_add(request: HttpRequest) -> HttpResponse:
    """Then its photos: files would be lost each time a code is searched for, so they have a page of their own."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("home")
    form = ProductForm(kept_forms.typed(request))
    if request.method == "POST" and form.is_valid():
        if not form.claim(request.user):
            messages.info(request, ALREADY_SENT)
            return redirect(form.earlier_location() or "product_list")
        try:
            product = service.add_product(enterprise, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            location = reverse("product_photos", args=[product.pk])
            form.remember(location)
            _say_saved(request, product, form)
            return redirect(location)
    return render(
        request,
        "portal/product/form.html",
        {"form": form, "title": _("Add a product")},
        status=422 if form.errors and request.method == "POST" else 200,
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    product = _product(request, pk)
    form = ProductForm(kept_forms.typed(request), product=product)
    if request.method == "POST" and form.is_valid():
        try:
            product = service.change_product(product, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _say_saved(request, product, form)
            return redirect("product_list")
    return render(
        request,
        "portal/product/form.html",
        {
            "form": form,
            "product": product,
            "title": product.name,
            "ladder": standing(product.tkdn, product.bmp, timezone.localdate()),
            "halal": halal_of_product(product, timezone.localdate()),
            "tkdn_certified": has_tkdn_certificate(product, timezone.localdate()),
        },
        status=422 if form.errors and request.method == "POST" else 200,
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def product_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A page of its own to say yes; a withdrawn product is put on sale again the same way."""
    product = _product(request, pk)
    if request.method == "POST":
        if product.withdrawn_at is None:
            service.withdraw_product(product, by=request.user)
            messages.success(request, _("%(name)s is off sale.") % {"name": product.name})
        else:
            service.restore_product(product, by=request.user)
            messages.success(request, _("%(name)s is on sale again.") % {"name": product.name})
        return redirect("product_list")
    return render(request, "portal/product/withdraw.html", {"product": product})


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def product_prices(request: HttpRequest, pk: int) -> HttpResponse:
    """What one costs when more are taken, and by the dozen or the box."""
    product = _product(request, pk)
    form = PricesForm(kept_forms.typed(request), product=product)
    if request.method == "POST" and form.is_valid():
        try:
            product = service.change_product(product, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            _say_saved(request, product, form)
            return redirect("product_edit", pk=product.pk)
    return render(
        request,
        "portal/product/prices.html",
        {"form": form, "product": product},
        status=422 if form.errors and request.method == "POST" else 200,
    )


@policy(FILLING_IN)
@require_safe
def product_history(request: HttpRequest, pk: int) -> HttpResponse:
    product = _product(request, pk)
    return render(request, "portal/product/history.html", {"product": product, **trail_of(product)})


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def product_photos(request: HttpRequest, pk: int) -> HttpResponse:
    """Good photos are kept even when others sent with them are not: they may have come a long way."""
    product = _product(request, pk)
    # Files can't be kept over the end of a session; what was typed beside them can.
    kept = kept_forms.take(request) if request.method == "GET" else None
    form = PhotosForm(
        request.POST or None,
        request.FILES or None,
        initial={"caption": kept.get("caption", "") if kept else ""},
        room=max(0, photo_service.MOST_PHOTOS - product.photos.count()),
    )
    if request.method == "POST" and form.is_valid():
        added = photo_service.add_photos(
            product, form.cleaned_data["photos"], by=request.user, caption=form.cleaned_data["caption"]
        )
        _say_added(request, form, added)
        if not form.errors:
            return redirect("product_photos", pk=product.pk)
    return render(
        request,
        "portal/product/photos.html",
        {"form": form, "product": product, "photos": product.photos.all(), "title": _("Photos")},
        status=422 if form.errors else 200,
    )


@policy(FILLING_IN)
@require_http_methods(["GET", "POST"])
def photo_edit(request: HttpRequest, pk: int) -> HttpResponse:
    photo = _photo(request, pk)
    form = PhotoForm(kept_forms.typed(request), photo=photo)
    if request.method == "POST" and form.is_valid():
        photo_service.change_photo(photo, by=request.user, **form.cleaned_data)
        messages.success(request, _("The photo is saved."))
        return redirect("product_photos", pk=photo.product_id)
    return render(
        request,
        "portal/product/photo.html",
        {"form": form, "photo": photo},
        status=422 if form.errors and request.method == "POST" else 200,
    )


@policy(FILLING_IN)
@require_POST
def photo_first(request: HttpRequest, pk: int) -> HttpResponse:
    photo = _photo(request, pk)
    photo_service.put_first(photo, by=request.user)
    return redirect("product_photos", pk=photo.product_id)


@policy(FILLING_IN)
@require_POST
def photo_remove(request: HttpRequest, pk: int) -> HttpResponse:
    photo = _photo(request, pk)
    photo_service.remove_photo(photo, by=request.user)
    messages.success(request, _("The photo is removed."))
    return redirect("product_photos", pk=photo.product_id)


def _product(request: HttpRequest, pk: int) -> Product:
    """One's own, whatever else one may see."""
    own = Product.objects.visible_to(request.user).filter(enterprise=enterprise_of(request.user))
    return get_object_or_404(own.select_related("enterprise", "kbli", "hs"), pk=pk)


def _photo(request: HttpRequest, pk: int) -> Photo:
    own = Photo.objects.filter(
        product__in=Product.objects.visible_to(request.user).filter(enterprise=enterprise_of(request.user))
    )
    return get_object_or_404(own.select_related("product__enterprise"), pk=pk)


def _say_saved(request: HttpRequest, product: Product, form: ProductForm | PricesForm) -> None:
    messages.success(request, _("%(name)s is saved.") % {"name": product.name})
    for sentence in form.how_read:
        messages.info(request, sentence)


def _say_added(request: HttpRequest, form: PhotosForm, added: photo_service.Added) -> None:
    if added.photos:
        count = len(added.photos)
        messages.success(
            request, ngettext("%(count)s photo is added.", "%(count)s photos are added.", count) % {"count": count}
        )
    for name, _same in added.already_there[:NAMED]:
        messages.info(request, _("“%(name)s” is there already and was not added again.") % {"name": name})
    for name, refused in added.refused[:NAMED]:
        form.add_error("photos", ValidationError(f"{name}: {refused}", code=refused.code))
    if (others := len(added.refused) - NAMED) > 0:
        form.add_error(
            "photos", ValidationError(_("%(count)s more files were not taken for such reasons.") % {"count": others})
        )
    if added.too_many:
        form.add_error("photos", ValidationError(_too_many(added.too_many), code="too_many"))


def _too_many(names: list[str]) -> str:
    """One sentence, whether it is one photo or three hundred."""
    most = photo_service.MOST_PHOTOS
    if len(names) == 1:
        return _("%(name)s: a product has at most %(most)s photos.") % {"name": names[0], "most": most}
    return _(
        "%(count)s photos were not added, because a product has at most %(most)s: %(names)s. They are still on your device; remove"
        " others here first, or add them to another product."
    ) % {"count": len(names), "most": most, "names": ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")}
