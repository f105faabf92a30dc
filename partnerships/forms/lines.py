"""The lines of a contract: a table of rows, to which empty ones can be added without JavaScript."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import Partnership
from partnerships.services.drafting import LineInput
from portal.enums import Unit
from portal.forms.fields import QuantityField, RupiahField
from portal.models import Enterprise, Product

MORE_ROWS = 3
MOST_ROWS = 100


class LineForm(forms.Form):
    enterprise = forms.ModelChoiceField(Enterprise.objects.none(), label=gettext_lazy("Enterprise"), empty_label=None)
    product = forms.ModelChoiceField(
        Product.objects.none(),
        label=gettext_lazy("Product"),
        empty_label=gettext_lazy("No listed product"),
        required=False,
    )
    item = forms.CharField(label=gettext_lazy("Item"), max_length=200, required=False)
    quantity = QuantityField(label=gettext_lazy("Quantity"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=Unit.choices)
    price = RupiahField(label=gettext_lazy("Price per unit"))

    def __init__(self, *args: Any, parties: list[Enterprise], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = Enterprise.objects.filter(pk__in=[each.pk for each in parties])
        self.fields["enterprise"].choices = [(each.pk, each.name) for each in parties]
        self.fields["product"].queryset = Product.objects.on_sale().filter(enterprise__in=parties).order_by("name")

    def has_changed(self) -> bool:
        """A browser sends the first choice of a list even in a row that nobody touched."""
        return bool(set(self.changed_data) - {"enterprise", "unit"})

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        product = data.get("product")
        if product is not None and data.get("enterprise") and product.enterprise_id != data["enterprise"].pk:
            self.add_error("product", _("This product is another enterprise’s."))
        if not data.get("item"):
            if product is None:
                self.add_error("item", _("Say what is supplied."))
            else:
                data["item"] = product.name
        return data


class BaseLines(BaseFormSet):
    def lines(self) -> list[LineInput]:
        """The rows that hold something and were not taken out, in their order."""
        kept = [
            form.cleaned_data
            for form in self.forms
            if form.has_changed() and not form.cleaned_data.get("DELETE", False)
        ]
        return [
            LineInput(**{name: row[name] for name in ("enterprise", "product", "item", "quantity", "unit", "price")})
            for row in kept
        ]


def lines_formset(partnership: Partnership, data: QueryDict | None = None) -> BaseLines:
    """Bound when there is data; else the rows that stand, or one proposed from the need, and an empty one."""
    parties = [share.enterprise for share in partnership.shares.select_related("enterprise__organisation")]
    factory = formset_factory(
        LineForm, formset=BaseLines, extra=1, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS
    )
    standing = [
        {
            "enterprise": line.enterprise_id,
            "product": line.product_id,
            "item": line.item,
            "quantity": line.quantity,
            "unit": line.unit,
            "price": line.price,
        }
        for line in partnership.lines.all()
    ]
    first = [{"enterprise": parties[0].pk}] if parties else []
    lines: BaseLines = factory(
        data, initial=standing or proposed(partnership) or first, form_kwargs={"parties": parties}, prefix="lines"
    )
    return lines


def proposed(partnership: Partnership) -> list[dict[str, Any]]:
    """What the need asks for, over the months of the term, from the leader. The price is for people to agree."""
    need, leader = partnership.need, partnership.shares.filter(leads=True).first()
    if need is None or leader is None:
        return []
    start, end = partnership.starts_on, partnership.ends_on
    months = max(1, round((end - start).days / 30.4375))
    return [
        {
            "enterprise": leader.enterprise_id,
            "item": need.item,
            "quantity": need.quantity_per_month * months,
            "unit": need.unit,
            "price": None,
        }
    ]


def with_more_rows(data: QueryDict) -> QueryDict:
    """The same answers with some empty rows after them: what the button “Add rows” does."""
    grown = data.copy()
    total = int(data.get("lines-TOTAL_FORMS") or 0) if (data.get("lines-TOTAL_FORMS") or "").isdigit() else 0
    grown["lines-TOTAL_FORMS"] = str(min(total + MORE_ROWS, MOST_ROWS))
    return grown
