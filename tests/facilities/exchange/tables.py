"""What the tests of this folder share: columns, and files built on the spot."""

from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import get_language
from openpyxl import Workbook

from facilities.exchange.columns import Column, Kind
from facilities.exchange.reading import read_table


class Both:
    """A label in two languages, without a catalogue."""

    def __init__(self, vi: str, en: str):
        self.vi, self.en = vi, en

    def __str__(self) -> str:
        return self.vi if get_language() == "vi" else self.en


FACILITIES = {
    "bg-dk": Both("Bệnh viện Đa khoa tỉnh Bắc Giang", "Bac Giang Provincial General Hospital"),
    "bg-ttyt-lucnam": Both("Trung tâm Y tế Lục Nam", "Luc Nam Medical Centre"),
    "bg-ttyt-tanyen": Both("Trung tâm Y tế Tân Yên", "Tan Yen Medical Centre"),
}
TYPES = {
    "server": Both("máy chủ", "server"),
    "tablet": Both("máy tính bảng", "tablet"),
    "other": Both("khác", "other"),
    "other2": Both("khác", "other"),
}

FACILITY = Column(
    "facility",
    Both("cơ sở y tế", "health facility"),
    Kind.CODE,
    choices=lambda: FACILITIES,
    aliases=("đơn vị",),
    required=True,
)
TYPE = Column("type", Both("loại thiết bị", "device type"), Kind.CHOICE, choices=lambda: TYPES)
SERIAL = Column("serial", Both("số sê-ri", "serial number"), aliases=("số máy",), max_length=60)
COUNT = Column("count", Both("số lượng", "quantity"), Kind.COUNT)
PRICE = Column("price", Both("giá trị (đồng)", "value (dong)"), Kind.MONEY)
DELIVERED = Column("delivered_on", Both("ngày giao hàng", "delivered on"), Kind.DAY)
STAGE = Column("stage", Both("giai đoạn", "stage"), writable=False)

COLUMNS = (FACILITY, TYPE, SERIAL, COUNT, PRICE, DELIVERED, STAGE)
HEADINGS_VI = [
    "Cơ sở y tế",
    "Loại thiết bị",
    "Số sê-ri",
    "Số lượng",
    "Giá trị (đồng)",
    "Ngày giao hàng",
    "Giai đoạn",
]
ROW = ["bg-dk", "server", "0012", 4, 1_500_000_000, date(2025, 5, 21), "bidding"]


def workbook(*rows, sheet="Sheet", **sheets) -> BytesIO:
    """An Excel file with these rows; `sheets`: further sheets by name, in front of it."""
    register = Workbook()
    register.active.title = sheet
    for row in rows:
        register.active.append(row)
    for place, (name, further) in enumerate(sheets.items()):
        extra = register.create_sheet(name, place)
        for row in further:
            extra.append(row)
    return saved(register)


def saved(register: Workbook) -> BytesIO:
    stream = BytesIO()
    register.save(stream)
    return stream


def with_part(stream: BytesIO, name: str, content: bytes) -> BytesIO:
    """The same ZIP file with one part put in or replaced."""
    changed = BytesIO()
    with ZipFile(stream) as old, ZipFile(changed, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return changed


def with_shared_texts(*texts: str) -> BytesIO:
    """A file as Excel itself writes it: the texts in a part of their own, one below the other."""
    cells = "".join(f"<row><c t='s'><v>{n}</v></c></row>" for n in range(len(texts)))
    entries = "".join(f"<si>{text}</si>" for text in texts)
    stream = workbook(["x"])
    with ZipFile(stream) as archive:
        links = archive.read("xl/_rels/workbook.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = f'<Relationship Type="{kind}" Target="sharedStrings.xml" Id="rId99" /></Relationships>'
    for part, content in (
        ("xl/_rels/workbook.xml.rels", links.replace("</Relationships>", link)),
        ("xl/sharedStrings.xml", f"<sst>{entries}</sst>"),
        ("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>"),
    ):
        stream = with_part(stream, part, content.encode())
    return stream


def rows_of(stream: BytesIO | bytes) -> list[tuple]:
    if isinstance(stream, bytes):
        stream = BytesIO(stream)
    return [cells for _number, cells in read_table(stream).rows]
