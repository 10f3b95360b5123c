"""The registers of procurement: files, their lots, what set them back."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from equipment.bidding import Selection
from equipment.models import Procurement, ProcurementLot, StageEvent, StageTarget
from equipment.registers.lots import Lots, Setbacks
from equipment.registers.procurements import Procurements
from equipment.stages import Path, Stage
from facilities.models import ChangeSet, Edit
from facilities.registers.entering import undo, withdraw_row
from facilities.registers.filtering import filter_set
from facilities.registers.register import sql_name
from tests import factories
from tests.equipment.registers import DAY, change_set, lot, purchase, put, refusals, shown

pytestmark = pytest.mark.django_db

REGISTER, LOTS, SETBACKS = Procurements(), Lots(), Setbacks()
REGISTERS = {register.code: register for register in (REGISTER, LOTS, SETBACKS)}
MAY = [date(2025, 5, day) for day in range(1, 32)]


@pytest.fixture
def file():
    return factories.ProcurementFactory(code="GT-01", title="Mua máy chủ Lục Nam")


def new_file(**cells):
    facility = cells.pop("facility", None) or factories.facility()
    return put(
        REGISTER,
        None,
        **({"code": "GT-09", "title": "Mua máy", "path": "purchase"} | cells),
        facility=facility.code,
    )


class TestFiles:
    def test_a_new_file_with_its_days_and_money(self):
        file = new_file(
            reached_estimate_approved=MAY[4], approved=9_000_000_000, target_acceptance=DAY
        )
        values = shown(REGISTER, file)
        assert values["approved"] == 9_000_000_000
        assert values["target-acceptance"] == DAY
        assert values["stage"] == Stage.ESTIMATE_APPROVED
        assert values["selection"] == Selection.OPEN_DOMESTIC
        assert StageEvent.objects.get().facility == file.facility
        assert Edit.objects.get(column="").row == file.pk

    def test_a_code_is_given_once_even_after_a_withdrawal(self, file):
        withdraw_row(register=REGISTER, row=file, change_set=change_set("nhầm"), on=DAY)
        again = {"code": "GT-01", "title": "x", "path": "purchase"}
        assert refusals(REGISTER, None, **again, facility=file.facility.code) == {"code"}

    def test_code_buyer_and_path_stay_once_it_has_begun(self, file):
        other = factories.facility().code
        assert refusals(REGISTER, file, code="GT-02") == {"code"}
        put(REGISTER, file, path=Path.RENTAL.value)
        put(REGISTER, file, reached_need=MAY[0])
        assert refusals(REGISTER, file, path=Path.PURCHASE.value, facility=other) == {
            "path",
            "facility",
        }

    def test_the_stage_is_the_furthest_on_the_day(self, file):
        put(REGISTER, file, reached_need=MAY[0], reached_award=MAY[20])
        assert shown(REGISTER, file, MAY[19])["stage"] == Stage.NEED
        assert shown(REGISTER, file, MAY[20])["stage"] == Stage.AWARD
        put(REGISTER, file, reached_award=None)
        assert shown(REGISTER, file)["stage"] == Stage.NEED

    def test_the_list_is_filtered_by_stage(self, file):
        factories.ProcurementFactory()
        put(REGISTER, file, reached_award=MAY[20])
        rows = REGISTER.with_columns(REGISTER.base(DAY), [c.code for c in REGISTER.columns], DAY)
        filtered = filter_set(REGISTER)({"stage": ["award"]}, queryset=rows)
        assert filtered.is_valid()
        assert [row.pk for row in filtered.qs] == [file.pk]
        assert list(rows.filter(**{f"{sql_name('stage')}__isnull": False})) == [file]

    def test_a_moved_target_slips_and_keeps_its_baseline(self, file):
        put(REGISTER, file, on=MAY[0], target_acceptance=MAY[20])
        put(REGISTER, file, on=MAY[9], target_acceptance=MAY[30])
        assert shown(REGISTER, file)["slip"] == 10
        assert shown(REGISTER, file, MAY[8])["slip"] == 0
        assert StageTarget.objects.known().count() == 2
        assert refusals(REGISTER, file, target_acceptance=None) == {"target-acceptance"}

    def test_late_until_the_stage_or_a_later_one_is_reached(self, file):
        put(REGISTER, file, on=MAY[0], target_award=MAY[9])
        assert shown(REGISTER, file, MAY[9])["late"] is None
        assert shown(REGISTER, file, MAY[14])["late"] == 3
        put(REGISTER, file, reached_contract=MAY[12])
        assert shown(REGISTER, file, MAY[14])["late"] is None

    def test_a_target_that_was_set_by_mistake_is_undone(self, file):
        put(REGISTER, file, target_award=DAY)
        undo(
            change_set=ChangeSet.objects.get(),
            registers=REGISTERS,
            by=factories.recorder(),
            because="nhầm",
            on=DAY,
        )
        assert shown(REGISTER, file)["target-award"] is None

    def test_an_amount_is_mended_and_its_day_stays(self, file):
        put(REGISTER, file, reached_contract=MAY[3], contract_value=5)
        put(REGISTER, file, contract_value=6)
        assert shown(REGISTER, file)["contract-value"] == 6
        assert shown(REGISTER, file)["reached-contract"] == MAY[3]
        assert StageEvent.objects.known().count() == 1

    def test_totals_are_of_the_rows_left(self, file):
        put(REGISTER, file, reached_contract=MAY[3], contract_value=7)
        put(REGISTER, factories.ProcurementFactory(), reached_contract=MAY[3], contract_value=5)
        assert [total for _label, total in REGISTER.totals(REGISTER.base(DAY), DAY)] == [0, 12, 0]
        assert [
            total for _label, total in REGISTER.totals(REGISTER.base(DAY).filter(pk=file.pk), DAY)
        ] == [
            0,
            7,
            0,
        ]

    def test_search_forgets_accents(self, file):
        factories.ProcurementFactory()
        assert list(REGISTER.search(REGISTER.base(DAY), "may chu luc nam", DAY)) == [file]

    def test_reading_many_files_asks_no_more_than_reading_one(
        self, file, django_assert_num_queries
    ):
        files = [file, *(factories.ProcurementFactory() for _ in range(9))]
        for one in files:
            put(REGISTER, one, reached_need=MAY[0], target_award=MAY[20])
        with django_assert_num_queries(7):
            assert len(REGISTER.values([one.pk for one in files], DAY)) == 10

    def test_no_heading_means_two_columns(self):
        for register in REGISTERS.values():
            headings = [h for column in register.columns for h in column.headings()]
            assert len(headings) == len(set(headings))


class TestJudging:
    @pytest.mark.parametrize(
        ("path", "column"),
        [
            (Path.PURCHASE, "reached_service_ended"),
            (Path.PURCHASE, "target_service_set_up"),
            (Path.RENTAL, "reached_opening"),
            (Path.RENTAL, "target_delivery"),
        ],
    )
    def test_a_stage_of_the_other_path_is_refused(self, path, column):
        file = factories.ProcurementFactory(path=path)
        code = column.replace("_", "-")
        assert refusals(REGISTER, file, reasons={code: "x"}, **{column: MAY[0]}) == {code}

    def test_a_day_to_come_has_not_happened(self, file):
        assert refusals(REGISTER, file, reached_need=date(2025, 7, 1)) == {"reached-need"}
        put(REGISTER, file, target_award=date(2025, 7, 1))

    def test_days_in_an_odd_order_ask_for_a_reason(self, file):
        put(REGISTER, file, reached_award=MAY[10])
        assert refusals(REGISTER, file, reached_contract=MAY[9]) == {"reached-contract"}
        put(REGISTER, file, reached_contract=MAY[9], reasons={"reached-contract": "ký trước"})
        assert Edit.objects.get(column="reached-contract").because == "ký trước"
        # What was once explained is not asked again.
        put(REGISTER, file, title="Mua máy chủ")
        assert refusals(REGISTER, file, reached_award=MAY[11]) == {"reached-award"}

    def test_the_same_day_is_no_odd_order(self, file):
        put(REGISTER, file, reached_award=MAY[10], reached_contract=MAY[10])

    def test_plans_have_an_order_too(self, file):
        assert refusals(REGISTER, file, target_award=MAY[10], target_contract=MAY[9]) == {
            "target-contract"
        }

    def test_an_amount_needs_its_day(self, file):
        assert refusals(REGISTER, file, paid=5) == {"paid"}
        put(REGISTER, file, paid=5, reached_payment=MAY[20])
        assert refusals(REGISTER, file, reached_payment=None) == {"paid"}

    @pytest.mark.parametrize(
        ("less", "more"),
        [
            (("reached_estimate_submitted", "estimate"), ("reached_estimate_approved", "approved")),
            (("reached_estimate_approved", "approved"), ("reached_contract", "contract_value")),
            (("reached_contract", "contract_value"), ("reached_payment", "paid")),
        ],
    )
    def test_an_amount_above_the_one_before_asks_for_a_reason(self, file, less, more):
        put(REGISTER, file, **{less[0]: MAY[0], less[1]: 100})
        put(REGISTER, file, **{more[0]: MAY[1], more[1]: 100})
        assert refusals(REGISTER, file, **{more[1]: 101}) == {more[1].replace("_", "-")}
        assert refusals(REGISTER, file, **{less[1]: 99}) == {less[1].replace("_", "-")}

    @pytest.mark.parametrize(
        ("price", "selection", "last_wrong", "first_right"),
        [
            (9_000_000_000, "open_domestic", date(2025, 6, 10), date(2025, 6, 11)),
            (11_000_000_000, "open_domestic", date(2025, 6, 19), date(2025, 6, 20)),
            (1_000_000_000, "quotation", date(2025, 6, 8), date(2025, 6, 9)),
        ],
    )
    def test_bids_closed_before_the_law_allows_ask_for_a_reason(
        self, file, price, selection, last_wrong, first_right
    ):
        put(
            REGISTER,
            file,
            selection=selection,
            reached_estimate_approved=MAY[0],
            approved=price,
            reached_invitation=date(2025, 6, 2),
        )
        assert refusals(REGISTER, file, reached_opening=last_wrong) == {"reached-opening"}
        put(REGISTER, file, reached_opening=first_right)
        assert refusals(REGISTER, file, reached_invitation=date(2025, 6, 3)) == {
            "reached-invitation"
        }

    def test_a_direct_appointment_has_no_such_time(self, file):
        put(REGISTER, file, selection="direct", reached_invitation=MAY[0], reached_award=MAY[0])

    def test_a_rental_is_judged_by_its_award(self):
        file = factories.ProcurementFactory(path=Path.RENTAL)
        put(REGISTER, file, reached_invitation=date(2025, 6, 2))
        assert refusals(REGISTER, file, reached_award=date(2025, 6, 10)) == {"reached-award"}
        put(REGISTER, file, reached_award=date(2025, 6, 11))

    def test_the_warning_names_days_and_law_in_the_readers_notation(self, file):
        cells = {"reached_invitation": date(2025, 6, 2), "reached_opening": date(2025, 6, 4)}
        with override("en"), pytest.raises(ValidationError) as refusal:
            put(REGISTER, file, **cells)
        [text] = refusal.value.message_dict["reached-opening"]
        assert "11 Jun 2025" in text
        assert "9 days" in text
        assert "22/2023" in text


class TestLots:
    def test_a_package_for_several_facilities(self, file):
        cells = {"procurement": "GT-01", "device_type": factories.server_type().code}
        for number in (1, 2):
            put(LOTS, None, **cells, facility=factories.facility().code, quantity=number)
        assert file.lots.known().count() == 2
        assert [total for _label, total in LOTS.totals(LOTS.base(DAY), DAY)] == [3, 0]

    def test_a_lot_is_there_once(self, file):
        one = lot(file)
        cells = {"procurement": "GT-01", "device_type": one.device_type.code}
        assert refusals(LOTS, None, **cells, facility=one.facility.code, quantity=1) == {
            "device-type"
        }
        assert refusals(LOTS, None, **cells, facility=factories.facility().code, quantity=0) == {
            "quantity"
        }

    def test_a_changed_lot_is_withdrawn_and_recorded_anew(self, file):
        old = lot(file, quantity=2)
        new = put(LOTS, old, quantity=3, estimated_value=900)
        assert new.pk != old.pk
        assert ProcurementLot.objects.get(pk=old.pk).withdrawn_because == "sổ theo dõi"
        assert list(LOTS.base(DAY)) == [new]
        assert shown(LOTS, new)["estimated-value"] == 900
        assert {e.column for e in Edit.objects.filter(row=new.pk)} == {
            "quantity",
            "estimated-value",
        }

    def test_its_change_is_undone(self, file):
        put(LOTS, lot(file, quantity=2), quantity=3)
        undo(
            change_set=ChangeSet.objects.get(),
            registers=REGISTERS,
            by=factories.recorder(),
            because="nhầm",
            on=DAY,
        )
        assert [row.quantity for row in LOTS.base(DAY)] == [2]

    def test_lots_of_a_withdrawn_file_are_gone(self):
        file = purchase()
        withdraw_row(register=REGISTER, row=file, change_set=change_set("nhầm"), on=DAY)
        assert not LOTS.base(DAY).exists()
        assert not REGISTER.base(DAY).exists()
        assert Procurement.objects.filter(pk=file.pk).exists()


class TestSetbacks:
    def test_a_setback_belongs_to_the_buyer(self, file):
        row = put(SETBACKS, None, procurement="GT-01", kind="no_bidder", day=MAY[9], note="lần 1")
        assert row.facility == file.facility
        assert shown(SETBACKS, row)["facility"] == file.facility.code
        assert not SETBACKS.base(MAY[8]).exists()
        assert list(SETBACKS.base(MAY[9])) == [row]

    def test_it_is_recorded_once_and_not_ahead(self, file):
        cells = {"procurement": "GT-01", "kind": "cancelled"}
        put(SETBACKS, None, **cells, day=MAY[9])
        assert refusals(SETBACKS, None, **cells, day=MAY[9]) == {"day"}
        assert refusals(SETBACKS, None, **cells, day=date(2025, 7, 1)) == {"day"}
