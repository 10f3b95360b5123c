"""Papers that people hand in: looked at, kept under a name of our own, found again by their digest."""

from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from facilities.models import Document, User
from facilities.paper_kinds import PaperKind, kind_of
from facilities.services import record

MOST_MEGABYTES = 10
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024


def check_paper(upload: UploadedFile) -> PaperKind:
    """What kind of paper it is. Raises ValidationError, with the remedy, when it is not accepted."""
    if not upload.size:
        raise ValidationError(
            _("The file is empty. Choose it again, or photograph the document again."), code="empty"
        )
    if upload.size > MOST_BYTES:
        raise ValidationError(
            _(
                "The file has more than %(most)s MB. Send a photo of lower quality, "
                "or scan at 150 dots per inch."
            )
            % {"most": MOST_MEGABYTES},
            code="too_large",
        )
    return kind_of(_content(upload))


def store_paper(
    *,
    upload: UploadedFile,
    title: str,
    by: User,
    number: str = "",
    issuer: str = "",
    issued_on: date | None = None,
    source: str = "",
) -> Document:
    """Keep a paper as it was sent, and return its document.

    The same file from the same person again is the document there is already, unless another number
    is told: a photo may show several papers. Raises
    ValidationError naming the field; under "file" it says what to do instead.
    """
    try:
        kind = check_paper(upload)
    except ValidationError as error:
        raise ValidationError({"file": error}) from None
    data = _content(upload)
    digest = sha256(data).hexdigest()
    document = Document(
        title=title,
        number=number,
        issuer=issuer,
        issued_on=issued_on,
        source=source,
        sha256=digest,
    )
    files = document.file.storage
    for known in Document.objects.known().filter(sha256=digest, recorded_by=by):
        if number in ("", known.number) and known.file.name and files.exists(known.file.name):
            return known
    # The name follows from the content: a form that is refused and sent again leaves no second file.
    name = f"documents/{digest[:2]}/{digest}.{kind.ending}"
    if not (files.exists(name) and files.size(name) == len(data)):
        name = files.save(name, ContentFile(data))
    document.file.name = name
    return record(document, by=by)


def paper_told(
    *,
    upload: UploadedFile | None,
    title: str,
    number: str,
    issuer: str,
    issued_on: date | None,
    by: User,
) -> Document | None:
    """The document of which a form tells the number, or brings the file; None: it tells of none.

    A number without a file is that of a paper on record, of the same day and of no other issuer;
    else one is noted. Raises ValidationError naming the field.
    """
    if upload is not None:
        return store_paper(
            upload=upload, title=title, by=by, number=number, issuer=issuer, issued_on=issued_on
        )
    if not number:
        return None
    on_record = Document.objects.known().filter(number=number, issued_on=issued_on)
    if issuer:
        on_record = on_record.filter(issuer__in=("", issuer)).order_by("-issuer", "pk")
    if found := on_record.first():
        return found
    return record(Document(title=title, number=number, issuer=issuer, issued_on=issued_on), by=by)


def _content(upload: UploadedFile) -> bytes:
    upload.seek(0)
    return upload.read()
