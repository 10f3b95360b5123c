"""Recording the next step of a row, or one that was passed over: one small form for all."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect

from facilities.exchange.columns import Column, Value
from facilities.models import ChangeSet, Facility
from facilities.registers.entering import AlreadySent, Stale, begin, enter
from facilities.registers.register import Register
from facilities.registers.steps import NOTHING_AHEAD, Ahead, Step, ahead
from rollout.day import Day
from rollout.pages.forms.steps import OF_THE_PAPER, StepForm, issuers
from rollout.pages.page import SignedIn
from rollout.registers import drafts


@dataclass(frozen=True)
class Way:
    """A row and the steps of its way, as this reader may write them today."""

    register: Register
    row: Any
    values: Mapping[str, Value]  # of today
    columns: Collection[Column]
    steps: tuple[Step, ...]
    ahead: Ahead
    draft_name: str

    def columns_of(self, step: Step) -> list[Column]:
        return [column for column in self.columns if column.code in (step.day, *step.values)]


def way_of(
    register: Register,
    row: Any,
    values: Mapping[str, Value],
    columns: Collection[Column],
    day: Day,
    draft_name: str,
) -> Way:
    """`columns`: those that this reader sees; only steps whose day may be written are steps here."""
    steps: tuple[Step, ...] = ()
    if getattr(row, "withdrawn_at", None) is None:
        written = {column.code for column in columns if column.writable}
        steps = tuple(
            step
            for step in register.way(row, values, day.today)
            if step.elsewhere or step.day in written
        )
    coming = ahead(steps, values) if steps else NOTHING_AHEAD
    return Way(register, row, values, columns, steps, coming, draft_name)


def drawn(
    request: SignedIn, way: Way, step: Step | None, facility: Facility | None = None
) -> dict[str, Any]:
    """What `_step.html` needs, with the form of a step, if there is one, as it was or was not sent.

    `facility`: whose officer writes.
    """
    if step is None:
        return {"ahead": way.ahead, "step": None}
    sent = request.method == "POST"
    draft, goes_on = drafts.find(request.user, way.draft_name), request.GET.get("draft") == "yes"
    form = StepForm(
        way.register,
        way.columns_of(step),
        way.values,
        request.POST if sent else None,
        request.FILES if sent else None,
        step=step,
        initial=drafts.initial(draft if goes_on else None, way.columns_of(step), OF_THE_PAPER),
    )
    return {
        "ahead": way.ahead,
        "step": step,
        "form": form,
        "issuers": issuers(facility),
        "draft": None if goes_on or sent else draft,
        "draft_name": way.draft_name,
    }


def answer(
    request: SignedIn,
    day: Day,
    way: Way,
    *,
    facility: Facility | None,
    then: Callable[[Any], object] = lambda _stored: None,
    back: str,
    stored: str,
) -> tuple[dict[str, Any], int] | HttpResponseRedirect:
    """The form of the step that the address asks for, or what became of it once it was sent.

    A step that is on record by now is still compared with what was sent, so that nothing typed is lost.
    `facility`: whose officer writes. `then(row)`: what else belongs to the same transaction.
    `back`: where to go once it is stored, with the words `stored`. Raises Http404 for a step that is
    not open.
    """
    code = request.GET.get("step", "")
    if request.method != "POST":
        step = way.ahead.chosen(code)
        if code and step is None:
            raise Http404
        return drawn(request, way, step, facility), 200
    step = next((one for one in way.steps if one.code == code and not one.elsewhere), None)
    if step is None:
        raise Http404
    context = drawn(request, way, step, facility)
    form, status = context["form"], 400
    if form.is_valid():
        try:
            _store(request, day, way, form, facility, then)
        except AlreadySent as error:
            messages.info(request, " ".join(error.messages))
            return HttpResponseRedirect(back)
        except Stale as error:
            status, context["stale"] = 409, form.show_both(error)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, stored)
            return HttpResponseRedirect(back)
    return context, status


@transaction.atomic
def _store(
    request: SignedIn,
    day: Day,
    way: Way,
    form: StepForm,
    facility: Facility | None,
    then: Callable[[Any], object],
) -> None:
    """The cells of the step and their paper in one change set, and what goes with it: all or nothing."""
    change_set = begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=form.cleaned_data["change_set"],
        facility=facility,
        because=form.cleaned_data["because"],
    )
    paper = form.paper(request.user)
    stored = enter(
        register=way.register,
        row=way.row,
        values=form.told,
        change_set=change_set,
        on=day.today,
        seen=form.seen,
        because=form.reasons,
        documents=dict.fromkeys(form.told, paper) if paper else None,
        document=paper,
    )
    then(stored)
    drafts.drop(user=request.user, form=way.draft_name)
