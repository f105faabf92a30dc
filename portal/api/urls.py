from django.urls import include, path
from rest_framework.routers import SimpleRouter

from portal.api.enterprise import EnterpriseViewSet
from portal.api.reference import HsSearch, KbliSearch, RegionSearch

router = SimpleRouter()
router.register("enterprises", EnterpriseViewSet, basename="api_enterprise")

urlpatterns = [
    path("reference/kbli/", KbliSearch.as_view(), name="api_reference_kbli"),
    path("reference/hs/", HsSearch.as_view(), name="api_reference_hs"),
    path("reference/regions/", RegionSearch.as_view(), name="api_reference_regions"),
    path("", include(router.urls)),
]
