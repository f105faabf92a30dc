"""The API can describe itself: one serializer that cannot be described would take the whole description away."""

import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db
def test_the_schema_is_drawn():
    answer = Client().get(reverse("api_schema"))

    assert answer.status_code == 200
    assert b"openapi: 3" in answer.content
