"""Processes of their own on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
APP_ROLE = "mitrapasok_app"


def python(
    code: str, *, name: str = "", environment: dict[str, str] | None = None, **options: Any
) -> subprocess.Popen[str]:
    """Runs the code with Django set up, as the app role. `name` is what the server calls its connection."""
    login = {key: quote(str(value), safe="") for key, value in connection.settings_dict.items() if key.isupper()}
    address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**login)
    # The owner's login gives up waiting for a lock after two seconds; that of web and workers does not.
    query = {"assume_role": APP_ROLE, "options": "-c lock_timeout=0", **({"application_name": name} if name else {})}
    return subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": f"{address}?{urlencode(query, quote_via=quote)}",
            "DJANGO_SETTINGS_MODULE": "portal.config.settings",
        }
        | (environment or {}),
        text=True,
        **options,
    )
