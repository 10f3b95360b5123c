"""Events as iCalendar (RFC 5545), notices as Atom (RFC 4287)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from facilities.models import Ledger, User
from rollout.models import Notice
from rollout.notices.feeds.events import Event

if TYPE_CHECKING:
    import icalendar


def as_icalendar(events: Iterable[Event], now: datetime) -> bytes:
    """Whole days. What moved keeps its UID and has a higher SEQUENCE; what is off says CANCELLED."""
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//EMR rollout//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("EMR rollout"))
    calendar.add("refresh-interval", timedelta(hours=4), parameters={"VALUE": "DURATION"})
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    version = Ledger.current()  # grows with every fact, so never falls for any event
    for event in events:
        entry = icalendar.Event()
        entry.add("uid", f"{event.key}@{host}")
        entry.add("dtstamp", now)
        entry.add("dtstart", event.day)
        entry.add("dtend", event.day + timedelta(days=1))
        entry.add("summary", event.what)
        entry.add("url", f"{settings.SITE_URL}{event.url}")
        entry.add("sequence", version)
        entry.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    if not calendar.subcomponents:
        calendar.add_component(_local_time())
    return calendar.to_ical()


def _local_time() -> "icalendar.Timezone":
    """A calendar holds at least one component (RFC 5545, 3.6), also when nothing is to happen."""
    import icalendar

    zone = timezone.get_default_timezone()
    return icalendar.Timezone.from_tzinfo(zone, first_date=date(2020, 1, 1))


def as_atom(notices: Iterable[Notice], person: User) -> str:
    feed = Atom1Feed(
        title=_("Reminders of %(person)s") % {"person": person},
        link=f"{settings.SITE_URL}{reverse('rollout:inbox')}",
        description="",
        language=get_language(),
        feed_guid=f"tag:{urlsplit(settings.SITE_URL).hostname},2025:inbox:{person.pk}",
    )
    for notice in notices:
        feed.add_item(
            title=f"{notice.get_kind_display()}: {notice.alert.what}",
            link=f"{settings.SITE_URL}{notice.alert.url}",
            description=notice.why,
            unique_id=f"tag:{urlsplit(settings.SITE_URL).hostname},2025:notice:{notice.pk}",
            pubdate=notice.made_at,
            updateddate=notice.made_at,
        )
    return feed.writeString("utf-8")
