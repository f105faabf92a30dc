"""For repair only. No model with a status is here: states are moved by flows alone."""

from django.contrib import admin
from django.http import HttpRequest

from portal.models import AuditEntry, ContextFigure, DatedRule, Job, LinkageFigure


@admin.register(DatedRule)
class DatedRuleAdmin(admin.ModelAdmin):
    list_display = ["key", "valid_from", "valid_until", "legal_source", "source_checked"]
    list_filter = ["key"]


@admin.register(ContextFigure, LinkageFigure)
class FigureAdmin(admin.ModelAdmin):
    list_display = ["indicator", "value", "date", "publisher"]


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "key", "state", "attempts", "created_at"]
    list_filter = ["state", "kind"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["stream", "seq", "at", "actor", "action"]
    search_fields = ["stream"]
    exclude = ["previous", "digest"]
