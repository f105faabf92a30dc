from django.urls import include, path

from portal.accounts import ActivateTOTPView
from portal.views import directory, dossier, enterprise, health, inbox, members, operations, session, verification

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("language/", session.set_language, name="set_language"),
    path("act-for/", session.switch_organisation, name="switch_organisation"),
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/read/", inbox.inbox_read_all, name="inbox_read_all"),
    path("messages/<int:pk>/", inbox.inbox_open, name="inbox_open"),
    path("businesses/", directory.enterprise_directory, name="enterprise_directory"),
    path("businesses/<int:pk>/", directory.enterprise_public, name="enterprise_public"),
    path("plut/", directory.plut_list, name="plut_list"),
    path("members/", members.member_list, name="member_list"),
    path("members/<int:pk>/end/", members.member_end, name="member_end"),
    path("organisations/", operations.organisation_list, name="organisation_list"),
    path("organisations/add/", operations.organisation_add, name="organisation_add"),
    path("organisations/<int:pk>/", operations.organisation, name="organisation"),
    path("organisations/<int:pk>/edit/", operations.organisation_edit, name="organisation_edit"),
    path("jobs/", operations.job_list, name="job_list"),
    path("jobs/<int:pk>/retry/", operations.job_retry, name="job_retry"),
    path("invitation/<str:token>/", members.invitation_accept, name="invitation_accept"),
    path("business/", dossier.dossier, name="dossier"),
    path("business/register/", enterprise.enterprise_register, name="enterprise_register"),
    path("business/check/", dossier.dossier_check, name="dossier_check"),
    path("business/address/village/", dossier.dossier_village, name="dossier_village"),
    path("business/<slug:section>/", dossier.dossier_section, name="dossier_section"),
    path("business/<slug:section>/autosave/", dossier.dossier_autosave, name="dossier_autosave"),
    path("business/<slug:section>/discard/", dossier.dossier_discard, name="dossier_discard"),
    path("verification/", verification.queue, name="verification_queue"),
    path("verification/<int:pk>/", verification.verification_detail, name="verification_detail"),
    path("accounts/2fa/totp/activate/", ActivateTOTPView.as_view(), name="mfa_activate_totp"),
    path("accounts/", include("allauth.urls")),
]
