"""A block from a spreadsheet over cells of a list: shown first, stored as one act, taken back in one go."""

import uuid

import pytest

from connectivity.models import ConnectionStep
from facilities.models import ChangeSet, Edit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("department")]
PASTE = "/desk/connections/paste/"
COLUMNS = "columns=facility&columns=account&columns=connected&columns=first_message"


def data(rows, block: str, **more) -> dict:
    return {
        "rows": ",".join(str(row.pk) for row in rows),
        "column": "account",
        "pasted": block,
        "query": COLUMNS,
        "change_set": str(uuid.uuid4()),
        **more,
    }


def days() -> list[tuple[str, str]]:
    rows = ConnectionStep.objects.known().order_by("facility__code", "happened_on")
    return [(row.step, str(row.happened_on)) for row in rows]


def changes(answer) -> list[list[tuple[str, str]]]:
    """Old and new value of each cell that would change, row by row."""
    return [[(old, new) for _heading, old, new in row.cells] for row in answer.context["rows"]]


def test_is_shown_then_stored_in_one_act_and_taken_back(client, connected):
    before = days()
    block = "08/02/2025\t10/02/2025\r\n\t11/02/2025\r\n"  # an empty cell leaves what is there
    asked = data(connected[:2], block, because="Bảng của Bạch Mai")
    shown = client.post(PASTE, asked)
    assert changes(shown) == [
        [("07/02/2025", "08/02/2025"), ("", "10/02/2025")],
        [("", "11/02/2025")],
    ]
    assert days() == before
    yes = asked | {"yes": "yes", "shown": shown.context["shown"]}
    assert client.post(PASTE, yes | {"because": ""}).status_code == 400
    answer = client.post(PASTE, yes, follow=True)
    change_set = ChangeSet.objects.get()
    assert (change_set.kind, change_set.edits.count()) == (ChangeSet.Kind.BULK, 3)
    assert f"/desk/acts/{change_set.pk}/" in answer.content.decode()  # undo from there
    client.post(PASTE, yes, follow=True)  # sent twice
    assert Edit.objects.count() == 3
    client.post(f"/desk/acts/{change_set.pk}/", {"because": "Nhầm bảng"})
    assert days() == before


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("1\n2\n3\n4", "4"),  # more rows than chosen
        ("1\t2\t3\t4", "4"),  # more columns than shown
        ("B?nh vi?n\nB?nh vi?n", ""),  # letters lost on the way
    ],
)
def test_a_block_that_does_not_fit_is_refused_whole(client, connected, block, told):
    answer = client.post(PASTE, data(connected, block))
    assert answer.status_code == 400
    assert told in " ".join(answer.context["problems"])
    assert "shown" not in answer.context


def test_wrong_cells_are_mended_where_they_are_told(client, connected):
    block = "31/02/2025\n=A1\n09/02/2025"
    answer = client.post(PASTE, data(connected, block))
    assert answer.status_code == 400
    assert [cell.name for cell in answer.context["to_mend"]] == ["cell-0-0", "cell-1-0"]
    mended = {"cell-0-0": "28/02/2025", "cell-1-0": ""}
    answer = client.post(PASTE, data(connected, block, **mended))
    assert changes(answer) == [[("07/02/2025", "28/02/2025")], [("", "09/02/2025")]]
    assert answer.context["pasted"] == "28/02/2025\n\n09/02/2025"


def test_what_the_form_refuses_is_refused_here_and_a_word_takes_away(client, connected):
    answer = client.post(PASTE, data(connected, "01/01/2099\nxoá", yes="yes", because="x"))
    assert answer.status_code == 400
    assert len(answer.context["wrong"]) == 1
    answer = client.post(PASTE, data(connected, "xóa"))
    assert changes(answer) == [[("07/02/2025", "")]]
    assert not ChangeSet.objects.exists()


def test_without_a_block_it_is_asked_for_and_nothing_chosen_is_said(client, connected):
    """From the boxes of a list, in its order, without any script."""
    keys = [row.pk for row in reversed(connected)]
    answer = client.post(PASTE, {"row": keys, "query": COLUMNS})
    assert answer.context["keys"] == keys
    assert "previewed" not in answer.context
    assert client.post(PASTE, {"query": COLUMNS}).status_code == 302
    # What stands left of a column cannot be a first one unless it can be written.
    assert [c.code for c in answer.context["starts"]] == ["account", "connected", "first_message"]
