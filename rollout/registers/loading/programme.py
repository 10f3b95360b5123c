"""programme.csv: the one province that this installation steers."""

from typing import cast

from django.utils.translation import gettext as _

from facilities.models import Area
from rollout.models import Programme
from rollout.registers.loading.folder import AREA, Folder
from rollout.registers.loading.reading import BadFolder


def steer(folder: Folder) -> tuple[int, int]:
    """Returns how many rows were new, and how many there are. Raises BadFolder."""
    table = folder.open("programme.csv", [AREA], {AREA.code})
    problems = []
    new = 0
    for line in table.lines([folder.names.choices(AREA, Area)]):
        problems += line.problems
        if line.problems:
            continue
        area = cast(Area, folder.names.rows(Area)[str(line.values["area"])])
        programme, created = Programme.objects.get_or_create(pk=1, defaults={"area": area})
        new += created
        if programme.area_id != area.pk:
            message = _("This installation steers “%(area)s” already.") % {"area": programme.area}
            problems.append(table.problem(line.number, AREA.code, message))
    if problems:
        raise BadFolder(problems)
    return new, len(table.rows)
