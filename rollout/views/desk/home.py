"""The desk: what waits for the Department today, then the registers."""

from django.db.models import Count, Q

from facilities.checking import waiting
from rollout.admin_site import open_alerts
from rollout.books import BOOKS
from rollout.models import ImportFile
from rollout.views.desk.page import desk


@desk()
def home(request, day, access):
    acts = waiting().values_list("cells", flat=True)
    quiet = sum(1 for cells in acts if not cells)
    imports = ImportFile.objects.filter(
        by=request.user, confirmed_at__isnull=True, dropped_at__isnull=True
    ).aggregate(open=Count("pk"), refused=Count("pk", filter=~Q(refusal="")))
    context = {
        "books": BOOKS.values(),
        "alerts": open_alerts(),
        "to_check": len(acts) - quiet,
        "quiet": quiet,
        "imports": imports["open"],
        "reports_late": 0,
        "silent": 0,
        "short": 0,
        "lists": [(book, book.base(day.on, day.known_at).count()) for book in BOOKS.values()],
    }
    return "desk/home.html", context
