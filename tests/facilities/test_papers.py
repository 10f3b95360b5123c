"""Papers handed in: which are kept, under which name, and what is said of the others."""

import io
import struct
import zipfile
import zlib
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from facilities.forms import PaperField
from facilities.models import Document
from facilities.paper_kinds import PaperKind, kind_of
from facilities.papers import MOST_BYTES, store_paper
from facilities.services import withdraw
from tests import factories
from tests.papers import HEIC, JPEG, PDF, PNG, WEBP, jpeg, upload, webp

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
KINDS = {
    PaperKind.PDF: PDF,
    PaperKind.JPEG: JPEG,
    PaperKind.PNG: PNG,
    PaperKind.WEBP: WEBP,
}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("index.html", "<script>")
    return made.getvalue()


def stored(data: bytes, name: str = "bien-ban.pdf", **fields) -> Document:
    fields.setdefault("by", factories.recorder())
    return store_paper(upload=upload(data, name), title="Biên bản", **fields)


def content(document: Document) -> bytes:
    return Path(document.file.path).read_bytes()


def code_of(data: bytes) -> str:
    """Why a file is refused; empty when it is accepted."""
    try:
        kind_of(data)
    except ValidationError as error:
        return error.code
    return ""


class TestKinds:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_four_kinds_are_told_by_their_content(self, kind):
        assert kind_of(KINDS[kind]) is kind

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (HEIC, "heic"),
            (archive(), "office"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "office"),
            (SVG, "kind"),
            (b"\xef\xbb\xbf" + HTML, "kind"),
            (b"GIF89a" + b"\x00" * 100, "kind"),
            (b"just text", "kind"),
            (b"\n" + PDF, "kind"),
            (HTML + PDF, "kind"),
        ],
    )
    def test_other_kinds_are_refused(self, data, code):
        assert code_of(data) == code

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_file_that_was_cut_off_is_refused(self, kind):
        whole = KINDS[kind].rstrip(b"\n")
        assert {code_of(whole[:length]) for length in range(12, len(whole))} == {"damaged"}

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_archive_in_the_tail_is_refused(self, kind):
        assert code_of(KINDS[kind] + archive()) in ("damaged", "polyglot")

    @pytest.mark.parametrize(
        "data",
        [
            jpeg(comment=HTML),
            jpeg(comment=b"%PDF-1.4"),
            jpeg(behind=SVG),
            webp((b"VP8L", b"\x2f\x00\x00\x00\x00"), (b"XMP ", SVG)),
            PDF.replace(b"<</Type", b"<HTML><script>x</script><</Type"),
        ],
    )
    def test_a_page_hidden_in_it_is_refused(self, data):
        assert code_of(data) == "polyglot"

    def test_what_phones_put_behind_a_picture_is_let_pass(self):
        assert code_of(jpeg(behind=JPEG + b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100)) == ""

    def test_a_signed_pdf_has_several_ends(self):
        assert code_of(PDF + b"2 0 obj\nendobj\nstartxref\n70\n%%EOF\r\n\x00") == ""

    @given(st.sampled_from(list(KINDS.values())), st.data())
    def test_no_bytes_break_it(self, whole, data):
        place = data.draw(st.integers(0, len(whole) - 1))
        spoilt = data.draw(st.binary(max_size=20))
        code_of(whole[:place] + spoilt + whole[place + len(spoilt) :])


