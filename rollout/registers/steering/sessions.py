"""The register of working sessions: those held and those to come, what each raised and ordered."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Kind, Value
from facilities.models import Record
from facilities.models.places import in_language
from facilities.registers.choices import area_names
from facilities.registers.register import Problems
from facilities.registers.writers import Attributes, RowEntry
from rollout.models import (
    AgendaItem,
    Directive,
    Obstacle,
    Programme,
    SessionConclusion,
    WorkingSession,
)
from rollout.programme.sessions import rules
from rollout.registers.steering.shared import Steering


def _provinces() -> Mapping[str, str]:
    names, codes = area_names(), Programme.objects.values_list("area__code", flat=True)
    return {code: names.get(code, code) for code in codes}


def _programmes_by_area(codes: set[str]) -> Mapping[str, Programme]:
    rows = Programme.objects.filter(area__code__in=codes).select_related("area")
    return {row.area.code: row for row in rows}


class Sessions(Steering[WorkingSession]):
    code = "sessions"
    label = gettext_lazy("working sessions")
    row_label = gettext_lazy("working session")
    model = WorkingSession
    keys = (("held-on", "name-vi"), ("held-on",))
    searched = ("name_vi", "name_en", "chair", "place", "participants_vi")
    default_sort = "-held-on"
    columns = (
        Column(
            "name-vi",
            gettext_lazy("working session"),
            required=True,
            max_length=200,
            aliases=("Phiên làm việc", "Tên phiên", "Nội dung làm việc"),
        ),
        Column("name-en", gettext_lazy("working session, in English"), max_length=200, shown=False),
        Column(
            "held-on",
            gettext_lazy("day of the session"),
            Kind.DAY,
            required=True,
            aliases=("Ngày", "Ngày họp", "Ngày làm việc"),
        ),
        Column(
            "chair",
            gettext_lazy("chair"),
            required=True,
            max_length=200,
            aliases=("Chủ trì", "Người chủ trì"),
        ),
        Column("chair-en", gettext_lazy("chair, in English"), max_length=200, shown=False),
        Column("place", gettext_lazy("place"), max_length=200, aliases=("Địa điểm",)),
        Column(
            "participants-vi", gettext_lazy("participants"), shown=False, aliases=("Thành phần",)
        ),
        Column("participants-en", gettext_lazy("participants, in English"), shown=False),
        Column("programme", gettext_lazy("province"), Kind.CODE, choices=_provinces, shown=False),
        Column("conclusion", gettext_lazy("conclusion"), writable=False),
        Column("raised", gettext_lazy("obstacles raised"), Kind.COUNT, writable=False),
        Column("ordered", gettext_lazy("directives given"), Kind.COUNT, writable=False),
    )
    writers = (
        Attributes(
            columns={
                "name-vi": "name_vi",
                "name-en": "name_en",
                "held-on": "held_on",
                "chair": "chair",
                "chair-en": "chair_en",
                "place": "place",
                "participants-vi": "participants_vi",
                "participants-en": "participants_en",
                "programme": "programme",
            },
            find={"programme": _programmes_by_area},
            codes={"programme": "programme__area__code"},
        ),
    )

    # --- Reading ------------------------------------------------------------------------

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[WorkingSession]:
        """Those to come too: a session is planned ahead."""
        return WorkingSession.objects.known(known_at)

    def has_sql(self, code: str) -> bool:
        return code in ("conclusion", "raised", "ordered") or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        own = {"session": OuterRef("pk")}
        if code == "conclusion":
            rows = SessionConclusion.objects.known(known_at).filter(**own)
            return Subquery(rows.values("text_vi")[:1])
        if code in ("raised", "ordered"):
            model = Obstacle if code == "raised" else Directive
            counted = model.objects.known(known_at).filter(**own).order_by().values("session")
            return Coalesce(Subquery(counted.annotate(count=Count("pk")).values("count")), 0)
        return super().expression(code, on, known_at)

    named_by = ("name-vi", "name-en", "held-on")

    def title(self, values: Mapping[str, Value]) -> str:
        name = in_language(str(values.get("name-vi", "")), str(values.get("name-en", "")))
        held = values.get("held-on")
        return f"{name} · {held:%d/%m/%Y}" if isinstance(held, date) else name

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[WorkingSession]], on: date) -> set[int]:
        """The sessions whose day stays: they were concluded, or have directives."""
        keys = [entry.row.pk for entry in entries if entry.row]
        concluded = SessionConclusion.objects.known().filter(session__in=keys)
        ordered = Directive.objects.known().filter(session__in=keys)
        return {
            *concluded.values_list("session", flat=True),
            *ordered.order_by().values_list("session", flat=True),
        }

    def check(
        self, entry: RowEntry[WorkingSession], problems: Problems, context: set[int], on: date
    ) -> None:
        if "held-on" in entry.changed and entry.row and entry.row.pk in context:
            problems.refuse("held-on", rules.day_stays())
        if not entry.text("programme") and len(_provinces()) > 1:
            problems.refuse("programme", _("Fill this in."))

    # --- Writing ------------------------------------------------------------------------

    def begin(self, entries: list[RowEntry[WorkingSession]]) -> None:
        """Where one province alone is steered, it is that province's."""
        steered = list(Programme.objects.order_by("pk")[:2])
        for entry in entries:
            if len(steered) == 1 and entry.stored.programme is None:
                entry.stored.programme = steered[0]

    def facts_of(self, row: WorkingSession) -> list[Record]:
        """What was put on its agenda, and its conclusion."""
        items = AgendaItem.objects.known().filter(session=row)
        return [*items, *SessionConclusion.objects.known().filter(session=row)]

    def refuse_withdrawal(self, rows: list[WorkingSession]) -> None:
        for row in rows:
            if fault := rules.belongs_to(row):
                raise ValidationError(fault, code="referred_to")
