"""Procurement files, devices and norms in the admin."""

from django.contrib import admin

from equipment.models import (
    Asset,
    DeviceMovement,
    DeviceNorm,
    DeviceType,
    Hosting,
    ItLevel,
    Procurement,
    ProcurementLot,
    Setback,
    StageEvent,
    StageTarget,
)
from equipment.services import (
    record_movement,
    record_setback,
    record_stage,
    set_stage_target,
    withdraw_stage,
)
from facilities.administration import FactAdmin, TableAdmin
from facilities.models import User

admin.site.register([DeviceNorm, Hosting, ItLevel, ProcurementLot], FactAdmin)


@admin.register(DeviceType)
class DeviceTypeAdmin(TableAdmin):
    fixed = ("code", "group")
    list_display = ("code", "name_vi", "name_en", "group")
    list_filter = ("group",)
    search_fields = ("code", "name_vi", "name_en")


@admin.register(Procurement)
class ProcurementAdmin(TableAdmin):
    fixed = ("code", "path", "facility")
    list_display = ("code", "title", "path", "facility_name")
    list_filter = ("path",)
    search_fields = ("code", "title")


@admin.register(StageEvent)
class StageEventAdmin(FactAdmin):
    facility_of = "procurement"
    search_fields = ("procurement__code",)
    autocomplete_fields = ("procurement",)
    not_asked = ("source", "assumed")

    def record(self, fact: StageEvent, *, by: User) -> StageEvent:
        return record_stage(
            procurement=fact.procurement,
            stage=fact.stage,
            happened_on=fact.happened_on,
            amount=fact.amount,
            document=fact.document,
            by=by,
        )

    def take_back(self, fact: StageEvent, *, because: str, by: User) -> StageEvent:
        return withdraw_stage(event=fact, because=because, by=by)


@admin.register(Setback)
class SetbackAdmin(FactAdmin):
    facility_of = "procurement"
    search_fields = ("procurement__code",)
    autocomplete_fields = ("procurement",)
    not_asked = ("source", "assumed")

    def record(self, fact: Setback, *, by: User) -> Setback:
        return record_setback(
            procurement=fact.procurement,
            kind=fact.kind,
            happened_on=fact.happened_on,
            note=fact.note,
            document=fact.document,
            by=by,
        )


@admin.register(StageTarget)
class StageTargetAdmin(FactAdmin):
    not_asked = ("source", "assumed")

    def record(self, fact: StageTarget, *, by: User) -> StageTarget:
        return set_stage_target(
            procurement=fact.procurement,
            stage=fact.stage,
            due_on=fact.due_on,
            set_on=fact.effective_from,
            because=fact.because,
            document=fact.document,
            by=by,
        )


@admin.register(DeviceMovement)
class DeviceMovementAdmin(FactAdmin):
    not_asked = ("source", "assumed")

    def record(self, fact: DeviceMovement, *, by: User) -> DeviceMovement:
        return record_movement(
            facility=fact.facility,
            device_type=fact.device_type,
            quantity=fact.quantity,
            reason=fact.reason,
            happened_on=fact.happened_on,
            procurement=fact.procurement,
            asset=fact.asset,
            document=fact.document,
            by=by,
        )


@admin.register(Asset)
class AssetAdmin(TableAdmin):
    fixed = ("device_type",)
    list_display = ("device_type", "tag", "serial", "model", "warranty_until")
    list_filter = ("device_type",)
    search_fields = ("tag", "serial")
