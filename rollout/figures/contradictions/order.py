"""Days that stand in an order which cannot have been."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.db.models import F, Max, Min, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.files import files
from equipment.stages import Stage
from facilities.as_of import AsOf
from rollout.figures.contradictions.finder import (
    DEPARTMENT,
    OFFICER,
    Contradiction,
    Rule,
    amount_on,
    in_rollout,
    row_page,
    told_by,
    words,
)
from rollout.models import Milestone
from rollout.programme.changes import milestones_reached
from rollout.programme.councils import meetings
from signatures.models import CertificateEvent

Kind = CertificateEvent.Kind


def _passed_on(as_of: AsOf) -> dict[int, date]:
    """The day of the first ruling that passed each facility."""
    found: dict[int, date] = {}
    for meeting in meetings(as_of):
        if meeting.passed and meeting.held_on:
            known = found.get(meeting.facility_id, meeting.held_on)
            found[meeting.facility_id] = min(known, meeting.held_on)
    return found


def milestone_before(as_of: AsOf) -> Iterator[Contradiction]:
    """A decision before the ruling, official use before the decision or the launch."""
    passed_on, reached = _passed_on(as_of), milestones_reached(as_of)
    for facility in in_rollout(as_of):
        days = reached.get(facility.id, {})
        council = {Milestone.COUNCIL.value: passed_on.get(facility.id)}
        for later, earlier in (
            (Milestone.DECISION, Milestone.COUNCIL),
            (Milestone.OFFICIAL, Milestone.DECISION),
            (Milestone.OFFICIAL, Milestone.LAUNCH),
        ):
            known = days | council
            then, first = known.get(later.value), known.get(earlier.value)
            if then is None or first is None or then >= first:
                continue
            yield Contradiction(
                rule="milestone-before",
                subject=f"{facility.id}:{later}:{earlier}",
                facility_id=facility.id,
                said=words(
                    _("“{later}” is recorded on {then}, before “{earlier}” on {first}."),
                    later=later.label,
                    then=then,
                    earlier=earlier.label,
                    first=first,
                ),
                mend_url=row_page("milestones", facility.id),
            )


def council_before_self_assessment(as_of: AsOf) -> Iterator[Contradiction]:
    """Only where the self-assessment has a day: without one its day is unknown, not wrong."""
    reached = milestones_reached(as_of)
    for meeting in meetings(as_of):
        assessed_on = reached.get(meeting.facility_id, {}).get(Milestone.SELF_ASSESSMENT)
        ruled_on = meeting.ruled_on
        if ruled_on is None or assessed_on is None or assessed_on <= ruled_on:
            continue
        yield Contradiction(
            rule="council-before-self-assessment",
            subject=meeting.code,
            facility_id=meeting.facility_id,
            said=words(
                _("The council met on {held}, before the self-assessment of {assessed}."),
                held=ruled_on,
                assessed=assessed_on,
            ),
            mend_url=row_page("milestones", meeting.facility_id),
        )


def council_before_servers(as_of: AsOf) -> Iterator[Contradiction]:
    """A council that passed a facility in which no server stood accepted by then."""
    servers = amount_on(as_of, "servers")
    known, places = told_by(as_of, "servers", "servers", "server_files"), as_of.so_far(as_of.until)
    for meeting in meetings(as_of):
        if not meeting.passed or meeting.held_on is None:
            continue
        if servers(meeting.facility_id, meeting.held_on) >= 1:
            continue
        place = places.get(meeting.facility_id)
        if place is None or not known(place, meeting.held_on):
            continue
        yield Contradiction(
            rule="council-before-servers",
            subject=meeting.code,
            facility_id=meeting.facility_id,
            said=words(
                _("The council passed it on {held}, although no EMR server had been accepted."),
                held=meeting.held_on,
            ),
            mend_url=reverse("rollout:council", args=[meeting.code]),
        )


def acceptance_before_contract(as_of: AsOf) -> Iterator[Contradiction]:
    for file in files(as_of):
        contract, accepted = file.step(Stage.CONTRACT), file.step(Stage.ACCEPTANCE)
        if contract is None or accepted is None:
            continue
        signed_on, accepted_on = contract.reached_on, accepted.reached_on
        if signed_on is None or accepted_on is None or accepted_on >= signed_on:
            continue
        yield Contradiction(
            rule="acceptance-before-contract",
            subject=file.code,
            facility_id=file.facility_id,
            said=words(
                _("{file}: accepted on {accepted}, before the contract of {signed}."),
                file=file.code,
                accepted=accepted_on,
                signed=signed_on,
            ),
            mend_url=row_page("procurements", file.id),
        )


def certificates_before_issue(as_of: AsOf) -> Iterator[Contradiction]:
    """Signed against the Committee's server before the Committee issued: counted per facility."""
    # Grouped, not joined with itself: that goes through all pairs of a facility's events.
    events = as_of.only(CertificateEvent.objects.as_of(as_of.until, as_of.known_at))
    before = (
        events.filter(kind__in=(Kind.AUTHENTICATED, Kind.ISSUED))
        .order_by()
        .values("facility_id", "certificate_id")
        .annotate(
            authenticated_on=Min("happened_on", filter=Q(kind=Kind.AUTHENTICATED)),
            issued_on=Max("happened_on", filter=Q(kind=Kind.ISSUED)),
        )
        .filter(authenticated_on__lt=F("issued_on"))
    )
    counts = Counter(before.values_list("facility_id", flat=True))
    for facility_id, count in sorted(counts.items()):
        yield Contradiction(
            rule="certificate-before-issue",
            subject=str(facility_id),
            facility_id=facility_id,
            said=words(
                _("Certificates authenticated before they were issued: {count}."), count=count
            ),
            mend_url=row_page("facilities", facility_id),
        )


RULES = (
    Rule(
        "milestone-before",
        _("Milestones in an impossible order"),
        _("The decision was signed on 3 May, but the council passed the facility on 9 May."),
        DEPARTMENT,
        milestone_before,
    ),
    Rule(
        "council-before-self-assessment",
        _("Council before the self-assessment"),
        _("The council ruled on 9 May; the self-assessment is dated 12 May."),
        DEPARTMENT,
        council_before_self_assessment,
    ),
    Rule(
        "council-before-servers",
        _("Council before the servers"),
        _("The council passed it on 9 May; its server was accepted on 2 June."),
        DEPARTMENT,
        council_before_servers,
    ),
    Rule(
        "acceptance-before-contract",
        _("Accepted before the contract"),
        _("The server was accepted on 2 June, but the contract was signed on 12 June."),
        OFFICER,
        acceptance_before_contract,
    ),
    Rule(
        "certificate-before-issue",
        _("Certificate authenticated before it was issued"),
        _("A certificate signed on 4 May, but the Committee issued it on 6 May."),
        OFFICER,
        certificates_before_issue,
    ),
)
