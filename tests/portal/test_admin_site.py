from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from portal.enums import Role
from portal.models import DatedRule
from tests.factories.people import person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_only_an_operator_with_staff_mark_and_second_factor_gets_in() -> None:
    operator = person(Role.OPERATOR, is_staff=True)
    assert signed_in(operator).get(reverse("admin:index")).status_code == 200
    for other, second_factor in [
        (operator, False),
        (person(Role.OPERATOR), True),
        (person(Role.MINISTRY_ADMIN, is_staff=True, is_superuser=True), True),
        (person(Role.OWNER, is_staff=True, is_superuser=True), True),
    ]:
        answer = signed_in(other, second_factor=second_factor).get(reverse("admin:index"))
        assert answer.status_code == 302, other


def test_no_model_with_a_status_is_in_the_admin() -> None:
    assert not [model for model in admin.site._registry if any(field.name == "status" for field in model._meta.fields)]


def test_a_superuser_stands_under_the_same_rules() -> None:
    user = person(Role.OWNER, is_superuser=True)
    assert not user.has_perm("portal.manage_organisations")
    assert not user.has_perm("portal.verify_enterprise", object())


def test_a_dated_rule_can_be_mended_and_the_trail_only_read() -> None:
    client = signed_in(person(Role.OPERATOR, is_staff=True))
    rule = DatedRule.objects.first()
    assert client.get(reverse("admin:portal_datedrule_change", args=[rule.pk])).status_code == 200
    assert client.get(reverse("admin:portal_auditentry_changelist")).status_code == 200
    assert client.get(reverse("admin:portal_auditentry_add")).status_code == 403
    assert client.get(reverse("admin:portal_job_changelist")).status_code == 200
