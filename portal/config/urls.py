"""Every address of the portal. An app's pages live in its own urls.py; names are global, without namespaces."""

from django.contrib import admin
from django.urls import include, path

from portal.api.base import Documentation, Me, Schema

urlpatterns = [
    path("", include("partnerships.urls")),
    path("", include("curation.urls")),
    path("", include("portal.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("api/v1/", include("curation.api.urls")),
    path("api/v1/", include("partnerships.api.urls")),
    path("api/v1/me/", Me.as_view(), name="api_me"),
    path("api/v1/schema/", Schema.as_view(), name="api_schema"),
    path("api/", Documentation.as_view(url_name="api_schema"), name="api_docs"),
    path("admin/", admin.site.urls),
]

handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
