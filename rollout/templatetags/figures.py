"""How figures, dates and states look: everything a template says more than once.

Every state has a shape and a word; colour comes on top. Shapes are drawn once per page
(templates/_marks.html) and referred to by `mark`.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from facilities.evidence import RUNG_EXPLANATIONS, Rung
from facilities.grouping import grouped

register = template.Library()

STATE_WORDS = {
    "done": pgettext_lazy("state", "done"),
    "under_way": pgettext_lazy("state", "under way"),
    "not_begun": pgettext_lazy("state", "not begun"),
    "late": pgettext_lazy("state", "overdue"),
    "blocked": pgettext_lazy("state", "blocked"),
    "unknown": pgettext_lazy("state", "unknown"),
    "silent": pgettext_lazy("state", "not reporting"),
    "not_needed": pgettext_lazy("state", "not needed"),
}
WEEKDAYS = (
    pgettext_lazy("head of a narrow column", "Mon"),
    pgettext_lazy("head of a narrow column", "Tue"),
    pgettext_lazy("head of a narrow column", "Wed"),
    pgettext_lazy("head of a narrow column", "Thu"),
    pgettext_lazy("head of a narrow column", "Fri"),
    pgettext_lazy("head of a narrow column", "Sat"),
    pgettext_lazy("head of a narrow column", "Sun"),
)
STRONGEST_FIRST = tuple(reversed(Rung))
SLIGHT = 0.05  # a chance below it, or above all but it, is not told apart
MINUS = "\N{MINUS SIGN}"


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """A count in the reader's notation: 4.187 or 4,187. None is the word "unknown"."""
    return pgettext("figure", "unknown") if value is None else grouped(value, decimals)


@register.filter
def share(value: float | None) -> str:
    """A share of one as a percentage, with one decimal unless it is round: 29,4% or 29.4%.

    Never 100% while something is missing, never 0% once something is there.
    """
    if value is None:
        return pgettext("figure", "unknown")
    percent = round(value * 100, 1)
    if percent == 100 and value < 1:
        percent = 99.9
    elif percent == 0 and value > 0:
        percent = 0.1
    decimals = 0 if percent == int(percent) else 1
    # Translators: a percentage, written without a space in both languages.
    return _("%(number)s%%") % {"number": grouped(percent, decimals)}


@register.filter
def chance(value: float | None) -> str:
    """A chance in whole percents; at the ends no more than the draws can tell: under 5%, over 95%."""
    if value is None:
        return pgettext("figure", "unknown")
    if value < SLIGHT:
        return _("under %(chance)s") % {"chance": share(SLIGHT)}
    if value > 1 - SLIGHT:
        return _("over %(chance)s") % {"chance": share(1 - SLIGHT)}
    return share(round(value, 2))


@register.filter
def day(value: date | None) -> str:
    """A full date: 21/05/2025 or 21 May 2025; of a moment, the local one."""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return date_format(value, "SHORT_DATE_FORMAT") if value else ""


@register.filter
def day_near(value: date | None, near: date) -> str:
    """A date without its year where that is plain: 21/05 or 21 May in the year of `near`."""
    if value is None or value.year != near.year:
        return day(value)
    return date_format(value, pgettext("date without its year", "j M"))


@register.filter
def short_day(value: date | None) -> str:
    """A date for narrow cells: 21/05/25 or 21 May 25."""
    return date_format(value, pgettext("date in a narrow cell", "j M y")) if value else ""


@register.filter
def weekday(value: date) -> str:
    """The day of the week as calendars head their columns: T2 to CN, or Mon to Sun."""
    return str(WEEKDAYS[value.weekday()])


@register.filter
def at(values: Mapping[int, str], key: int | None) -> str:
    """What stands under a key; empty where nothing does."""
    return "" if key is None else values.get(key, "")


