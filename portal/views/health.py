"""For machines that watch: is the process alive, and can it do its work?"""

from __future__ import annotations

import datetime as dt

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.enums import JobState
from portal.methods import require_safe
from portal.models import Job
from portal.policy import PUBLIC, policy

# A worker that lives but no longer consumes shows only in the age of the oldest due job.
OLDEST_DUE = dt.timedelta(minutes=5)


@policy(PUBLIC)
@transaction.non_atomic_requests  # both answer while the database doesn't
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@policy(PUBLIC)
@transaction.non_atomic_requests  # both answer while the database doesn't
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    checks = {"database": _database(), "broker": _broker()}
    age = _oldest_due_seconds() if checks["database"] else None
    checks["jobs"] = age is not None and age < OLDEST_DUE.total_seconds()
    ready = all(checks.values())
    return JsonResponse(
        {"status": "ok" if ready else "not ready", **checks, "oldest_due_job_s": age}, status=200 if ready else 503
    )


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    try:
        return bool(redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping())
    except redis.RedisError:
        return False


def _oldest_due_seconds() -> int:
    oldest = Job.objects.filter(state=JobState.READY, run_after__lte=timezone.now()).order_by("run_after").first()
    return int((timezone.now() - oldest.run_after).total_seconds()) if oldest else 0
