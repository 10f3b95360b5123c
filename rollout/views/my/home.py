"""The officer's first page: what is owed, worst first, each line answerable in place."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.books.entering import AlreadySent, begin
from facilities.models import Act
from facilities.register import Register
from rollout.books import BOOKS
from rollout.cache import cached_progress
from rollout.obstacles import obstacles
from rollout.owed import Owed, owed
from rollout.reporting import freshness
from rollout.services import report
from rollout.views.desk.record import uuid_of
from rollout.views.matrix import holds_of, remark
from rollout.views.my.page import WRITTEN, my, own, own_columns
from rollout.views.my.row import AnswerForm

FIRST = 10


@my()
def home(request, day, access):
    me = own(request, day, access)
    lines = [(line, _form(line, day)) for line in owed(me.facility.pk, day.today)]
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
        "books": [BOOKS[code] for code in WRITTEN if code in BOOKS],
    }
    return "my/home.html", context


def _form(line: Owed, day) -> AnswerForm | None:
    if line.row is None:
        return None
    book = BOOKS[line.book]
    values = book.values([line.row], day.today, codes=line.cells).get(line.row)
    if values is None:
        return None
    columns = [column for column in own_columns(book) if column.code in line.cells]
    return AnswerForm(book, columns, values, auto_id=f"{line.book}-{line.row}-%s")


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
