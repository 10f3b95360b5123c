"""Choices of columns that the registers of equipment share. Asked once per request."""

from collections.abc import Mapping

from equipment.models import DeviceType, Procurement


def device_types() -> Mapping[str, str]:
    return {device_type.code: device_type.name for device_type in DeviceType.objects.all()}


def device_types_by_code(codes: set[str]) -> Mapping[str, DeviceType]:
    return DeviceType.objects.in_bulk(list(codes), field_name="code")


def procurements() -> Mapping[str, str]:
    return {
        code: f"{code}: {title}"
        for code, title in Procurement.objects.standing().values_list("code", "title")
    }


def procurements_by_code(codes: set[str]) -> Mapping[str, Procurement]:
    return Procurement.objects.in_bulk(list(codes), field_name="code")
