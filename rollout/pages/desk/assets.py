"""Many assets at once: labels to print, and adding by a pattern of numbers."""

from itertools import chain

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext

from facilities.models import ChangeSet
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin, enter_rows, writing_of
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry
from rollout.day import Day
from rollout.pages.desk.asking import Asked
from rollout.pages.desk.page import desk
from rollout.pages.desk.qr import qr
from rollout.pages.forms.devices import PatternForm
from rollout.pages.page import Page, SignedIn
from rollout.registers.catalogue import REGISTERS
from rollout.registers.keeping import kept_registers, refuse_elsewhere

SHEETS, A_SHEET = 20, 24  # on A4, three beside each other


@desk()
def labels(request: SignedIn, day: Day, access: Access) -> Page:
    """Labels for the assets that the list shows, in its order. Each leads to the asset's page."""
    register = REGISTERS["assets"]
    asked = Asked(register, request.GET, day, with_names=True, places=access.kept)
    keys = list(asked.rows.exclude(tag="").values_list("pk", flat=True)[: SHEETS * A_SHEET + 1])
    count = min(len(keys), SHEETS * A_SHEET)
    columns = {column.code: column for column in register.bound()}
    values = register.values(keys[:count], day.on, day.known_at, ("tag", "type", "facility"))
    made = [
        {code: columns[code].show(value) for code, value in row.items()}
        | {"code": qr(request.build_absolute_uri(reverse("rollout:asset", args=[row["tag"]])))}
        for row in values.values()
    ]
    context = {
        "sheets": [made[start : start + A_SHEET] for start in range(0, count, A_SHEET)],
        "count": count,
        "more": len(keys) > count,
        "without_tag": asked.rows.filter(tag="").count(),
        "query": asked.query(),
    }
    return "desk/labels.html", context


@desk()
def pattern(request: SignedIn, day: Day, access: Access) -> Page:
    """First shows which assets there would be; with `yes`, stores them as one change set."""
    form = PatternForm(
        request.POST or None,
        initial={"day": day.today, **{n: request.GET.get(n, "") for n in ("type", "facility")}},
        today=day.today,
        places=access.kept,
    )
    context = {"form": form, "registers": kept_registers(access).values(), "place": "pattern"}
    if request.method != "POST" or not form.is_valid():
        return "desk/pattern.html", context, 400 if form.errors else 200
    register = REGISTERS["assets"]
    entries = entries_of(register, form)
    found = register.problems(entries, form.cleaned_data["day"])
    wrong = any(problems.errors for problems in found)
    context |= {
        "preview": [
            (asset, list(chain.from_iterable(problems.errors.values())))
            for asset, problems in zip(form.new_assets, found, strict=True)
        ],
        "wrong": wrong,
    }
    if request.POST.get("yes") and not wrong:
        try:
            store(request, access, register, entries, form)
        except AlreadySent as error:
            messages.info(request, " ".join(error.messages))
        except ValidationError as error:
            return "desk/pattern.html", context | {"problems": error.messages}, 409
        else:
            text = ngettext(
                "%(count)s asset has been added.", "%(count)s assets have been added.", len(entries)
            )
            messages.success(request, text % {"count": len(entries)})
        return HttpResponseRedirect(reverse("rollout:register-list", args=[register.code]))
    return "desk/pattern.html", context, 400 if wrong else 200


def entries_of(register: Register, form: PatternForm) -> list[RowEntry]:
    said = form.cleaned_data
    empty = {column.code: column.empty for column in register.columns}
    shared = {
        "type": said["type"],
        "model": said["model"],
        "facility": said["facility"],
        "arrival": said["arrival"],
        "warranty-until": said["warranty_until"],
    }
    return [
        RowEntry(None, {}, empty | shared | {"tag": asset.tag, "serial": asset.serial})
        for asset in form.new_assets
    ]


@transaction.atomic
def store(
    request: SignedIn,
    access: Access,
    register: Register,
    entries: list[RowEntry],
    form: PatternForm,
) -> None:
    change_set = begin(
        kind=ChangeSet.Kind.BULK, by=request.user, change_set_id=form.cleaned_data["change_set"]
    )
    enter_rows(register, entries, writing_of(change_set, on=form.cleaned_data["day"]))
    refuse_elsewhere(access, register, [entry.stored for entry in entries])
