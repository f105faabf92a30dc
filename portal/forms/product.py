from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.enums import Unit
from portal.forms.fields import PercentField, QuantityField, RupiahField, WholeNumberField
from portal.forms.files import FilesField, FilesInput
from portal.forms.once import OnceForm
from portal.forms.pick import HsField, KbliField, PickingForm
from portal.models import Photo, Product
from portal.product_sheet.cells import LONGEST_LEAD_TIME
from portal.services.photo import MOST_PHOTOS
from portal.services.product import FIELDS


class ProductForm(PickingForm, OnceForm):
    """A product as its enterprise describes it. Saving is the service's."""

    name = forms.CharField(
        label=_("Product name"), max_length=200, help_text=_("As a buyer would look for it: “Baut M16 galvanis”")
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 4000}),
        help_text=_("Material, size, quality, packing"),
    )
    kbli = KbliField(
        label=_("Activity that makes it (KBLI)"), help_text=_("Search by what you make, or type the 5-digit code.")
    )
    hs = HsField(
        label=pgettext_lazy("of a product", "HS code"),
        required=False,
        help_text=_("The customs tariff code. It makes the product easier to find; skip it if unsure."),
    )
    unit = forms.ChoiceField(label=_("Sold by the"), choices=[("", _("Choose")), *Unit.choices])
    price = RupiahField(label=_("Price per unit"), help_text=_("Before tax, for example 15.000"))
    monthly_capacity = QuantityField(
        label=_("Capacity per month"), help_text=_("How many units you can make in a month at most")
    )
    minimum_order = QuantityField(label=_("Minimum order"), required=False, help_text=_("Empty means 1"))
    lead_time_days = WholeNumberField(
        label=pgettext_lazy("product", "Lead time"),
        min_value=0,
        max_value=LONGEST_LEAD_TIME,
        help_text=_("Days from order to dispatch"),
    )
    tkdn = PercentField(
        label=_("Domestic content (TKDN)"),
        required=False,
        help_text=_("In percent, from your certificate or your own calculation"),
    )
    bmp = PercentField(
        label=_("Weight of the company's benefit (BMP)"),
        required=False,
        help_text=_("In percent, from the same certificate; 15 at most. Empty if you have none."),
    )
    code = forms.CharField(
        label=_("Your own product code"),
        max_length=40,
        required=False,
        help_text=_("Empty: we number it. A bulk upload recognises the product by this code."),
    )

    field_order = ["name", "description", "kbli", "hs", "unit", "price", "monthly_capacity", "minimum_order"]

    def __init__(self, *args: Any, product: Product | None = None, **kwargs: Any) -> None:
        if product is not None:
            kwargs.setdefault("initial", {name: getattr(product, name) for name in FIELDS})
        super().__init__(*args, **kwargs)

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: self.cleaned_data[name] for name in FIELDS}
        given["minimum_order"] = given["minimum_order"] or 1
        return given

    @property
    def how_read(self) -> list[str]:
        """Numbers that could have meant two things, and which one was taken."""
        return [said for field in self if (said := getattr(field, "how_read", ""))]


class PhotosForm(forms.Form):
    photos = FilesField(
        label=_("Photos"),
        widget=FilesInput(attrs={"accept": "image/jpeg,image/png,image/webp", "data-shrink": True}),
        help_text=_("JPEG, PNG or WebP, at most 5 MB each. Several at once are fine."),
        error_messages={"required": _("Choose at least one photo")},
    )
    caption = forms.CharField(
        label=_("What the photos show"),
        max_length=150,
        required=False,
        help_text=_("Read aloud to people who don't see them: “Keripik dalam kemasan 250 gram”"),
    )

    most = MOST_PHOTOS

    def __init__(self, *args: Any, room: int = MOST_PHOTOS, **kwargs: Any) -> None:
        """`room`: how many more the product can have; the browser sends no more than that."""
        super().__init__(*args, **kwargs)
        self.fields["photos"].widget.attrs["data-most"] = room


class PhotoForm(forms.Form):
    """What one photo shows, and its place among the others."""

    caption = forms.CharField(
        label=_("What the photo shows"),
        max_length=150,
        required=False,
        help_text=_("Read aloud to people who don't see them: “Keripik dalam kemasan 250 gram”"),
    )
    position = forms.TypedChoiceField(label=_("Its place"), coerce=int)

    def __init__(self, *args: Any, photo: Photo, **kwargs: Any) -> None:
        photos = list(photo.product.photos.all())
        initial = {"caption": photo.caption, "position": photos.index(photo)}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["position"].choices = [
            (place, _("%(place)s of %(count)s") % {"place": place + 1, "count": len(photos)})
            for place in range(len(photos))
        ]


class ProductSearchForm(forms.Form):
    """The filters of the list; they live in the address."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("On sale")), ("withdrawn", _("Off sale")), ("all", _("All"))],
    )
