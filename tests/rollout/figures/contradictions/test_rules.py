"""Each contradiction appears when it is there and goes when it is mended."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from connectivity.models import ConnectionStep
from equipment.models import Asset, DeviceMovement, StageEvent, StocktakeClosed
from equipment.stages import Stage
from equipment.stocktake import count, open_round, see
from facilities.as_of import AsOf
from facilities.models import Role
from facilities.services import record, withdraw
from rollout.figures.contradictions import RULES, contradictions, is_step
from rollout.models import (
    CouncilRuling,
    LegalDeadline,
    Milestone,
    MilestoneEvent,
    MilestoneTarget,
)
from signatures.models import CertificateEvent
from tests import factories
from tests.house.busy_province import busy_province

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
CODES = [rule.code for rule in RULES]


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def by():
    return {"recorded_by": factories.recorder()}


def found(day: date = DAY, **options) -> list[str]:
    """Contradictions alone."""
    return [one.rule for one in contradictions(AsOf(day, **options)) if not is_step(one)]


def steps(day: date = DAY, **options) -> list[str]:
    """Steps passed over alone."""
    return [one.rule for one in contradictions(AsOf(day, **options)) if is_step(one)]


def reach(facility, milestone: str, day: date) -> MilestoneEvent:
    return MilestoneEvent.objects.create(
        facility=facility, milestone=milestone, happened_on=day, **by()
    )


def rule_on(facility, day: date, conclusion="pass") -> CouncilRuling:
    meeting = factories.CouncilMeetingFactory(facility=facility)
    return CouncilRuling.objects.create(
        meeting=meeting, facility=facility, happened_on=day, conclusion=conclusion, **by()
    )


def install_server(facility, day: date) -> None:
    DeviceMovement.objects.create(
        facility=facility,
        device_type=factories.server_type(),
        happened_on=day,
        quantity=1,
        reason=DeviceMovement.Reason.DONATED,
        **by(),
    )


def test_official_without_server_from_its_day_until_one_is_there():
    facility = factories.facility()
    reach(facility, Milestone.OFFICIAL, on(0))
    assert found(on(-1)) == []
    assert found() == ["official-without-server"]
    install_server(facility, on(0))
    assert found() == []


def test_what_nobody_records_of_servers_contradicts_nothing():
    facility = factories.facility(tracked=False)
    reach(facility, Milestone.OFFICIAL, on(0))
    rule_on(facility, on(-5))
    assert found() == []
    install_server(facility, on(-3))  # now it is known that there was none before
    assert found() == []
    factories.track("servers", since=on(-5))
    assert found() == ["council-before-servers"]


ALL_BEFORE = [
    "official-without-council",
    "official-without-decision",
    "use-without-launch",
]


def test_official_use_out_of_nothing_misses_each_step_from_its_day_on():
    facility = factories.facility(tracked=False)
    reach(facility, Milestone.OFFICIAL, on(0))
    assert steps(on(-1)) == []
    assert steps() == ALL_BEFORE
    reach(facility, Milestone.LAUNCH, on(-20))
    assert steps() == ["launch-out-of-nothing", *ALL_BEFORE[:2]]
    reach(facility, Milestone.PREPARING, on(-30))
    assert steps() == ALL_BEFORE[:2]
    rule_on(facility, on(-5))
    assert steps() == ["official-without-decision"]
    reach(facility, Milestone.DECISION, on(-3))
    assert steps() == []


def test_a_council_that_is_missing_before_a_decision_is_told_once():
    facility = factories.facility(tracked=False)
    reach(facility, Milestone.PILOT, on(-20))
    reach(facility, Milestone.DECISION, on(-3))
    assert steps() == ["decision-without-council"]
    reach(facility, Milestone.OFFICIAL, on(-2))
    assert steps() == ["decision-without-council"]


def test_a_withdrawn_ruling_leaves_official_use_without_one():
    facility = factories.facility()
    install_server(facility, on(-9))
    reach(facility, Milestone.PILOT, on(-8))
    reach(facility, Milestone.DECISION, on(-4))
    reach(facility, Milestone.OFFICIAL, on(-1))
    ruling = rule_on(facility, on(-5))
    assert steps() == []
    withdraw(fact=ruling, because="not signed", by=factories.recorder())
    assert steps() == ["decision-without-council"]
    assert steps(known_at=ruling.recorded_at) == []


def test_connected_without_account():
    facility = factories.facility()
    step = {
        "facility": facility,
        "partner": factories.PartnerFactory(counted=True),
        "happened_on": DAY,
        **by(),
    }
    ConnectionStep.objects.create(step="connected", **step)
    assert steps() == ["connected-without-account"]
    ConnectionStep.objects.create(step="account", **step)
    assert steps() == []


def test_acceptance_without_award_and_contract_each_by_itself():
    file = factories.ProcurementFactory()

    def reached(stage, shift):
        StageEvent.objects.create(
            procurement=file,
            facility=file.facility,
            stage=stage,
            happened_on=on(shift),
            **by(),
        )

    reached(Stage.ACCEPTANCE, 0)
    assert steps(on(-1)) == []
    assert steps() == ["acceptance-without-contract"] * 2
    reached(Stage.AWARD, -9)
    assert steps() == ["acceptance-without-contract"]
    reached(Stage.CONTRACT, -5)
    assert steps() == []


def test_a_certificate_that_signs_and_was_never_issued():
    certificate = factories.CertificateFactory()
    event = {"certificate": certificate, "facility": certificate.facility, **by()}
    CertificateEvent.objects.create(kind="authenticated", happened_on=on(-1), **event)
    assert steps(on(-2)) == []
    assert steps() == ["authenticated-without-issue"]
    CertificateEvent.objects.create(kind="issued", happened_on=on(-3), valid_until=on(999), **event)
    assert steps() == []


@pytest.mark.parametrize(("shift", "rules"), [(0, []), (1, ["target-after-the-law"])])
def test_a_target_after_the_legal_deadline(shift, rules):
    facility = factories.facility()
    LegalDeadline.objects.create(
        code="law",
        name_vi="Luật",
        basis="x",
        due_on=on(90),
        applies_to="all",
        effective_from=on(-9),
        **by(),
    )
    MilestoneTarget.objects.create(
        facility=facility,
        milestone=Milestone.OFFICIAL,
        due_on=on(90 + shift),
        effective_from=on(-9),
        **by(),
    )
    assert found() == rules


@pytest.mark.parametrize(("shift", "rules"), [(-1, ["milestone-before"]), (0, [])])
def test_a_decision_before_the_ruling(shift, rules):
    facility = factories.facility()
    install_server(facility, on(-9))
    rule_on(facility, on(-5))
    reach(facility, Milestone.DECISION, on(-5 + shift))
    assert found() == rules


@pytest.mark.parametrize(("shift", "rules"), [(0, []), (1, ["council-before-self-assessment"])])
def test_a_council_before_the_self_assessment(shift, rules):
    facility = factories.facility()
    install_server(facility, on(-9))
    rule_on(facility, on(-5))
    reach(facility, Milestone.SELF_ASSESSMENT, on(-5 + shift))
    assert found() == rules


@pytest.mark.parametrize(("shift", "rules"), [(-1, ["acceptance-before-contract"]), (0, [])])
def test_acceptance_before_the_contract(shift, rules):
    file = factories.ProcurementFactory()
    for stage, day in ((Stage.CONTRACT, on(-5)), (Stage.ACCEPTANCE, on(-5 + shift))):
        StageEvent.objects.create(
            procurement=file, facility=file.facility, stage=stage, happened_on=day, **by()
        )
    assert found() == rules


@pytest.mark.parametrize(("shift", "rules"), [(-1, ["certificate-before-issue"]), (0, [])])
def test_a_certificate_that_signed_before_it_was_issued(shift, rules):
    certificate = factories.CertificateFactory()
    for kind, day in (("issued", on(-5)), ("authenticated", on(-5 + shift))):
        CertificateEvent.objects.create(
            certificate=certificate,
            facility=certificate.facility,
            kind=kind,
            happened_on=day,
            valid_until=on(999) if kind == "issued" else None,
            **by(),
        )
    assert found() == rules


@pytest.mark.parametrize(("shift", "rules"), [(0, []), (1, ["council-before-servers"])])
def test_a_council_that_passed_before_the_servers(shift, rules):
    facility = factories.facility()
    rule_on(facility, on(-5))
    install_server(facility, on(-5 + shift))
    assert found() == rules


def test_a_council_that_failed_before_the_servers_is_no_contradiction():
    rule_on(factories.facility(), on(-5), conclusion="fail")
    assert found() == []


def place(facility, serial: str, device_type) -> Asset:
    asset = Asset.objects.create(device_type=device_type, serial=serial)
    put(facility, device_type, 1, asset=asset)
    return asset


def put(facility, device_type, quantity: int, *, shift: int = -9, **options) -> DeviceMovement:
    return DeviceMovement.objects.create(
        facility=facility,
        device_type=device_type,
        quantity=quantity,
        reason="opening",
        happened_on=on(shift),
        **options,
        **by(),
    )


def test_one_serial_in_two_facilities_until_one_of_them_has_left():
    tablet, laptop = (factories.DeviceTypeFactory(code=code) for code in ("tablet", "laptop"))
    here, there = factories.facility("a"), factories.facility("b")
    place(here, "SN-1", tablet)
    place(here, "SN-2", tablet)
    place(here, "SN-2", laptop)  # twice, but in one facility
    other = place(there, "SN-1", laptop)
    assert found() == ["serial-in-two-facilities"]
    (one,) = contradictions(AsOf(DAY))
    assert one.facility_id == here.pk
    put(there, laptop, -1, shift=0, asset=other)
    assert found() == []
    assert found(on(-1)) == ["serial-in-two-facilities"]


def test_devices_that_a_stocktake_counted_otherwise():
    tablet = factories.DeviceTypeFactory(group="client")
    here = factories.facility()
    put(here, tablet, 10)
    place(here, "SN-1", tablet)
    who = factories.recorder()
    round = open_round(facility=here, title="Q2", on=on(-3), by=who)
    see(round=round, asset=Asset.objects.get(), by=who)
    count(round=round, device_type=tablet, count=10, by=who)
    record(StocktakeClosed(round=round, closed_on=on(-2)), by=who)
    assert found() == []
    late = put(here, tablet, 2, shift=-4)  # told afterwards, of a day before it ended
    assert found() == ["devices-against-stocktake"]
    (one,) = contradictions(AsOf(DAY))
    with override("en"):
        assert "found 11, the register says 13" in str(one.said)
    withdraw(fact=late, because="wrong", by=who)
    put(here, tablet, 2, shift=-1)  # came after the stocktake
    assert found() == []


@pytest.mark.parametrize(
    ("after", "rules"),
    [
        ([], ["certificate-of-leaver"]),
        ([("revoked", 0)], []),
        ([("revoked", 1)], ["certificate-of-leaver"]),
    ],
)
def test_a_certificate_in_force_of_somebody_who_left(after, rules):
    certificate = factories.CertificateFactory()
    for kind, shift in (("issued", -50), ("left", 0), *after):
        CertificateEvent.objects.create(
            certificate=certificate,
            facility=certificate.facility,
            kind=kind,
            happened_on=on(shift),
            valid_until=on(10) if kind == "issued" else None,
            **by(),
        )
    assert found() == rules
    assert found(on(-1)) == []
    assert found(on(10)) == []  # it has expired by itself


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_rule_says_in_each_language_what_it_is_about(language):
    assert len(set(CODES)) == len(CODES)
    with override(language):
        texts = [[str(t) for t in (rule.label, rule.example, rule.owner)] for rule in RULES]
    assert all(text for row in texts for text in row)


def test_the_page_names_the_facility_the_rule_and_where_it_is_put_right(client):
    facility = factories.facility(name_vi="Trung tâm Mẫu")
    reach(facility, Milestone.OFFICIAL, DAY)
    client.force_login(factories.user_with(Role.DEPARTMENT))
    page = client.get(reverse("rollout:contradictions"), {"on": DAY.isoformat()}).content.decode()
    assert "Trung tâm Mẫu" in page
    assert reverse("rollout:record", args=["milestones", facility.pk]) in page


def test_the_page_is_calm_where_nothing_is_wrong_and_still_names_every_rule(client):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    page = client.get(reverse("rollout:contradictions"), {"on": DAY.isoformat()}).content.decode()
    assert "<h2>" not in page
    assert page.count("<dt>") - page.count("<dt><kbd>") == len(RULES)  # without the list of keys


def test_a_second_opening_finds_what_is_kept_until_a_fact_changes(client):
    facility = factories.facility()
    client.force_login(factories.user_with(Role.DEPARTMENT))
    desk, listed = reverse("rollout:desk"), reverse("rollout:contradictions")
    asked = {"on": DAY.isoformat()}

    def opened(address):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address, asked)
        return page, len(captured)

    opened(desk), opened(listed)
    again, queries = opened(desk)
    assert again.context["contradicting"] == 0
    assert queries <= 13
    assert opened(listed)[1] <= 8
    reach(facility, Milestone.OFFICIAL, DAY)
    assert opened(desk)[0].context["contradicting"] == 1 + len(ALL_BEFORE)
    assert facility.code in opened(listed)[0].content.decode()


@pytest.mark.parametrize(("shift", "shown"), [(-1, False), (0, True)])
def test_the_page_of_the_facility_says_so_from_that_day(client, shift, shown):
    facility = factories.facility()
    reach(facility, Milestone.OFFICIAL, DAY)
    client.force_login(factories.user_with(Role.OFFICER, facility=facility))
    address = reverse("rollout:facility", args=[facility.code])
    page = client.get(address, {"on": on(shift).isoformat()}).content.decode()
    assert (str(contradictions(AsOf(DAY))[0].said) in page) is shown


def queries(facilities: int) -> int:
    with transaction.atomic():
        busy_province(facilities)
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            contradictions(AsOf(DAY))
        transaction.set_rollback(True)
    return len(captured)


def test_the_number_of_queries_does_not_grow():
    assert queries(3) == queries(9)
