"""Files as people send them: what the spreadsheet shows comes into the preview, as a value or a notice."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from equipment.models import Asset
from facilities.exchange.tables import BadTable
from facilities.models import Role
from rollout.models import HeadingChoice, ImportFile
from rollout.pages.registers import imports
from rollout.registers import importing
from rollout.registers.catalogue import TAKING_FILES
from rollout.registers.importing import previewing
from rollout.registers.importing.receiving import rejects_place
from signatures.models import Certificate
from tests import factories
from tests.facilities.exchange.sheets import Made, Raw, made
from tests.rollout.registers.importing.tables import ON, counts, received, texts

pytestmark = pytest.mark.django_db

TTYT = "Trung tâm Y tế huyện Lục Nam"
SON_DONG = "Trung tâm Y tế huyện Sơn Động"
PAD = "Máy tính bảng (iPad)"
DEVICES = ["Mã tài sản", "Số sê-ri", "Loại thiết bị", "Kiểu máy", "Cơ sở y tế"]
PEOPLE = ["Cơ sở y tế", "Họ và tên", "Khoa/phòng", "Số hiệu chứng thư số"]


@pytest.fixture(autouse=True)
def places():
    factories.PartnerFactory()
    factories.DeviceTypeFactory(code="pad", name_vi=PAD, name_en="Tablet (iPad)")
    return [
        factories.facility("lucnam", name_vi=TTYT),
        factories.facility("sondong", name_vi=SON_DONG),
        factories.facility("sannhi", name_vi="Bệnh viện Sản Nhi tỉnh Bắc Giang"),
        factories.facility("tinh", name_vi="Bệnh viện Đa khoa tỉnh Bắc Giang"),
    ]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def by():
    return factories.user_with(Role.DEPARTMENT)


def device(tag, serial="S-1", model="M", place=TTYT):
    return [tag, serial, PAD, model, place]


def person(name, unit="Khoa Nội", serial="C-1", place=TTYT):
    return [place, name, unit, serial]


def sent(by, *sheets, register="assets", **more) -> ImportFile:
    return received(register, by, content=made(*sheets), **more)


def pasted(by, register, *rows, sign="\t") -> ImportFile:
    kept = importing.receive(
        register=TAKING_FILES[register],
        by=by,
        on=ON,
        pasted="\n".join(sign.join(map(str, row)) for row in rows),
    )
    importing.preview(kept)
    return kept


def new(kept: ImportFile, *codes: str) -> list[tuple]:
    """Of the rows that are new, these cells."""
    rows = [
        {code: value for code, _old, value in row["cells"]} for row in kept.preview["rows"]["new"]
    ]
    return [tuple(row.get(code, "") for code in codes) for row in rows]


# --- what is shown beside the value ---------------------------------------------------------


def test_a_formula_that_was_filled_down_is_wrong_and_offers_what_it_showed(by):
    first = Raw("TAB A9", "str", formula='<f t="shared" ref="D2:D3" si="0">UPPER("tab a9")</f>')
    down = Raw("TAB A9", "str", formula='<f t="shared" si="0"/>')
    kept = sent(by, [DEVICES, device("B-1", "S-1", first), device("B-2", "S-2", down)])
    assert counts(kept) == {"wrong": 2}
    assert [cell["offer"] for row in kept.preview["wrong"] for cell in row["cells"]] == [
        "TAB A9"
    ] * 2
    importing.mend(kept, everywhere=["formulas"])
    importing.preview(kept)
    assert new(kept, "model") == [("TAB A9",), ("TAB A9",)]


def test_a_formula_without_a_value_offers_none(by):
    kept = sent(by, [DEVICES, device("B-1", "S-1", Raw("", "str", formula="<f>A1</f>"))])
    importing.mend(kept, everywhere=["formulas"])
    importing.preview(kept)
    assert counts(kept) == {"wrong": 1}
    assert "This is a formula" in texts(kept)[0]


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("17", "000000", "000017"),
        ("4711", "0000000000", "0000004711"),
        ("7", '"TB-"000', "TB-007"),
        ("1234", "00\\-0000", "00-1234"),
        ("17", "General", "17"),
        ("17", "#,##0", "17"),
        ("17", "000000;[Red]-000000", "000017"),
    ],
)
def test_a_code_has_the_zeros_that_its_format_shows(by, value, code, shown):
    kept = sent(by, [DEVICES, device(Raw(value, code=code))])
    assert new(kept, "tag") == [(shown,)]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (Raw("45782", code="d\\-mmm"), "keeps a day here"),
        (Raw("5000000000", code="0E+00"), "keeps a power of ten here"),
        ("5-May", "keeps a day here"),
        ("05-Thg5", "keeps a day here"),
        ("5E+09", "lost digits"),
    ],
)
def test_a_code_that_became_something_else_is_refused(by, cell, told):
    kept = sent(by, [DEVICES, device("B-1", cell), device("B-2", "5-5"), device("B-3", "5E9")])
    assert counts(kept) == {"wrong": 1, "new": 2}
    assert told in texts(kept)[0]


def test_what_is_hidden_is_read_and_said(by):
    rows = [DEVICES, device("B-1"), device("B-2", "S-2"), device("B-3", "S-3")]
    cols = '<col min="2" max="2" width="0" customWidth="1"/>'
    kept = sent(by, Made(rows, hidden_rows=[3, 4], cols=cols))
    assert counts(kept) == {"new": 3}
    assert kept.preview["notices"] == [
        "2 rows are hidden in the file, and were read like the others: 3–4.",
        "1 column is hidden in the file, and was read like the others: B.",
    ]
    assert sent(by, rows).preview["notices"] == []


def test_merged_cells_count_for_all_their_rows(by):
    rows = [
        DEVICES,
        device("B-1"),
        [*device("B-2", "S-2")[:4], None],
        [*device("B-3", "S-3")[:4], None],
    ]
    kept = sent(by, Made(rows, merged=["E2:E3"]))
    assert new(kept, "facility") == [("lucnam",), ("lucnam",)]
    assert counts(kept) == {"new": 2, "wrong": 1}  # the last is of no facility
    assert kept.preview["notices"] == [
        "What stands in merged cells counts for each of their rows: E2:E3."
    ]


def test_the_sheet_with_the_headings_is_read_and_another_may_be_chosen(by):
    cover = Made([["BÁO CÁO"], ["Kính gửi: Sở Y tế"]], name="Bìa")
    first = Made([DEVICES, device("B-1")], name="Yên Dũng")
    second = Made([DEVICES, device("B-2")], name="Lục Nam")
    kept = sent(by, cover, first, second)
    assert (kept.preview["sheet"], kept.preview["others"]) == ("Yên Dũng", ["Bìa", "Lục Nam"])
    assert kept.preview["readable"] == ["Lục Nam"]
    importing.choose_sheet(kept, "Lục Nam")
    importing.preview(kept)
    assert new(kept, "tag") == [("B-2",)]


def test_a_hidden_sheet_with_headings_is_named(by):
    hidden = Made([DEVICES, device("B-2")], name="Cũ", state="hidden")
    kept = sent(by, [DEVICES, device("B-1")], hidden)
    assert kept.preview["notices"] == ["A hidden sheet of the file was left out: “Cũ”."]
    assert new(kept, "tag") == [("B-1",)]


@pytest.mark.parametrize(
    "total",
    [
        ["Tổng cộng", 3],
        [None, "Tổng số:", None, 3],
        ["CỘNG", None, None, "3"],
        ["Total", 3],
        ["Tổng cộng (I + II)", 3],
    ],
)
def test_a_sum_below_the_rows_is_left_out_and_said(by, total):
    kept = sent(by, [DEVICES, device("B-1"), DEVICES, device("B-2", "S-2"), total])
    assert counts(kept) == {"new": 2}
    assert kept.preview["notices"] == [
        "1 row that repeats the headings was left out: 3.",
        "1 row that sums up others was left out: 5.",
    ]


def test_a_row_that_only_begins_like_a_sum_is_a_row(by):
    kept = sent(by, [DEVICES, device("Tổng-1", "Tổng đài nội bộ")])
    assert counts(kept) == {"new": 1}


# --- letters --------------------------------------------------------------------------------

TCVN3 = [
    Raw("NguyÔn V¨n Tó", "inlineStr", font=".VnTime"),
    Raw("Khoa Néi tæng hîp", "inlineStr", font=".VnTime"),
]
VNI = [
    Raw("Nguyeãn Vaên Tuù", "inlineStr", font="VNI-Times"),
    Raw("Khoa Noäi toång hôïp", "inlineStr", font="VNI-Times"),
]


@pytest.mark.parametrize("cells", [TCVN3, VNI])
def test_the_font_of_a_cell_says_how_its_letters_are_read(by, cells):
    kept = sent(by, [PEOPLE, [TTYT, *cells, "C-1"]], register="certificates")
    assert new(kept, "holder", "unit") == [("Nguyễn Văn Tú", "Khoa Nội tổng hợp")]


def test_a_font_of_capitals_makes_capitals(by):
    name = Raw("nguyÔn v¨n tó", "inlineStr", font=".VnTimeH")
    kept = sent(by, [PEOPLE, person(name)], register="certificates")
    assert new(kept, "holder") == [("NGUYỄN VĂN TÚ",)]


def test_an_old_font_that_is_not_read_is_named(by):
    kept = sent(
        by, [PEOPLE, person(Raw("Nguyãn", "inlineStr", font="VPS Times"))], register="certificates"
    )
    assert texts(kept) == [
        "These are letters of the old font VPS Times. Type the text again in a font of today."
    ]


@pytest.mark.parametrize(
    ("name", "font", "meant"),
    [
        ("NguyÔn V¨n Tó", "TCVN3 (.VnTime)", "Nguyễn Văn Tú"),
        ("Nguyeãn Vaên Tuù", "VNI (VNI-Times)", "Nguyễn Văn Tú"),
    ],
)
def test_without_its_font_one_cell_is_wrong_and_many_refuse_the_table(by, name, font, meant):
    kept = pasted(by, "certificates", PEOPLE, person(name))
    assert texts(kept) == [
        f"These are letters of the old font {font}. They seem to say “{meant}”. Write it so."
    ]
    importing.mend(kept, everywhere=["fonts"])
    importing.preview(kept)
    assert new(kept, "holder") == [(meant,)]
    with pytest.raises(BadTable) as refused:
        pasted(by, "certificates", PEOPLE, *[person(name, serial=f"C-{n}") for n in range(3)])
    assert refused.value.code == "old_font"
    assert font in str(refused.value)


SPOILED = [person("Nguy?n V?n Tú", "Khoa N?i t?ng h?p"), person("Nguyá»…n VÄƒn TÃº", serial="C-2")]


@pytest.mark.parametrize("row", SPOILED)
def test_lost_letters_are_refused_at_every_door(by, row):
    for send in (
        lambda: sent(by, [PEOPLE, row], register="certificates"),
        lambda: pasted(by, "certificates", PEOPLE, row),
        lambda: pasted(by, "certificates", PEOPLE, row, sign=";"),
        lambda: received(
            "certificates", by, content="\n".join(map(";".join, (PEOPLE, row))).encode()
        ),
    ):
        with pytest.raises(BadTable) as refused:
            send()
        assert refused.value.code == "spoiled"
    assert not ImportFile.objects.exists()


def test_a_single_lost_letter_is_a_wrong_cell(by):
    kept = pasted(
        by, "certificates", PEOPLE, person("Nguy?n An"), person("Có phải không?", serial="C-2")
    )
    assert counts(kept) == {"wrong": 1, "new": 1}


def test_signs_that_nobody_sees_do_not_tell_rows_apart(by):
    kept = sent(
        by,
        [
            DEVICES,
            device("\u200eB-61", "\u200eSN\u00a00061\u200f"),
            device("B-61", "SN 0061"),
            device("B-62", "SN\u200d0062"),
            device("B-63", "SN0063\u202c"),
            device("B\u20110064", "SN 0064"),
            device("B–65", "ＳＮ－６５"),
        ],
    )
    assert counts(kept) == {"wrong": 2, "new": 4}
    assert new(kept, "tag", "serial") == [
        ("B-62", "SN0062"),
        ("B-63", "SN0063"),
        ("B-0064", "SN 0064"),
        ("B-65", "SN-65"),
    ]


def test_a_letter_that_looks_like_another_is_the_other(by):
    names = ["Sơn Ðộng", "Sơn Động", "Sơn Ɖộng", "So\u031bn Đo\u0323\u0302ng"]
    rows = [
        person(f"Đỗ {n}", "Khoa Ðông y", f"C-{n}", f"Trung tâm Y tế huyện {name}")
        for n, name in enumerate(names)
    ]
    kept = sent(by, [PEOPLE, *rows], register="certificates")
    assert new(kept, "facility", "unit") == [("sondong", "Khoa Đông y")] * 4


def test_a_search_finds_them_in_the_order_of_a_dictionary(client, by):
    names = ["Ðỗ Ðình Ðông", "Đỗ Đình Đông", "Dương Văn An", "Ễnh Văn Ơn", "Zương Văn Z"]
    rows = [person(name, f"Khoa {n} Ðặc biệt", f"DD-10{n}") for n, name in enumerate(names)]
    kept = pasted(by, "certificates", PEOPLE, *rows, sign=";")
    importing.confirm(kept)
    importing.store(kept)
    client.force_login(by)
    for asked in ("Đặc biệt", "Ðặc biệt", "dac biet"):
        page = client.get(
            reverse("rollout:register-list", args=["certificates"]),
            {"q": asked, "on": "2025-05-21"},
        )
        body = page.content.decode()
        places = [
            body.index(name)
            for name in ("Dương Văn An", "Đỗ Đình Đông", "Ễnh Văn Ơn", "Zương Văn Z")
        ]
        assert places == sorted(places)
        assert Certificate.objects.count() == 5


# --- days -----------------------------------------------------------------------------------

DAYS = ["Cơ sở y tế", "Họ và tên", "Đã mua và đăng ký", "Số hiệu chứng thư số"]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (Raw("2025-05-20T17:00:00.000Z", "d"), "2025-05-21"),
        (Raw("2025-05-21T00:00:00Z", "d"), "2025-05-21"),
        (Raw("2025-05-21T00:00:00+07:00", "d"), "2025-05-21"),
        (Raw("2025-05-21", "d"), "2025-05-21"),
        ("2025-05-20T17:00:00Z", "2025-05-21"),
        (Raw("45797.99999999", code="dd/mm/yyyy"), "2025-05-21"),
        (Raw("45798.9", code="dd/mm/yyyy"), "2025-05-21"),
    ],
)
def test_a_moment_is_a_day_by_the_clock_of_the_country(by, cell, day):
    kept = sent(by, [DAYS, [TTYT, "Người O", cell, "C-1"]], register="certificates")
    assert new(kept, "requested") == [(day,)]


@pytest.mark.parametrize(
    "day", ["2025-05-21T00:00:00Z", "0001-01-01T00:00:00+07:00", "ngày mai", "9999-12-31T23:59:59Z"]
)
def test_a_moment_in_a_wrong_row_is_given_back(client, by, day):
    kept = sent(
        by, [DAYS, ["Cơ sở không có", "Người G", Raw(day, "d"), "C-1"]], register="certificates"
    )
    assert counts(kept) == {"wrong": 1}
    client.force_login(by)
    assert client.get(reverse("rollout:import", args=[kept.pk])).status_code == 200
    rejects = client.get(reverse("rollout:import-rejects", args=[kept.pk]))
    assert rejects.getvalue()[:2] == b"PK"
    rejects.close()


def test_days_of_which_half_are_text_warn(by):
    def rows(*days):
        return [DAYS, *[[TTYT, f"Người {n}", day, f"C-{n}"] for n, day in enumerate(days)]]

    real = Raw("45782", code="dd/mm/yyyy")  # 5 May
    kept = sent(by, rows(real, "21/05/2025"), register="certificates")
    (told,) = kept.preview["notices"]
    assert "cells that are days to the spreadsheet: 1; cells of text: 1" in told
    assert "wrong way round; look at row 2: 5 May 2025" in told
    sure = sent(
        by, rows(real, Raw("45798", code="dd/mm/yyyy"), "20/05/2025"), register="certificates"
    )
    assert "wrong way round" not in sure.preview["notices"][0]
    assert sent(by, rows(real, real), register="certificates").preview["notices"] == []


# --- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("TTYT Lục Nam", "lucnam"),
        ("TTYT huyện Lục Nam", "lucnam"),
        ("Trung tâm y tế Lục Nam", "lucnam"),
        ("BV Sản Nhi Bắc Giang", "sannhi"),
        ("BVSN tỉnh Bắc Giang", "sannhi"),
        ("BV SN Bắc Giang", "sannhi"),
        ("BVĐK tỉnh Bắc Giang", "tinh"),
        ("BV ĐK Bắc Giang", "tinh"),
    ],
)
def test_a_facility_answers_to_its_name_as_people_shorten_it(by, written, code):
    kept = sent(by, [DEVICES, device("B-1", place=written)])
    assert new(kept, "facility") == [(code,)]


def test_a_shortened_name_of_two_facilities_means_neither(by):
    factories.facility("lucnam2", name_vi="Trung tâm Y tế thị xã Lục Nam")
    kept = sent(by, [DEVICES, device("B-1", place="TTYT Lục Nam")])
    assert counts(kept) == {"wrong": 1}


def test_headings_as_people_shorten_them(by):
    kept = sent(
        by,
        [
            ["TT", "Mã TSCĐ", "SN", "Loại TB", "Đơn vị sử dụng"],
            [1, "B-1", "S-1", PAD, "TTYT Lục Nam"],
        ],
    )
    assert new(kept, "tag", "serial", "facility") == [("B-1", "S-1", "lucnam")]


@pytest.mark.parametrize("sign", ["\t", ",", ";"])
def test_text_files_of_other_programs(by, sign):
    rows = [
        DEVICES,
        device("B-1", "000017"),
        device("B-2", '"18, mới"' if sign == "," else "18, mới"),
    ]
    content = ("\n".join(sign.join(row) for row in rows)).encode()
    kept = received("assets", by, content=content, name="Trang tính1.tsv")
    assert new(kept, "serial") == [("000017",), ("18, mới",)]


def test_what_colleagues_said_of_a_heading_is_known_unless_they_disagree(by):
    rows = [["Mã TS của kho", *DEVICES[1:]], device("B-1")]
    other, third = factories.user_with(Role.DEPARTMENT), factories.user_with(Role.DEPARTMENT)
    for user, column in ((other, "tag"), (third, "tag")):
        HeadingChoice.objects.create(
            user=user, register="assets", heading="ma ts cua kho", column=column
        )
    assert new(sent(by, rows), "tag") == [("B-1",)]
    HeadingChoice.objects.filter(user=third).update(column="model")
    assert new(sent(by, rows), "tag") == [("",)]
    HeadingChoice.objects.create(user=by, register="assets", heading="ma ts cua kho", column="tag")
    assert new(sent(by, rows), "tag") == [("B-1",)]


def test_how_far_it_is_is_told_of_all_the_rows(by, monkeypatch):
    monkeypatch.setattr("facilities.exchange.comparing.Comparison.compare.__defaults__", (2,))
    told = []
    monkeypatch.setattr(
        "rollout.registers.importing.previewing.note",
        lambda _file, *, done, of: told.append((done, of)),
    )
    sent(by, [DEVICES, *[device(f"B-{n}", f"S-{n}") for n in range(5)]])
    assert told == [(2, 5), (4, 5), (5, 5)]


# --- mending --------------------------------------------------------------------------------


def post(client, kept, **fields):
    return client.post(
        reverse("rollout:import", args=[kept.pk]), {"do": "mend"} | fields, follow=True
    )


def test_wrong_cells_are_mended_on_the_page_and_stored(client, by):
    kept = sent(
        by, [DEVICES, device("B-1", place="Cơ sở không có"), device("B-2", "S-2", place="x")]
    )
    client.force_login(by)
    page = post(client, kept, **{"cell-2-4": "TTYT Lục Nam", "cell-3-4": "x"})
    kept.refresh_from_db()
    assert (page.status_code, counts(kept)) == (200, {"new": 1, "wrong": 1})
    assert kept.mended == {"2": {"4": "TTYT Lục Nam"}}
    post(client, kept, **{"leave-3": "on"})
    kept.refresh_from_db()
    assert counts(kept) == {"new": 1}
    client.post(reverse("rollout:import", args=[kept.pk]), {"do": "confirm"})
    assert Asset.objects.get().tag == "B-1"


def test_what_is_near_is_taken_with_one_tick(client, by):
    for n in range(9):
        factories.facility(f"more{n}", name_vi=f"Trạm Y tế xã số {n}")
    kept = sent(by, [DEVICES, device("B-1", place="Trung tâm Lục Nam")])
    client.force_login(by)
    assert (
        "Write “Trung tâm Y tế huyện Lục Nam”"
        in client.get(
            reverse("rollout:import", args=[kept.pk]), headers={"accept-language": "en"}
        ).content.decode()
        or kept.preview["wrong"][0]["cells"][0]["offer"] == TTYT
    )
    post(client, kept, **{"take-2-4": "on"})
    kept.refresh_from_db()
    assert new(kept, "facility") == [("lucnam",)]


def test_a_mended_cell_is_changed_once_more_and_a_row_comes_back(client, by):
    kept = sent(by, [DEVICES, device("B-1", place="x"), device("B-2", "S-2", place="y")])
    client.force_login(by)
    post(client, kept, **{"cell-2-4": SON_DONG, "leave-3": "on"})
    post(client, kept, **{"mended-2-4": TTYT, "back-3": "on"})
    kept.refresh_from_db()
    assert new(kept, "facility") == [("lucnam",)]
    assert counts(kept) == {"new": 1, "wrong": 1}


def test_cells_that_the_preview_does_not_ask_about_cannot_be_written(client, by):
    kept = sent(by, [DEVICES, device("B-1", place="x"), device("B-2", "S-2")])
    client.force_login(by)
    post(client, kept, **{"cell-2-0": "FORGED", "cell-3-1": "FORGED", "leave-3": "on"})
    kept.refresh_from_db()
    assert kept.mended == {}


def other_tab(kept, act: str) -> None:
    """The same person answers for the same file where another page shows it."""
    shown = ImportFile.objects.get(pk=kept.pk)
    if act == "drop":
        assert importing.drop(shown)
    else:
        importing.mend(shown, cells={(2, 4): SON_DONG})
        importing.send_on(shown)


@pytest.mark.parametrize(
    ("act", "when"), [("drop", "before"), ("drop", "meanwhile"), ("mend", "meanwhile")]
)
def test_what_another_tab_has_answered_is_refused_and_told(client, by, monkeypatch, act, when):
    """A file mended here and dropped there, in either order; and mended in both."""
    kept = sent(by, [DEVICES, device("B-1", place="x")])
    client.force_login(by)
    read = imports._mended
    if when == "before":
        other_tab(kept, act)
    else:

        def meanwhile(request, found):
            asked = read(request, found)
            other_tab(kept, act)
            return asked

        monkeypatch.setattr(imports, "_mended", meanwhile)
    page = post(client, kept, **{"cell-2-4": TTYT})
    assert page.status_code == 400
    kept.refresh_from_db()
    assert kept.mended == ({} if act == "drop" else {"2": {"4": SON_DONG}})
    assert bool(kept.dropped_at) == (act == "drop")


@pytest.mark.parametrize("step", ["judged", "note", "_keep_rejects"])
def test_a_file_dropped_while_it_is_read_leaves_nothing(by, monkeypatch, step):
    kept = sent(by, [DEVICES, device("B-1", place="x")])
    real = getattr(previewing, step)

    def dropped_first(*args, **named):
        if not ImportFile.objects.filter(dropped_at__isnull=False).exists():
            other_tab(kept, "drop")
        return real(*args, **named)

    monkeypatch.setattr(previewing, step, dropped_first)
    importing.preview(kept)
    assert (kept.dropped_at is not None, kept.preview) == (True, None)
    assert not kept.file.storage.exists(rejects_place(kept))


def test_only_its_sender_mends(client, by):
    kept = sent(by, [DEVICES, device("B-1", place="x")])
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert post(client, kept, **{"cell-2-4": TTYT}).status_code == 403
    kept.refresh_from_db()
    assert kept.mended == {}


def test_too_much_to_mend_is_refused(client, by, monkeypatch):
    monkeypatch.setattr("rollout.registers.importing.mending.CELLS_LIMIT", 1)
    kept = sent(by, [DEVICES, device("B-1", place="x"), device("B-2", "S-2", place="y")])
    client.force_login(by)
    page = post(client, kept, **{"cell-2-4": TTYT, "cell-3-4": TTYT})
    assert page.status_code == 400
    kept.refresh_from_db()
    assert kept.mended == {}


def test_another_sheet_is_chosen_on_the_page_and_none_that_is_not_there(client, by):
    kept = sent(
        by, Made([DEVICES, device("B-1")], name="A"), Made([DEVICES, device("B-2")], name="B")
    )
    client.force_login(by)
    address = reverse("rollout:import", args=[kept.pk])
    assert client.post(address, {"do": "sheet", "sheet": "C"}).status_code == 400
    assert client.post(address, {"do": "sheet", "sheet": "B"}).status_code == 302
    kept.refresh_from_db()
    assert new(kept, "tag") == [("B-2",)]
