"""The desk: what waits for the Department today, then the registers."""

from functools import partial

from django.db.models import Count, Q

from facilities.as_of import AsOf
from facilities.checking import waiting
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.cached import remembered
from rollout.figures.contradictions import contradictions
from rollout.models import ImportFile
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn
from rollout.programme.reporting import LATE, SILENT, freshness
from rollout.programme.tracking import known_stock
from rollout.registers.catalogue import REGISTERS
from rollout.site.admin_site import open_alerts


@desk()
def home(request: SignedIn, day: Day, access: Access) -> Page:
    change_sets = waiting().values_list("cells", flat=True)
    quiet = sum(1 for cells in change_sets if not cells)
    imports = ImportFile.objects.filter(
        by=request.user, confirmed_at__isnull=True, dropped_at__isnull=True
    ).aggregate(open=Count("pk"), refused=Count("pk", filter=~Q(refusal="")))
    standing = remembered("desk", day.on, day.known_at, compute=partial(_standing, day))
    context = {
        "registers": REGISTERS.values(),
        "alerts": open_alerts(),
        "to_check": len(change_sets) - quiet,
        "quiet": quiet,
        "imports": imports["open"],
        "lists": [(register, standing["rows"][code]) for code, register in REGISTERS.items()],
    }
    return "desk/home.html", standing | context


def _standing(day: Day) -> dict:
    """The numbers that follow from the facts of the day alone."""
    as_of = AsOf(day.on, day.known_at)
    heard = freshness(as_of).values()
    return {
        "reports_late": sum(state.word in (LATE, SILENT) for state in heard),
        "silent": sum(state.is_silent for state in heard),
        "contradicting": len(contradictions(as_of)),
        "short": sum(line.missing or 0 for line in known_stock(as_of)),
        "rows": {
            code: register.base(day.on, day.known_at).count()
            for code, register in REGISTERS.items()
        },
    }
