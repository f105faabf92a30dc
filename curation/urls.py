from django.urls import path

from curation.views import application, buyer_need, certificate, criteria, desk, need, opportunity, programme

urlpatterns = [
    # Everybody
    path("needs/", need.need_list, name="need_list"),
    path("needs/<int:pk>/", need.need_detail, name="need_detail"),
    path("programmes/<int:pk>/", opportunity.programme_detail, name="programme_detail"),
    path("scoring/", opportunity.scoring_rules, name="scoring_rules"),
    path("verify/<uuid:token>/", certificate.certificate_verify, name="certificate_verify"),
    # Enterprises
    path("opportunities/", opportunity.opportunity_list, name="opportunity_list"),
    path("opportunities/<int:pk>/", opportunity.opportunity, name="opportunity"),
    path("opportunities/<int:pk>/apply/", application.apply, name="apply"),
    path("applications/", application.my_applications, name="my_applications"),
    path("applications/<int:pk>/", application.application_detail, name="application_detail"),
    path("applications/<int:pk>/check/", application.application_check, name="application_check"),
    path("applications/<int:pk>/answer/", application.application_answer, name="application_answer"),
    path("applications/<int:pk>/withdraw/", application.application_withdraw, name="application_withdraw"),
    path("applications/<int:pk>/appeal/", application.application_appeal, name="application_appeal"),
    path("applications/<int:pk>/appeal/papers/<int:paper_pk>/", application.appeal_paper, name="appeal_paper"),
    path("applications/<int:pk>/certificate/", certificate.certificate, name="certificate"),
    # Buyers
    path("desk/needs/", buyer_need.buyer_need_list, name="buyer_need_list"),
    path("desk/needs/add/", buyer_need.buyer_need_add, name="buyer_need_add"),
    path("desk/needs/<int:pk>/", buyer_need.buyer_need, name="buyer_need"),
    path("desk/needs/<int:pk>/edit/", buyer_need.buyer_need_edit, name="buyer_need_edit"),
    path("desk/needs/<int:pk>/publish/", buyer_need.buyer_need_publish, name="buyer_need_publish"),
    path("desk/needs/<int:pk>/withdraw/", buyer_need.buyer_need_withdraw, name="buyer_need_withdraw"),
    path("desk/programmes/", programme.programme_list, name="programme_list"),
    path("desk/programmes/add/", programme.programme_add, name="programme_add"),
    path("desk/programmes/<int:pk>/", programme.programme, name="programme"),
    path("desk/programmes/<int:pk>/edit/", programme.programme_edit, name="programme_edit"),
    path("desk/programmes/<int:pk>/publish/", programme.programme_publish, name="programme_publish"),
    path("desk/programmes/<int:pk>/close/", programme.programme_close, name="programme_close"),
    path("desk/programmes/<int:pk>/archive/", programme.programme_archive, name="programme_archive"),
    path("desk/programmes/<int:pk>/quota/", programme.programme_quota, name="programme_quota"),
    path("desk/programmes/<int:pk>/criteria/", criteria.criteria_edit, name="criteria_edit"),
    path("desk/programmes/<int:pk>/criteria/template/", criteria.criteria_template, name="criteria_template"),
    path("desk/programmes/<int:pk>/criteria/next/", criteria.criteria_next, name="criteria_next"),
    path("desk/programmes/<int:pk>/criteria/publish/", criteria.criteria_publish, name="criteria_publish"),
    path("desk/programmes/<int:pk>/criteria/add/", criteria.criterion_choose, name="criterion_choose"),
    path(
        "desk/programmes/<int:pk>/criteria/add/<slug:feature>/<slug:shape>/",
        criteria.criterion_add,
        name="criterion_add",
    ),
    path("desk/programmes/<int:pk>/criteria/<int:criterion_pk>/", criteria.criterion_edit, name="criterion_edit"),
    path(
        "desk/programmes/<int:pk>/criteria/<int:criterion_pk>/remove/",
        criteria.criterion_remove,
        name="criterion_remove",
    ),
    path("desk/programmes/<int:pk>/run/", programme.run_start, name="run_start"),
    path("desk/runs/<int:pk>/", programme.run_status, name="run_status"),
    path("desk/programmes/<int:pk>/applicants/", desk.application_desk, name="application_desk"),
    path("desk/programmes/<int:pk>/applicants/export/", desk.application_export, name="application_export"),
    path(
        "desk/programmes/<int:pk>/applicants/<int:application_pk>/", desk.application_review, name="application_review"
    ),
    path("desk/curations/<int:pk>/revoke/", certificate.curation_revoke, name="curation_revoke"),
]
