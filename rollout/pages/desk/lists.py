"""The registers as lists: filtered, sorted, saved under a name, exported as shown."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.models import LogEntry, Role, User
from facilities.permissions import Access
from facilities.registers.register import Register
from facilities.registers.relative_days import RELATIONS
from rollout.day import Day
from rollout.figures.cached import cached_sums
from rollout.models import SavedView
from rollout.pages.desk.asking import SIZES, Asked
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn
from rollout.registers.catalogue import REGISTERS
from rollout.registers.exports import export
from rollout.registers.keeping import kept_registers
from signatures.names import note_rows, shows_names


def register_or_404(code: str, access: Access) -> Register:
    if code not in kept_registers(access):
        raise Http404
    return REGISTERS[code]


@desk(by_area=True)
def register_list(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """A list without any question in its address opens the view kept as the role's first one."""
    register = register_or_404(code, access)
    views = saved_views(request.user, register.code)
    first = next((view for view in views if view.default_for == Role.DEPARTMENT), None)
    if first and first.query and not request.GET:
        return HttpResponseRedirect(f"{request.path}?{first.query}&view={first.pk}")
    asked = Asked(register, request.GET, day, with_names=True, places=access.kept)
    if asked.led_to:
        there = f"{request.path}?{asked.led_to}"
        return HttpResponseRedirect(f"{there}#columns" if asked.menu else there)
    count, totals = cached_sums(register, asked.found, day.on, day.known_at)
    rows = Paginator(range(count), asked.size).get_page(request.GET.get("page"))
    keys = asked.keys(range(count)[max(rows.start_index() - 1, 0) : rows.end_index()])
    codes = {column.code for column in asked.columns} | {register.columns[0].code}
    values = register.values(keys, day.on, day.known_at, codes)
    watched = shows_names(register, asked.columns)
    if watched:
        note_rows(register=register, keys=keys, by=request.user, how=LogEntry.Kind.PAGE)
    register.prepare(asked.all_columns, values.values())
    near, far = asked.fields()
    context = {
        "register": register,
        "section": "desk",
        "by_area": register.is_by_facility,
        "near": near,
        "far": far,
        "asked": asked,
        "rows": rows,
        "lines": [
            (
                key,
                register.named(values[key], asked.all_columns),
                [(column, column.show(values[key].get(column.code))) for column in asked.columns],
            )
            for key in keys
            if key in values
        ],
        "count": count,
        "totals": totals,
        "anything": bool(count)
        or register.of_facilities(register.base(day.on, day.known_at), access.kept).exists(),
        "sizes": SIZES,
        "relations": RELATIONS,
        "views": views,
        "view": request.GET.get("view", ""),
        "query": asked.query(),
        "registers": kept_registers(access).values(),
        "may_default": access.manages_reference,
        "watched": watched,
        "writable": any(column.writable for column in register.columns),
        "in_cells": day.is_today,
    }
    return "desk/list.html", context


@desk(by_area=True)
def register_export(request: SignedIn, day: Day, access: Access, code: str, form: str) -> Page:
    """Exactly what the list shows: its filters, columns, order; every page of it.

    Why names are taken away comes with the form (`because`).
    """
    register = register_or_404(code, access)
    asked = Asked(register, request.GET, day, with_names=True, places=access.kept)
    if shows_names(register, asked.columns):
        note_rows(
            register=register,
            keys=list(asked.rows.values_list("pk", flat=True)),
            by=request.user,
            how=LogEntry.Kind.EXPORT,
            because=request.POST.get("because", ""),
        )
    return export(register, asked.columns, asked.rows, day.on, day.known_at, form)


def saved_views(user: User, register: str) -> list[SavedView]:
    """One's own and the shared ones."""
    own = SavedView.objects.filter(register=register, owner=user)
    return list((own | SavedView.objects.filter(register=register, shared=True)).distinct())


@require_POST
@desk()
def view_save(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Keep the list as it is under a name; the same name again replaces one's own."""
    register = register_or_404(code, access)
    name = request.POST.get("name", "").strip()[:80]
    address = reverse("rollout:register-list", args=[register.code])
    # Read and written anew: whatever else was sent would lead the list back to itself.
    query = QueryDict(request.POST.get("query", "")[:2000].partition("#")[0]).urlencode()
    if not name:
        messages.error(request, _("Give the view a name."))
        return HttpResponseRedirect(f"{address}?{query}")
    first = request.POST.get("default") == "on" and access.manages_reference
    if first:
        SavedView.objects.filter(register=register.code, default_for=Role.DEPARTMENT).update(
            default_for=""
        )
    view, _created = SavedView.objects.update_or_create(
        owner=request.user,
        register=register.code,
        name=name,
        defaults={
            "query": query,
            "shared": first or request.POST.get("shared") == "on",
            "default_for": Role.DEPARTMENT if first else "",
        },
    )
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return HttpResponseRedirect(f"{address}?{query}&view={view.pk}")


@require_POST
@desk()
def view_drop(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """Only one's own."""
    register = register_or_404(code, access)
    dropped, _rows = SavedView.objects.filter(
        pk=pk, owner=request.user, register=register.code
    ).delete()
    if not dropped:
        raise Http404
    messages.success(request, _("The view has been discarded."))
    return HttpResponseRedirect(reverse("rollout:register-list", args=[register.code]))
