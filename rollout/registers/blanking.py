"""The nightly rule that lets names go: of rows, of what change sets remember, of files that were brought in."""

from datetime import datetime

from django.conf import settings
from django.core.cache import cache

from facilities import clock
from rollout.models import ImportFile
from rollout.registers.loading import import_user
from signatures.blanking import blank_names, years_before
from signatures.names import WATCHED


def once_a_night(now: datetime) -> int:
    """What is due on the day of that moment, by the first who comes; again without a cache does no harm."""
    on = clock.day_of(now)
    if not settings.NAMES_YEARS or not cache.add(f"blanked:{on}", True, 24 * 60 * 60):
        return 0
    return blank_all(now)


def blank_all(now: datetime) -> int:
    """Blank every name whose time is over. Returns how many names and files went."""
    on, years = clock.day_of(now), settings.NAMES_YEARS
    names = blank_names(on, years, by=import_user())
    return names + _drop_files(now)


def _drop_files(now: datetime) -> int:
    """Of files with lists of people only their digest, name and day stay."""
    if not settings.NAMES_YEARS:
        return 0
    until = years_before(clock.day_of(now), settings.NAMES_YEARS)
    old = ImportFile.objects.filter(register__in=WATCHED, at__date__lte=until).exclude(file="")
    count = 0
    for row in old:
        row.file.delete(save=False)
        ImportFile.objects.filter(pk=row.pk).update(file="", preview=None, mended={})
        count += 1
    return count
