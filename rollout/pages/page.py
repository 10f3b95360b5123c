"""What every page of the product does first: who asks, about which day, and may they."""

import re
from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from facilities import second_factor
from facilities.models import Ledger, User
from facilities.models.places import in_language
from facilities.permissions import Access, access_of
from rollout.day import PARAMETER_LABELS, Day, areas_on, read_day
from rollout.figures.cached import keep_seconds, key
from rollout.figures.reader import names_for, narrowed
from rollout.notices import responses
from rollout.pages.areas import choice_of_areas
from rollout.programme.provinces import provinces_on

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class SignedIn(HttpRequest):
    """A request behind the sign-in: its user is one of ours."""

    user: User


# What a view gives back: a template, its context and, where it is not 200, the status; or an answer.
Page = tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], int] | HttpResponseBase
Asked = ParamSpec("Asked")  # what an address names besides
View = Callable[Concatenate[SignedIn, Day, Access, Asked], Page]
Answering = Callable[Concatenate[HttpRequest, Asked], HttpResponseBase]


def page(
    may: Callable[[Access], bool], *, section: str = "", stored: bool = True, by_area: bool = False
) -> Callable[[View[Asked]], Answering[Asked]]:
    """Make a page of a view `(request, day, access, ...) -> (template, context)`.

    A third value is the status, where it is not 200; a view may also answer by itself.

    Asks for sign-in; 400 for an impossible day, naming it; 403 unless `may` allows. The view
    speaks for the day asked about, but what its reader may see is decided by the roles of today.
    A browser asks again each time, so that no page outlives its reader's rights; with `stored`
    False it keeps no copy at all. `by_area`: it speaks of the area asked for and of nothing else;
    other pages only carry the area on, and say so.
    """
    caching = {"private": True} | ({"no_cache": True} if stored else {"no_store": True})

    def decorate(view: View[Asked]) -> Answering[Asked]:
        def answered(
            request: HttpRequest, *args: Asked.args, **kwargs: Asked.kwargs
        ) -> HttpResponseBase:
            try:
                _refuse_nul(request)
                day = read_day(request.GET)
            except ValidationError as error:
                return render(request, "400.html", {"problems": _in_words(error)}, status=400)
            signed_in = cast(SignedIn, request)  # `login_required` has seen to it
            access = access_of(signed_in.user, day.today)
            if second_factor.is_missing(access, request.session):
                logout(request)  # opened before the role, or before the rule
                return redirect_to_login(request.get_full_path())
            if not may(access):
                raise PermissionDenied(of_the_province() if access.is_of_an_area else "")
            day = narrowed(day, access)
            found = view(signed_in, day, access, *args, **kwargs)
            if isinstance(found, HttpResponseBase):  # a redirect, a file
                return _on_the_day(found, day)
            template, context, *status = found
            shared = {
                "day": day,
                "access": access,
                "section": section,
                "by_area": by_area,
                "areas": SimpleLazyObject(partial(choice_of_areas, day)),
                "head": SimpleLazyObject(partial(_head, day)),
                "unread": SimpleLazyObject(partial(responses.unread, signed_in.user)),
            }
            return render(request, template, shared | context, status=(status or [200])[0])

        @login_required
        @wraps(view)
        def answer(
            request: HttpRequest, *args: Asked.args, **kwargs: Asked.kwargs
        ) -> HttpResponseBase:
            response = answered(request, *args, **kwargs)
            patch_cache_control(response, **caching)
            return response

        return answer

    return decorate


def to_own_area(request: SignedIn, day: Day, access: Access) -> HttpResponseRedirect | None:
    """Where a page that speaks of one area at a time sends whoever has a role of an area.

    To the first of their areas, unless they ask for one of theirs or for a part of it; None: stay.
    Raises PermissionDenied where none of them was there on the day.
    """
    if not access.is_of_an_area:
        return None
    tree = areas_on(day.whole)
    own = [tree.areas[pk] for pk in tree.areas if pk in access.programme_areas]
    if day.area:
        around = {day.area.id, *(area.id for area in tree.path(day.area))}
        if not around.isdisjoint(area.id for area in own):
            return None
    if not own:
        raise PermissionDenied(_("Your area was not on record on this day. Choose a later one."))
    if day.area:
        messages.info(
            request,
            _("This page is open to your role for %(area)s: shown is your area.")
            % {"area": ", ".join(area.name for area in own)},
        )
    asked = request.GET.copy()
    asked["area"] = own[0].code
    return HttpResponseRedirect(f"{request.path}?{asked.urlencode()}")


