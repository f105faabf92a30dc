from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from portal.enums import Role
from portal.policy import lacks_second_factor


class RepairSite(admin.AdminSite):
    """For repair by operators with a second factor. No workflow here: states are moved by flows alone."""

    site_header = "MitraPasok"
    site_title = "MitraPasok"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return (
            user.is_authenticated
            and user.is_active
            and user.is_staff
            and user.acts_as(Role.OPERATOR)
            and not lacks_second_factor(request)
        )
