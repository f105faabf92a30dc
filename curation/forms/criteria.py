"""A version of criteria while it is a draft: the band and weights on one page, each criterion on its own."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from curation.enums import Shape
from curation.models import CriteriaSet, Criterion
from curation.scoring.criteria import sentence
from curation.scoring.features import NUMBERS, Feature
from curation.scoring.shapes import BadParameters, Test, read
from curation.services.criteria import check_band, check_weight
from portal.forms.fields import DecimalField, PercentField
from portal.forms.once import OnceForm

# Shapes as an officer reads them, with what each is good for.
SHAPE_HELP = {
    Shape.GATE: _("Must hold. Carries no points: who misses it cannot be curated."),
    Shape.LINEAR: _("Points grow evenly between two values."),
    Shape.STEPS: _("Points jump at the values you name."),
    Shape.MEMBERSHIP: _("Points by which value it is."),
    Shape.RATIO: _("Points by the share of what the need asks for."),
    Shape.VALID_ON: _("All the points while the paper is valid."),
    Shape.PRESENT: _("All the points when there is something."),
}
TESTS = {
    Test.IS_TRUE: _("holds"),
    Test.PRESENT: _("there is evidence"),
    Test.AT_LEAST: _("is at least"),
    Test.AT_MOST: _("is at most"),
    Test.ONE_OF: _("is one of"),
    Test.ALL_OF: _("includes all of"),
    Test.VALID_ON: _("is valid on the day of scoring"),
}


# What a criterion says, beside what it asks.
WORDS = frozenset({"label_id", "label_en", "feedback_id", "feedback_en"})


class LinesField(forms.CharField):
    """One value a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: str) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class PairsField(LinesField):
    """One "value = points in %" a line."""

    def clean(self, value: str) -> list[tuple[str, str]]:
        pairs = []
        for line in super().clean(value):
            left, sign, right = line.rpartition("=")
            if not sign or not left.strip() or not right.strip():
                raise forms.ValidationError(
                    _("Write each line as “value = percent”: “%(line)s” is not."), code="pair", params={"line": line}
                )
            pairs.append((left.strip(), right.strip()))
        return pairs


class CriterionForm(forms.ModelForm):
    """The fields of a criterion's shape stand between its name and its weight; `parameters` is made of them."""

    class Meta:
        model = Criterion
        fields = ["label_id", "label_en", "weight", "minimum", "feedback_id", "feedback_en"]
        help_texts = {
            "label_id": _("As enterprises read it, for example “Kapasitas per bulan”."),
            "weight": _("All weights together make 100."),
            "minimum": _("Below so many points nobody is curated by the scoring alone: a person decides."),
            "feedback_id": _("What an enterprise reads when it doesn't meet this, and how to mend it."),
        }

    weight = DecimalField(label=_("Weight"), above_zero=True, max_value=100)
    minimum = DecimalField(label=_("Minimum points"), min_value=0, max_value=100, required=False)

    def __init__(self, *args: Any, feature: Feature, shape: Shape, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feature, self.shape = feature, shape
        given = self.instance.parameters if self.instance.pk else {}
        parameter_fields = _fields(feature, shape)
        self.fields.update(parameter_fields)
        for name, value in _typed(given).items():
            if name in self.fields:
                self.fields[name].initial = value
        if shape == Shape.GATE:
            del self.fields["weight"], self.fields["minimum"]
        self.order_fields(
            ["label_id", "label_en", *parameter_fields, "weight", "minimum", "feedback_id", "feedback_en"]
        )
        self.parameter_names = list(parameter_fields)
        if not self.instance.pk:
            self.fields["label_id"].initial = str(feature.label)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("weight") is not None:
            _say(self, partial(check_weight, self.shape, values["weight"], values.get("minimum")))
        if not any(name in self.errors for name in self.parameter_names):
            try:
                read(self.shape, self.parameters)
            except BadParameters as bad:
                name = bad.params.get("field")
                self.add_error(name if name in self.fields else self.parameter_names[0], capfirst(sentence(bad)))
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # The set and the feature are the page's, not the form's.
        return {*super()._get_validation_exclusions(), "criteria_set", "feature", "shape", "parameters"}

    @property
    def parameters(self) -> dict[str, Any]:
        """What the shape needs, as JSON: numbers as text, so that they stay exact."""
        return _parameters(self.shape, {name: self.cleaned_data.get(name) for name in self.parameter_names})

    @property
    def tried(self) -> Criterion | None:
        """As it now stands on the page, to be tried out before its words are written; None while something is wrong."""
        if set(self.errors) - WORDS:
            return None
        data = self.cleaned_data
        return Criterion(
            position=self.instance.position,
            feature=self.feature.key,
            shape=self.shape,
            parameters=self.parameters,
            weight=data.get("weight") or Decimal(0),
            minimum=data.get("minimum"),
        )

    @property
    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "feature": self.feature.key,
            "shape": self.shape,
            "parameters": self.parameters,
            "weight": data.get("weight") or Decimal(0),
            "minimum": data.get("minimum"),
            **{name: data[name] for name in ("label_id", "label_en", "feedback_id", "feedback_en")},
        }


