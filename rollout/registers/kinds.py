"""The open lists: kinds of facility with their way and their deadlines, and who manages facilities.

What the law of the country knows is loaded beforehand; the Department adds what its province has, and
changes what it does otherwise. A change holds from the day of writing on.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.exchange.columns import Column, Value
from facilities.exchange.columns import Kind as Cell
from facilities.models import (
    DeadlineGroup,
    FacilityKind,
    FacilityOwnership,
    Kind,
    KindTerm,
    ManagingBody,
    ManagingBodyTerm,
    Record,
)
from facilities.models.places import in_language
from facilities.registers.choices import YesNo, labels
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, DatedYesNo, RowEntry, Writer, Writing
from rollout.models import Milestone, MilestoneTemplate
from rollout.models.milestones import StepPaper

CODE = re.compile(r"^[a-z0-9]+([_-][a-z0-9]+)*\Z")


class _CodedRegister(Register):
    """A register of codes with dated names. A code stays for life."""

    keys = (("code",),)
    search_path = "code"
    facility_path = ""
    is_by_facility = False
    default_sort = "name-vi"
    used_in: tuple[tuple[type[Record], str], ...] = ()  # what may refer to a row of it
    terms: type[KindTerm] | type[ManagingBodyTerm]  # its dated names
    link: str  # from a name to its code

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet:
        """Those that have a name on the day."""
        named = self.terms.objects.in_force(on, known_at).values(self.link)
        return super().base(on, known_at).filter(pk__in=named)

    def title(self, values: Mapping[str, Value]) -> str:
        name = in_language(str(values.get("name-vi", "")), str(values.get("name-en", "")))
        return name or str(values.get("code", ""))

    def search(self, rows: QuerySet, text: str, on: date) -> QuerySet:
        return rows.filter(code__icontains=text) | rows.filter(terms__name_vi__icontains=text)

    def order(self, code: str, on: date, known_at: datetime | None = None) -> Combinable:
        """Names as a dictionary sorts them."""
        if code != "name-vi":
            return super().order(code, on, known_at)
        rows = self.terms.objects.in_force(on, known_at).filter(**{self.link: OuterRef("pk")})
        newest = rows.order_by("-effective_from", "-recorded_at", "-pk")
        return Subquery(newest.values("sort_key")[:1])

    def facility_of(self, row: Model) -> int | None:
        return None

    def context(self, entries: list[RowEntry], on: date) -> Mapping[str, set[int]]:
        """Whose each code is: rows there are, and others of the file."""
        found: dict[str, set[int]] = defaultdict(set)
        for key, code in self.model._default_manager.values_list("pk", "code"):
            found[code].add(key)
        for entry in entries:
            found[str(entry.new.get("code", ""))].add(entry.identity)
        return found

    def check(
        self, entry: RowEntry, problems: Problems, context: Mapping[str, set[int]], on: date
    ) -> None:
        code = str(entry.new.get("code", ""))
        if "code" not in entry.changed or not code:
            return
        if entry.row is not None:
            problems.refuse("code", _("A code stays for life. What changes is the name."))
        elif not CODE.search(code):
            problems.refuse("code", _("Write lower-case letters a to z, digits, hyphens and “_”."))
        elif len(context[code]) > 1:
            problems.refuse("code", _("Another row has this code."))

    def facts_of(self, row: Model) -> list[Record]:
        """Its names and what is asked of it. Raises ValidationError while a facility is of it."""
        for model, path in self.used_in:
            if model.objects.known().filter(**{path: row}).exists():
                raise ValidationError(
                    _("Facilities are recorded with it. Change those first."), code="referred_to"
                )
        return self._facts_about([row])


def _made(model: type[Any], link: str) -> Callable[..., Any]:
    """Makes dated rows of a code; yes and no become true and false."""

    def make(row: Model, writing: Writing, **fields: Value) -> Any:
        told = {name: YES_NO.get(str(value), value) for name, value in fields.items()}
        for name, value in told.items():
            if value == "" and model._meta.get_field(name).null:
                told[name] = None
        return model(**{link: row}, effective_from=writing.on, **told)

    return make


YES_NO: Mapping[str, bool] = {YesNo.YES.value: True, YesNo.NO.value: False}


def way(milestone: str) -> str:
    """The column that says whether a milestone lies on the way."""
    return f"way-{milestone.replace('_', '-')}"


def paper(milestone: str) -> str:
    """The column that says which paper is asked for with a milestone."""
    return f"paper-{milestone.replace('_', '-')}"


def _way_writer(milestone: str) -> Writer:
    def make(kind: Kind, writing: Writing, **said: str | None) -> MilestoneTemplate:
        return MilestoneTemplate(
            kind=kind,
            milestone=milestone,
            effective_from=writing.on,
            is_needed=YES_NO.get(said["is_needed"] or "", True),
            paper=said.get("paper") or "",
        )

    columns = {way(milestone): "is_needed"}
    if milestone in PAPERS_OF:
        columns[paper(milestone)] = "paper"

    return DatedYesNo(
        model=MilestoneTemplate,
        link="kind",
        columns=columns,
        make=make,
        kind={"milestone": milestone},
    )


# A council's ruling has papers of its own.
PAPERS_OF = tuple(milestone for milestone in Milestone if milestone != Milestone.COUNCIL)


def _code(help_text: Any) -> Column:
    return Column(
        "code",
        gettext_lazy("code"),
        required=True,
        max_length=40,
        filtered=False,
        shown=False,
        aliases=("mã",),
        help=help_text,
    )


NAMES = (
    Column("name-vi", gettext_lazy("name in Vietnamese"), required=True, max_length=200),
    Column("name-en", gettext_lazy("name in English"), max_length=200, shown=False),
)
CODE_HELP = gettext_lazy("Lower-case letters, digits, hyphens and “_”. It cannot be changed later.")


class Kinds(_CodedRegister):
    code = "kinds"
    label = gettext_lazy("kinds of facility")
    row_label = gettext_lazy("kind of facility")
    model = Kind
    used_in = ((FacilityKind, "kind"),)
    terms, link = KindTerm, "kind"
    columns = (
        *NAMES,
        _code(CODE_HELP),
        Column(
            "deadlines",
            pgettext_lazy("kind", "deadlines"),
            Cell.CHOICE,
            choices=labels(DeadlineGroup),
            required=True,
            help=gettext_lazy("Whom the law counts it with: which deadline binds it."),
        ),
        Column(
            "deadlines-without-beds",
            gettext_lazy("deadlines where there are no beds"),
            Cell.CHOICE,
            choices=labels(DeadlineGroup),
            shown=False,
            help=gettext_lazy("Empty: the same."),
        ),
        Column(
            "committee",
            gettext_lazy("certificates of the Committee"),
            Cell.CHOICE,
            choices=labels(YesNo),
            aliases=("Chứng thư số của Ban Cơ yếu",),
            help=gettext_lazy(
                "Whether the Government Cipher Committee is asked for certificates. Private facilities "
                "never ask it. Empty: nobody has said; then what is needed is what each facility says."
            ),
        ),
        Column("signers", gettext_lazy("who signs, in Vietnamese"), shown=False, filtered=False),
        Column("signers-en", gettext_lazy("who signs, in English"), shown=False, filtered=False),
        *(
            Column(
                way(milestone.value),
                format_lazy("{}: {}", gettext_lazy("on its way"), milestone.label),
                Cell.CHOICE,
                choices=labels(YesNo),
                help=gettext_lazy("Empty: yes."),
            )
            for milestone in Milestone
        ),
        *(
            Column(
                paper(milestone.value),
                format_lazy("{}: {}", gettext_lazy("document asked for"), milestone.label),
                Cell.CHOICE,
                choices=labels(StepPaper),
                shown=False,
                help=gettext_lazy("Empty: none."),
            )
            for milestone in PAPERS_OF
        ),
    )
    writers = (
        Attributes(columns={"code": "code"}),
        DatedYesNo(
            model=KindTerm,
            link="kind",
            columns={
                "name-vi": "name_vi",
                "name-en": "name_en",
                "deadlines": "deadline_group",
                "deadlines-without-beds": "group_without_beds",
                "committee": "asks_committee",
                "signers": "signers_vi",
                "signers-en": "signers_en",
            },
            make=_made(KindTerm, "kind"),
        ),
        *(_way_writer(milestone.value) for milestone in Milestone),
    )

    def check(
        self, entry: RowEntry, problems: Problems, context: Mapping[str, set[int]], on: date
    ) -> None:
        super().check(entry, problems, context, on)
        if entry.new.get(way(Milestone.OFFICIAL)) == YesNo.NO:
            problems.refuse(
                way(Milestone.OFFICIAL), _("Official use is where every way ends. Choose yes.")
            )
        for milestone in PAPERS_OF:
            if entry.new.get(way(milestone)) == YesNo.NO and entry.new.get(paper(milestone)):
                problems.refuse(
                    paper(milestone), _("A step that is not on its way needs no document.")
                )


class ManagingBodies(_CodedRegister):
    code = "managing-bodies"
    label = gettext_lazy("managing bodies")
    row_label = gettext_lazy("managing body")
    model = ManagingBody
    used_in = ((FacilityOwnership, "managed_by"),)
    terms, link = ManagingBodyTerm, "body"
    columns = (
        *NAMES,
        _code(CODE_HELP),
        Column(
            "local",
            gettext_lazy("of the province"),
            Cell.CHOICE,
            choices=labels(YesNo),
            required=True,
            help=gettext_lazy("Reports print ministries apart from what the province manages."),
        ),
    )
    writers = (
        Attributes(columns={"code": "code"}),
        DatedYesNo(
            model=ManagingBodyTerm,
            link="body",
            columns={"name-vi": "name_vi", "name-en": "name_en", "local": "is_local"},
            make=_made(ManagingBodyTerm, "body"),
        ),
    )


__all__ = ["Kinds", "ManagingBodies", "way"]