@register.filter
def signed(value: int) -> str:
    """+4 or −2, with a real minus sign; 0 has none."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{grouped(abs(value))}"


@register.filter
def age(newest_on: date | None, on: date) -> int | None:
    """Whole days between the newest fact and the day looked at."""
    return None if newest_on is None else (on - newest_on).days


@register.filter
def mark(state: str) -> SafeString:
    """The shape of a state, for use beside its word."""
    return format_html(
        '<svg class="mark is-{0}" aria-hidden="true"><use href="#m-{0}"/></svg>', state
    )


@register.filter
def state_word(state: str) -> str:
    return str(STATE_WORDS[state])


@register.filter
def shown(state: str) -> SafeString:
    """Shape and word together."""
    return format_html(
        '<span class="state is-{}">{} {}</span>', state, mark(state), state_word(state)
    )


@register.filter
def rung_tag(rung: Rung | None) -> SafeString:
    """The rung of one row, what it means as a tooltip."""
    if rung is None:
        return SafeString("")
    return format_html(
        '<span class="tag {}" title="{}">{}</span>', rung.code, RUNG_EXPLANATIONS[rung], rung.label
    )


@register.filter
def evidence_words(evidence: Sequence[int]) -> str:
    """Counts by rung, strongest first: "5 checked · 4 documented · 2 assumed"."""
    return " · ".join(on_rung(evidence[rung], rung) for rung in STRONGEST_FIRST if evidence[rung])


@register.filter
def assumed_words(evidence: Sequence[int]) -> str:
    """The same of what is assumed; empty where nothing is."""
    return on_rung(evidence[Rung.ASSUMED], Rung.ASSUMED) if evidence[Rung.ASSUMED] else ""


def on_rung(count: int, rung: Rung) -> str:
    # Translators: so many of a figure stand on this rung of evidence, e.g. "5 checked".
    return _("%(count)s %(rung)s") % {"count": grouped(count), "rung": rung.label}


@register.filter
def sole_rung(evidence: Sequence[int]) -> Rung | None:
    """The rung of a single yes; None when there is none."""
    return next((rung for rung in STRONGEST_FIRST if evidence[rung]), None)


@register.simple_tag
def evidence_bar(evidence: Sequence[int], total: int | None) -> SafeString:
    """How much of `total` is done, cut by how well it is proven. Its words stand beside it."""
    whole = max(total or 0, sum(evidence), 1)
    x, pieces = 0.0, []
    for rung in STRONGEST_FIRST:
        if evidence[rung] > 0:
            width = 100 * evidence[rung] / whole
            pieces.append((rung.code, f"{x:.1f}", f"{width:.1f}", SHADES[rung]))
            x += width
    return format_html(
        '<svg class="evidence" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="4" fill="#e3e8e6"/>{}</svg>',
        format_html_join("", '<rect class="{}" x="{}" width="{}" height="4" fill="{}"/>', pieces),
    )


# As in static/css/tokens.css: used where no style sheet reaches.
SHADES = {
    Rung.ASSUMED: "#98a5a1",
    Rung.REPORTED: "#a9cbd8",
    Rung.DOCUMENTED: "#65a3b9",
    Rung.CHECKED: "#26788f",
    Rung.DECIDED: "#0a4257",
}


@register.simple_tag
def stated(name: str, value: float | None) -> SafeString:
    """A number that a page states of its rows, under the name by which links point to it.

    What each row adds to it stands in the row: `data-counts` with the name, and `data-adds` where it
    is not one. tests/rollout/publishing/brief/test_rows.py follows the links and adds up.
    """
    return format_html('<data id="{}" value="{}">{}</data>', name, value, number(value))


@register.simple_tag
def share_bar(value: float | None) -> SafeString:
    """A share of one as a bar; the number stands beside it."""
    return format_html(
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="4" fill="#e3e8e6"/>'
        '<rect class="full" width="{}" height="4" fill="#0b5570"/></svg>',
        f"{100 * min(value or 0, 1):.1f}",
    )


@register.simple_tag(takes_context=True)
def link(context: template.Context, name: str, *args: Hashable, **query: object) -> str:
    """The address of a page, on the day that the reader is looking at.

    `query`: what it asks for besides. A day of its own takes the place of the reader's; what is
    empty is left out, also where the reader's day has it.
    """
    return _with_query(_address(name, *args), _asked(context, query))


@register.simple_tag(takes_context=True)
def here(context: template.Context, **query: object) -> str:
    """The page itself on the same day, asked for something else: `?on=...&show=late`."""
    return _with_query("", _asked(context, query)) or "?"


@register.simple_tag(takes_context=True)
def todo_link(context: template.Context, **query: object) -> str:
    """The list of what is to be done as it was chosen, with `query` in the place of what is chosen by it.

    From its first page on, unless `query` names one; what is empty is left out.
    """
    return here(context, **{**context["pages_query"], **query})


@register.simple_tag(takes_context=True)
def of_the_whole(context: template.Context) -> str:
    """The page itself as it was asked for, of all areas: from its first piece on."""
    asked = context["request"].GET.copy()
    for name in ("area", "page"):
        asked.pop(name, None)
    return f"?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def carry(context: template.Context, address: str) -> str:
    """An address that was made elsewhere, on the day that the reader is looking at."""
    page, _hash, place = address.partition("#")
    page, _mark, query = page.partition("?")
    own = parse_qsl(query, keep_blank_values=True)
    asked = _asked(context, dict.fromkeys(name for name, _value in own))
    return _with_query(page, [*asked.items(), *own]) + (place and f"#{place}")


@register.simple_tag(takes_context=True)
def day_fields(context: template.Context, *without: str) -> SafeString:
    """The day for a form that asks: hidden fields, but for those that the form shows itself."""
    fields = _asked(context, dict.fromkeys(without)).items()
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


def _asked(context: template.Context, query: Mapping[str, object]) -> dict[str, object]:
    """The parameters of the reader's day, with those of `query` in their place, the empty ones left out."""
    asked: dict[str, object] = dict(context["day"].asked) if "day" in context else {}
    for name, value in query.items():
        if value:
            asked[name] = value
        else:
            asked.pop(name, None)
    return asked


def _with_query(address: str, query: Mapping[str, object] | Sequence[tuple[str, object]]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


@lru_cache(maxsize=4096)
def _address(name: str, *args: Hashable) -> str:
    """Looked up once: the frame of a page alone has fifteen links, the matrix sixty more."""
    return reverse(name, args=args)


@register.filter
def dialled(telephone: str) -> str:
    """A telephone number as it is dialled: digits, and the + of another country."""
    return "".join(c for c in telephone if c.isdigit() or c == "+")


@register.simple_tag
def whom_to_call(what: str, pk: int | None, *, short: bool = False) -> str:
    """A mark in place of a `facility` or an `agency`: for each reader `pages/calls.py` says whom to call."""
    return format_html("<!--call {} {}{}-->", what, pk, " short" if short else "") if pk else ""
