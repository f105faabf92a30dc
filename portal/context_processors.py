"""What every page's frame needs: who acts for whom, where they can go, how many lines wait in the inbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from portal import navigation
from portal.enums import WEBHOOK_ROLES
from portal.models import Notification
from portal.sessions import ERASING


def chrome(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    acting = user.acting if user is not None and user.is_authenticated else None
    return {
        "acting": navigation.frame_of(user, acting),
        "base_template": navigation.base_template(acting),
        "open_template": navigation.open_template(acting),
        "nav": [_link(item, request) for item in navigation.items_for(acting) if _exists(item)],
        "on_behalf": user.on_behalf if acting else None,
        "erasing": bool(acting and request.session.get(ERASING)),
        "webhooks_shown": acting is not None and user.acts_as(*WEBHOOK_ROLES),
        "demo": settings.DEMO,
        "languages": settings.LANGUAGES,
        "unread": Notification.objects.visible_to(user).unread().count() if acting else 0,
    }


def _exists(item: navigation.Item) -> bool:
    try:
        reverse(item.url_name)
    except NoReverseMatch:
        return False
    return True


def _link(item: navigation.Item, request: HttpRequest) -> dict[str, Any]:
    url = reverse(item.url_name)
    return {
        "url": url,
        "label": item.label,
        "icon": item.icon,
        "current": request.path.startswith(url) if url != "/" else request.path == "/",
    }
