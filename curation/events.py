"""What of this app is told to other systems: keys and states, no name and no reason."""

from django.utils.translation import gettext_lazy as _

from curation.models import Application
from portal.webhooks import register

OF_APPLICATION = {
    "model": Application,
    "sides": ("programme__buyer", "enterprise__organisation"),
    "facts": {
        "id": "pk",
        "status": "status",
        "enterprise": "enterprise_id",
        "programme": "programme_id",
    },
    "address": "/api/v1/applications/{id}/",
}
register(
    "curation.marked",
    label=_("A business is curated"),
    actions=("mark_curated", "take_place", "curate"),
    **OF_APPLICATION,
)
register("curation.revoked", label=_("A mark is revoked"), actions=("revoke_curation",), **OF_APPLICATION)
register("curation.renewal_decided", label=_("A renewal is decided"), actions=("decide_renewal",), **OF_APPLICATION)