class NewCriterionForm(OnceForm, CriterionForm):
    """Added once, however often it is sent."""


def _fields(feature: Feature, shape: Shape) -> dict[str, forms.Field]:
    match shape:
        case Shape.GATE:
            return _gate_fields(feature)
        case Shape.LINEAR:
            return {
                "zero_at": _number(_("No points at")),
                "full_at": _number(_("All points at"), _("May be the smaller one, where less is better.")),
            }
        case Shape.STEPS:
            return {"steps": PairsField(label=_("Steps"), help_text=_("One a line: value = percent of the points."))}
        case Shape.MEMBERSHIP if feature.choices is not None:
            return {
                f"share_{value}": PercentField(label=label, required=False, help_text="")
                for value, label in feature.choices.choices
            }
        case Shape.MEMBERSHIP:
            return {"shares": PairsField(label=_("Values"), help_text=_("One a line: value = percent of the points."))}
        case Shape.RATIO:
            return {"full_at": _number(_("All points at, in % of the need"), _("100 asks for the whole quantity."))}
        case Shape.VALID_ON:
            return {"days": _days()}
    return {}


def _gate_fields(feature: Feature) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "test": forms.ChoiceField(label=feature.label, choices=[(test.value, TESTS[test]) for test in feature.tests])
    }
    if feature.type in NUMBERS:
        fields["value"] = DecimalField(label=_("Value"), required=False, decimal_places=4)
    if Test.ONE_OF in feature.tests:
        if feature.choices is not None:
            fields["values"] = forms.MultipleChoiceField(
                label=_("Values"), choices=feature.choices.choices, widget=forms.CheckboxSelectMultiple, required=False
            )
        else:
            fields["values"] = LinesField(label=_("Values"), help_text=_("One a line."), required=False)
    if Test.VALID_ON in feature.tests:
        fields["days"] = _days()
    return fields


def _number(label: Any, help_text: Any = "") -> forms.Field:
    return DecimalField(label=label, help_text=help_text, decimal_places=4)


def _days() -> forms.Field:
    return forms.IntegerField(
        label=_("Days it must still be valid"),
        min_value=0,
        required=False,
        help_text=_("0: on the day of scoring itself."),
    )


def _parameters(shape: Shape, values: dict[str, Any]) -> dict[str, Any]:
    if shape == Shape.GATE:
        wanted = {
            Test.AT_LEAST: ("value",),
            Test.AT_MOST: ("value",),
            Test.ONE_OF: ("values",),
            Test.ALL_OF: ("values",),
            Test.VALID_ON: ("days",),
        }.get(Test(values["test"]), ())
        return {"test": values["test"], **{name: _exact(values.get(name)) for name in wanted}}
    if shape == Shape.STEPS:
        return {"steps": [{"at_least": _plain(value), "share": _plain(share)} for value, share in values["steps"]]}
    if shape == Shape.MEMBERSHIP and "shares" in values:
        return {"shares": {value: _plain(share) for value, share in values["shares"]}}
    if shape == Shape.MEMBERSHIP:
        return {
            "shares": {
                name.removeprefix("share_"): _exact(share) for name, share in values.items() if share is not None
            }
        }
    return {name: _exact(value) for name, value in values.items() if value is not None}


