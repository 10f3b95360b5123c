"""The access log: written with what it tells about, one chain whoever writes, and no way to change it."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from facilities import access_log, whence
from facilities.models import ChangeSet, Edit, LogEnd, LogEntry, Role
from facilities.registers.entering import begin
from tests import factories
from tests.factories import UserFactory, user_with

Kind = LogEntry.Kind


def verified(expect: str = "") -> str:
    out = StringIO()
    call_command("verify_log", *(["--expect", expect] if expect else []), stdout=out)
    return out.getvalue()


def some_entries(count: int = 3) -> list[LogEntry]:
    by = UserFactory()
    for number in range(count):
        access_log.note(Kind.PAGE, by=by, subject="staff", count=number + 1)
    access_log.bind()
    return list(LogEntry.objects.order_by("number"))


@pytest.mark.django_db
def test_an_entry_says_who_what_how_many_and_from_where():
    by, place = UserFactory(), factories.facility("a")
    with whence.asked_from("10.1.2.3"):
        access_log.note(Kind.EXPORT, by=by, facility_id=place.pk, subject="staff", count=7)
    access_log.note(Kind.KEY_MADE, about=by)
    fields = ("kind", "by", "facility", "subject", "count", "address")
    assert list(LogEntry.objects.order_by("pk").values_list(*fields)) == [
        ("export", by.pk, place.pk, "staff", 7, "10.1.2.3"),
        ("key_made", None, None, "", None, ""),
    ]


def _as_if_changed(entry: LogEntry, **fields: object) -> None:
    """Change a bound entry, past the trigger that PostgreSQL has against it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        rows = LogEntry.objects.filter(pk=entry.pk)
        if fields:
            rows.update(**fields)
        else:
            rows._raw_delete(rows.db)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("which", "change", "named"),
    [
        (1, {"count": 99}, 2),
        (1, {"by": None}, 2),
        (1, {"address": "10.0.0.1"}, 2),
        (0, {"at": timezone.now() - timedelta(days=1)}, 1),
        (2, {"digest": "0" * 64}, 3),
        (1, {}, 2),  # deleted in the middle
        (2, {}, 3),  # cut off at the end
    ],
)
def test_what_was_changed_is_named(which, change, named):
    entries = some_entries()
    assert verified().startswith("3 entries, all as they were written.")
    _as_if_changed(entries[which], **change)
    with pytest.raises(CommandError, match=rf"entry {named}\b"):
        verified()


@pytest.mark.django_db
def test_a_change_set_and_its_cells_are_bound_too():
    by = UserFactory()
    change_set = begin(kind=ChangeSet.Kind.FORM, by=by, because="số mới")
    Edit.objects.create(
        change_set=change_set, register="assets", row=1, column="room", old="1", new="2"
    )
    access_log.note(Kind.SIGNED_IN, by=by)
    access_log.bind()
    digest = verified().split()[-1]
    assert verified(digest)  # still there
    Edit.objects.update(reviewed_at=timezone.now(), reviewed_by=by)
    assert verified()  # judging a cell is no change of what was written
    Edit.objects.update(new="3")
    with pytest.raises(CommandError, match=r"entry 1 .*change set"):
        verified()
    Edit.objects.update(new="2")
    ChangeSet.objects.create(kind=ChangeSet.Kind.FORM, by=by)
    with pytest.raises(CommandError, match="1 change sets are not in the log"):
        verified()


@pytest.mark.django_db
def test_a_log_written_anew_does_not_hold_the_digest_of_before():
    some_entries()
    digest = verified().split()[-1]
    for entry in LogEntry.objects.order_by("-number"):
        _as_if_changed(entry)
    LogEnd.objects.all().delete()
    some_entries()
    assert verified()
    with pytest.raises(CommandError, match="written anew"):
        verified(digest)


@pytest.mark.django_db
def test_a_role_given_to_oneself_is_told_to_the_other_administrators(settings):
    from rollout.models import Message

    settings.MAILS = True
    giver, second = user_with(Role.ADMINISTRATOR), user_with(Role.ADMINISTRATOR)
    user_with(Role.DEPARTMENT)
    other = user_with(Role.LEADER)
    access_log.roles_given([other.assignments.get()], by=giver)
    assert not Message.objects.exists()
    access_log.roles_given([giver.assignments.get()], by=giver)
    told = Message.objects.get()
    assert (told.person, giver.username in told.text) == (second, True)
    kinds = LogEntry.objects.order_by("pk").values_list("kind", "about", "subject")
    assert list(kinds) == [
        ("role_given", other.pk, "leader"),
        ("role_self", giver.pk, "administrator"),
    ]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestOnTheDatabase:
    def test_many_writers_make_one_chain_and_nobody_waits_for_a_long_transaction(self):
        by = UserFactory()
        access_log.note(Kind.SIGNED_IN, by=by)
        long_one_wrote, others_done = threading.Event(), threading.Event()
        waited: list[bool] = []

        def long_writer() -> None:
            try:
                with transaction.atomic():
                    access_log.note(Kind.EXPORT, by=by, count=1)
                    long_one_wrote.set()
                    waited.append(others_done.wait(timeout=60))
            finally:
                connection.close()

        def writer() -> None:
            try:
                for number in range(10):
                    access_log.note(Kind.PAGE, by=by, count=number)
            finally:
                connection.close()

        writers = [threading.Thread(target=writer) for _ in range(6)]
        long = threading.Thread(target=long_writer)
        if connection.vendor == "postgresql":  # SQLite has one writer at a time, and no other
            long.start()
            assert long_one_wrote.wait(timeout=20)
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join(timeout=60)
        others_done.set()
        if connection.vendor == "postgresql":
            long.join(timeout=60)
            assert waited == [True]
        count = LogEntry.objects.count()
        assert count == 61 + (connection.vendor == "postgresql")
        access_log.bind()  # whatever a writer could not bind while another held the end
        assert verified().startswith(f"{count} entries")
        assert LogEntry.objects.filter(number__isnull=True).count() == 0

    def test_it_is_bound_when_its_transaction_has_held_and_not_written_when_it_has_not(self):
        by = UserFactory()
        with transaction.atomic():
            access_log.note(Kind.PAGE, by=by)
            transaction.set_rollback(True)
        assert not LogEntry.objects.exists()
        with transaction.atomic():
            access_log.note(Kind.PAGE, by=by)
            assert LogEntry.objects.get().number is None
        assert LogEntry.objects.get().number == 1

    def test_postgresql_refuses_to_change_or_delete(self):
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has the chain alone")
        entry = some_entries(1)[0]
        with pytest.raises(IntegrityError):
            LogEntry.objects.filter(pk=entry.pk).update(count=5)
        with pytest.raises(IntegrityError):
            LogEntry.objects.filter(pk=entry.pk).update(number=7)
        with pytest.raises(IntegrityError):
            LogEntry.objects.all().delete()
        trigger = "ALTER TABLE facilities_logentry {} TRIGGER facilities_log_not_emptied"
        with connection.cursor() as cursor:
            cursor.execute(trigger.format("ENABLE"))  # off in tests, see conftest.py
            try:
                with pytest.raises(IntegrityError):
                    cursor.execute("TRUNCATE facilities_logentry")
            finally:
                cursor.execute(trigger.format("DISABLE"))
        assert LogEntry.objects.get().count == 1
