"""The device types, for registers whose columns and titles follow from them."""

from time import monotonic

from django.core.signals import request_started

from equipment.models import DeviceType
from facilities.signals import facts_changed

KEEP_SECONDS = 60


class KnownTypes:
    """Read once per request, and again after a write; in a long job at least once a minute."""

    def __init__(self) -> None:
        self._kept: tuple[float, list[DeviceType]] | None = None
        request_started.connect(self._forget)
        facts_changed.connect(self._forget)

    def _forget(self, **_kwargs: object) -> None:
        self._kept = None

    def all(self) -> list[DeviceType]:
        kept = self._kept
        if kept is None or monotonic() - kept[0] > KEEP_SECONDS:
            kept = self._kept = (monotonic(), list(DeviceType.objects.all()))
        return kept[1]

    def name(self, code: str) -> str:
        """What a type is called in the reader's language; its code if there is no such type."""
        return next((found.name for found in self.all() if found.code == code), code)


known_types = KnownTypes()
