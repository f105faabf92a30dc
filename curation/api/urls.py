from django.urls import include, path
from rest_framework.routers import SimpleRouter

from curation.api.application import ApplicationViewSet, VerifyCuration
from curation.api.need import NeedViewSet
from curation.api.programme import ProgrammeViewSet, RunViewSet

router = SimpleRouter()
router.register("needs", NeedViewSet, basename="api_need")
router.register("programmes", ProgrammeViewSet, basename="api_programme")
router.register("scoring-runs", RunViewSet, basename="api_scoring_run")
router.register("applications", ApplicationViewSet, basename="api_application")

urlpatterns = [
    path("curations/verify/<uuid:token>/", VerifyCuration.as_view(), name="api_verify_curation"),
    path("", include(router.urls)),
]
