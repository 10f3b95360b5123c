"""The officer's first page: what is owed, worst first, each line answerable in place."""

import uuid
from collections import defaultdict

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.as_of import AsOf
from facilities.departures import departure
from facilities.models import ChangeSet, Draft
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.models import StatusReport
from rollout.pages.desk.record import uuid_of
from rollout.pages.my.page import my, own
from rollout.pages.my.row import AnswerForm
from rollout.pages.my.step import coming
from rollout.pages.page import Page, SignedIn
from rollout.pages.registers.imports import takes_files
from rollout.pages.summary.matrix import holds_of, remark
from rollout.pages.todo.records import names_of_returned
from rollout.programme.obstacles import obstacles
from rollout.programme.reporting import answers_since_report, freshness
from rollout.programme.services import report
from rollout.registers.catalogue import REGISTERS
from rollout.registers.own import WRITTEN, own_columns
from rollout.registers.todo import TodoItem, todo

FIRST = 10


@my()
def home(request: SignedIn, day: Day, access: Access) -> Page:
    me = own(request, day, access)
    as_of = AsOf(day.today, facility_ids=frozenset({me.facility.pk}))
    if as_of.has_left(me.facility.pk, day.today):
        # Whoever carries on for it may be any facility.
        gone = departure(AsOf(day.today), me.facility.code)
        return "my/departed.html", {"me": me, "departure": gone}
    found = todo(me.facility.pk, day.today)
    forms = forms_of(found, day)
    kept = set(Draft.objects.filter(user=request.user).values_list("form", flat=True))
    named = names_of_returned(request, found, day, access)
    lines = [
        (line, forms.get(line.thing), line.form in kept, named.get(line.thing, ""))
        for line in found
    ]
    result = cached_progress(day.today).facility(me.facility.code)
    held = holds_of(obstacles(as_of))
    context = {
        "me": me,
        "first": lines[:FIRST],
        "rest": lines[FIRST:],
        "answers": answers_since_report(me.facility),
        "fresh": freshness(as_of).get(me.facility.pk),
        "change_set": uuid.uuid4(),
        "result": result,
        "milestones": [
            (milestone, remark(milestone, held.get((me.facility.pk, milestone.code))))
            for milestone in (result.milestones if result else ())
        ],
        "coming": coming(me.facility, day),
        "registers": [(REGISTERS[code], takes_files(REGISTERS[code], access)) for code in WRITTEN],
    }
    return "my/home.html", context


def forms_of(lines: list[TodoItem], day: Day) -> dict[str, AnswerForm]:
    """By thing, the form that answers it in place: a fixed number of queries for each register."""
    by_register: dict[str, list[TodoItem]] = defaultdict(list)
    for line in lines:
        if line.row is not None and line.cells:
            by_register[line.register].append(line)
    found = {}
    for code, some in by_register.items():
        register = REGISTERS[code]
        columns = own_columns(register)
        asked = {cell for line in some for cell in line.cells}
        rows = {line.row for line in some if line.row is not None}
        values = register.values(list(rows), day.today, codes=asked)
        for line in some:
            if line.row not in values:
                continue
            found[line.thing] = AnswerForm(
                register,
                [column for column in columns if column.code in line.cells],
                values[line.row],
                auto_id=f"{line.kind}-{line.register}-{line.row}-{line.cells[0]}-%s",
            )
    return found


@require_POST
@my()
def nothing_changed(request: SignedIn, day: Day, access: Access) -> Page:
    """The report of the week: one tap. It says that nothing has changed unless something was sent before."""
    me = own(request, day, access)
    answers = answers_since_report(me.facility)
    try:
        with transaction.atomic():
            begin(
                kind=ChangeSet.Kind.REPORT,
                by=request.user,
                change_set_id=uuid_of(request),
                facility=me.facility,
            )
            given = report(
                facility=me.facility,
                by=request.user,
                at=timezone.now(),
                nothing_changed=not answers,
            )
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
    else:
        messages.success(request, _told(given))
    return HttpResponseRedirect(f"{reverse('rollout:my')}?facility={me.facility.code}")


def _told(given: StatusReport | None) -> str:
    """What became of a report: for which week it stands."""
    if given is None:
        return _("Reported. Thank you.")
    week = {"week": date_format(given.due_on, "SHORT_DATE_FORMAT")}
    if not given.nothing_changed:
        return _("Reported for the week that ends on %(week)s. Thank you.") % week
    return _("Reported for the week that ends on %(week)s: nothing has changed. Thank you.") % week
