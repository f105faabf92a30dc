"""Every address of the portal. An app's pages live in its own urls.py; names are global, without namespaces."""

from django.urls import include, path

urlpatterns = [
    path("", include("partnerships.urls")),
    path("", include("curation.urls")),
    path("", include("portal.urls")),
]

handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
