"""What `manage.py check` says of a place before people sign there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register

from partnerships.signatures.provider import DEVELOPMENT, is_configured


@register(Tags.security, deploy=True)
def signature_provider(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whoever signs a contract with keys of a demo believes to have signed. Without a provider nobody can, and pages say so."""
    if settings.DEMO or settings.DEBUG:
        return []
    if not is_configured():
        said = "SIGNATURE_PROVIDER is not set: contracts are drafted and offered, and nobody can sign them."
        return [Info(said, hint="Name the class that signs at your PSrE.", id="partnerships.I001")]
    if settings.SIGNATURE_PROVIDER == DEVELOPMENT:
        said = "SIGNATURE_PROVIDER is the development provider, whose signatures prove nothing. Only a demo uses it."
        return [Error(said, hint="Name the class that signs at your PSrE.", id="partnerships.E001")]
    return []
