"""Sections that are a list of questions, each answered yes or no: all of them, because the level counts all."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.enums import DigitalQuestion, QualityQuestion
from portal.forms.enterprise.base import SectionForm, YesNoField
from portal.sections import TABLES
from portal.selectors.rows import rows_of
from portal.self_assessment import DigitalLevel

ANSWER = _("Answer yes or no")


class QuestionnaireForm(SectionForm):
    table: ClassVar[str]
    questions: ClassVar[type[TextChoices]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in self.questions:
            self.fields[self.field_of(question)] = YesNoField(label=question.label, error_messages={"required": ANSWER})

    @classmethod
    def tables(cls) -> tuple[str, ...]:
        return (cls.table,)

    @classmethod
    def field_of(cls, question: str) -> str:
        return f"{cls.section}_{question}"

    @classmethod
    def table_of(cls, name: str) -> str:
        return cls.table if name.startswith(f"{cls.section}_") else name

    @classmethod
    def rows_posted(cls, name: str, sent: Any) -> dict[str, str] | None:
        """An object by question, or a list of objects with `question` and `yes`."""
        if isinstance(sent, list) and all(isinstance(row, dict) and row.keys() == {"question", "yes"} for row in sent):
            sent = {str(row["question"]): row["yes"] for row in sent}
        if not isinstance(sent, dict) or not sent.keys() <= set(cls.questions.values):
            return None
        return {cls.field_of(question): str(answer) for question, answer in sent.items()}

    def stored(self) -> dict[str, Any]:
        rows = rows_of(self.enterprise, TABLES[self.table])
        return {self.field_of(row["question"]): row["yes"] for row in rows}

    def values(self) -> dict[str, Any]:
        rows = [{"question": str(each), "yes": self.cleaned_data[self.field_of(each)]} for each in self.questions]
        return {self.table: rows}


class DigitalForm(QuestionnaireForm):
    section = "digital"
    table = "digital_answers"
    questions = DigitalQuestion

    @property
    def intro(self) -> str:
        return DigitalLevel.rule()


class QualityForm(QuestionnaireForm):
    section = "quality"
    table = "quality_answers"
    questions = QualityQuestion
