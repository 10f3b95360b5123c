"""What answers a line: a form that opens in its place, or the page where its form stands."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facilities.permissions import Access
from facilities.registers.forms import CellForm
from rollout.day import Day
from rollout.pages.desk.record import RecordForm
from rollout.pages.my.row import AnswerForm
from rollout.pages.todo.told import Beside
from rollout.registers.catalogue import REGISTERS
from rollout.registers.own import WRITTEN, own_columns
from rollout.registers.todo import TodoItem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

IN_PLACE = "in-place"


@dataclass(frozen=True, slots=True)
class Answer:
    """A link, with the words for it. `name` IN_PLACE: the form opens where the line stands."""

    name: str
    label: "StrOrPromise"
    args: tuple[object, ...] = ()
    query: dict[str, str] = field(default_factory=dict)
    place: str = ""  # on that page

    @property
    def address(self) -> str:
        """Without the reader's day, which `{% carry %}` adds."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{reverse(self.name, args=self.args)}{query}{self.place}"


def answer_to(line: TodoItem, day: Day, access: Access, near: Beside) -> Answer | None:
    """The one way in which this reader answers the line; else where it is read; None: nowhere."""
    facility = near.facilities.get(line.facility_id) if line.facility_id else None
    writes = day.is_today and access.records_for(line.facility_id)
    own = line.facility_id in access.own_facility_ids
    if line.kind in ("directive", "obstacle") or (line.kind in ("council", "condition")):
        return _of_the_programme(line, day, access, near)
    if line.kind == "legal":
        return Answer(
            "rollout:deadline-list", pgettext_lazy("to be done", "Open"), query={"show": "law"}
        )
    if line.kind == "job":
        return (
            Answer("admin:index", pgettext_lazy("to be done", "Open"))
            if access.sees_admin
            else None
        )
    if facility is None or not access.sees_rows_of(facility.id):
        return None
    if writes and line.kind == "report" and own:
        return Answer("rollout:my", _("Report"), query={"facility": facility.code})
    if writes and line.cells and (not own or line.register in WRITTEN):
        return Answer(IN_PLACE, pgettext_lazy("to be done", "Answer"))
    if writes and line.register and line.row and not line.step:
        # Nothing but its latest day is known: whatever step comes next is recorded.
        name = "rollout:my-step" if own else "rollout:record-step"
        return Answer(name, pgettext_lazy("to be done", "Answer"), (line.register, line.row))
    if line.kind == "certificates" and own and day.is_today:
        words, query = pgettext_lazy("to be done", "Give the date"), {"facility": facility.code}
        return Answer("rollout:my-waiting", words, (line.step,), query)
    if line.kind in ("certificates", "expiry", "request"):
        return Answer(
            "rollout:certificate-list", pgettext_lazy("to be done", "Open"), (facility.code,)
        )
    if line.kind == "campaign":
        return Answer("rollout:campaign", pgettext_lazy("to be done", "Open"), (int(line.code),))
    places = {"stage": "#files", "devices": "#devices", "report": "#reports"}
    return Answer(
        "rollout:facility",
        pgettext_lazy("to be done", "Open"),
        (facility.code,),
        place=places.get(line.kind, ""),
    )


def _of_the_programme(line: TodoItem, day: Day, access: Access, near: Beside) -> Answer | None:
    if line.kind == "directive":
        do, words = "", pgettext_lazy("to be done", "Open")
        if day.is_today and access.answers_for(line.agencies):
            do, words = "answer", pgettext_lazy("to be done", "Answer")
        elif day.is_today and access.issues_directives:
            do, words = (
                ("close", pgettext_lazy("to be done", "Judge the answer"))
                if line.step == "answered"
                else ("move", pgettext_lazy("to be done", "Set the date"))
                if line.due_on is None
                else ("urge", _("Record a follow-up"))
            )
        query = {"do": do} if do else {}
        return Answer("rollout:directive", words, (line.code,), query, f"#do-{do}" if do else "")
    if line.kind == "obstacle":
        opens = access.opens_programme or not access.agency_ids.isdisjoint(line.leads)
        return (
            Answer("rollout:obstacle", pgettext_lazy("to be done", "Open"), (line.code,))
            if opens
            else None
        )
    condition = near.conditions.get(line.thing)
    code = condition.meeting.code if condition else line.code
    if not access.opens_programme:
        facility = near.facilities.get(line.facility_id) if line.facility_id else None
        if facility is None:
            return None
        return Answer(
            "rollout:facility",
            pgettext_lazy("to be done", "Open"),
            (facility.code,),
            place="#councils",
        )
    if code:
        return Answer(
            "rollout:council",
            pgettext_lazy("to be done", "Answer")
            if day.is_today
            else pgettext_lazy("to be done", "Open"),
            (code,),
        )
    facility = near.facilities.get(line.facility_id) if line.facility_id else None
    if day.is_today and facility and access.keeps_of(facility.id):
        return Answer("rollout:council-new", _("Fix the day"), query={"facility": facility.code})
    return Answer("rollout:council-list", pgettext_lazy("to be done", "Open"))


def form_for(line: TodoItem, day: Day, access: Access) -> CellForm | None:
    """The form of its cells as they stand today; None where the row is not there any more."""
    register = REGISTERS[line.register]
    if line.row is None:
        return None
    own = line.facility_id in access.own_facility_ids and line.register in WRITTEN
    columns = own_columns(register) if own else list(register.bound(places=access.kept))
    values = register.values([line.row], day.today).get(line.row)
    if values is None:
        return None
    asked = [column for column in columns if column.code in line.cells]
    kind = AnswerForm if own else RecordForm
    return kind(register, asked, values, auto_id="answer-%s")


def action_of(line: TodoItem, access: Access, back: str) -> str:
    """Where that form is sent, and back from there."""
    own = line.facility_id in access.own_facility_ids and line.register in WRITTEN
    name = "rollout:my-row" if own else "rollout:record-edit"
    query = urlencode({"cells": ",".join(line.cells), "back": back})
    return f"{reverse(name, args=[line.register, line.row])}?{query}"
