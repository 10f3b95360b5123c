"""The desk: what waits for the Department today, then the registers."""

from functools import partial

from django.db.models import Count, Q

from facilities.as_of import AsOf
from facilities.checking import waiting
from facilities.permissions import Access, Places
from rollout.day import Day
from rollout.figures.cached import mark_of, remembered
from rollout.figures.contradictions import contradictions
from rollout.models import ImportFile
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn
from rollout.programme.reporting import LATE, SILENT, freshness
from rollout.programme.tracking import known_stock
from rollout.registers.catalogue import REGISTERS
from rollout.registers.keeping import adds_to, kept_registers
from rollout.site.admin_site import open_alerts


@desk()
def home(request: SignedIn, day: Day, access: Access) -> Page:
    change_sets = waiting(access.kept).values_list("cells", flat=True)
    quiet = sum(1 for cells in change_sets if not cells)
    imports = ImportFile.objects.filter(
        by=request.user, confirmed_at__isnull=True, dropped_at__isnull=True
    ).aggregate(open=Count("pk"), refused=Count("pk", filter=~Q(refusal="")))
    places = access.kept
    standing = remembered(
        "desk", day.on, day.known_at, mark_of(places), compute=partial(_standing, day, places)
    )
    registers = kept_registers(access)
    context = {
        "registers": registers.values(),
        "alerts": open_alerts(day.on, places, day.known_at),
        "to_check": len(change_sets) - quiet,
        "quiet": quiet,
        "imports": imports["open"],
        "lists": [
            (register, standing["rows"][code], adds_to(register, access))
            for code, register in registers.items()
        ],
    }
    return "desk/home.html", standing | context


def _standing(day: Day, places: Places) -> dict:
    """The numbers that follow from the facts of the day alone."""
    as_of = AsOf(day.on, day.known_at, places)
    heard = freshness(as_of).values()
    return {
        "reports_late": sum(state.word in (LATE, SILENT) for state in heard),
        "silent": sum(state.is_silent for state in heard),
        "contradicting": len(contradictions(as_of)),
        "short": sum(line.missing or 0 for line in known_stock(as_of)),
        "rows": {
            code: register.of_facilities(register.base(day.on, day.known_at), places).count()
            for code, register in REGISTERS.items()
        },
    }
