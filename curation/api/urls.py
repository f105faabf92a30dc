from django.urls import include, path
from rest_framework.routers import SimpleRouter

from curation.api.application import ApplicationScores, ApplicationViewSet
from curation.api.bulk import ProgrammeDecisions
from curation.api.consortium import ConsortiumPartViewSet, ConsortiumViewSet, NeedConsortium
from curation.api.curation import (
    CurationPdf,
    CurationViewSet,
    RecogniseCuration,
    RevokeCuration,
    SignedCuration,
    VerifyCuration,
    WithdrawRecognition,
)
from curation.api.interest import InterestViewSet
from curation.api.need import NeedViewSet
from curation.api.opening import EnterpriseOpportunities
from curation.api.programme import CriteriaTemplates, PoolRunViewSet, ProgrammeViewSet, RunViewSet
from curation.api.renewal import RenewalViewSet, RenewCuration
from curation.api.reviewing import (
    ApplicationConflict,
    ApplicationOwnReview,
    ApplicationReleaseReviewer,
    ApplicationReviewers,
    ApplicationReviews,
    ProgrammeReviewersInTurn,
)
from curation.api.saved_search import SavedSearchViewSet
from curation.api.scoring_features import ScoringFeatures
from curation.api.search import SearchNeeds, SearchProducts, Suggestions
from curation.api.supply_gap import SupplyGap, SupplyGapEnterprises, SupplyGapNeeds

router = SimpleRouter()
router.register("needs", NeedViewSet, basename="api_need")
router.register("programmes", ProgrammeViewSet, basename="api_programme")
router.register("scoring-runs", RunViewSet, basename="api_scoring_run")
router.register("pool-runs", PoolRunViewSet, basename="api_pool_run")
router.register("applications", ApplicationViewSet, basename="api_application")
router.register("renewals", RenewalViewSet, basename="api_renewal")
router.register("curations", CurationViewSet, basename="api_curation")
router.register("saved-searches", SavedSearchViewSet, basename="api_saved_search")
router.register("interests", InterestViewSet, basename="api_interest")
router.register("consortia", ConsortiumViewSet, basename="api_consortium")
router.register("consortium-parts", ConsortiumPartViewSet, basename="api_consortium_part")

urlpatterns = [
    path("needs/<int:pk>/consortium/", NeedConsortium.as_view(), name="api_need_consortium"),
    path("curations/verify/<uuid:token>/signed/", SignedCuration.as_view(), name="api_signed_curation"),
    path("curations/<uuid:token>/pdf/", CurationPdf.as_view(), name="api_curation_pdf"),
    path("curations/<uuid:token>/recognise/", RecogniseCuration.as_view(), name="api_recognise_curation"),
    path("curations/<uuid:token>/recognise/withdraw/", WithdrawRecognition.as_view(), name="api_withdraw_recognition"),
    path("curations/<uuid:token>/renew/", RenewCuration.as_view(), name="api_renew_curation"),
    path("curations/verify/<uuid:token>/", VerifyCuration.as_view(), name="api_verify_curation"),
    path("curations/<uuid:token>/revoke/", RevokeCuration.as_view(), name="api_revoke_curation"),
    path("applications/<int:pk>/scores/", ApplicationScores.as_view(), name="api_application_scores"),
    path("applications/<int:pk>/reviews/", ApplicationReviews.as_view(), name="api_reviews"),
    path("applications/<int:pk>/reviewers/", ApplicationReviewers.as_view(), name="api_reviewers"),
    path("applications/<int:pk>/reviewers/release/", ApplicationReleaseReviewer.as_view(), name="api_reviewer_release"),
    path("applications/<int:pk>/conflict/", ApplicationConflict.as_view(), name="api_conflict"),
    path("applications/<int:pk>/own-review/", ApplicationOwnReview.as_view(), name="api_own_review"),
    path("programmes/<int:pk>/decisions/", ProgrammeDecisions.as_view(), name="api_decisions"),
    path("programmes/<int:pk>/reviewers-in-turn/", ProgrammeReviewersInTurn.as_view(), name="api_reviewers_in_turn"),
    path("enterprises/<int:pk>/opportunities/", EnterpriseOpportunities.as_view(), name="api_opportunities"),
    path("search/products/", SearchProducts.as_view(), name="api_search_products"),
    path("search/suggestions/", Suggestions.as_view(), name="api_suggestions"),
    path("search/needs/", SearchNeeds.as_view(), name="api_search_needs"),
    path("supply-gap/", SupplyGap.as_view(), name="api_supply_gap"),
    path("supply-gap/needs/", SupplyGapNeeds.as_view(), name="api_supply_gap_needs"),
    path("supply-gap/enterprises/", SupplyGapEnterprises.as_view(), name="api_supply_gap_enterprises"),
    path("scoring-features/", ScoringFeatures.as_view(), name="api_scoring_features"),
    path("criteria-templates/", CriteriaTemplates.as_view(), name="api_criteria_templates"),
    path("", include(router.urls)),
]
