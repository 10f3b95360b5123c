"""The summary of a day for 1,700 people: told, written and handed to a mail server on this machine."""

from bench.table import Table
from bench.worlds import Size, Worlds

PEOPLE = 1_700
MOST_SECONDS = 60


def table(worlds: Worlds, size: Size) -> Table:
    found = Table(f"A summary for {PEOPLE:,} people", ("", "people", "seconds", "yardstick"))
    result = worlds.made_up("postgresql", size).ask("bench.digest:measure")
    whole = sum(result[part] for part in ("tell", "compose", "send"))
    for part in ("tell", "compose", "send"):
        found.add(part, result["sent"], result[part], "")
    judged = found.judge("seconds of the summaries", whole, MOST_SECONDS)
    found.add("together", result["sent"], whole, judged)
    if result["sent"] != PEOPLE:
        raise RuntimeError(f"{result['sent']} of {PEOPLE} summaries arrived")
    return found


def measure() -> dict[str, float]:
    """Everybody is the officer of a facility with two things due; all mail goes to a sink."""
    import time
    from datetime import timedelta

    from django.conf import settings
    from django.utils import timezone

    from rollout.models import Message
    from rollout.notices import outbox
    from rollout.notices.notices import notify

    now = timezone.localtime().replace(hour=9, minute=0)
    _people(now.date() - timedelta(days=3))
    sink = _Sink()
    settings.MAILS = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    found = {}
    for part, work in (
        ("tell", lambda: notify(now.date())),
        ("compose", lambda: outbox.compose(now)),
        ("send", lambda: outbox.send_waiting(now)),
    ):
        started = time.perf_counter()
        work()
        found[part] = time.perf_counter() - started
    sent = Message.objects.filter(sent_at__isnull=False).count()
    if sent != sink.arrived:
        raise RuntimeError(f"{sent} written as sent, {sink.arrived} arrived")
    return found | {"sent": sent}


def _people(due_on) -> None:
    from facilities.models import Facility, Role, RoleAssignment, User
    from rollout.models import Alert

    places = list(Facility.objects.order_by("pk"))
    people = User.objects.bulk_create(
        User(username=f"bench{n}", email=f"bench{n}@example.vn", full_name=f"Cán bộ {n}")
        for n in range(PEOPLE)
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            user=person,
            role=Role.OFFICER,
            facility=places[n % len(places)],
            valid_from=due_on.replace(year=due_on.year - 1, day=1),
        )
        for n, person in enumerate(people)
    )
    Alert.objects.bulk_create(
        Alert(
            rule="milestone",
            subject=f"bench:{place.pk}:{n}",
            facility=place,
            due_on=due_on,
            level=1,
            severity=Alert.Severity.LATE,
            what_vi="Triển khai",
            what_en="Launch",
            raised_on=due_on,
        )
        for place in places
        for n in range(2)
    )


class _Sink:
    """As much of a mail server as taking mail needs."""

    def __init__(self):
        import asyncio
        import threading

        self.arrived, self.port = 0, 0
        ready = threading.Event()

        async def listen() -> None:
            server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            async with server:
                await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(listen()), daemon=True).start()
        ready.wait()

    async def _talk(self, reader, writer) -> None:
        def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())

        say("220 sink")
        while line := (await reader.readline()).strip().upper():
            if line == b"DATA":
                say("354 go on")
                await reader.readuntil(b"\r\n.\r\n")
                self.arrived += 1
            say("221 bye" if line == b"QUIT" else "250 ok")
            if line == b"QUIT":
                break
        writer.close()
