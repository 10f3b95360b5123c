"""Devices at the desk: what is short, moves, labels, many at once, stocktakes."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from equipment.models import Asset, DeviceMovement, ProcurementLot, StocktakeRound
from equipment.services import record_stage
from equipment.stock import installed
from equipment.stocktake import open_round, see
from facilities.models import Area, ChangeSet, Document, Edit, Role, Scope
from facilities.registers.entering import begin, enter
from rollout.pages.desk.qr import qr
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.writing import devices, norm, write

pytestmark = pytest.mark.django_db

LONG_AGO = date(2025, 1, 10)


def today() -> date:
    return timezone.localdate()


def tablets(place) -> int:
    return installed(today(), place, factories.DeviceTypeFactory())


def asset(place, tag="LN-1", **values) -> Asset:
    change_set = begin(kind=ChangeSet.Kind.FORM, by=factories.recorder())
    values = {"tag": tag, "type": "tablet", "facility": place.code} | values
    return enter(
        register=REGISTERS["assets"], row=None, values=values, change_set=change_set, on=LONG_AGO
    )


@pytest.fixture
def places():
    """A norm of 10 tablets. Lục Nam has 4, its neighbour Sơn Động 13, Tân Yên further off 12."""
    factories.programme()
    areas = [Area.objects.create(code=code, level=Area.Level.DISTRICT) for code in ("ln", "ty")]
    found = [
        factories.facility("luc-nam", name_vi="Trung tâm Y tế Lục Nam", area=areas[0]),
        factories.facility("son-dong", name_vi="Trung tâm Y tế Sơn Động", area=areas[0]),
        factories.facility("tan-yen", name_vi="Trung tâm Y tế Tân Yên", area=areas[1]),
    ]
    for place, count in zip(found, (4, 13, 12), strict=True):
        devices(place, count, LONG_AGO)
    norm(10, factories.START)
    return found


def test_whoever_is_not_tracked_is_counted_apart(client, places):
    factories.track("devices", is_tracked=False, area=Area.objects.get(code="ty"))
    factories.facility("an-chau", area=Area.objects.get(code="ty"))
    client.force_login(factories.user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    page = client.get("/desk/shortfalls/").content.decode()
    assert "What 1 facility has of devices is not known" in page


def ordered(place, quantity: int):
    """In a package that another one buys, which is in no count itself."""
    file = factories.ProcurementFactory(facility=factories.facility(scope=Scope.NONE))
    write(
        ProcurementLot(
            procurement=file,
            facility=place,
            device_type=factories.DeviceTypeFactory(),
            quantity=quantity,
        )
    )
    return file


@pytest.mark.usefixtures("department")
class TestShortfalls:
    address = "/desk/shortfalls/"

    def test_what_is_missing_is_told_with_what_is_on_order(self, client, places):
        file = ordered(places[0], 2)
        (line, place), *_others = client.get(self.address).context["lines"]
        told = (line.norm, line.installed, line.on_order, line.missing, line.surplus, line.to_find)
        assert (place.code, told) == ("luc-nam", (10, 4, 2, 6, 0, 4))
        record_stage(
            procurement=file, stage="acceptance", happened_on=LONG_AGO, by=factories.recorder()
        )
        line, _place = next(
            (line, place)
            for line, place in client.get(self.address, {"show": "all"}).context["lines"]
            if place.code == "luc-nam"
        )
        assert line.on_order == 0

    def test_the_neighbour_gives_first_and_only_what_it_can_spare(self, client, places):
        proposals = client.get(self.address).context["proposals"]
        told = [(p["giver"].code, p["proposal"].quantity) for p in proposals]
        assert told == [("son-dong", 3), ("tan-yen", 2)]

    def test_what_is_on_order_is_not_moved_as_well(self, client, places):
        ordered(places[0], 6)
        assert not client.get(self.address).context["proposals"]

    def test_filters_and_totals(self, client, places):
        answer = client.get(self.address, {"show": "surplus"})
        assert {place.code for _line, place in answer.context["lines"]} == {"son-dong", "tan-yen"}
        assert answer.context["totals"].surplus == 5
        answer = client.get(self.address, {"facility": "tan-yen", "show": "all"})
        assert [place.code for _line, place in answer.context["lines"]] == ["tan-yen"]
        assert [p["giver"].code for p in answer.context["proposals"]] == ["tan-yen"]
        assert client.get(self.address, {"type": "no-such", "show": "x"}).status_code == 200

    def test_a_facility_without_a_norm_gives_nothing(self, client):
        factories.programme()
        devices(factories.facility(kind=factories.Kind.POLYCLINIC), 30, LONG_AGO)
        norm(10, factories.START, kind=factories.Kind.MEDICAL_CENTRE)
        devices(factories.facility(), 4, LONG_AGO)
        assert not client.get(self.address).context["proposals"]

    def test_the_facility_page_says_the_same(self, client, places):
        ordered(places[0], 2)
        line, _place = client.get(self.address).context["lines"][0]
        page = client.get("/facilities/luc-nam/").content.decode()
        row = page[page.index('id="devices"') :]
        row = row[: row.index("</tr>", row.index("<tbody>"))]
        for figure in (line.norm, line.installed, line.on_order, line.missing):
            assert f">{figure}</td>" in row

    def test_queries_do_not_grow_with_the_facilities(self, client, places):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(self.address, {"show": "all"}).status_code == 200
            return len(captured)

        before = queries()
        for _ in range(9):
            devices(factories.facility(), 3, LONG_AGO)
        assert queries() == before


@pytest.mark.usefixtures("department")
class TestMove:
    address = "/desk/shortfalls/move/"

    def send(self, client, **changes):
        form = client.get(self.address).context["form"]
        data = {
            "change_set": str(form["change_set"].value()),
            "type": "tablet",
            "giver": "son-dong",
            "taker": "luc-nam",
            "quantity": "3",
            "happened_on": today().isoformat(),
            "number": "12/QĐ-SYT",
            "issuer": "Sở Y tế",
            "because": "Điều chuyển trước khi mua",
        }
        return client.post(self.address, data | changes)

    def test_the_button_of_a_proposal_fills_the_form(self, client, places):
        address = client.get("/desk/shortfalls/").context["proposals"][0]["address"]
        form = client.get(address).context["form"]
        filled = [form[name].value() for name in ("type", "giver", "taker", "quantity")]
        assert filled == ["tablet", "son-dong", "luc-nam", "3"]

    def test_a_move_is_recorded_on_both_sides_with_paper_and_reason(self, client, places):
        assert self.send(client).status_code == 302
        assert [tablets(place) for place in places] == [7, 10, 12]
        change_set = ChangeSet.objects.latest("at")
        assert change_set.because == "Điều chuyển trước khi mua"
        assert Edit.objects.filter(change_set=change_set, register="movements").count() == 2
        papers = DeviceMovement.objects.filter(reason="moved").values_list("document__number")
        assert set(papers) == {("12/QĐ-SYT",)}

    def test_sent_twice_it_moves_once(self, client, places):
        change_set = str(uuid.uuid4())
        assert self.send(client, change_set=change_set).status_code == 302
        assert self.send(client, change_set=change_set).status_code == 302
        assert tablets(places[0]) == 7

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"taker": "son-dong"}, "taker"),
            ({"quantity": "0"}, "quantity"),
            ({"quantity": "14"}, "quantity"),
            ({"happened_on": "2099-01-01"}, "happened_on"),
            ({"because": ""}, "because"),
            ({"number": ""}, "number"),
            ({"tags": "NO-SUCH"}, "tags"),
            ({"tags": "A\nB\nC\nD"}, "tags"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(self, client, places, changes, field):
        answer = self.send(client, **changes)
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == [field]
        assert not DeviceMovement.objects.filter(reason="moved").exists()
        assert not Document.objects.exists()

    def test_assets_go_along_by_their_numbers(self, client, places):
        moved = asset(places[1], "SD-1")
        assert self.send(client, quantity="2", tags="SD-1").status_code == 302
        assert [tablets(place) for place in places[:2]] == [6, 11]
        values = REGISTERS["assets"].values([moved.pk], today())[moved.pk]
        assert values["facility"] == "luc-nam"

    def test_devices_with_a_number_do_not_leave_unnamed(self, client, places):
        for number in range(11):
            asset(places[1], f"SD-{number}")
        assert list(self.send(client).context["form"].errors) == ["quantity"]


@pytest.mark.usefixtures("department")
class TestLabels:
    address = "/desk/assets/labels/"

    def test_the_labels_are_those_of_the_list(self, client, places):
        asset(places[0], "LN-1")
        asset(places[1], "SD-1")
        asset(places[0], "", serial="S1")
        answer = client.get(self.address, {"facility": "luc-nam"})
        (sheet,) = answer.context["sheets"]
        assert [label["tag"] for label in sheet] == ["LN-1"]
        assert sheet[0]["facility"] == "Trung tâm Y tế Lục Nam"
        assert sheet[0]["code"] == qr("http://testserver/d/LN-1/")
        assert answer.context["without_tag"] == 1

    def test_twenty_four_on_a_sheet(self, client, places):
        devices(places[0], 30, LONG_AGO)
        for number in range(25):
            asset(places[0], f"LN-{number:03}")
        assert [len(s) for s in client.get(self.address).context["sheets"]] == [24, 1]

    def test_an_empty_list_says_so(self, client, places):
        assert client.get(self.address).status_code == 200


@pytest.mark.usefixtures("department")
class TestPattern:
    address = "/desk/assets/pattern/"

    def send(self, client, **changes):
        data = {
            "change_set": str(uuid.uuid4()),
            "type": "tablet",
            "facility": "luc-nam",
            "pattern": "LN-TAB-{001..003}",
            "day": today().isoformat(),
        }
        return client.post(self.address, data | changes)

    def test_shown_first_and_stored_with_a_yes(self, client, places):
        answer = self.send(client, serials="S1\nS2\nS3")
        assert [new.tag for new, _errors in answer.context["preview"]][-1] == "LN-TAB-003"
        assert not Asset.objects.exists()
        assert self.send(client, serials="S1\nS2\nS3", yes="yes").status_code == 302
        found = Asset.objects.order_by("tag").values_list("tag", "serial")
        assert list(found)[1] == ("LN-TAB-002", "S2")
        assert ChangeSet.objects.filter(kind=ChangeSet.Kind.BULK).count() == 1
        assert tablets(places[0]) == 4  # three of the four have a number now

    def test_a_number_that_is_taken_stops_all(self, client, places):
        asset(places[1], "LN-TAB-002")
        answer = self.send(client, yes="yes")
        assert answer.status_code == 400
        errors = {new.tag: errors for new, errors in answer.context["preview"]}
        assert [tag for tag in errors if errors[tag]] == ["LN-TAB-002"]
        assert Asset.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"pattern": "LN-{1..501}"}, "pattern"),
            ({"serials": "S1\nS2"}, "serials"),
            ({"day": "2099-01-01"}, "day"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(self, client, places, changes, field):
        answer = self.send(client, **changes)
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == [field]


class TestStocktake:
    @pytest.fixture
    def officer(self, client, places):
        user = factories.user_with(Role.OFFICER, facility=places[0])
        client.force_login(user)
        return user

    @pytest.fixture
    def going_on(self, places):
        """Lục Nam looks for LN-1 and LN-2; two more of its four tablets have no number."""
        for place, tag in ((places[0], "LN-1"), (places[0], "LN-2"), (places[2], "TY-1")):
            asset(place, tag)
        return open_round(facility=places[0], title="Kiểm kê", on=today(), by=factories.recorder())

    def test_an_officer_opens_one_for_the_own_facility_only(self, client, officer, places):
        form = client.get("/desk/stocktakes/").context["form"]
        assert [code for code, _name in form.fields["facility"].choices] == ["luc-nam"]
        data = {"change_set": str(uuid.uuid4()), "facility": "tan-yen", "title": "Kiểm kê"}
        assert client.post("/desk/stocktakes/", data).status_code == 400
        answer = client.post("/desk/stocktakes/", data | {"facility": "luc-nam"})
        assert answer.url == f"/desk/stocktakes/{StocktakeRound.objects.get().pk}/"

    def test_seen_by_scanning_and_by_typing(self, client, officer, going_on):
        page = client.get("/d/LN-1/")
        assert page.context["in_full"]
        client.post("/d/LN-1/", {"round": going_on.pk})
        here = f"/desk/stocktakes/{going_on.pk}/"
        client.post(here, {"number": "LN-2"})
        answer = client.post(here, {"number": "NO-SUCH"}, follow=True)
        assert "NO-SUCH" in answer.content.decode()
        found = answer.context["found"]
        assert [a.tag for a in found.seen] == ["LN-1", "LN-2"]

    def test_counts_are_kept_and_nonsense_is_named(self, client, officer, going_on):
        here = f"/desk/stocktakes/{going_on.pk}/"
        client.post(here, {"counts": "yes", "count-tablet": "1"})
        answer = client.post(here, {"counts": "yes", "count-tablet": "-3"}, follow=True)
        (line,) = answer.context["found"].counts
        assert (line.expected, line.counted) == (2, 1)
        assert "Máy tính bảng" in str(list(answer.context["messages"])[-1])

    def test_nothing_changes_without_a_yes_to_what_was_shown(
        self, client, department, going_on, places
    ):
        see(round=going_on, asset=Asset.objects.get(tag="LN-1"), by=department)
        see(round=going_on, asset=Asset.objects.get(tag="TY-1"), by=department)
        here = f"/desk/stocktakes/{going_on.pk}/close/"
        page = client.get(here)
        shown = {"change_set": str(page.context["change_set"]), "shown": page.context["shown"]}
        assert [one.key.split(":")[1] for one, *_rest in page.context["offered"]] == ["-1", "1"]
        see(round=going_on, asset=Asset.objects.get(tag="LN-2"), by=department)
        assert client.post(here, shown).status_code == 409
        assert tablets(places[0]) == 4
        page = client.get(here)
        shown = {"change_set": str(page.context["change_set"]), "shown": page.context["shown"]}
        assert client.post(here, shown).status_code == 302
        assert (tablets(places[0]), tablets(places[2])) == (5, 11)
        change_set = ChangeSet.objects.get(kind=ChangeSet.Kind.STOCKTAKE)
        assert Edit.objects.filter(change_set=change_set).count() == 2
        assert client.get(here).status_code == 302
        assert client.get(f"/desk/stocktakes/{going_on.pk}/").status_code == 200

    def test_what_is_left_as_it_is_does_not_change(self, client, department, going_on, places):
        here = f"/desk/stocktakes/{going_on.pk}/close/"
        page = client.get(here)
        gone = {a.tag: a.pk for a in page.context["found"].not_seen}
        data = {
            "change_set": str(page.context["change_set"]),
            "shown": page.context["shown"],
            f"asset-{gone['LN-1']}": "leave",
            f"asset-{gone['LN-2']}": "retired",
        }
        client.post(here, data)
        assert tablets(places[0]) == 3
        assert DeviceMovement.objects.latest("pk").reason == "retired"

    def test_an_officer_takes_nothing_from_another_facility(
        self, client, officer, going_on, places
    ):
        client.post("/d/TY-1/", {"round": going_on.pk})
        here = f"/desk/stocktakes/{going_on.pk}/close/"
        page = client.get(here)
        assert [one.asset.tag for one in page.context["elsewhere"]] == ["TY-1"]
        assert "Tân Yên" not in page.content.decode()
        data = {"change_set": str(page.context["change_set"]), "shown": page.context["shown"]}
        assert client.post(here, data).status_code == 302
        assert tablets(places[2]) == 12
        assert ChangeSet.objects.get(kind=ChangeSet.Kind.STOCKTAKE).facility == places[0]

    def test_another_facility_s_stocktake_is_not_there(self, client, officer, going_on, places):
        other = open_round(facility=places[2], title="Khác", on=today(), by=officer)
        for tail in ("", "close/"):
            assert client.get(f"/desk/stocktakes/{other.pk}/{tail}").status_code == 404
        assert client.post("/d/TY-1/", {"round": other.pk}, follow=True).status_code == 200
        assert not other.sightings.exists()


class TestAssetPage:
    def test_the_department_sees_where_it_has_been(self, client, department, places):
        made = asset(places[0])
        change_set = begin(kind=ChangeSet.Kind.FORM, by=department, because="Điều chuyển")
        moved_on = LONG_AGO + timedelta(days=9)
        enter(
            register=REGISTERS["assets"],
            row=made,
            values={"facility": "tan-yen"},
            change_set=change_set,
            on=moved_on,
        )
        page = client.get("/d/LN-1/")
        assert page.context["stands_at"].code == "tan-yen"
        assert [(m.facility.code, m.movement.quantity) for m in page.context["moves"]] == [
            ("tan-yen", 1),
            ("luc-nam", -1),
            ("luc-nam", 1),
        ]
        assert client.get(f"/desk/assets/{made.pk}/").context["moves"]

    def test_a_number_may_hold_a_slash(self, client, department, places):
        asset(places[0], "TS/2025/001")
        assert client.get("/d/TS/2025/001/").status_code == 200

    @pytest.mark.parametrize(
        ("role", "own", "status"),
        [
            (Role.OFFICER, True, 200),
            (Role.OFFICER, False, 404),
            (Role.LEADER, False, 403),
        ],
    )
    def test_who_opens_it(self, client, places, role, own, status):
        asset(places[0])
        place = places[0] if own else places[1]
        user = factories.user_with(role, facility=place if role == Role.OFFICER else None)
        client.force_login(user)
        assert client.get("/d/LN-1/").status_code == status

    def test_whoever_is_not_signed_in_signs_in_first(self, client, places):
        asset(places[0])
        assert client.get("/d/LN-1/").url == "/sign-in/?next=/d/LN-1/"


def test_a_qr_code_says_what_it_was_made_of():
    code = qr("http://testserver/d/LN-1/")
    assert code == qr("http://testserver/d/LN-1/") != qr("http://testserver/d/LN-2/")
    assert code.path.startswith(
        "M4 4h7v1H4z"
    )  # the corner that readers look for, within the border


@pytest.mark.usefixtures("department")
@pytest.mark.parametrize("register", ["devices", "assets", "movements"])
class TestLists:
    def test_listed_sorted_exported_and_opened(self, client, places, register):
        made = asset(places[0])
        here = f"/desk/{register}/"
        listed = client.get(here)
        assert listed.status_code == 200
        for column in REGISTERS[register].columns:
            assert client.get(here, {"sort": column.code}).status_code == 200
        assert client.get(here, {"q": "luc nam"}).context["count"] < 4
        for form in ("csv", "xlsx"):
            assert b"".join(client.get(f"{here}export.{form}").streaming_content)
        row = {"devices": places[0], "assets": made}.get(register) or DeviceMovement.objects.first()
        assert client.get(f"{here}{row.pk}/").status_code == 200

    def test_queries_do_not_grow_with_the_rows(self, client, places, register):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/desk/{register}/")
            return len(captured)

        asset(places[0], "LN-0")
        before = queries()
        for number in range(1, 9):
            place = factories.facility()
            devices(place, 3, LONG_AGO)
            asset(place, f"LN-{number}")
        assert queries() == before
