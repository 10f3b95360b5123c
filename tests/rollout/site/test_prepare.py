"""What `make run` does before it serves."""

from io import StringIO

import pytest
from django.core.management import call_command

from rollout.models import Alert, JobRun, ProgressSnapshot
from rollout.registers.loading import BACGIANG

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
    assert f"{BACGIANG.name}: 22822 rows, 0 of them new." in second
    assert Alert.objects.count() == alerts
    assert not JobRun.objects.exclude(error="").exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_demo_there_are_no_public_passwords():
    assert "Demo sign-ins" not in prepare()
