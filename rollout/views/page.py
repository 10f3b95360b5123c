"""What every page of the product does first: who asks, about which day, and may they."""

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from facilities.models import Ledger
from facilities.models.places import in_language
from facilities.permissions import Access, access_of
from rollout.cache import KEEP_SECONDS, key
from rollout.day import Day, read_day
from rollout.models import Programme


def page(may: Callable[[Access], bool], *, section: str = ""):
    """Make a page of a view `(request, day, access, ...) -> (template, context)`.

    Asks for sign-in; 400 for an impossible day, naming it; 403 unless `may` allows. The view
    speaks for the day asked about, but what its reader may see is decided by the roles of today.
    """

    def decorate(view):
        @login_required
        @wraps(view)
        def answer(request, *args, **kwargs):
            try:
                day = read_day(request.GET)
            except ValidationError as error:
                return render(request, "400.html", {"problems": error.message_dict}, status=400)
            access = access_of(request.user, day.today)
            if not may(access):
                raise PermissionDenied
            template, context = view(request, day, access, *args, **kwargs)
            shared = {
                "day": day,
                "access": access,
                "section": section,
                "province": SimpleLazyObject(partial(_province, day)),
            }
            return render(request, template, shared | context)

        return answer

    return decorate


def _province(day: Day) -> str:
    """The province's name on the day, in the reader's language; every page carries it."""
    return in_language(*Programme.name_on(day.on, day.known_at))


def kept(template: str, day: Day, *parts, build: Callable[[], dict]) -> dict[str, str]:
    """The context of a page whose content follows from facts, day and language alone.

    The HTML of `content` is drawn once and kept until a fact changes, together with the name of
    the province, so that a page costs one look into the cache. `parts`: whatever else the content
    depends on. Who may see it is settled before, and nothing in it is personal.
    """
    place = key(
        "html",
        Ledger.current(),
        LOOK,
        template,
        get_language(),
        day.on,
        day.is_today,
        day.known_at,
        day.compare,
        *parts,
    )
    found = cache.get(place)
    if found is None:
        html = render_to_string(template, {"day": day} | build())
        found = {"content": html, "province": _province(day)}
        cache.set(place, found, KEEP_SECONDS)
    return found


def _newest_source() -> str:
    folders = [Path(__file__).parents[1], *settings.TEMPLATES[0]["DIRS"], *settings.LOCALE_PATHS]
    files = (path for folder in folders for path in folder.rglob("*.*"))
    drawn_from = (path for path in files if path.suffix in (".html", ".py", ".mo"))
    return str(max((path.stat().st_mtime_ns for path in drawn_from), default=0))


# A new release must not be answered from fragments drawn by the one before.
LOOK = _newest_source()
