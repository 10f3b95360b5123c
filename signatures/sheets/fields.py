"""The columns of the sheets that people fill in, and which form asks for which."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facilities.exchange.columns import Column
from signatures.models import Batch

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIELDS: dict[str, Column] = {
    column.code: column
    for column in (
        Column("member", _("number in the staff list"), aliases=("Số trong danh sách",)),
        Column("name", _("full name"), aliases=("Họ và tên", "Họ tên"), personal=True),
        Column("birth", _("date of birth"), aliases=("Ngày sinh", "Ngày, tháng, năm sinh")),
        Column(
            "document",
            _("personal ID number"),
            aliases=("Số CCCD", "CCCD", "Số CMND/CCCD", "Số định danh cá nhân", "Số căn cước"),
        ),
        Column("issued-on", _("ID issued on"), aliases=("Ngày cấp", "Ngày cấp CCCD")),
        Column("issued-at", _("ID issued at"), aliases=("Nơi cấp", "Nơi cấp CCCD")),
        Column(
            "email",
            _("official e-mail"),
            aliases=(
                "Email công vụ",
                "Email",
                "Thư điện tử công vụ",
                "Địa chỉ thư điện tử công vụ",
            ),
        ),
        Column("unit", _("unit"), aliases=("Khoa, phòng", "Khoa/phòng", "Phòng ban", "Đơn vị")),
        Column("position", _("position"), aliases=("Chức vụ", "Chức danh")),
        Column("province", _("province"), aliases=("Tỉnh/Thành phố", "Tỉnh, thành phố")),
        Column(
            "telephone",
            _("mobile number"),
            aliases=("Số điện thoại", "SĐT", "Số điện thoại di động"),
        ),
        Column("old-serial", _("old certificate serial"), aliases=("Số hiệu chứng thư cũ",)),
        Column("device", _("device type"), aliases=("Loại thiết bị",)),
        Column("operator", _("telephone operator"), aliases=("Nhà mạng", "SIM PKI")),
        Column("ported", _("number moves to the SIM"), aliases=("Chuyển số",)),
        Column("body", _("body"), aliases=("Tên cơ quan, tổ chức",)),
        Column("address", _("address"), aliases=("Địa chỉ",)),
        Column("tax-code", _("tax code"), aliases=("Mã số thuế",)),
        Column("budget-code", _("budget code"), aliases=("Mã quan hệ ngân sách", "Mã QHNS")),
        Column("certificate", _("certificate name"), aliases=("Tên chứng thư chữ ký số",)),
        Column("serial", _("certificate serial"), aliases=("Số hiệu chứng thư",)),
        Column("item", _("item to change"), aliases=("Nội dung thay đổi",)),
        Column("value", _("new value"), aliases=("Thông tin mới",)),
        Column("renew", _("renew"), aliases=("Gia hạn",)),
        Column("change", _("change content"), aliases=("Thay đổi nội dung thông tin",)),
        Column("device-serial", _("device serial"), aliases=("Số hiệu thiết bị",)),
        Column("reason", _("reason for revoking"), aliases=("Lý do thu hồi",)),
    )
}


@dataclass(frozen=True)
class Form:
    """One sheet. `asks`: what is filled in; `needs`: what must be. `private`: asks for ID numbers."""

    code: str
    label: "StrOrPromise"
    subject: "StrOrPromise"  # of the letter: "đề nghị …"
    asks: tuple[str, ...]
    needs: tuple[str, ...]
    columns: tuple["StrOrPromise", ...]  # of the finished sheet, as the form prints them
    widths: tuple[float, ...]  # of them, adding up to 1
    mails: bool = True  # who has no official e-mail must wait
    is_of_people: bool = True

    @property
    def private(self) -> bool:
        return "document" in self.asks


_NO = pgettext_lazy("running number", "No")
_PEOPLE = (
    *("member", "name", "birth", "document", "issued-on", "issued-at", "email", "unit"),
    *("position", "province", "telephone", "old-serial", "device", "operator", "ported"),
)
_PEOPLE_NEED = ("name", "birth", "document", "issued-on", "issued-at", "position")

FORMS: dict[str, Form] = {
    form.code: form
    for form in (
        Form(
            code=Batch.Form.NEW_INDIVIDUAL.value,
            label=_("Form 01: new certificates, people (11 columns)"),
            subject=_("issuing public-service digital signature certificates to individuals"),
            asks=_PEOPLE,
            needs=_PEOPLE_NEED,
            columns=(
                _NO,
                _("Full name"),
                _("Date of birth"),
                _("Personal ID number, day and place of issue"),
                _("Official e-mail address"),
                _("Working body"),
                _("Province or city"),
                _("Position"),
                _("Mobile telephone number"),
                _("Old certificate serial (if any)"),
                _("SIM PKI"),
            ),
            widths=(0.04, 0.11, 0.085, 0.13, 0.13, 0.125, 0.07, 0.08, 0.09, 0.08, 0.06),
        ),
        Form(
            code="import",
            label=_("Import template: new certificates, people (19 columns)"),
            subject=_("issuing public-service digital signature certificates to individuals"),
            asks=_PEOPLE,
            needs=_PEOPLE_NEED,
            columns=(
                _NO,
                _("Full name (*)"),
                _("Date of birth (*)"),
                _("ID card number (*)"),
                _("Place of issue (*)"),
                _("Day of issue (*)"),
                _("Official e-mail address (*)"),
                _("Body, level 1 (*)"),
                _("Body, level 2"),
                _("Body, level 3"),
                _("Body, level 4"),
                _("Province or city (*)"),
                _("Province or city, level 2"),
                _("Position (*)"),
                _("Telephone number"),
                _("Old certificate serial"),
                _("Telephone operator"),
                _("Number moves to the SIM"),
                _("Device type"),
            ),
            widths=(
                *(0.02, 0.07, 0.05, 0.06, 0.06, 0.05, 0.09, 0.08, 0.08, 0.06, 0.03),
                *(0.05, 0.03, 0.07, 0.05, 0.05, 0.04, 0.02, 0.04),
            ),
        ),
        Form(
            code=Batch.Form.NEW_ORGANISATION.value,
            label=_("Form 02: new certificate, the organisation"),
            subject=_("issuing a public-service digital signature certificate to an organisation"),
            asks=("body", "address", "tax-code", "budget-code", "province", "email"),
            needs=("body", "address", "tax-code", "province"),
            columns=(
                _NO,
                _("Agency or organisation"),
                _("Address"),
                _("Tax code"),
                _("Budget relation code"),
                _("Province or city"),
                _("Official e-mail address"),
            ),
            widths=(0.06, 0.24, 0.22, 0.12, 0.12, 0.1, 0.14),
            is_of_people=False,
        ),
        Form(
            code=Batch.Form.RENEW_OR_CHANGE.value,
            label=_("Form 04: renewal, or change of content"),
            subject=_("renewing certificates or changing their content"),
            asks=(
                "certificate",
                "serial",
                "telephone",
                "email",
                "item",
                "value",
                "renew",
                "change",
            ),
            needs=("certificate", "serial"),
            columns=(
                _NO,
                _("Certificate name"),
                _("Certificate serial (SIM: also the number)"),
                _("Official e-mail address"),
                _("Item to change"),
                _("New value"),
                _("Renewal"),
                _("Change of content"),
            ),
            widths=(0.05, 0.18, 0.19, 0.17, 0.13, 0.14, 0.06, 0.08),
        ),
        Form(
            code=Batch.Form.REVOKE.value,
            label=_("Form 05: revocation"),
            subject=_("revoking certificates"),
            asks=(
                *("certificate", "document", "tax-code", "budget-code", "email", "serial"),
                *("device-serial", "reason"),
            ),
            needs=("certificate", "serial", "reason"),
            columns=(
                _NO,
                _("Certificate name"),
                _("Personal ID number (of a person)"),
                _("Tax code (of a body)"),
                _("Budget relation code (of a body)"),
                _("Official e-mail address"),
                _("Certificate serial"),
                _("Device serial"),
                _("Reason for revoking"),
            ),
            widths=(0.05, 0.16, 0.12, 0.09, 0.1, 0.15, 0.12, 0.1, 0.11),
            mails=False,
        ),
        Form(
            code=Batch.Form.RESTORE.value,
            label=_("Form 06: restoring the device that holds the key"),
            subject=_("restoring devices that hold private keys"),
            asks=("device-serial", "certificate", "body", "email"),
            needs=("device-serial", "certificate"),
            columns=(
                _NO,
                _("Device serial"),
                _("Subscriber: certificate name"),
                _("Subscriber: working body"),
                _("Subscriber: official e-mail address"),
            ),
            widths=(0.07, 0.2, 0.25, 0.25, 0.23),
        ),
    )
}
