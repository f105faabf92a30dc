from django.urls import include, path
from rest_framework.routers import SimpleRouter

from partnerships.api.buyers import BuyerViewSet
from partnerships.api.closing import CloseEnterprise
from partnerships.api.financing import Financiers, FinancingViewSet
from partnerships.api.incidents import IncidentViewSet
from partnerships.api.invoices import InvoiceViewSet, PaymentViewSet
from partnerships.api.knowledge import KnowledgeViewSet
from partnerships.api.open_data import OneRecord, OneRelease, RecordFeed, ReleaseFeed
from partnerships.api.orders import DeliveryViewSet, PurchaseOrderViewSet
from partnerships.api.public import Figures, PublicPartnershipViewSet
from partnerships.api.signed_files import CheckSignedFile
from partnerships.api.views import AgreementsInForce, ClauseLibrary, PartnershipViewSet, SignOffViewSet

router = SimpleRouter()
router.register("partnerships", PartnershipViewSet, basename="api_partnership")
router.register("orders", PurchaseOrderViewSet, basename="api_order")
router.register("deliveries", DeliveryViewSet, basename="api_delivery")
router.register("invoices", InvoiceViewSet, basename="api_invoice")
router.register("payments", PaymentViewSet, basename="api_payment")
router.register("incidents", IncidentViewSet, basename="api_incident")
router.register("financing-requests", FinancingViewSet, basename="api_financing")
router.register("knowledge-steps", KnowledgeViewSet, basename="api_knowledge")
router.register("sign-offs", SignOffViewSet, basename="api_sign_off")
router.register("buyers", BuyerViewSet, basename="api_buyer")
router.register("contracts", PublicPartnershipViewSet, basename="api_public_partnership")

urlpatterns = [
    path("financiers/", Financiers.as_view(), name="api_financiers"),
    path("ocds/releases/", ReleaseFeed.as_view(), name="api_ocds_releases"),
    path("ocds/releases/<str:release_id>/", OneRelease.as_view(), name="api_ocds_release"),
    path("ocds/records/", RecordFeed.as_view(), name="api_ocds_records"),
    path("ocds/records/<str:ocid>/", OneRecord.as_view(), name="api_ocds_record"),
    path("enterprises/<int:pk>/close/", CloseEnterprise.as_view(), name="api_enterprise_close"),
    path("signed-files/check/", CheckSignedFile.as_view(), name="api_check_signed_file"),
    path("figures/", Figures.as_view(), name="api_figures"),
    path("clauses/", ClauseLibrary.as_view(), name="api_clauses"),
    path("agreements/", AgreementsInForce.as_view(), name="api_agreements"),
    path("", include(router.urls)),
]
