"""Reviews of an application by API. What the pages hide until all reviews are in is not in these answers either."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from curation.api.programme_serializers import MOST_ID
from curation.enums import ConflictKind
from curation.models import Application, Criterion, Programme, Review, ReviewPoint
from curation.selectors import reviews as selector
from curation.services import own_review, reviewers
from portal.models import User
from portal.policy import BUYER, OFFICER


class PersonSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="full_name")


class ReviewPointSerializer(serializers.ModelSerializer):
    class Meta:
        model = ReviewPoint
        fields = ["criterion", "points", "note"]
        read_only_fields = fields


class ReviewSerializer(serializers.ModelSerializer):
    """`points`: null as long as the caller may not see them."""

    reviewer = PersonSerializer(read_only=True)
    points = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = ["id", "reviewer", "status", "assigned_at", "no_conflict_at", "submitted_at", "points"]
        read_only_fields = fields

    @extend_schema_field(ReviewPointSerializer(many=True, allow_null=True))
    def get_points(self, review: Review) -> Any:
        points = self.context["points"].get(review.pk)
        return ReviewPointSerializer(points, many=True).data if points else None


class SpreadSerializer(serializers.Serializer):
    criterion = serializers.IntegerField(source="criterion.pk")
    label = serializers.CharField(source="criterion.label")
    spread = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    is_wide = serializers.BooleanField()


class PanelSerializer(serializers.Serializer):
    agreement = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True, help_text="Percent")
    is_split = serializers.BooleanField(help_text="The reviewers disagree; see `split_decider` of the programme")
    mean = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    spreads = SpreadSerializer(many=True, source="weighted")


class ReviewsSerializer(serializers.Serializer):
    needed = serializers.IntegerField()
    missing = serializers.IntegerField()
    open = serializers.BooleanField(help_text="All are in and lie open to everybody at the desk")
    reviews = ReviewSerializer(many=True)
    panel = PanelSerializer(allow_null=True)
    free = PersonSerializer(many=True, help_text="Officers who may be asked")


class ReviewerInput(serializers.Serializer):
    reviewer = serializers.IntegerField(min_value=1, max_value=MOST_ID)


class ConflictInput(serializers.Serializer):
    kind = serializers.ChoiceField(choices=ConflictKind.choices)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class PointInput(serializers.Serializer):
    criterion = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    points = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False, allow_null=True, default=None
    )
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class OwnReviewInput(serializers.Serializer):
    """`no_conflict` before the first points; `send` when all points are there."""

    no_conflict = serializers.BooleanField(required=False, default=False)
    points = PointInput(many=True, required=False, default=list)
    send = serializers.BooleanField(required=False, default=False)


class InTurnInput(serializers.Serializer):
    reviewers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_ID), allow_empty=False, max_length=200
    )


class HandedOutSerializer(serializers.Serializer):
    reviews = serializers.IntegerField()
    lacking = serializers.IntegerField(help_text="Applications that still have too few reviewers")


class OfApplication(APIView):
    def application(self, pk: int) -> Application:
        applications = Application.objects.visible_to(self.request.user).filter(
            programme__in=Programme.objects.managed_by(self.request.user)
        )
        return get_object_or_404(applications.select_related("programme__buyer", "enterprise__organisation"), pk=pk)

    def reviews(self, application: Application) -> Response:
        user = self.request.user
        visible = ReviewPoint.objects.visible_to(user)
        by_review: dict[int, list[ReviewPoint]] = {}
        for point in visible.filter(review__application=application):
            by_review.setdefault(point.review_id, []).append(point)
        shown = {
            "needed": application.programme.reviewers_needed,
            "missing": selector.reviews_missing(application),
            "open": selector.are_open(application),
            "reviews": Review.objects.visible_to(user).filter(application=application).select_related("reviewer"),
            "panel": selector.panel_of(application, visible),
            "free": selector.free_to_review(application) if application.status in selector.REVIEWED_IN else [],
        }
        return Response(ReviewsSerializer(shown, context={"points": by_review}).data)


class ApplicationReviews(OfApplication):
    policies = {"get": BUYER}

    @extend_schema(responses=ReviewsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Who reviews it and how far they are; points and notes as soon as all are in."""
        return self.reviews(self.application(pk))


