"""What `make run` does before it serves."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from facilities.models import Facility, Kind, User
from rollout.models import Alert, JobRun, LegalDeadline, Notice, Programme, ProgressSnapshot
from rollout.registers.loading import BACGIANG
from rollout.site.demo import FIRST

DAY = "2025-05-21"


def prepare() -> str:
    out = StringIO()
    call_command("prepare", since=DAY, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_everything_is_prepared_once_and_each_step_says_its_seconds(settings):
    settings.DEMO = True
    first = prepare()
    steps = [line.split("  ")[1].strip() for line in first.splitlines() if line.endswith(" s")]
    assert steps == ["tables", "sample of Bac Giang", "alerts", "progress", "notices"]
    assert "Demo sign-ins" in first
    alerts = Alert.objects.count()
    assert alerts
    assert ProgressSnapshot.objects.exists()

    second = prepare()
    assert f"{BACGIANG.name}: 22700 rows, 0 of them new." in second
    assert Alert.objects.count() == alerts
    assert not JobRun.objects.exclude(error="").exists()


@pytest.mark.django_db(transaction=True)
def test_a_sample_that_stands_on_its_day_has_the_alerts_of_that_day_alone(settings):
    settings.TODAY = date.fromisoformat(DAY)
    assert "Demo sign-ins" not in prepare()  # public passwords are of the demo alone
    assert set(Alert.objects.values_list("raised_on", flat=True)) == {settings.TODAY}
    assert not Alert.objects.filter(cleared_on__isnull=False).exists()
    assert set(ProgressSnapshot.objects.values_list("on", flat=True)) == {settings.TODAY}
    assert set(Notice.objects.values_list("on", flat=True)) <= {settings.TODAY}


@pytest.mark.django_db(transaction=True)
def test_it_may_stand_on_a_day_before_that_of_the_report(settings):
    settings.TODAY = date(2025, 2, 18)
    prepare()
    assert set(Alert.objects.values_list("raised_on", flat=True)) == {settings.TODAY}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_demo", [True, False])
def test_empty_there_is_what_holds_everywhere_and_in_the_demo_somebody_who_begins(
    settings, is_demo
):
    settings.DEMO = is_demo
    out = StringIO()
    call_command("prepare", since=DAY, empty=True, stdout=out)
    call_command("prepare", since=DAY, empty=True, stdout=StringIO())
    assert not Facility.objects.exists()
    assert not Programme.objects.exists()
    assert {"benh-vien", "co-so-khac"} <= set(LegalDeadline.objects.values_list("code", flat=True))
    assert Kind.objects.filter(code="health_station").exists()
    assert set(User.objects.exclude(username="import").values_list("username", flat=True)) == (
        {FIRST.username} if is_demo else set()
    )
    assert (FIRST.password in out.getvalue()) == is_demo