def _typed(parameters: dict[str, Any]) -> dict[str, Any]:
    """JSON back into what the fields show."""
    typed: dict[str, Any] = {}
    for name, value in parameters.items():
        if name == "steps":
            typed[name] = "\n".join(f"{step['at_least']} = {step['share']}" for step in value)
        elif name == "shares":
            typed[name] = "\n".join(f"{each} = {share}" for each, share in value.items())
            typed |= {f"share_{each}": Decimal(share) for each, share in value.items()}
        elif name == "values" or name == "test":
            typed[name] = value
        else:
            typed[name] = Decimal(str(value))
    return typed


def _exact(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else str(value) if isinstance(value, int) else value


def _plain(typed: str) -> str:
    """A number in a line: "12,5" and "40 %" are understood; anything else is refused when the shape is read."""
    return typed.removesuffix("%").strip().replace(",", ".")


class BandForm(forms.ModelForm):
    """Threshold, floor, and each criterion's weight and minimum: what one balances against each other."""

    threshold = PercentField(
        label=_("Curation threshold"), help_text=_("From so many points on an enterprise is curated.")
    )
    review_floor = PercentField(
        label=_("Floor of the review band"),
        help_text=_("From here up to the threshold a person decides; below it the answer is “not selected”."),
    )

    class Meta:
        model = CriteriaSet
        fields = ["threshold", "review_floor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(self.instance.criteria.all())
        for criterion in self.criteria:
            if criterion.is_gate:
                continue
            self.fields[f"weight_{criterion.pk}"] = DecimalField(
                label=_("Weight of %(name)s") % {"name": criterion.label},
                above_zero=True,
                max_value=100,
                initial=criterion.weight,
                widget=forms.TextInput(attrs={"class": "tiny"}),
            )
            self.fields[f"minimum_{criterion.pk}"] = DecimalField(
                label=_("Minimum points of %(name)s") % {"name": criterion.label},
                min_value=0,
                required=False,
                initial=criterion.minimum,
                widget=forms.TextInput(attrs={"class": "tiny"}),
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("threshold") is not None and values.get("review_floor") is not None:
            _say(self, partial(check_band, values["threshold"], values["review_floor"]))
        for criterion in self.criteria:
            weight, minimum = values.get(f"weight_{criterion.pk}"), values.get(f"minimum_{criterion.pk}")
            if weight is not None:
                _say(self, partial(check_weight, criterion.shape, weight, minimum), f"_{criterion.pk}")
        return values

    @property
    def band(self) -> dict[str, Decimal]:
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    @property
    def tried(self) -> list[Criterion]:
        """The criteria with the weights and minimums that now stand on the page. Nothing of it is kept."""
        criteria = [copy(criterion) for criterion in self.criteria]
        for criterion in criteria:
            if criterion.pk in self.balance:
                criterion.weight, criterion.minimum = self.balance[criterion.pk]
        return criteria

    @property
    def rows(self) -> list[tuple[Criterion, forms.BoundField | None, forms.BoundField | None]]:
        return [
            (criterion, None, None)
            if criterion.is_gate
            else (criterion, self[f"weight_{criterion.pk}"], self[f"minimum_{criterion.pk}"])
            for criterion in self.criteria
        ]

    @property
    def total(self) -> Decimal:
        """The sum of the weights as they now stand on the page; what cannot be read counts as saved."""
        entered = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else {}
        return sum(
            (
                entered.get(f"weight_{criterion.pk}") or criterion.weight
                for criterion in self.criteria
                if not criterion.is_gate
            ),
            Decimal(0),
        )

    @property
    def balance(self) -> dict[int, tuple[Decimal, Decimal | None]]:
        return {
            criterion.pk: (
                self.cleaned_data[f"weight_{criterion.pk}"],
                self.cleaned_data.get(f"minimum_{criterion.pk}"),
            )
            for criterion in self.criteria
            if not criterion.is_gate
        }


def _say(form: forms.BaseForm, check: Callable[[], None], end: str = "") -> None:
    """What a rule of the service says, at its field; `end` where the field is one of many alike."""
    try:
        check()
    except forms.ValidationError as error:
        for name, texts in error.message_dict.items():
            form.add_error(f"{name}{end}", texts)


class TemplateForm(forms.Form):
    template = forms.ChoiceField(label=_("Template"))

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = choices
