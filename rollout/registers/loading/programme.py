"""programme.csv: the province that the folder is about; the installation steers it from then on."""

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
        if area.code != folder.province:
            message = _("A folder is about one province; this one is about “%(area)s” already.")
            told = message % {"area": folder.province}
            problems.append(table.problem(line.number, AREA.code, told))
            continue
        _programme, created = Programme.objects.get_or_create(
            area=area, defaults={"begun_at": folder.at}
        )
        new += created
    if problems:
        raise BadFolder(problems)
    return new, len(table.rows)
