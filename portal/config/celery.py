"""The Celery application. A message is only a hint: the job table is the truth (portal.jobs)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")

app = Celery("mitrapasok")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
