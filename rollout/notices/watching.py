"""What is watched by the minute: gateways that fall silent, jobs that do not come.

Alerts like any other, one per cause, cleared when it is gone; only they do not follow from dated
facts, so `alerts.raise_alerts` leaves them alone, as this leaves its.
"""

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from connectivity.gateways import pulses
from connectivity.models import Partner
from connectivity.pulse import SILENT, Pulse
from facilities import clock
from facilities.as_of import AsOf, FacilityOnDay
from rollout.models import Alert
from rollout.notices.alerts import OVERDUE, write
from rollout.notices.jobs import JobStatus, statuses
from rollout.schedule import WATCH
from rollout.turns import write_in_turn

GATEWAY, JOB = "gateway", "job"
RULES = {GATEWAY: gettext_lazy("Signals of a connection"), JOB: gettext_lazy("Periodic job")}


def watch(now: datetime) -> int:
    """Make these alerts agree with the moment; returns how many were raised or reopened."""
    on = clock.day_of(now)
    return write_in_turn(lambda: list(_called_for(now)), lambda wanted: write(on, wanted, RULES))


def _called_for(now: datetime) -> Iterator[Alert]:
    on = clock.day_of(now)
    as_of = AsOf(on)
    facilities = {facility.id: facility for facility in as_of.on(on)}
    for pulse in pulses(now):
        facility = facilities.get(pulse.gateway.facility_id)
        # Within the grace nobody is told: a gateway that is always some minutes late would raise and
        # clear an alert every hour. Pages show it as late.
        if facility is not None and pulse.state == SILENT:
            yield _of_gateway(pulse, facility, on)
    standing = dict(
        Alert.objects.filter(rule=JOB, cleared_on=None).values_list("subject", "due_on")
    )
    for status in statuses(now):
        # Whether this very job comes is told by the dashboard and by /readyz.
        if status.missed and status.job != WATCH:
            yield _of_job(status, on, standing)


def _of_gateway(pulse: Pulse, facility: FacilityOnDay, on: date) -> Alert:
    gateway = pulse.gateway
    text = {language: _words(language, facility, gateway.partner) for language in ("vi", "en")}
    return Alert(
        rule=GATEWAY,
        subject=f"gateway:{gateway.pk}",
        facility_id=gateway.facility_id,
        due_on=clock.day_of(pulse.expected_by),
        level=OVERDUE,
        severity=Alert.Severity.LATE,
        what_vi=text["vi"],
        what_en=text["en"],
        url=reverse("rollout:connection", args=[facility.code, gateway.partner.code]),
        raised_on=on,
    )


def _words(language: str, facility: FacilityOnDay, partner: Partner) -> str:
    with override(language):
        said = _("%(facility)s: the connection with %(partner)s has no signal")
        return (said % {"facility": facility.name, "partner": partner.name})[: Alert.MOST_LETTERS]


def _of_job(status: JobStatus, on: date, standing: dict[str, date]) -> Alert:
    """What stands keeps its day: a job that never went well is one cause, not a new one every day."""
    subject, since = f"job:{status.job}", status.succeeded_at
    text = {}
    for language in ("vi", "en"):
        with override(language):
            text[language] = _("The job “%(job)s” did not come when it was due") % {
                "job": status.label
            }
    return Alert(
        rule=JOB,
        subject=subject,
        facility_id=None,
        due_on=standing.get(subject) or (clock.day_of(since) if since else on),
        level=OVERDUE,
        severity=Alert.Severity.LATE,
        what_vi=text["vi"],
        what_en=text["en"],
        url=reverse("admin:index"),
        raised_on=on,
    )
