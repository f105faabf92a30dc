"""Choosing one entry of a long list by words, without JavaScript: type, press Search, choose from what was found.

The Search button posts the whole form; `PickingForm` then re-renders it with what was found and nothing lost, before
anything is checked. In the view: `status = 200 if form.searching else 422` when the form isn't valid.
A code typed in full is taken without choosing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.models import HsCode, KbliClass, Region
from portal.rules.kbli import kbli_edition
from portal.selectors.reference import (
    CODE_TYPED,
    KbliEditionHint,
    kbli_edition_hint,
    search_hs,
    search_kbli,
    search_regions,
)

FIND = "find"
# What somebody chooses who found nothing fitting, where a choice isn't asked for.
NONE_OF_THESE = "-"
MOST_FOUND = 8


class PickWidget(forms.Widget):
    """A search box with its button, and radio buttons for the present choice and for what was found."""

    template_name = "portal/widgets/pick.html"
    use_fieldset = True
    options: Callable[[str, str], list[models.Model]]
    hint: Callable[[str], str]
    # What is suggested while typing, on desks.
    kinds = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str] | str:
        return data.get(name, ""), str(data.get(f"{name}_q", "")).strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_q" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        chosen, words = value if isinstance(value, tuple) else (value, "")
        chosen = str(getattr(chosen, "pk", chosen) or "")
        described = context["widget"]["attrs"].get("aria-describedby", "")
        context["widget"] |= {
            "chosen": chosen,
            "words": words,
            # With an error at the field it says the same.
            "hint": "" if "aria-invalid" in context["widget"]["attrs"] else self.hint(words),
            "options": self.options(chosen, words),
            "kinds": self.kinds,
            "described": described,
        }
        return context


class PickField(forms.Field):
    """Cleans to the chosen object. `search` finds by words, `exact` by a code typed in full."""

    widget = PickWidget
    kinds = ""
    default_error_messages = {
        "required": _("Search and choose one"),
        "choose": _("Choose one of those found for “%(words)s”"),
        "nothing": _("Nothing was found for “%(words)s”. Try another word or the code."),
        "invalid": _("Search and choose one"),
    }

    def __init__(
        self,
        *,
        queryset: models.QuerySet,
        search: Callable[[str], Iterable[models.Model]],
        exact: Callable[[str], models.Model | None],
        **kwargs: Any,
    ) -> None:
        self.queryset, self.search, self.exact = queryset, search, exact
        super().__init__(**kwargs)
        self._equip()

    def __deepcopy__(self, memo: dict[int, Any]) -> PickField:
        copied = super().__deepcopy__(memo)
        copied._equip()
        return copied

    def _equip(self) -> None:
        self.widget.options, self.widget.hint, self.widget.kinds = self.options, self.hint, self.kinds

    def hint(self, words: str) -> str:
        """What to say besides about the words searched for."""
        return ""

    def options(self, chosen: str, words: str) -> list[models.Model]:
        """The present choice first, then what the words find."""
        present = self._by_key(chosen)
        found = [each for each in (self.search(words) if words else []) if present is None or each.pk != present.pk]
        return [*filter(None, [present]), *found]

    def clean(self, value: Any) -> models.Model | None:
        chosen, words = value if isinstance(value, tuple) else (value, "")
        if chosen == NONE_OF_THESE and not self.required:
            return None
        if chosen:
            found = self._by_key(str(chosen))
            if found is None:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            return found
        if words:
            found = self.exact(words)
            if found is None:
                code = "choose" if any(True for _each in self.search(words)) else "nothing"
                raise ValidationError(self.error_messages[code], code=code, params={"words": words})
            return found
        if self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return None

    def has_changed(self, initial: Any, data: Any) -> bool:
        chosen, words = data if isinstance(data, tuple) else (data, "")
        return bool(words) or str(getattr(initial, "pk", initial) or "") != str(chosen or "")

    def _by_key(self, key: str) -> models.Model | None:
        try:
            return self.queryset.filter(pk=key).first() if key else None
        except ValueError:
            return None


class KbliField(PickField):
    """A 5-digit class of the edition in force; an older one stays chosen where it was.

    A code of the other edition is answered with what may stand for it now, to choose from.
    """

    kinds = "class"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", capfirst(_("KBLI class")))
        super().__init__(
            queryset=KbliClass.objects.filter(level=5),
            search=_classes,
            exact=lambda words: KbliClass.objects.filter(level=5, edition=_edition(), code=words).first(),
            **kwargs,
        )

    def hint(self, words: str) -> str:
        found = _other_edition(words)
        return found.message if found else ""

    def clean(self, value: Any) -> models.Model | None:
        try:
            return super().clean(value)
        except ValidationError as error:
            words = value[1] if isinstance(value, tuple) else ""
            if error.code in ("choose", "nothing") and (hint := self.hint(words)):
                raise ValidationError(hint, code="edition") from None
            raise


class HsField(PickField):
    kinds = "tariff"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", capfirst(_("HS code")))
        super().__init__(
            queryset=HsCode.objects.all(),
            search=lambda words: search_hs(words, MOST_FOUND),
            exact=lambda words: HsCode.objects.filter(pk=words.replace(".", "")).first(),
            **kwargs,
        )


class RegionField(PickField):
    """`level`: only regions of this level; without it, from the province down to the village."""

    def __init__(self, *, level: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", capfirst(_("region")))
        queryset = Region.objects.filter(level=level) if level else Region.objects.all()
        super().__init__(
            queryset=queryset,
            search=lambda words: search_regions(words, level, limit=MOST_FOUND),
            exact=lambda words: queryset.filter(pk=dotted(words)).first(),
            **kwargs,
        )


def dotted(code: str) -> str:
    """A region's code as we keep it: some lists write 3310112012, others 33.10.11.2012."""
    digits = code.replace(".", "").replace(" ", "")
    if not digits.isdecimal() or len(digits) not in (2, 4, 6, 10):
        return code
    return ".".join(filter(None, (digits[:2], digits[2:4], digits[4:6], digits[6:])))


class PickingForm(forms.Form):
    """Mix in before the form's own base. A press on Search checks nothing yet."""

    @property
    def searching(self) -> str:
        """The field whose Search button was pressed. Enter in another field presses the first button of the form: without
        words to search for, that means sending."""
        pressed = self.data.get(FIND, "") if self.is_bound else ""
        return pressed if pressed and self.data.get(f"{pressed}_q", "").strip() else ""

    def full_clean(self) -> None:
        if self.searching:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def is_valid(self) -> bool:
        return not self.searching and super().is_valid()


def _edition() -> int:
    return kbli_edition(timezone.localdate())


def _other_edition(words: str) -> KbliEditionHint | None:
    return kbli_edition_hint(words, _edition()) if CODE_TYPED.fullmatch(words) else None


def _classes(words: str) -> list[KbliClass]:
    hint = _other_edition(words)
    return hint.suggestions if hint else search_kbli(words, _edition(), MOST_FOUND)
