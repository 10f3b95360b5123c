"""What can have happened between a facility and a partner, and what is odd: pure."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connectivity.models import ConnectionStep
from facilities.registers.attempts import Fault, Story

Step = ConnectionStep.Step


def faults(story: Story) -> list[Fault]:
    """Everything about a connection that cannot be so, or is odd."""
    return [*_ends(story), *_beginnings(story), *_oddities(story)]


def _ends(story: Story) -> Iterator[Fault]:
    for (step, attempt), happening in story.items():
        made = story.get((Step.CONNECTED, attempt))
        if step == Step.DISCONNECTED and (made is None or made.happened_on > happening.happened_on):
            yield Fault(step, attempt, "step", _("There is no connection to end on that day."))


def _beginnings(story: Story) -> Iterator[Fault]:
    """A connection is made again only after the one before it has ended."""
    for (step, attempt), happening in story.items():
        if step != Step.CONNECTED or attempt == 1:
            continue
        ended = story.get((Step.DISCONNECTED, attempt - 1))
        if ended is not None and ended.happened_on > happening.happened_on:
            text = _("The connection before it ended only later, on %(day)s.")
            yield Fault(
                step, attempt, "step", text % {"day": ended.happened_on.strftime("%d/%m/%Y")}
            )


def _oddities(story: Story) -> Iterator[Fault]:
    account, message = story.get((Step.ACCOUNT, 1)), story.get((Step.FIRST_MESSAGE, 1))
    made = [given.happened_on for (step, _n), given in story.items() if step == Step.CONNECTED]
    first = min(made, default=None)
    if first and account and first < account.happened_on:
        text = _("It was connected before the account was issued.")
        yield Fault(Step.CONNECTED, 1, "happened_on", text, odd=True)
    if message and (first is None or message.happened_on < first):
        text = _("A message came before the connection was made.")
        yield Fault(Step.FIRST_MESSAGE, 1, "happened_on", text, odd=True)
