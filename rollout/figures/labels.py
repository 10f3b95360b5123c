"""What the counts without a denominator are called, in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from equipment.models import DeviceType, Hosting
from rollout.figures.results import Figure


def figure_labels(figures: Iterable[Figure]) -> dict[str, str]:
    """What each figure counts, by its code: one query."""
    devices = _device_names()
    return {figure.code: _label(figure.group, figure.key, devices) for figure in figures}


def figure_label(group: str, key: str) -> str:
    """What one figure counts."""
    return _label(group, key, _device_names() if group == "device" else {})


def _device_names() -> dict[str, str]:
    return {device.code: device.name for device in DeviceType.objects.order_by()}


def _label(group: str, key: str, devices: dict[str, str]) -> str:
    if group == "device":
        return devices.get(key, key)
    if group == "hosting":
        known = key in Hosting.Mode.values
        return str(Hosting.Mode(key).label) if known else _("Hosting not known")
    if key.isdecimal():
        return _("HIS level %(level)s") % {"level": key}
    return _("HIS level not known")
