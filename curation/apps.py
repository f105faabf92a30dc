from importlib import import_module

from django.apps import AppConfig


class CurationConfig(AppConfig):
    name = "curation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers permissions, notices and job handlers.
        for module in ("curation.permissions", "curation.notices", "curation.tasks"):
            import_module(module)
