"""The finding of a day as lines of a paper, in the words of the summary."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollout.figures.results import MeasureResult
from rollout.forecasting.finding import Finding
from rollout.templatetags.figures import chance, day, number, share

TAG = re.compile(r"</?[a-z][^>]*>")


def lines(found: Finding, official: MeasureResult) -> list[str]:
    """How many use it officially, whether the deadline will be met, by whom it will not, and the pace."""
    told = (*_headline(official), *_verdict(found), *_unlikely(found), *_pace(found))
    return [TAG.sub("", line) for line in told]


def _headline(official: MeasureResult) -> Iterator[str]:
    if official.total:
        yield (
            ngettext(
                '<b>%(done)s of %(total)s</b> facility uses EMR officially <span class="soft">(%(share)s)'
                "</span>",
                '<b>%(done)s of %(total)s</b> facilities use EMR officially <span class="soft">(%(share)s)'
                "</span>",
                official.total,
            )
            % {
                "done": number(official.done),
                "total": number(official.total),
                "share": share(official.share),
            }
            + "."
        )


def _verdict(found: Finding) -> Iterator[str]:
    expected = found.forecast.province
    if not expected.is_foreseen or found.law is None or found.days_late is None:
        return
    values = {"likely": day(expected.likely_on), "chance": chance(expected.chance)}
    if found.is_in_time:
        yield (
            _(
                "At this pace <b>in time</b>: the last is expected by about <b>%(likely)s</b>, chance that "
                "all make it %(chance)s."
            )
            % values
        )
        return
    late = ngettext(
        "At this pace <b>not in time</b>: the last is expected by about <b>%(likely)s</b>, %(late)s day "
        "after it; chance that all make it %(chance)s.",
        "At this pace <b>not in time</b>: the last is expected by about <b>%(likely)s</b>, %(late)s days "
        "after it; chance that all make it %(chance)s.",
        found.days_late,
    ) % (values | {"late": number(found.days_late)})
    if found.forecast.by_law:
        low, middle, high = map(number, found.forecast.by_law)
        late += " " + _("In time about <b>%(middle)s of %(total)s</b> (%(low)s to %(high)s).") % {
            "middle": middle,
            "total": number(found.forecast.bound),
            "low": low,
            "high": high,
        }
    yield late


def _unlikely(found: Finding) -> Iterator[str]:
    if found.unlikely:
        named = "; ".join(f"{one.facility.name} {chance(one.chance)}" for one in found.unlikely)
        more = ngettext("and %(more)s more", "and %(more)s more", found.more) % {
            "more": number(found.more)
        }
        yield f"{_('Likely to miss the deadline:')} {named}{f'; {more}' if found.more else ''}."


def _pace(found: Finding) -> Iterator[str]:
    if found.pace is None or found.pace.needed is None:
        return
    needed = ngettext(
        "Needed: one facility every %(days)s day.",
        "Needed: one facility every %(days)s days.",
        found.pace.needed,
    ) % {"days": number(found.pace.needed)}
    made = _("In the last 90 days: none.")
    if found.pace.made:
        made = ngettext(
            "In the last 90 days: one every %(days)s day.",
            "In the last 90 days: one every %(days)s days.",
            found.pace.made,
        ) % {"days": number(found.pace.made)}
    yield f"{needed} {made}"
