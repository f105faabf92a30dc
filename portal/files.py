"""Where uploads are kept: under a random name, in a folder per kind, never where a web server would serve them."""

from __future__ import annotations

import secrets
from pathlib import PurePath

from django.db import models


def random_name(instance: models.Model, original: str) -> str:
    suffix = PurePath(original).suffix.lower()[:6]
    token = secrets.token_hex(16)
    return f"{instance._meta.model_name}/{token[:2]}/{token}{suffix}"
