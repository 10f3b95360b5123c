"""Procurement files, devices and norms in the admin."""

from types import MappingProxyType

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
    record_lot,
    record_movement,
    record_setback,
    record_stage,
    set_stage_target,
    withdraw_lot,
    withdraw_stage,
)
from facilities.administration import FactAdmin, ReadOnlyAdmin, TableAdmin
from facilities.models import User

admin.site.register([DeviceNorm, Hosting, ItLevel], FactAdmin)


@admin.register(DeviceType)
class DeviceTypeAdmin(TableAdmin):
    fixed = ("code", "group")
    list_display = ("code", "name_vi", "name_en", "group")
    list_filter = ("group",)
    search_fields = ("code", "name_vi", "name_en")


@admin.register(Procurement)
class ProcurementAdmin(ReadOnlyAdmin):
    """To read. Files are entered and changed in their register, with a reason and a change set."""

    list_display = ("code", "title", "path", "facility_name")
    list_filter = ("path",)
    search_fields = ("code", "title")


@admin.register(ProcurementLot)
class ProcurementLotAdmin(FactAdmin):
    search_fields = ("procurement__code",)
    autocomplete_fields = ("procurement",)
    not_asked = ("source", "assumed")
    verb = staticmethod(record_lot)
    verb_takes = (
        "procurement",
        "facility",
        "device_type",
        "quantity",
        "estimated_value",
        "document",
    )

    def take_back(self, fact: ProcurementLot, *, because: str, by: User) -> ProcurementLot:
        return withdraw_lot(lot=fact, because=because, by=by)


@admin.register(StageEvent)
class StageEventAdmin(FactAdmin):
    facility_of = "procurement"
    search_fields = ("procurement__code",)
    autocomplete_fields = ("procurement",)
    not_asked = ("source", "assumed")
    verb = staticmethod(record_stage)
    verb_takes = (
        "procurement",
        "stage",
        "happened_on",
        "amount",
        "document",
    )

    def take_back(self, fact: StageEvent, *, because: str, by: User) -> StageEvent:
        return withdraw_stage(event=fact, because=because, by=by)


@admin.register(Setback)
class SetbackAdmin(FactAdmin):
    facility_of = "procurement"
    search_fields = ("procurement__code",)
    autocomplete_fields = ("procurement",)
    not_asked = ("source", "assumed")
    verb = staticmethod(record_setback)
    verb_takes = (
        "procurement",
        "kind",
        "happened_on",
        "note",
        "document",
    )


@admin.register(StageTarget)
class StageTargetAdmin(FactAdmin):
    not_asked = ("source", "assumed")
    verb = staticmethod(set_stage_target)
    verb_takes = (
        "procurement",
        "stage",
        "due_on",
        "because",
        "document",
    )
    verb_calls = MappingProxyType({"set_on": "effective_from"})


@admin.register(DeviceMovement)
class DeviceMovementAdmin(FactAdmin):
    not_asked = ("source", "assumed")
    verb = staticmethod(record_movement)
    verb_takes = (
        "facility",
        "device_type",
        "quantity",
        "reason",
        "happened_on",
        "procurement",
        "asset",
        "document",
    )


@admin.register(Asset)
class AssetAdmin(ReadOnlyAdmin):
    """To read. Devices are entered and changed in their register, with a reason and a change set."""

    list_display = ("device_type", "tag", "serial", "model", "warranty_until")
    list_filter = ("device_type",)
    search_fields = ("tag", "serial")
