"""Steps passed over: something is there, and what must come before it is not on record.

Each has two answers: record it, with its day; or say by name why it is not needed here
(`StepNotNeeded`). The second closes the gap and changes no figure.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from equipment.files import files
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf, FacilityOnDay
from rollout.figures.contradictions.finder import (
    DEPARTMENT,
    OFFICER,
    Contradiction,
    Rule,
    has,
    in_rollout,
    row_page,
    words,
)
from rollout.models import Milestone
from rollout.programme.ways import ways
from signatures.models import CertificateEvent

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EVALUATED = "evaluated"
PREPARING, PILOT, LAUNCH = (
    f"milestone:{step}" for step in (Milestone.PREPARING, Milestone.PILOT, Milestone.LAUNCH)
)
DECISION, OFFICIAL = f"milestone:{Milestone.DECISION}", f"milestone:{Milestone.OFFICIAL}"
STEP_OF = {EVALUATED: Milestone.COUNCIL.value} | {
    f"milestone:{step}": step.value for step in Milestone
}
BEFORE_THE_LAUNCH = (PREPARING, PILOT, "servers", "server_files")
BEFORE_ACCEPTANCE = (Stage.AWARD, Stage.CONTRACT)

Kind = CertificateEvent.Kind


def _gap(
    rule: str, subject: str, facility: FacilityOnDay, said: "StrOrPromise", register: str
) -> Contradiction:
    return Contradiction(
        rule=rule,
        subject=subject,
        facility_id=facility.id,
        said=said,
        mend_url=row_page(register, facility.id),
    )


def _without(
    as_of: AsOf, rule: str, there: tuple[str, ...], missing: tuple[str, ...], said: "StrOrPromise"
) -> Iterator[Contradiction]:
    """Facilities of the rollout that have one of the first and none of the others.

    Where none of the others lies on the way of its kind, nothing was passed over.
    """
    for facility in in_rollout(as_of):
        way = ways(as_of).of(facility, as_of.until)
        if not any(STEP_OF[one] in way for one in missing if one in STEP_OF):
            continue
        if any(has(as_of, facility.id, one) for one in there) and not any(
            has(as_of, facility.id, one) for one in missing
        ):
            yield _gap(rule, facility.code, facility, said, "milestones")


def official_without_council(as_of: AsOf) -> Iterator[Contradiction]:
    """Where a decision is there, the council is missing before that: one step is told once."""
    return _without(
        as_of,
        "official-without-council",
        (OFFICIAL,),
        (EVALUATED, DECISION),
        _("Official use is recorded, but no conclusion that passed the facility stands."),
    )


def official_without_decision(as_of: AsOf) -> Iterator[Contradiction]:
    return _without(
        as_of,
        "official-without-decision",
        (OFFICIAL,),
        (DECISION,),
        _("Official use is recorded, but no decision to use it."),
    )


def decision_without_council(as_of: AsOf) -> Iterator[Contradiction]:
    return _without(
        as_of,
        "decision-without-council",
        (DECISION,),
        (EVALUATED,),
        _("The decision is recorded, but no conclusion that passed the facility stands."),
    )


def use_without_launch(as_of: AsOf) -> Iterator[Contradiction]:
    return _without(
        as_of,
        "use-without-launch",
        (EVALUATED, DECISION, OFFICIAL),
        (PILOT, LAUNCH),
        _("It was evaluated or is in use, but neither a pilot nor a launch is recorded."),
    )


def launch_out_of_nothing(as_of: AsOf) -> Iterator[Contradiction]:
    return _without(
        as_of,
        "launch-out-of-nothing",
        (LAUNCH,),
        BEFORE_THE_LAUNCH,
        _("The launch is recorded, but nothing before it: no preparation, pilot or server."),
    )


def connected_without_account(as_of: AsOf) -> Iterator[Contradiction]:
    for facility in as_of.on(as_of.until):
        if not facility.in_connectivity or not has(as_of, facility.id, "connected"):
            continue
        if not has(as_of, facility.id, "account"):
            yield _gap(
                "connected-without-account",
                facility.code,
                facility,
                _("The connection is recorded, but no account was issued."),
                "connections",
            )


def acceptance_without_contract(as_of: AsOf) -> Iterator[Contradiction]:
    """Accepted, though the award or the contract that its path asks for has no day."""
    for file in files(as_of):
        accepted = file.step(Stage.ACCEPTANCE)
        if accepted is None or accepted.reached_on is None:
            continue
        for stage in BEFORE_ACCEPTANCE:
            step = file.step(stage)
            if stage not in ROUTES[Path(file.path)].stages or (step and step.reached_on):
                continue
            yield Contradiction(
                rule="acceptance-without-contract",
                subject=f"{file.code}:{stage}",
                facility_id=file.facility_id,
                said=words(
                    _("{file}: accepted on {accepted}, but “{stage}” has no day."),
                    file=file.code,
                    accepted=accepted.reached_on,
                    stage=stage.label,
                ),
                mend_url=row_page("procurements", file.id),
            )


def authenticated_without_issue(as_of: AsOf) -> Iterator[Contradiction]:
    """Certificates that sign though no issue of them is on record: counted per facility."""
    events = as_of.only(CertificateEvent.objects.as_of(as_of.until, as_of.known_at))
    rows = (
        events.filter(kind__in=(Kind.AUTHENTICATED, Kind.ISSUED))
        .order_by()
        .values("facility_id", "certificate_id")
        .annotate(issued=Count("pk", filter=Q(kind=Kind.ISSUED)))
        .filter(issued=0)
    )
    counts: Counter[int] = Counter()
    for facility_id in rows.values_list("facility_id", flat=True):
        counts[as_of.descent.heir(facility_id)] += 1
    for facility_id, count in sorted(counts.items()):
        yield Contradiction(
            rule="authenticated-without-issue",
            subject=as_of.codes[facility_id],
            facility_id=facility_id,
            said=words(
                _("Certificates authenticated without a record of their issue: {count}."),
                count=count,
            ),
            mend_url=row_page("facilities", facility_id),
        )


RULES = (
    Rule(
        "use-without-launch",
        _("In use without a launch"),
        _("A council passed the facility on 9 May, but no pilot and no launch was recorded."),
        DEPARTMENT,
        use_without_launch,
    ),
    Rule(
        "launch-out-of-nothing",
        _("Launched with nothing before"),
        _("The launch of 2 April is recorded; preparation, pilot and servers are not."),
        DEPARTMENT,
        launch_out_of_nothing,
    ),
    Rule(
        "decision-without-council",
        _("Decision without a passed council"),
        _("The decision of 12 May is recorded, but no council has ruled."),
        DEPARTMENT,
        decision_without_council,
    ),
    Rule(
        "official-without-council",
        _("Official without a passed council"),
        _("Official use was recorded, then the council's conclusion was withdrawn."),
        DEPARTMENT,
        official_without_council,
    ),
    Rule(
        "official-without-decision",
        _("Official without a decision"),
        _("Official use from 20 May is recorded, but no decision was signed."),
        DEPARTMENT,
        official_without_decision,
    ),
    Rule(
        "connected-without-account",
        _("Connected without an account"),
        _("All facilities are reported connected, but one has no account."),
        OFFICER,
        connected_without_account,
    ),
    Rule(
        "acceptance-without-contract",
        _("Accepted without an award or a contract"),
        _("The server was accepted on 2 June, but no contract is recorded."),
        OFFICER,
        acceptance_without_contract,
    ),
    Rule(
        "authenticated-without-issue",
        _("Certificate authenticated without being issued"),
        _("Forty certificates sign, but nobody recorded that the Committee issued them."),
        OFFICER,
        authenticated_without_issue,
    ),
)

CODES = frozenset(rule.code for rule in RULES)
