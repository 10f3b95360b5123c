"""Hand-over minutes, ward by ward: who has signed that the device is in hand, and who has not yet.

The minutes of a ward are closed once everybody of them has a hand-over on record with the signed copy as
its paper. Nothing of that is stored.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from facilities.folding import sort_key
from facilities.models import ChangeSet, Document
from facilities.registers.entering import Refused, enter_rows, writing_of
from facilities.registers.writers import RowEntry
from facilities.services import correct
from signatures.life import STANDING, state_of
from signatures.models import Certificate, CertificateEvent
from signatures.registers import Certificates

Kind = CertificateEvent.Kind


@dataclass(frozen=True)
class Signer:
    """One certificate of the minutes. Whose it is, is personal."""

    certificate: Certificate
    handed_over: CertificateEvent | None

    @property
    def has_signed(self) -> bool:
        return self.handed_over is not None and self.handed_over.document_id is not None


@dataclass(frozen=True)
class Minutes:
    """The certificates of one batch in one unit; both may be empty."""

    batch: str
    unit: str
    signers: list[Signer]

    @property
    def waiting(self) -> list[Signer]:
        return [signer for signer in self.signers if not signer.has_signed]

    @property
    def signed(self) -> int:
        return len(self.signers) - len(self.waiting)

    @property
    def is_closed(self) -> bool:
        return not self.waiting


def minutes(facility_id: int, on: date) -> list[Minutes]:
    """Of all certificates of a facility that are valid on the day; two queries. Open minutes first."""
    valid = (
        Certificate.objects.standing()
        .filter(facility=facility_id)
        .alias(state=state_of(on))
        .filter(state__in=STANDING)
        .select_related("batch")
        .order_by("sort_key", "pk")
    )
    handed = CertificateEvent.objects.as_of(on).filter(
        kind=Kind.HANDED_OVER, certificate__facility=facility_id
    )
    facts = {fact.certificate_id: fact for fact in handed.select_related("document")}
    found: dict[tuple[str, str], list[Signer]] = defaultdict(list)
    for certificate in valid:
        place = (certificate.batch.code if certificate.batch else "", certificate.unit)
        found[place].append(Signer(certificate, facts.get(certificate.pk)))
    made = [Minutes(*place, signers) for place, signers in found.items()]
    return sorted(made, key=lambda one: (one.is_closed, one.batch, sort_key(one.unit)))


def sign(
    *,
    signers: Iterable[Signer],
    on: date,
    today: date,
    paper: Document,
    change_set: ChangeSet,
) -> int:
    """The signed copy came back: these have their device in hand since `on`. How many; all or none.

    Who had been handed the device before keeps that day, and it is now proven by the paper.
    """
    signers = [signer for signer in signers if not signer.has_signed]
    if not signers:
        raise ValidationError(_("Tick at least one."))
    register = Certificates()
    fresh = {s.certificate.pk: s.certificate for s in signers if s.handed_over is None}
    old = register.values(list(fresh), today)
    entries = [
        RowEntry(
            fresh[key],
            cells,
            cells | {"handed-over": on},
            because={"handed-over": str(paper.title)},
            documents={"handed-over": paper},
        )
        for key, cells in old.items()
    ]
    problems = register.problems(entries, today)
    wrong = [
        _("%(certificate)s: %(problem)s")
        % {"certificate": entry.stored, "problem": " ".join(texts)}
        for entry, judged in zip(entries, problems, strict=True)
        for texts in judged.errors.values()
    ]
    if wrong:
        raise Refused({"day": wrong}, set())
    enter_rows(register, entries, writing_of(change_set, on=today, document=paper))
    for signer in signers:
        if signer.handed_over is not None:
            correct(
                fact=signer.handed_over,
                because=_("The signed minutes came back"),
                by=change_set.by,
                document=paper,
            )
    return len(signers)
