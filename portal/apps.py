from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Of all three apps: who may do what, the words of notices, which events are told to other systems, what is held about people, the handlers of jobs, and what to check before deploying."""
        autodiscover_modules("permissions", "notices", "events", "personal_data", "merging", "tasks", "checks")
