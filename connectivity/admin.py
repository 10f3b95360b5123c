"""Partners and connections in the admin."""

from django.contrib import admin

from connectivity.models import ConnectionStep, Partner
from connectivity.services import record_step
from facilities.administration import FactAdmin, TableAdmin
from facilities.models import User


@admin.register(ConnectionStep)
class ConnectionStepAdmin(FactAdmin):
    not_asked = ("attempt", "source", "assumed")
    list_filter = ("step", *FactAdmin.list_filter)

    def record(self, fact: ConnectionStep, *, by: User) -> ConnectionStep:
        return record_step(
            facility=fact.facility,
            partner=fact.partner,
            step=fact.step,
            happened_on=fact.happened_on,
            document=fact.document,
            by=by,
        )


@admin.register(Partner)
class PartnerAdmin(TableAdmin):
    fixed = ("code", "counted")
    list_display = ("code", "name_vi", "name_en", "counted")
    search_fields = ("code", "name_vi", "name_en")