def outside_the_area() -> str:
    """Why something of one facility is not open to somebody whose role is for an area."""
    return _("This is of a facility outside your area.")


def of_the_province() -> str:
    """Why a page or an act is not open to somebody whose role is for an area."""
    return _(
        "This is for the whole province; your role is for one area. Ask a colleague of the "
        "Department whose role is not limited to an area."
    )


def _refuse_nul(request: HttpRequest) -> None:
    """No person types it, and PostgreSQL stores none."""
    sent = (*request.GET.lists(), *request.POST.lists())
    if any("\x00" in text for name, texts in sent for text in (name, *texts)):
        raise ValidationError({"": [_("The request has a character that no text has.")]})


def _in_words(error: ValidationError) -> list[tuple["StrOrPromise", list[str]]]:
    """What is wrong, by the label of the field rather than the name in the address."""
    return [(PARAMETER_LABELS.get(name, ""), texts) for name, texts in error.message_dict.items()]


def _on_the_day(response: HttpResponseBase, day: Day) -> HttpResponseBase:
    """Whoever is sent on within the product stays on the day and in the area, unless sent to another."""
    if not day.asked or not isinstance(response, HttpResponseRedirect):
        return response
    address = urlsplit(response["Location"])
    if address.netloc:
        return response
    asked = QueryDict(address.query, mutable=True)
    wanted = day.asked
    if "on" in asked:
        wanted = {name: value for name, value in wanted.items() if name == "area"}
    for name, value in wanted.items():
        asked.setdefault(name, value)
    response["Location"] = address._replace(query=asked.urlencode()).geturl()
    return response


def to_the_new(request: SignedIn, day: Day, address: str) -> HttpResponseRedirect:
    """To what was just made. On a past day it was not there: then to its page of today, which says so."""
    if day.is_today:
        return HttpResponseRedirect(address)
    said = _("This is today, %(today)s.") % {
        "today": date_format(day.today, "SHORT_DATE_FORMAT"),
    }
    back = f"{reverse('rollout:leader')}?{day.query}"
    way = format_html('{} <a href="{}">{}</a>', said, back, _("Back to that day"))
    messages.info(request, way)
    return HttpResponseRedirect(f"{address}?on={day.today.isoformat()}")


class Head(NamedTuple):
    """What every page carries: what is looked at, by name, and whether there are provinces to choose from."""

    province: str
    has_several: bool


def _head(day: Day) -> Head:
    provinces = provinces_on(day.map_on or day.on, day.known_at)
    name = in_language(*names_for(day, provinces))
    return Head(name, len(provinces) > 1 and day.own is None)


def back_to_the_list(request: SignedIn) -> HttpResponseRedirect | None:
    """To the list that a form was opened on; None where it came from elsewhere."""
    asked = request.GET.get("back", "")
    is_ours = asked.partition("?")[0] == reverse("rollout:todo")
    return HttpResponseRedirect(asked) if is_ours else None


def number_of_page(request: SignedIn) -> str:
    """Only what can be a page: the number is part of the place where a page is kept."""
    asked = request.GET.get("page", "")
    return asked if re.fullmatch(r"[1-9]\d{0,3}", asked, re.ASCII) else "1"


def kept(template: str, day: Day, *parts: object, build: Callable[[], dict]) -> dict[str, Any]:
    """The context of a page whose content follows from facts, day and language alone.

    The HTML of `content` is drawn once and kept until a fact changes, together with the name of
    the province and the areas to choose from, so that a page costs one look into the cache.
    `parts`: whatever else the content depends on. Who may see it is settled before, and nothing in
    it is personal. `missing`, if it is built: what an empty page lacks, for `_who_fills.html`.
    """
    place = key(
        "html",
        Ledger.current(),
        template,
        get_language(),
        day.on,
        day.query,  # every link carries it: `known_at`, `compare`, and whether `on` is today
        day.map_on,
        day.area_code,  # of the reader's own province no link says it
        *parts,
    )
    found = cache.get(place)
    if found is None:
        built = build()
        found = {
            "content": render_to_string(template, {"day": day} | built),
            "head": _head(day),
            "areas": choice_of_areas(day),
            "missing": built.get("missing", ""),
        }
        cache.set(place, found, keep_seconds(day.known_at))
    return found
