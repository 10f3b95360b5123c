"""What a list exports comes back as "nothing changed", for every register of the real province."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils.translation import override

from facilities.models import Act, Role
from rollout import importing
from rollout.books import BOOKS
from rollout.views.exports import export
from tests import factories
from tests.rollout.imports.tables import ON, counts, texts, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _bac_giang(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_bacgiang", verbosity=0)
        yield
        transaction.set_rollback(True)


def exported(code: str, form: str, on: date, *, every_column: bool) -> bytes:
    book = BOOKS[code]
    columns = [column for column in book.bound() if every_column or column.shown]
    rows = book.base(on).order_by("pk")
    answer = export(None, book, columns, rows, on, None, form)
    assert answer["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("every_column", [True, False], ids=["every column", "as first shown"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("code", sorted(BOOKS))
def test_an_export_comes_back_as_nothing_changed(code, form, every_column):
    book = BOOKS[code]
    if not book.keys or not any(column.writable for column in book.columns):
        pytest.skip("it is only looked at: no file can be brought to it")
    if not book.base(ON).exists():
        pytest.skip("the province has no such row")
    kept = importing.receive(
        book=book,
        by=factories.user_with(Role.DEPARTMENT),
        on=ON,
        upload=uploaded(exported(code, form, ON, every_column=every_column), f"a.{form}"),
    )
    importing.preview(kept)
    rows = book.base(ON).count()
    assert counts(kept) == {"unchanged": rows}, (texts(kept)[:5], kept.preview["rows"]["changed"][:3])
    assert not Act.objects.filter(kind=Act.Kind.IMPORT).exists()


@pytest.mark.parametrize("code", ["connections", "certificates"])
def test_in_the_other_language_too(code):
    with override("en"):
        content = exported(code, "csv", ON, every_column=True)
    kept = importing.receive(
        book=BOOKS[code],
        by=factories.user_with(Role.DEPARTMENT),
        on=ON,
        upload=uploaded(content, "a.csv"),
    )
    importing.preview(kept)
    assert set(counts(kept)) == {"unchanged"}
