"""The desk: what waits for the Department today, then the registers."""

from functools import partial

from django.db.models import Count, Q

from equipment.stock import stock
from facilities.checking import waiting
from facilities.register import Register
from rollout.admin_site import open_alerts
from rollout.books import BOOKS
from rollout.cache import remembered
from rollout.contradictions import contradictions
from rollout.day import Day
from rollout.models import ImportFile
from rollout.reporting import LATE, SILENT, freshness
from rollout.views.desk.page import desk


@desk()
def home(request, day, access):
    acts = waiting().values_list("cells", flat=True)
    quiet = sum(1 for cells in acts if not cells)
    imports = ImportFile.objects.filter(
        by=request.user, confirmed_at__isnull=True, dropped_at__isnull=True
    ).aggregate(open=Count("pk"), refused=Count("pk", filter=~Q(refusal="")))
    standing = remembered("desk", day.on, day.known_at, compute=partial(_standing, day))
    context = {
        "books": BOOKS.values(),
        "alerts": open_alerts(),
        "to_check": len(acts) - quiet,
        "quiet": quiet,
        "imports": imports["open"],
        "lists": [(book, standing["rows"][code]) for code, book in BOOKS.items()],
    }
    return "desk/home.html", standing | context


def _standing(day: Day) -> dict:
    """The numbers that follow from the facts of the day alone."""
    register = Register(day.on, day.known_at)
    heard = freshness(register).values()
    return {
        "reports_late": sum(state.word in (LATE, SILENT) for state in heard),
        "silent": sum(state.is_silent for state in heard),
        "contradicting": len(contradictions(register)),
        "short": sum(line.missing or 0 for line in stock(register)),
        "rows": {code: book.base(day.on, day.known_at).count() for code, book in BOOKS.items()},
    }
