"""The day's work at the desk: finding anything, and one form saved beside the bare rows that it writes."""

from bench.table import Table
from bench.worlds import Size, Worlds

MOST_MS_FOUND = 200
MOST_RATIO_SAVED = 3
WORDS = {
    "a place": "luc nam",
    "a name": "nguyen thi",
    "a whole name": "giap thi uoc 17",
    "a piece of a serial": "400000ff",
    "a device": "ts-000123",
    "nothing there": "khong co gi het",
}
DAY = "on=2025-05-21"
TIMES = 7


def table(worlds: Worlds, size: Size) -> Table:
    found = Table(
        f"The day's work on PostgreSQL, with {size.devices:,} devices and "
        f"{size.certificates:,} certificates",
        ("", "ms", "yardstick"),
    )
    world = worlds.made_up("postgresql", size)
    for name, ms in world.ask("bench.work:searched").items():
        found.add(f"search, {name}", ms, found.judge(f"ms of a search, {name}", ms, MOST_MS_FOUND))
    saved = world.ask("bench.work:saved")
    ratio = saved["form"] / (saved["bare"] + saved["page"])
    found.add("one cell saved by its form", saved["form"], "")
    found.add("its bare audited rows", saved["bare"], "")
    found.add("the page of the row", saved["page"], "")
    found.notes.append(
        "a form saved and its row shown, beside bare rows and the page: "
        f"{ratio:.1f} times, {found.judge('a form saved', ratio, MOST_RATIO_SAVED)}"
    )
    found.notes.append("ms: through the test client, the median; a search is asked of everything")
    return found


def searched() -> dict[str, float]:
    """Milliseconds of a search over all that the Department sees, by what is looked for."""
    client = _client()

    def ask(words: str) -> None:
        answer = client.post(f"/search/?{DAY}", {"q": words})
        if answer.status_code != 200:
            raise RuntimeError(f"a search answered {answer.status_code}")

    return {name: _median(lambda words=words: ask(words)) for name, words in WORDS.items()}


def saved() -> dict[str, float]:
    """Milliseconds: a cell saved by its form with the page after it; its rows alone; the page alone."""
    import uuid

    from django.db import transaction
    from django.utils import timezone

    from facilities.models import ChangeSet, Edit, LogEntry
    from signatures.models import Certificate

    client = _client()
    row = Certificate.objects.order_by("pk")[1000]
    page = f"/desk/certificates/{row.pk}/"
    by = client.reader
    turns = iter(range(1000))

    def form() -> None:
        seen = Certificate.objects.values_list("unit", flat=True).get(pk=row.pk)
        sent = {
            "change_set": str(uuid.uuid4()),
            "unit": f"Khoa Nội {next(turns)}",
            "seen-unit": seen,
            "because": "bench",
        }
        answer = client.post(f"{page}edit/?cells=unit", sent, follow=True)
        if not answer.redirect_chain or answer.status_code != 200:
            raise RuntimeError("the form is refused")

    def bare() -> None:
        unit = f"Khoa Ngoại {next(turns)}"
        with transaction.atomic():
            made = ChangeSet.objects.create(kind=ChangeSet.Kind.FORM, by=by, because="bench")
            LogEntry.objects.bulk_create(
                [LogEntry(kind=LogEntry.Kind.CHANGES, by=by, change_set=made, at=timezone.now())]
            )
            Certificate.objects.filter(pk=row.pk).update(unit=unit)
            Edit.objects.bulk_create(
                [
                    Edit(
                        change_set=made,
                        register="certificates",
                        row=row.pk,
                        facility_id=row.facility_id,
                        column="unit",
                        old="",
                        new=unit,
                    )
                ]
            )

    def shown() -> None:
        if client.get(page).status_code != 200:
            raise RuntimeError("the page is refused")

    return {"form": _median(form), "bare": _median(bare), "page": _median(shown)}


def _client():
    from django.test import Client

    from bench.province import START
    from facilities.models import Role, RoleAssignment, User

    user, _made = User.objects.get_or_create(username="bench-work")
    RoleAssignment.objects.get_or_create(
        user=user, role=Role.DEPARTMENT, defaults={"valid_from": START}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    client.reader = user
    return client


def _median(work) -> float:
    """Milliseconds, once what is loaded for all is loaded."""
    import time
    from statistics import median

    def once() -> float:
        started = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - started)

    once()
    return median(once() for _n in range(TIMES))
