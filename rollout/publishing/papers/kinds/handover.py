"""Minutes by which the devices of a procurement, or the certificates of a batch, change hands."""

from typing import NamedTuple

from django.db.models import Count, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from equipment.models import Procurement, ProcurementLot
from facilities.folding import fold
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind, NoSuchSubject
from rollout.publishing.papers.paper import Paper, Paragraph, Signature, Table
from rollout.templatetags.figures import day, number
from signatures.models import Batch, Certificate


class HandedOver(NamedTuple):
    taker: str
    table: Table
    what: str
    assumed: bool
    file_name: str


DEVICES, CERTIFICATES, WARD = "devices:", "certificates:", "|"


def subjects(asked: Asked) -> list[tuple[str, str]]:
    names = {pk: facility.name for pk, facility in asked.as_of.so_far(asked.on).items()}
    files = asked.as_of.only(Procurement.objects.standing(asked.known_at)).order_by("code")
    found = [(DEVICES + file.code, f"{file.code}: {file.title}") for file in files]
    standing = Q(certificates__in=Certificate.objects.standing(asked.known_at))
    batches = (
        asked.as_of.only(Batch.objects.select_related("letter"))
        .annotate(size=Count("certificates", filter=standing))
        .order_by("code")
    )
    wards = _wards(asked)
    for batch in batches:
        whole = _of_batch(batch, names)
        found.append((CERTIFICATES + batch.code, f"{whole}: {number(batch.size)}"))
        found += [
            (f"{CERTIFICATES}{batch.code}{WARD}{unit}", f"{whole}, {unit}: {number(size)}")
            for unit, size in wards.get(batch.pk, ())
        ]
    return found


def _wards(asked: Asked) -> dict[int, list[tuple[str, int]]]:
    """By batch, its units with how many certificates; none where there is but one."""
    rows = (
        Certificate.objects.standing(asked.known_at)
        .filter(batch__isnull=False)
        .exclude(unit="")
        .order_by("batch", "unit")
        .values_list("batch", "unit")
        .annotate(Count("pk"))
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for batch, unit, size in rows:
        found.setdefault(batch, []).append((unit, size))
    return {batch: units for batch, units in found.items() if len(units) > 1}


def _of_batch(batch: Batch, names: dict[int, str]) -> str:
    """Whose certificates, by the day on which they were asked for."""
    facility = names.get(batch.facility_id, batch.code)
    if batch.letter is None or batch.letter.issued_on is None:
        return _("Certificates of %(facility)s") % {"facility": facility}
    return _("Certificates of %(facility)s, asked for on %(day)s") % {
        "facility": facility,
        "day": day(batch.letter.issued_on),
    }


def build(asked: Asked) -> Paper:
    names = {f.id: f.name for f in asked.as_of.on(asked.on)}
    if asked.about.startswith(DEVICES):
        found = _devices(asked, names)
    elif asked.about.startswith(CERTIFICATES):
        found = _certificates(asked, names)
    else:
        raise NoSuchSubject
    return Paper(
        **wording.heading(asked),
        number=wording.number("BB"),
        kind=_("HAND-OVER MINUTES"),
        subject=wording.unbroken(found.what),
        blocks=(
            Paragraph(wording.BLANK, bold=_("Handed over by:")),
            Paragraph(found.taker, bold=_("Received by:")),
            Paragraph(_("Both sides went over the following and hand it over:")),
            found.table,
            Paragraph(
                _(
                    "Condition at the hand-over: %(blank)s. The minutes are made in two copies of "
                    "the same worth, one for each side."
                )
                % {"blank": wording.BLANK}
            ),
        ),
        signatures=(
            Signature((_("SIDE HANDING OVER"),), "", _("(signature, full name)")),
            Signature((_("SIDE TAKING OVER"),), "", _("(signature, full name)")),
        ),
        file_name=found.file_name,
        note=wording.sample_note() if found.assumed else "",
    )


def _devices(asked: Asked, names: dict[int, str]) -> HandedOver:
    code = asked.about.removeprefix(DEVICES)
    files = asked.as_of.only(Procurement.objects.standing(asked.known_at))
    file = files.filter(code=code).first()
    if file is None:
        raise NoSuchSubject
    lots = (
        ProcurementLot.objects.known(asked.known_at)
        .filter(procurement=file)
        .select_related("device_type")
        .order_by("pk")
    )
    rows = tuple(
        (
            number(place),
            lot.device_type.name,
            names.get(lot.facility_id, ""),
            number(lot.quantity),
            "",
        )
        for place, lot in enumerate(lots, 1)
    )
    table = Table(
        head=(
            pgettext("running number", "No"),
            _("Device type"),
            _("Facility"),
            _("Quantity"),
            pgettext("hand-over", "Serial numbers"),
        ),
        rows=rows,
        widths=(0.08, 0.3, 0.28, 0.12, 0.22),
        right=frozenset({0, 3}),
        total=("", _("Total"), "", number(sum(lot.quantity for lot in lots)), ""),
    )
    return HandedOver(
        names.get(file.facility_id, wording.BLANK), table, file.title, False, "ban-giao"
    )


def _certificates(asked: Asked, names: dict[int, str]) -> HandedOver:
    code, _bar, ward = asked.about.removeprefix(CERTIFICATES).partition(WARD)
    batches = Batch.objects.select_related("letter", "facility")
    batch = asked.as_of.only(batches).filter(code=code).first()
    if batch is None:
        raise NoSuchSubject
    standing = Certificate.objects.standing(asked.known_at).filter(batch=batch)
    if ward:
        standing = standing.filter(unit=ward)
    certificates = list(standing.order_by("sort_key", "pk"))
    if ward and not certificates:
        raise NoSuchSubject
    rows = tuple(
        (number(place), c.holder, c.unit, c.serial, str(c.get_device_display()), "")
        for place, c in enumerate(certificates, 1)
    )
    table = Table(
        head=(
            pgettext("running number", "No"),
            _("Holder"),
            _("Unit"),
            _("Certificate serial"),
            _("Device type"),
            pgettext("hand-over", "Signature"),
        ),
        rows=rows,
        widths=(0.08, 0.24, 0.2, 0.22, 0.13, 0.13),
        right=frozenset({0}),
    )
    what = ", ".join(filter(None, (_of_batch(batch, names), ward)))
    place = slugify("-".join(filter(None, (batch.facility.code, fold(ward)))))
    assumed = any(c.assumed for c in certificates)
    return HandedOver(
        names.get(batch.facility_id, wording.BLANK), table, what, assumed, f"ban-giao-{place}"
    )


KIND = Kind(
    slug="handover",
    label=gettext_lazy("Hand-over minutes"),
    subjects=subjects,
    build=build,
    of_facilities=True,
)
