from rest_framework.routers import SimpleRouter

from partnerships.api.views import PartnershipViewSet, SignOffViewSet

router = SimpleRouter()
router.register("partnerships", PartnershipViewSet, basename="api_partnership")
router.register("sign-offs", SignOffViewSet, basename="api_sign_off")

urlpatterns = router.urls