@pytest.mark.django_db
class TestStorePaper:
    def test_keeps_the_bytes_the_digest_and_what_is_said_of_it(self):
        made = stored(JPEG, number="12/BB", issuer="TTYT Lục Nam")
        made.refresh_from_db()
        assert content(made) == JPEG
        assert made.sha256 == sha256(JPEG).hexdigest()
        assert (made.number, made.issuer, made.recorded_by) == (
            "12/BB",
            "TTYT Lục Nam",
            factories.recorder(),
        )

    @pytest.mark.parametrize(
        "name",
        ["../../etc/passwd", "..\\..\\x.html", "a.svg", "/abs/x.pdf", "con\x00.pdf", "ả.HTM"],
    )
    def test_the_name_it_came_with_leads_nowhere(self, name):
        made = stored(PNG, name)
        path = Path(made.file.path)
        assert path.name == f"{made.sha256}.png"
        root = Path(made.file.storage.location)
        assert path.is_relative_to(root)

    def test_a_wrong_ending_does_not_matter_the_content_does(self):
        assert stored(PNG, "scan.pdf").file.name.endswith(".png")

    def test_the_same_file_from_the_same_person_is_the_same_document(self):
        first = stored(PDF)
        assert stored(PDF, "other.pdf") == first
        other = stored(PDF, by=factories.UserFactory())
        assert other != first
        assert other.file.name == first.file.name

    def test_a_withdrawn_document_is_not_taken_up_again(self):
        first = stored(PDF)
        withdraw(fact=first, because="Nhầm tệp", by=factories.recorder())
        assert stored(PDF) != first

    def test_a_file_lost_from_the_disk_is_kept_anew(self):
        first = stored(PDF)
        Path(first.file.path).unlink()
        again = stored(PDF)
        assert again != first
        assert content(again) == PDF

    def test_a_file_half_written_by_a_crash_is_not_taken_for_the_whole(self):
        first = stored(PDF)
        Path(first.file.path).write_bytes(PDF[:10])
        assert content(stored(PDF, by=factories.UserFactory())) == PDF

    @pytest.mark.parametrize(
        ("data", "code"), [(b"", "empty"), (b"x" * (MOST_BYTES + 1), "too_large"), (SVG, "kind")]
    )
    def test_a_refusal_names_the_field_and_stores_nothing(self, data, code):
        with pytest.raises(ValidationError) as refused:
            stored(data)
        [problem] = refused.value.error_dict["file"]
        assert problem.code == code
        assert not Document.objects.exists()

    def test_exactly_ten_megabytes_are_accepted(self):
        padding = b"\x00" * (MOST_BYTES - len(PDF))
        assert stored(PDF + padding).file.size == MOST_BYTES

    def test_a_paper_of_tomorrow_is_refused(self):
        with pytest.raises(ValidationError) as refused:
            stored(PDF, issued_on=timezone.localdate() + timedelta(days=1))
        assert "issued_on" in refused.value.error_dict
        assert not Document.objects.exists()


class PaperForm(forms.Form):
    file = PaperField(required=False)


class TestPaperField:
    def test_offers_camera_and_gallery(self):
        html = str(PaperForm()["file"])
        assert 'accept="application/pdf,image/jpeg,image/png,image/webp"' in html
        assert "capture" not in html

    @pytest.mark.parametrize(("data", "problems"), [(JPEG, 0), (HEIC, 1), (b"", 1)])
    def test_refuses_beside_the_field(self, data, problems):
        form = PaperForm({}, {"file": SimpleUploadedFile("anh.jpg", data)})
        assert len(form.errors.get("file", [])) == problems

    def test_nothing_need_be_sent(self):
        assert PaperForm({}, {}).is_valid()


def pdf(body: bytes) -> bytes:
    return PDF.replace(b"endobj\n", b"endobj\n" + body, 1)


def packed(body: bytes) -> bytes:
    """Objects in a compressed stream, as programs of today write them."""
    data = zlib.compress(body)
    return pdf(
        b"2 0 obj\n<</Type /ObjStm /Filter /FlateDecode>>\nstream\n" + data + b"\nendstream\n"
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf(b"<</S /JavaScript /JS (app.alert(1))>>"), "active"),
        (pdf(b"<</S /J#61vaScript>>"), "active"),
        (pdf(b"<</S /Launch /F (calc.exe)>>"), "active"),
        (pdf(b"<</Names <</EmbeddedFiles 3 0 R>> >>"), "active"),
        (pdf(b"<</Encrypt 4 0 R>>"), "active"),
        (packed(b"1 0 <</S /JavaScript>>"), "active"),
        (packed(b"1 0 <</Type /Page>>"), ""),
        (pdf(b"<</OpenAction [3 0 R /Fit] /AcroForm <</SigFlags 3>> >>"), ""),
        (pdf(b"<</Title (ve /JSON va /Encryption)>>"), ""),
        # What a picture in the PDF happens to look like is no action.
        (pdf(b"<</Subtype /Image>>\nstream\n/JavaScript\nendstream\n"), ""),
    ],
)
def test_a_pdf_that_acts_is_refused_and_one_that_shows_is_taken(data, code):
    assert code_of(data) == code


def test_pictures_that_fill_all_memory_are_refused():
    def png(wide: int, high: int) -> bytes:
        head = b"IHDR" + struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
        return PNG[:8] + b"\x00\x00\x00\x0d" + head + struct.pack(">I", zlib.crc32(head)) + PNG[33:]

    canvas = struct.pack("<I", 0) + (20_000).to_bytes(3, "little") + (20_000).to_bytes(3, "little")
    assert code_of(png(8000, 6000)) == ""
    assert code_of(png(50_000, 50_000)) == "bomb"
    assert code_of(JPEG.replace(b"\x08\x00\x01\x00\x01", b"\x08\xff\xff\xff\xff")) == "bomb"
    assert code_of(webp((b"VP8X", canvas), (b"VP8L", b"\x2f\x00\x00\x00\x00"))) == "bomb"
