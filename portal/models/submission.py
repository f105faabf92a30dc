from django.conf import settings
from django.db import models


class FormSubmission(models.Model):
    """The key of a form that was sent: a second tab or a second click with the same key changes nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(unique=True)
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
