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
    StageEvent,
    StageTarget,
)
from facilities.administration import FactAdmin, TableAdmin

admin.site.register(
    [DeviceMovement, DeviceNorm, Hosting, ItLevel, ProcurementLot, StageTarget], FactAdmin
)


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


@admin.register(Asset)
class AssetAdmin(TableAdmin):
    fixed = ("device_type",)
    list_display = ("device_type", "tag", "serial", "model", "warranty_until")
    list_filter = ("device_type",)
    search_fields = ("tag", "serial")