class ApplicationReviewers(OfApplication):
    policies = {"post": OFFICER}

    @extend_schema(request=ReviewerInput, responses=ReviewsSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Give it to one more reviewer."""
        application = self.application(pk)
        number = _read(ReviewerInput, request)["reviewer"]
        reviewer = selector.officers_of(application.programme).filter(pk=number).first()
        if reviewer is None:
            raise serializers.ValidationError({"reviewer": _("There is no such object.")})
        reviewers.assign_reviewer(application, reviewer, by=request.user)
        return self.reviews(application)


class ApplicationReleaseReviewer(OfApplication):
    policies = {"post": OFFICER}

    @extend_schema(request=ReviewerInput, responses=ReviewsSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Take off somebody who has not sent theirs."""
        application = self.application(pk)
        mine = Review.objects.visible_to(request.user).filter(application=application)
        review = mine.filter(reviewer=_read(ReviewerInput, request)["reviewer"]).first()
        if review is None:
            raise serializers.ValidationError({"reviewer": _("There is no such object.")})
        reviewers.release_reviewer(review, by=request.user)
        return self.reviews(application)


class ApplicationConflict(OfApplication):
    policies = {"post": OFFICER}

    @extend_schema(request=ConflictInput, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Step back. The application is not there for the caller any more, and goes to another reviewer."""
        application = self.application(pk)
        data = _read(ConflictInput, request)
        reviewers.declare_conflict(application, kind=ConflictKind(data["kind"]), note=data["note"], by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ApplicationOwnReview(OfApplication):
    policies = {"put": OFFICER}

    @extend_schema(request=OwnReviewInput, responses=ReviewsSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """One's own: the declaration, then points and notes, then sent once."""
        application = self.application(pk)
        review = Review.objects.visible_to(request.user).filter(application=application, reviewer=request.user).first()
        if review is None:
            raise Http404
        data = _read(OwnReviewInput, request)
        if data["no_conflict"]:
            own_review.declare_no_conflict(review, by=request.user)
        given = _given(application, data["points"])
        if data["send"]:
            own_review.send_review(review, given, by=request.user)
        elif given:
            own_review.keep_review(review, given, by=request.user)
        return self.reviews(application)


class ProgrammeReviewersInTurn(APIView):
    policies = {"post": OFFICER}

    @extend_schema(request=InTurnInput, responses=HandedOutSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Hand out what lacks reviewers, evenly among these officers; at most 500 applications a call."""
        programme = get_object_or_404(Programme.objects.managed_by(request.user), pk=pk)
        numbers = set(_read(InTurnInput, request)["reviewers"])
        people: list[User] = list(selector.officers_of(programme).filter(pk__in=numbers))
        if len(people) < len(numbers):
            raise serializers.ValidationError({"reviewers": _("There is no such object.")})
        return Response(HandedOutSerializer(reviewers.assign_in_turn(programme, people, by=request.user)).data)


def _given(application: Application, rows: list[dict[str, Any]]) -> list[own_review.Given]:
    criteria = {
        each.pk: each
        for each in Criterion.objects.filter(
            criteria_set=application.programme.criteria, pk__in=[row["criterion"] for row in rows]
        )
    }
    if any(row["criterion"] not in criteria for row in rows):
        raise serializers.ValidationError({"points": _("Choose criteria of the version in force.")})
    return [own_review.Given(criteria[row["criterion"]], row["points"], row["note"]) for row in rows]


def _read(serializer: type, request: Request) -> dict[str, Any]:
    read = serializer(data=request.data)
    read.is_valid(raise_exception=True)
    return read.validated_data
