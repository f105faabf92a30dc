"""Applications by API: an enterprise applies and answers, a buyer decides. The same services as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.explained import (
    EarlierScoreSerializer,
    ExplanationSerializer,
    MendingSerializer,
    SinceSerializer,
)
from curation.api.programme_serializers import MOST_ID
from curation.enums import Outcome
from curation.models import AppealPaper, Application, Decision, Feedback, Programme, Score
from curation.scoring.explain import CriterionResult, Explanation, explain
from curation.selectors.answers import changes_since, scores_explained, with_evidence
from curation.selectors.desk import SORTS, narrowed, newest_explanation, ordered
from curation.selectors.mending import mending_of, moves_of
from curation.selectors.opportunities import with_scores_and_decisions
from curation.selectors.papers import with_numbers
from curation.selectors.reviews import only_signer
from curation.services import application as service
from curation.services import review
from curation.services.need import CERTIFICATES
from portal.api.enterprise_serializers import RungSerializer
from portal.enums import BusinessClass, Role
from portal.models import Product, User
from portal.policy import APPLICATION_READERS, BUYER, SME
from portal.selectors.enterprise import enterprise_of
from portal.selectors.ladder import ladder_of, of_parties


class FeedbackSerializer(serializers.ModelSerializer):
    """In the caller's language."""

    criterion = serializers.CharField(source="criterion.label", default="", read_only=True)
    found = serializers.CharField(source="found_words", read_only=True)
    wanted = serializers.CharField(source="wanted_words", read_only=True)
    text = serializers.CharField(source="words", read_only=True)
    evidence = serializers.CharField(default="", read_only=True, help_text="What was looked at, and of which day")
    page = serializers.CharField(default="", read_only=True, help_text="Where the enterprise mends it")
    minutes = serializers.IntegerField(default=None, allow_null=True, read_only=True, help_text="What that takes there")

    class Meta:
        model = Feedback
        fields = ["criterion", "found", "wanted", "text", "evidence", "page", "minutes"]
        read_only_fields = fields


class DecisionSerializer(serializers.ModelSerializer):
    reason = serializers.CharField(source="reason_apart", read_only=True)
    feedback = FeedbackSerializer(many=True, read_only=True)
    by = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        fields = ["outcome", "by", "reason", "decided_at", "feedback"]
        read_only_fields = fields

    def get_by(self, decision: Decision) -> str:
        return "run" if decision.run_id else "person" if decision.decided_by_id else "term"


class AppealPaperSerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="document.kind", read_only=True)
    number = serializers.CharField(source="document.number", read_only=True)
    valid_until = serializers.DateField(source="document.valid_until", allow_null=True, read_only=True)
    verified = serializers.BooleanField(source="document.is_verified", read_only=True)
    file = serializers.SerializerMethodField(help_text="Where it is saved from; empty while only declared")

    class Meta:
        model = AppealPaper
        fields = ["document", "kind", "number", "valid_until", "verified", "file"]
        read_only_fields = fields

    def get_file(self, paper: AppealPaper) -> str:
        return reverse("appeal_paper", args=[paper.application_id, paper.pk]) if paper.document.file else ""


class ApplicationInListSerializer(serializers.ModelSerializer):
    """At the desk of a programme that reviews without names, `enterprise` is the number and `enterprise_id`, `product`,
    `checked` and `recognises` are null until the decision."""

    number = serializers.CharField(read_only=True)
    enterprise = serializers.CharField(source="enterprise.organisation.name", read_only=True)
    enterprise_id = serializers.IntegerField(read_only=True, allow_null=True)
    product = serializers.IntegerField(source="product_id", read_only=True, allow_null=True)
    checked = serializers.SerializerMethodField(
        help_text="Where the enterprise stands on the verification ladder today"
    )
    total = serializers.SerializerMethodField()

    class Meta:
        model = Application
        fields = [
            "id", "number", "programme", "enterprise", "enterprise_id", "product", "status", "submitted_at", "decided_at", "answer_by",
            "waiting_place", "checked", "total",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, application: Application) -> dict[str, Any]:
        shown = super().to_representation(application)
        if application.is_unnamed and self.context["request"].user.acts_as(Role.OFFICER, Role.APPROVER):
            shown |= {"enterprise": application.number, "enterprise_id": None, "product": None, "checked": None}
            # The mark is public under its code, with its holder's name.
            shown |= {"recognises": None} if "recognises" in shown else {}
        return shown

    @extend_schema_field(RungSerializer(allow_null=True))
    def get_checked(self, application: Application) -> Any:
        return RungSerializer(ladder_of(application.enterprise)).data

    @extend_schema_field(serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True))
    def get_total(self, application: Application) -> str | None:
        scores = application.newest_scores
        return str(scores[0].total) if scores else None


