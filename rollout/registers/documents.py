"""The register of documents: the papers that prove facts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import (
    Case,
    CharField,
    Count,
    ForeignObjectRel,
    QuerySet,
    When,
)
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Kind, Value
from facilities.folding import fold
from facilities.models import Document, Edit, Record
from facilities.registers.choices import YesNo, labels
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, RowEntry, Writing

Papers = Mapping[tuple[str, str], set[int]]  # by number and issuer: who bears them


class Documents(Register):
    code = "documents"
    label = gettext_lazy("documents")
    row_label = gettext_lazy("document")
    model = Document
    keys = (("number", "issuer"), ("issuer", "title", "issued-on"))
    facility_path = ""
    is_by_facility = False
    default_sort = "-issued-on"
    columns = (
        Column(
            "number",
            gettext_lazy("number"),
            max_length=80,
            aliases=("số", "số hiệu", "số ký hiệu", "số văn bản"),
        ),
        Column(
            "title",
            gettext_lazy("title"),
            required=True,
            aliases=("trích yếu", "tên văn bản", "nội dung"),
        ),
        Column(
            "issuer",
            gettext_lazy("issuer"),
            required=True,
            max_length=200,
            aliases=("cơ quan ban hành", "nơi ban hành"),
        ),
        Column("issued-on", gettext_lazy("issued on"), Kind.DAY, aliases=("ngày ban hành",)),
        Column(
            "has-file",
            gettext_lazy("file attached"),
            Kind.CHOICE,
            choices=labels(YesNo),
            writable=False,
        ),
        Column(
            "used-by", gettext_lazy("entries it proves"), Kind.COUNT, writable=False, filtered=False
        ),
    )
    writers = (
        Attributes(
            columns={
                "number": "number",
                "title": "title",
                "issuer": "issuer",
                "issued-on": "issued_on",
            }
        ),
    )

    # --- Reading ------------------------------------------------------------------------

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Document]:
        return Document.objects.known(known_at)

    def of_facilities(
        self, rows: QuerySet[Document], facility_ids: Iterable[int] | None
    ) -> QuerySet[Document]:
        """A paper belongs to no facility: only who sees all rows sees the register."""
        return rows if facility_ids is None else rows.none()

    def facility_of(self, row: Document) -> int | None:
        return None

    def search(self, rows: QuerySet[Document], text: str, on: date) -> QuerySet[Document]:
        for word in fold(text).split()[:6]:
            rows = rows.filter(search_key__contains=word)
        return rows

    named_by = ("number", "title")

    def title(self, values: Mapping[str, Value]) -> str:
        return f"{values.get('number', '')} {values.get('title', '')}".strip()

    def has_sql(self, code: str) -> bool:
        return code == "has-file" or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code == "has-file":
            return Case(
                When(file="", then=Literal(YesNo.NO.value)),
                default=Literal(YesNo.YES.value),
                output_field=CharField(),
            )
        return super().expression(code, on, known_at)

    def computed(
        self, keys: list[int], on: date, known_at: datetime | None = None
    ) -> dict[int, dict[str, Value]]:
        counts = entries_proven(keys, known_at)
        return {key: {"used-by": counts[key]} for key in keys}

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry], on: date) -> Papers:
        """Which papers have which number and issuer: those there are, and the rows of the file."""
        numbers = {entry.new.get("number") for entry in entries} - {"", None}
        papers: dict[tuple[str, str], set[int]] = defaultdict(set)
        known = Document.objects.known().filter(number__in=numbers)
        for key, *paper in known.values_list("pk", "number", "issuer"):
            papers[_named(*paper)].add(key)
        for entry in entries:
            papers[_named(entry.new.get("number"), entry.new.get("issuer"))].add(entry.identity)
        return papers

    def check(self, entry: RowEntry, problems: Problems, context: Papers, on: date) -> None:
        changed = set(entry.changed)
        issued_on = entry.new.get("issued-on")
        if "issued-on" in changed and isinstance(issued_on, date) and issued_on > on:
            problems.refuse("issued-on", _("A document of a day to come proves nothing yet."))
        number, issuer = entry.new.get("number"), entry.new.get("issuer")
        if number and changed & {"number", "issuer"} and len(context[_named(number, issuer)]) > 1:
            problems.warn(
                "number", _("There is a document of this issuer with this number already.")
            )

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry], writing: Writing) -> None:
        for entry in entries:
            entry.row = Document(
                recorded_by=writing.by,
                recorded_at=writing.at,
                source=writing.source_of(entry)[:300],
                import_key=writing.import_key(entry, "title"),
            )
        self.writers[0].fill(entries)
        Document.objects.bulk_create([entry.stored for entry in entries], batch_size=1000)

    def facts_of(self, row: Document) -> list[Record]:
        """None is withdrawn with its paper: they stand on, as reported and no longer documented."""
        return []


def _named(number: Value, issuer: Value) -> tuple[str, str]:
    return fold(str(number or "")), fold(str(issuer or ""))


def entries_proven(keys: list[int], known_at: datetime | None = None) -> Counter[int]:
    """How many standing entries refer to each of these documents: one query over all kinds of them."""
    each = []
    for relation in Document._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or not relation.one_to_many:
            continue
        model = relation.related_model
        if model is Edit:
            continue
        standing = (
            model.objects.known(known_at)
            if issubclass(model, Record)
            else model._default_manager.all()
        )
        rows = standing.filter(**{f"{relation.field.name}__in": keys})
        each.append(rows.order_by().values_list(relation.field.name).annotate(Count("pk")))
    counts: Counter[int] = Counter()
    for key, count in each[0].union(*each[1:], all=True):
        counts[key] += count
    return counts
