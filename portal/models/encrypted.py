from __future__ import annotations

from typing import Any

from django.db import models

from portal import crypto


class EncryptedField(models.TextField):
    """Text that stands encrypted in the database. To find a row by it, keep `crypto.search_hash` in a column beside it."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return crypto.encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return crypto.decrypt(value) if value else value