class ApplicationSerializer(ApplicationInListSerializer):
    score = serializers.SerializerMethodField()
    mending = serializers.SerializerMethodField(
        help_text="Whether what `score.path` names would count for this application. Null for a draft, where all of it does, and"
        " to readers for the buyer or a ministry"
    )
    decisions = serializers.SerializerMethodField()
    changed = serializers.SerializerMethodField(
        help_text="Since the application before, or the decision before; else null"
    )
    recognises = serializers.UUIDField(
        source="recognises.token",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="The code of another buyer's mark that it starts from",
    )
    certificate = serializers.UUIDField(source="curation.token", default=None, read_only=True)
    appeal_until = serializers.SerializerMethodField(help_text="Null where no appeal is possible any more")
    appeal_papers = AppealPaperSerializer(many=True, read_only=True)
    warnings = serializers.SerializerMethodField(
        help_text="What the caller should know before deciding; nothing is refused"
    )

    class Meta(ApplicationInListSerializer.Meta):
        fields = [
            *ApplicationInListSerializer.Meta.fields, "score", "mending", "decisions", "changed", "certificate", "recognises", "appeal_until", "appealed_at",
            "appeal_text", "appeal_papers", "warnings",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_appeal_until(self, application: Application) -> dt.date | None:
        return application.appeal_until if application.can_be_appealed else None

    @extend_schema_field(ExplanationSerializer(allow_null=True))
    def get_score(self, application: Application) -> Any:
        scores = application.newest_scores
        return ExplanationSerializer(with_numbers(explain(scores[0]), self._user)).data if scores else None

    @extend_schema_field(MendingSerializer(allow_null=True))
    def get_mending(self, application: Application) -> Any:
        if self._user.acts_as(Role.OFFICER, Role.APPROVER, Role.MINISTRY_ADMIN):
            return None
        mending = mending_of(application, moves_of(application, self._user))
        return MendingSerializer(mending).data if mending else None

    @extend_schema_field(DecisionSerializer(many=True))
    def get_decisions(self, application: Application) -> Any:
        return DecisionSerializer(with_evidence(application.decisions.all(), self._user), many=True).data

    @extend_schema_field(SinceSerializer(allow_null=True))
    def get_changed(self, application: Application) -> Any:
        scores = application.newest_scores
        if not scores:
            return None
        since = changes_since(application, with_numbers(explain(scores[0]), self._user), self._user)
        return SinceSerializer(since).data if since else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_warnings(self, application: Application) -> list[str]:
        said = only_signer(application, self._user)
        return [said] if said else []

    @property
    def _user(self) -> User:
        return self.context["request"].user


class ApplicationInput(serializers.Serializer):
    programme = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    product = serializers.IntegerField(min_value=1, max_value=MOST_ID)


class TextInput(serializers.Serializer):
    text = serializers.CharField(max_length=4000)


class AppealInput(TextInput):
    """`documents`: the enterprise's own, which the buyer can then open."""

    documents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_ID), required=False, default=list, max_length=50
    )


