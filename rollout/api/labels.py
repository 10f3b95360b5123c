"""What the counts without a denominator are called."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from equipment.models import DeviceType, Hosting
from facilities.models.places import in_language
from rollout.results import Figure


def figure_labels(figures: Iterable[Figure]) -> dict[str, str]:
    """What each figure counts, by its code, in the reader's language: one query."""
    devices = {
        code: in_language(name_vi, name_en)
        for code, name_vi, name_en in DeviceType.objects.order_by().values_list(
            "code", "name_vi", "name_en"
        )
    }
    return {figure.code: _label(figure, devices) for figure in figures}


def _label(figure: Figure, devices: dict[str, str]) -> str:
    if figure.group == "device":
        return devices.get(figure.key, figure.key)
    if figure.group == "hosting":
        known = figure.key in Hosting.Mode.values
        return str(Hosting.Mode(figure.key).label) if known else _("Hosting not known")
    if figure.key.isdecimal():
        return _("HIS level %(level)s") % {"level": figure.key}
    return _("HIS level not known")
