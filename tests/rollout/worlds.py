"""Random but lawful worlds: a few facilities to which things happen on random days.

Everything is recorded through the verbs; what they refuse did not happen.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from hypothesis import strategies as st

import connectivity.services
import equipment.services
import rollout.programme.services
import signatures.services
from connectivity.models import ConnectionStep
from equipment.models import DeviceMovement, DeviceNorm, Hosting, ItLevel, StageEvent, StageTarget
from equipment.stages import Path, Stage
from facilities.models import FacilityScope, Ownership, Record, Scope
from facilities.services import record
from rollout.models import (
    Conclusion,
    CouncilDate,
    CouncilRuling,
    MeasureWeight,
    Milestone,
    MilestoneEvent,
    MilestoneTarget,
)
from signatures.models import CertificateEvent, SignatureNeed
from tests import factories

FIRST = date(2025, 1, 1)
DAYS = 120
LAST = FIRST + timedelta(days=DAYS)

FACTS = (
    ConnectionStep,
    CouncilDate,
    CouncilRuling,
    DeviceMovement,
    DeviceNorm,
    FacilityScope,
    Hosting,
    ItLevel,
    MeasureWeight,
    MilestoneEvent,
    MilestoneTarget,
    SignatureNeed,
    StageEvent,
    StageTarget,
    CertificateEvent,
)

days = st.integers(0, DAYS).map(lambda n: FIRST + timedelta(days=n))

# What happens: (kind, number of the facility, day, a small number that picks the rest).
happenings = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "certificate",
                "certificate",
                "connection",
                "council",
                "device",
                "hosting",
                "level",
                "milestone",
                "need",
                "norm",
                "scope",
                "stage",
                "target",
                "weight",
            ]
        ),
        st.integers(0, 2),
        days,
        st.integers(0, 11),
    ),
    max_size=30,
)


@dataclass
class World:
    """The facilities, and what can be written about them."""

    facilities: list = field(default_factory=list)

    def __post_init__(self):
        factories.programme()
        self.by = factories.recorder()
        self.facilities = [
            factories.facility(f"f{n}", ownership=owner)
            for n, owner in enumerate((Ownership.PUBLIC, Ownership.PUBLIC, Ownership.PRIVATE))
        ]
        self.tablet, self.server = factories.DeviceTypeFactory(), factories.server_type()
        self.partner = factories.PartnerFactory()
        self.files = [
            factories.ProcurementFactory(
                code=f"file-{n}", path=Path.RENTAL if n else Path.PURCHASE, facility=place
            )
            for n, place in enumerate(self.facilities)
        ]
        self.certificates = [
            [factories.CertificateFactory(facility=place) for _ in range(3)]
            for place in self.facilities
        ]
        self.meetings = [
            [factories.CouncilMeetingFactory(code=f"m-{n}-{i}", facility=place) for i in range(2)]
            for n, place in enumerate(self.facilities)
        ]

    def live(self, happening) -> None:
        """Let it happen, unless the verb refuses it."""
        kind, number, day, pick = happening
        try:
            getattr(self, f"_{kind}")(number, day, pick)
        except ValidationError:
            return

    def _certificate(self, n, day, pick):
        kinds = [k for k in CertificateEvent.Kind if k != "changed"]
        kind = kinds[pick % len(kinds)]
        until = day + timedelta(days=5 + 10 * pick) if kind in ("issued", "renewed") else None
        signatures.services.record_event(
            certificate=self.certificates[n][pick % 3],
            kind=kind,
            happened_on=day,
            valid_until=until,
            by=self.by,
        )

    def _connection(self, n, day, pick):
        step = ConnectionStep.Step.values[pick % 4]
        connectivity.services.record_step(
            facility=self.facilities[n],
            partner=self.partner,
            step=step,
            happened_on=day,
            by=self.by,
        )

    def _council(self, n, day, pick):
        meeting = self.meetings[n][pick % 2]
        if pick % 3:
            rollout.programme.services.record_ruling(
                meeting=meeting,
                conclusion=Conclusion.values[pick % 4],
                held_on=day,
                by=self.by,
            )
        else:
            rollout.programme.services.schedule_council(
                meeting=meeting,
                scheduled_on=day + timedelta(days=pick),
                set_on=day,
                by=self.by,
            )

    def _device(self, n, day, pick):
        equipment.services.record_movement(
            facility=self.facilities[n],
            device_type=self.server if pick % 3 == 0 else self.tablet,
            quantity=pick - 3,
            reason="accepted",
            happened_on=day,
            by=self.by,
        )

    def _hosting(self, n, day, pick):
        record(
            Hosting(
                facility=self.facilities[n],
                mode=Hosting.Mode.values[pick % 2],
                happened_on=day,
            ),
            by=self.by,
        )

    def _level(self, n, day, pick):
        record(
            ItLevel(facility=self.facilities[n], his_level=1 + pick % 7, happened_on=day),
            by=self.by,
        )

    def _milestone(self, n, day, pick):
        rollout.programme.services.record_milestone(
            facility=self.facilities[n],
            milestone=Milestone.values[pick % 8],
            happened_on=day,
            by=self.by,
        )

    def _need(self, n, day, pick):
        record(
            SignatureNeed(facility=self.facilities[n], quantity=pick, effective_from=day),
            by=self.by,
        )

    def _norm(self, n, day, pick):
        record(
            DeviceNorm(
                device_type=self.tablet,
                facility=self.facilities[n] if pick % 2 else None,
                quantity=pick,
                effective_from=day,
            ),
            by=self.by,
        )

    def _scope(self, n, day, pick):
        record(
            FacilityScope(
                facility=self.facilities[n],
                scope=Scope.values[pick % 3],
                effective_from=day,
            ),
            by=self.by,
        )

    def _stage(self, n, day, pick):
        stages = [Stage.NEED, Stage.AWARD, Stage.ACCEPTANCE, Stage.SERVICE_ENDED]
        equipment.services.record_stage(
            procurement=self.files[n], stage=stages[pick % 4], happened_on=day, by=self.by
        )

    def _target(self, n, day, pick):
        rollout.programme.services.set_milestone_target(
            facility=self.facilities[n],
            milestone=Milestone.values[pick % 8],
            due_on=day + timedelta(days=3 * pick),
            set_on=day,
            by=self.by,
        )

    def _weight(self, n, day, pick):
        code = ("servers", "official", "signatures_issued")[n]
        record(MeasureWeight(measure=code, weight=pick, effective_from=day), by=self.by)


def standing_facts() -> list[Record]:
    """Every fact that stands now."""
    return [fact for model in FACTS for fact in model.objects.known().order_by("pk")]