class DecisionInput(serializers.Serializer):
    """`criteria`: those the reason is about. With "declined" every unmet one is published besides."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    criteria = serializers.ListField(child=serializers.IntegerField(), required=False, default=list, max_length=100)
    other = serializers.BooleanField(required=False, default=False)
    answer_by = serializers.DateField(required=False, allow_null=True, default=None)


class ApplicationFilter(filters.FilterSet):
    """As at the desk. `reviewer`: a person's number, `me`, or `none`. `sort`: a minus in front turns the order around."""

    score = filters.NumberFilter(method="narrow", min_value=0, max_value=100)
    score_to = filters.NumberFilter(method="narrow", min_value=0, max_value=100)
    coverage = filters.NumberFilter(method="narrow", min_value=0, max_value=100)
    business_class = filters.ChoiceFilter(method="narrow", choices=BusinessClass.choices)
    province = filters.CharFilter(method="narrow", max_length=2)
    waiting = filters.NumberFilter(method="narrow", min_value=0, max_value=3650)
    reviewer = filters.CharFilter(method="narrow", validators=[RegexValidator(r"^(me|none|\d{1,12})$")])
    certificate = filters.ChoiceFilter(method="narrow", choices=[(kind.value, kind.label) for kind in CERTIFICATES])
    q = filters.CharFilter(method="narrow", max_length=200)
    sort = filters.ChoiceFilter(method="in_order", choices=[(name, name) for name in SORTS])

    class Meta:
        model = Application
        fields = ["programme", "status"]

    def narrow(self, queryset: QuerySet[Application], name: str, value: Any) -> QuerySet[Application]:
        return narrowed(queryset, self.request.user, {name: value})

    def in_order(self, queryset: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """One hidden name among them, and the order of names is hidden, too."""
        unnamed = queryset.filter(programme__blind=True, decided_at=None)
        return ordered(queryset, value, blind=value in ("name", "-name") and unnamed.exists())


@extend_schema_view(create=extend_schema(request=ApplicationInput, responses={201: ApplicationSerializer}))
class ApplicationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    policies = {
        "list": APPLICATION_READERS,
        "retrieve": APPLICATION_READERS,
        "create": SME,
        "submit": SME,
        "answer": SME,
        "withdraw": SME,
        "appeal": SME,
        "decide": BUYER,
    }
    filterset_class = ApplicationFilter

    def get_serializer_class(self) -> type:
        return ApplicationInListSerializer if self.action == "list" else ApplicationSerializer

    def get_queryset(self) -> QuerySet[Application]:
        if getattr(self, "swagger_fake_view", False):
            return Application.objects.none()
        applications = Application.objects.visible_to(self.request.user)
        return (
            with_scores_and_decisions(applications)
            .select_related("programme__buyer", "product", "curation", "recognises")
            .prefetch_related("appeal_papers__document", of_parties())
        )

    def create(self, request: Request) -> Response:
        """A draft with the product it offers. Send it with `submit`; a second one continues the first."""
        read = ApplicationInput(data=request.data)
        read.is_valid(raise_exception=True)
        programme = Programme.objects.visible_to(request.user).filter(pk=read.validated_data["programme"]).first()
        product = Product.objects.visible_to(request.user).filter(pk=read.validated_data["product"]).first()
        enterprise = enterprise_of(request.user)
        if programme is None or enterprise is None or product is None:
            wrong = "programme" if programme is None else "product"
            raise serializers.ValidationError({wrong: _("There is no such object.")})
        made = service.start_application(programme, enterprise, product=product, by=request.user)
        return self._again(made, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        application = self.get_object()
        service.submit_application(application, by=request.user)
        return self._again(application)

    @extend_schema(request=TextInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Send requested changes; the evidence is read anew."""
        application = self.get_object()
        service.answer_changes(application, text=_text(request), by=request.user)
        return self._again(application)

    @extend_schema(request=None, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        application = self.get_object()
        service.withdraw_application(application, by=request.user)
        return self._again(application)

    @extend_schema(request=AppealInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, pk: str) -> Response:
        """Once, until `appeal_until`; the evidence is read anew, and another person decides."""
        application = self.get_object()
        read = AppealInput(data=request.data)
        read.is_valid(raise_exception=True)
        wanted = set(read.validated_data["documents"])
        papers = list(application.enterprise.documents.filter(pk__in=wanted))
        if len(papers) < len(wanted):
            raise serializers.ValidationError({"documents": _("There is no such object.")})
        service.appeal(application, text=read.validated_data["text"], papers=papers, by=request.user)
        return self._again(application)

    @extend_schema(request=DecisionInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        application = self.get_object()
        read = DecisionInput(data=request.data)
        read.is_valid(raise_exception=True)
        data, explanation = read.validated_data, newest_explanation(application, request.user)
        outcome = Outcome(data["outcome"])
        review.decide(
            application,
            outcome,
            by=request.user,
            reason=data["reason"].strip(),
            findings=review.findings(
                explanation,
                outcome,
                _chosen(explanation, data["criteria"]),
                other=data["reason"] if data["other"] else "",
            ),
            score=explanation.score if explanation else None,
            answer_by=data["answer_by"],
        )
        return self._again(application)

    def _again(self, application: Application, code: int = status.HTTP_200_OK) -> Response:
        again = self.get_queryset().get(pk=application.pk)
        return Response(ApplicationSerializer(again, context=self.get_serializer_context()).data, status=code)


class ApplicationScores(generics.ListAPIView):
    """Every score it ever got, the newest first: provisional ones decided nothing."""

    policies = {"get": APPLICATION_READERS}
    serializer_class = EarlierScoreSerializer

    def get_queryset(self) -> QuerySet[Score]:
        if getattr(self, "swagger_fake_view", False):
            return Score.objects.none()
        application = generics.get_object_or_404(
            Application.objects.visible_to(self.request.user), pk=self.kwargs["pk"]
        )
        return application.scores.order_by("-scored_at", "-pk")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        shown = self.get_serializer(scores_explained(page or (), request.user), many=True)
        return self.get_paginated_response(shown.data)


def _text(request: Request) -> str:
    read = TextInput(data=request.data)
    read.is_valid(raise_exception=True)
    return read.validated_data["text"]


def _chosen(explanation: Explanation | None, criteria: list[int]) -> list[CriterionResult]:
    """The criteria named, as this score judged them; others are no reason here."""
    results = {result.criterion.pk: result for result in explanation.results} if explanation else {}
    if any(pk not in results for pk in criteria):
        raise serializers.ValidationError({"criteria": _("Choose criteria of the version that scored it.")})
    return [results[pk] for pk in criteria]
