"""Partners and connections in the admin."""

from django.contrib import admin

from connectivity.models import ConnectionStep, Partner
from connectivity.services import record_step
from facilities.administration import FactAdmin, TableAdmin


@admin.register(ConnectionStep)
class ConnectionStepAdmin(FactAdmin):
    not_asked = ("attempt", "source", "assumed")
    list_filter = ("step", *FactAdmin.list_filter)
    verb = staticmethod(record_step)
    verb_takes = (
        "facility",
        "partner",
        "step",
        "happened_on",
        "document",
    )


@admin.register(Partner)
class PartnerAdmin(TableAdmin):
    fixed = ("code", "counted")
    list_display = ("code", "name_vi", "name_en", "counted")
    search_fields = ("code", "name_vi", "name_en")
