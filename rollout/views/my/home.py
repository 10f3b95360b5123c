"""The officer's first page: what is owed, worst first, each line answerable in place."""

import uuid
from collections import defaultdict

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.books.entering import AlreadySent, begin
from facilities.departures import departure
from facilities.models import Act, Draft
from facilities.register import Register
from rollout.books import BOOKS
from rollout.cache import cached_progress
from rollout.obstacles import obstacles
from rollout.owed import Owed, owed
from rollout.reporting import freshness
from rollout.services import report
from rollout.views.desk.record import uuid_of
from rollout.views.imports import takes_files
from rollout.views.matrix import holds_of, remark
from rollout.views.my.page import WRITTEN, my, own, own_columns
from rollout.views.my.row import AnswerForm

FIRST = 10


@my()
def home(request, day, access):
    me = own(request, day, access)
    if gone := departure(Register(day.today), me.facility.code):
        return "my/departed.html", {"me": me, "departure": gone}
    found = owed(me.facility.pk, day.today)
    forms = forms_of(found, day)
    kept = set(Draft.objects.filter(user=request.user).values_list("form", flat=True))
    lines = [(line, forms.get(line), line.form in kept) for line in found]
    register = Register(day.today, facility_ids=frozenset({me.facility.pk}))
    result = cached_progress(day.today).facility(me.facility.code)
    held = holds_of(obstacles(register))
    context = {
        "me": me,
        "first": lines[:FIRST],
        "rest": lines[FIRST:],
        "fresh": freshness(register).get(me.facility.pk),
        "act": uuid.uuid4(),
        "result": result,
        "milestones": [
            (milestone, remark(milestone, held.get((me.facility.pk, milestone.code))))
            for milestone in (result.milestones if result else ())
        ],
        "books": [(BOOKS[code], takes_files(BOOKS[code], access)) for code in WRITTEN],
    }
    return "my/home.html", context


def forms_of(lines: list[Owed], day) -> dict[Owed, AnswerForm]:
    """The form that answers each line in place: a fixed number of queries for each book."""
    by_book = defaultdict(list)
    for line in lines:
        if line.row is not None:
            by_book[line.book].append(line)
    found = {}
    for code, some in by_book.items():
        book = BOOKS[code]
        columns = own_columns(book)
        asked = {cell for line in some for cell in line.cells}
        values = book.values(list({line.row for line in some}), day.today, codes=asked)
        for line in some:
            if line.row not in values:
                continue
            found[line] = AnswerForm(
                book,
                [column for column in columns if column.code in line.cells],
                values[line.row],
                auto_id=f"{line.kind}-{line.book}-{line.row}-{line.cells[0]}-%s",
            )
    return found


@require_POST
@my()
def nothing_changed(request, day, access):
    """One tap is a report too."""
    me = own(request, day, access)
    try:
        with transaction.atomic():
            begin(
                kind=Act.Kind.REPORT,
                by=request.user,
                act_id=uuid_of(request),
                facility=me.facility,
            )
            report(facility=me.facility, by=request.user, at=timezone.now(), nothing_changed=True)
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
    else:
        messages.success(request, _("Reported: nothing has changed. Thank you."))
    return HttpResponseRedirect(f"{reverse('rollout:my')}?facility={me.facility.code}")
