"""A draft becomes a paper that went out: numbered, signed, and frozen with the digest of its words."""

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from facilities.models import User
from facilities.papers import store_paper
from rollout.models import IssuedPaper
from rollout.publishing.papers.catalogue import KINDS
from rollout.publishing.papers.kind import Asked, Kind, NoSuchSubject
from rollout.publishing.papers.paper import (
    Block,
    Bullets,
    Heading,
    Paper,
    Paragraph,
    Picture,
    Table,
)
from rollout.publishing.papers.wording import place_and_day


def lines_of(paper: Paper) -> list[str]:
    """Every word of a draft in order; the number and the signatures are still blank in it."""
    found = [
        *(paper.superior, paper.issuer, paper.number, place_and_day(paper.place, paper.on)),
        *(paper.kind, paper.subject, *paper.addressees),
        *(line for block in paper.body for line in _said(block)),
        *(line for signature in paper.signatures for line in (*signature.lines, signature.name)),
        *(*paper.recipients, paper.note, paper.annex_title, paper.annex_of),
        *(line for block in paper.annex for line in _said(block)),
    ]
    return [line for line in found if line]


def _said(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield block.text
        case Paragraph():
            yield f"{block.bold} {block.text}".strip()
        case Bullets():
            yield from (f"- {line}" for line in block.lines)
        case Picture():
            yield f"{block.caption}: {block.said}"
        case Table():
            yield block.caption
            for row in (block.head, *block.rows, block.total):
                yield " | ".join(row)


def digest_of(lines: list[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()


def title_of(paper: Paper) -> str:
    return " ".join(filter(None, (paper.kind, paper.subject))).replace("\N{NO-BREAK SPACE}", " ")[
        :300
    ]


@transaction.atomic
def issue(
    kind: Kind,
    asked: Asked,
    *,
    language: str,
    number: str,
    issued_on: date,
    signed: UploadedFile,
    by: User,
    at: datetime,
) -> IssuedPaper:
    """Freeze the draft as it is known at `at`. Whoever calls has settled the permission.

    Raises ValidationError naming the field: a number given out twice on a day, a day to come or before
    the one that the paper speaks of, a file that is no paper. Raises NoSuchSubject.
    """
    if issued_on < asked.on:
        raise ValidationError({"issued_on": _("It speaks of a later date than it was signed on.")})
    if IssuedPaper.objects.filter(number=number, issued_on=issued_on).exists():
        raise ValidationError({"number": _("A document of this date has this number already.")})
    known_at = asked.known_at or at
    known = Asked(asked.on, known_at, asked.about, asked.area, asked.places)
    with translation.override(language):
        paper = kind.build(known)
        lines, title = lines_of(paper), title_of(paper)
    try:
        document = store_paper(
            upload=signed,
            title=title,
            by=by,
            number=number,
            issuer=paper.issuer.replace("\N{NO-BREAK SPACE}", " ")[:200],
            issued_on=issued_on,
        )
    except ValidationError as error:
        raise ValidationError({"paper": error.messages}) from None
    issued = IssuedPaper(
        kind=kind.slug,
        about=known.about,
        area=known.area,
        language=language,
        title=title,
        on=known.on,
        known_at=known_at,
        lines=lines,
        digest=digest_of(lines),
        number=number,
        issued_on=issued_on,
        document=document,
        issued_at=at,
        issued_by=by,
    )
    issued.full_clean()
    issued.save(force_insert=True)
    return issued


def made_again(issued: IssuedPaper) -> list[str] | None:
    """The words that the same facts give today; None where they cannot be made any more."""
    asked = Asked(issued.on, issued.known_at, issued.about, issued.area)
    with translation.override(issued.language):
        try:
            return lines_of(KINDS[issued.kind].build(asked))
        except (KeyError, NoSuchSubject):
            return None
