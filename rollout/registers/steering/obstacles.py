"""The register of obstacles: what keeps facilities from their milestones, who can clear it, what it costs."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django.db.models.expressions import Combinable
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.as_of import AsOf
from facilities.exchange.columns import Column, Kind, Value
from facilities.folding import fold
from facilities.models import Record
from facilities.models.places import in_language
from facilities.reading_once import once
from facilities.registers.choices import agencies, agencies_by_code, labels
from facilities.registers.register import Problems
from facilities.registers.writers import Attributes, RowEntry
from rollout.models import Obstacle, ObstacleCleared, Solution, SolutionOutcome
from rollout.programme.obstacles import ObstacleOnDay, obstacles, rules
from rollout.registers.steering.shared import (
    SESSION,
    Steering,
    Told,
    sessions,
    sessions_by_number,
    told,
)

CODE_LENGTH = 32  # of one that is made; a number may follow
CODE = re.compile(r"^[-a-zA-Z0-9_]+\Z")
STATES = {
    "open": pgettext_lazy("obstacle", "stands"),
    "cleared": pgettext_lazy("obstacle", "cleared"),
}


def of_day(on: date, known_at: datetime | None) -> list[ObstacleOnDay]:
    """Read once for all columns that are computed of it."""
    return once(("obstacles", on, known_at), lambda: obstacles(AsOf(on, known_at)))


def _clearing(row: Obstacle, before: object, **fields: Any) -> Any:
    return ObstacleCleared(obstacle=row, **fields)


class Obstacles(Steering[Obstacle]):
    code = "obstacles"
    label = gettext_lazy("obstacles")
    row_label = gettext_lazy("obstacle")
    model = Obstacle
    keys = (("code",), ("raised-on", "name-vi"))
    searched = ("code", "name_vi", "name_en", "raised_by", "supplier", "agency__name_vi")
    began = "raised_on"
    default_sort = "-facility-days"
    columns = (
        Column(
            "name-vi",
            gettext_lazy("obstacle"),
            required=True,
            max_length=200,
            aliases=("Khó khăn, vướng mắc", "Vướng mắc", "Nội dung"),
        ),
        Column("name-en", gettext_lazy("obstacle, in English"), max_length=200, shown=False),
        Column(
            "code",
            gettext_lazy("code"),
            max_length=40,
            is_code=True,
            shown=False,
            help=gettext_lazy("Its address: short, without spaces. Empty: made of its name."),
            aliases=("Mã", "Mã vướng mắc"),
        ),
        Column("state", gettext_lazy("state"), Kind.CHOICE, choices=lambda: STATES, writable=False),
        Column(
            "kind",
            gettext_lazy("kind"),
            Kind.CHOICE,
            choices=labels(Obstacle.Kind),
            required=True,
            aliases=("Nhóm", "Loại"),
        ),
        Column(
            "agency",
            gettext_lazy("agency that can clear it"),
            Kind.CODE,
            choices=agencies,
            aliases=("Cơ quan giải quyết",),
        ),
        Column("supplier", gettext_lazy("supplier that can clear it"), max_length=200, shown=False),
        Column(
            "raised-on", gettext_lazy("raised on"), Kind.DAY, required=True, aliases=("Ngày nêu",)
        ),
        Column("raised-by", gettext_lazy("raised by"), required=True, max_length=200, shown=False),
        Column("raised-by-en", gettext_lazy("raised by, in English"), max_length=200, shown=False),
        Column("held", gettext_lazy("facilities held"), Kind.COUNT, writable=False),
        Column("facility-days", gettext_lazy("facility-days lost"), Kind.COUNT, writable=False),
        Column("cleared-on", gettext_lazy("cleared on"), Kind.DAY, aliases=("Ngày tháo gỡ",)),
        Column(
            "session", gettext_lazy("working session"), Kind.CODE, choices=sessions, shown=False
        ),
        Column("legal-reference", gettext_lazy("legal reference"), shown=False),
        Column("source", gettext_lazy("source"), shown=False),
    )
    writers = (
        Attributes(
            columns={
                "name-vi": "name_vi",
                "name-en": "name_en",
                "code": "code",
                "kind": "kind",
                "agency": "agency",
                "supplier": "supplier",
                "raised-on": "raised_on",
                "raised-by": "raised_by",
                "raised-by-en": "raised_by_en",
                "session": "session",
                "legal-reference": "legal_reference",
                "source": "source",
            },
            find={"agency": agencies_by_code, "session": sessions_by_number},
            codes={"agency": "agency__code", "session": SESSION},
        ),
        Told(
            model=cast(Any, ObstacleCleared),
            link="obstacle",
            columns={"cleared-on": "cleared_on"},
            day="cleared-on",
            make=_clearing,
            order=("-cleared_on", "-pk"),
        ),
    )

    # --- Reading ------------------------------------------------------------------------

    def has_sql(self, code: str) -> bool:
        return code in ("state", "held", "facility-days") or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code == "state":
            found = of_day(on, known_at)
            return told({one.id: "cleared" if one.cleared_on else "open" for one in found})
        if code == "held":
            found = of_day(on, known_at)
            return told({one.id: len(one.facility_ids) for one in found}, number=True)
        if code == "facility-days":
            found = of_day(on, known_at)
            return told({one.id: one.facility_days for one in found}, number=True)
        return super().expression(code, on, known_at)

    named_by = ("name-vi", "name-en")

    def title(self, values: Mapping[str, Value]) -> str:
        return in_language(str(values.get("name-vi", "")), str(values.get("name-en", "")))

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Obstacle]], on: date) -> dict[str, int]:
        """Whose each code is."""
        return dict(Obstacle.objects.known().order_by().values_list("code", "pk"))

    def check(
        self, entry: RowEntry[Obstacle], problems: Problems, context: dict[str, int], on: date
    ) -> None:
        code = entry.text("code")
        self.refuse_other(entry, "code", problems)
        self.refuse_other(entry, "raised-on", problems)
        self.refuse_future(entry, "raised-on", problems, on)
        if entry.row is None and code:
            if not CODE.search(code):
                problems.refuse("code", _("Write letters a to z, digits and hyphens."))
            elif code in rules.ADDRESSES or entry.is_second(context, code):
                problems.refuse("code", rules.code_taken())
        raised, cleared = entry.day("raised-on"), entry.day("cleared-on")
        if cleared and raised and (fault := rules.cleared_too_early(raised, cleared)):
            problems.refuse("cleared-on", fault)

    # --- Writing ------------------------------------------------------------------------

    def begin(self, entries: list[RowEntry[Obstacle]]) -> None:
        """Without a code a row gets one that is made of its name."""
        taken = set(Obstacle.objects.known().values_list("code", flat=True)) | rules.ADDRESSES
        taken |= {entry.text("code") for entry in entries}
        for entry in entries:
            if not entry.text("code"):
                base = slugify(fold(entry.text("name-vi")))[:CODE_LENGTH].strip("-") or "o"
                codes = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
                code = next(one for one in codes if one not in taken)
                taken.add(code)
                entry.new["code"] = entry.stored.code = code

    def facts_of(self, row: Obstacle) -> list[Record]:
        """Its holds, clearing, urgings and solutions, with what became of those."""
        outcomes = SolutionOutcome.objects.known().filter(
            solution__in=Solution.objects.known().filter(obstacle=row)
        )
        about: list[Any] = self._facts_about([row])
        return [*outcomes, *about]
