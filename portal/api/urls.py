from django.urls import include, path
from rest_framework.routers import SimpleRouter

from portal.api.consents import ConsentViewSet
from portal.api.conversions import ConversionViewSet, KbliCandidates
from portal.api.cooperatives import CooperativeMemberViewSet
from portal.api.data_requests import DataRequestDeskViewSet, DataRequestViewSet
from portal.api.documents import DocumentViewSet
from portal.api.duplicates import BusinessClaimViewSet, DuplicateViewSet
from portal.api.enterprise import EnterpriseViewSet
from portal.api.imports import ImportViewSet
from portal.api.kits import KitViewSet
from portal.api.partner import PartnerEnterpriseViewSet, PartnerProductViewSet
from portal.api.partner_parts import PartnerDocumentViewSet, PartnerMemberViewSet
from portal.api.products import ProductViewSet
from portal.api.reference import HsSearch, KbliSearch, RegionSearch
from portal.api.webhooks import WebhookMessageViewSet, WebhookViewSet

router = SimpleRouter()
router.register("enterprises", EnterpriseViewSet, basename="api_enterprise")
router.register("products", ProductViewSet, basename="api_product")
router.register("product-imports", ImportViewSet, basename="api_import")
router.register("partner/enterprises", PartnerEnterpriseViewSet, basename="api_partner_enterprise")
router.register("partner/products", PartnerProductViewSet, basename="api_partner_product")
router.register("partner/documents", PartnerDocumentViewSet, basename="api_partner_document")
router.register("partner/cooperative-members", PartnerMemberViewSet, basename="api_partner_member")
router.register("data-requests", DataRequestViewSet, basename="api_data_request")
router.register("data-requests-desk", DataRequestDeskViewSet, basename="api_data_request_desk")
router.register("business-claims", BusinessClaimViewSet, basename="api_business_claim")
router.register("duplicates", DuplicateViewSet, basename="api_duplicate")
router.register("consents", ConsentViewSet, basename="api_consent")
router.register("kits", KitViewSet, basename="api_kit")
router.register("kbli-conversions", ConversionViewSet, basename="api_conversion")
router.register("cooperative-members", CooperativeMemberViewSet, basename="api_cooperative_member")
router.register("documents", DocumentViewSet, basename="api_document")
router.register("webhooks", WebhookViewSet, basename="api_webhook")
router.register("webhook-messages", WebhookMessageViewSet, basename="api_webhook_message")

urlpatterns = [
    path("reference/kbli/", KbliSearch.as_view(), name="api_reference_kbli"),
    path("reference/kbli/candidates/", KbliCandidates.as_view(), name="api_reference_kbli_candidates"),
    path("reference/hs/", HsSearch.as_view(), name="api_reference_hs"),
    path("reference/regions/", RegionSearch.as_view(), name="api_reference_regions"),
    path("", include(router.urls)),
]
