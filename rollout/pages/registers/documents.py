"""The file of a document, for those who may see it; shown by the browser and run by nobody."""

import re
from functools import cache
from urllib.parse import quote

import structlog
from django.apps import apps
from django.db.models import Model, Q
from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

from facilities.descent import Descent
from facilities.models import Document, Facility, Record
from facilities.paper_kinds import HEAD_BYTES, claimed_kind
from facilities.permissions import Access, Places
from rollout.day import Day
from rollout.figures.reader import programmes_in
from rollout.models import (
    AgendaItem,
    Directive,
    DirectiveDue,
    DirectiveEvent,
    SessionConclusion,
    Urging,
    WorkingSession,
)
from rollout.pages.page import Page, SignedIn, page

log = structlog.get_logger(__name__)

# Nothing inside the file may load, run or send anything.
POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; sandbox"


@require_safe
@page(lambda access: True, stored=False)
def document(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    """404 to whoever may not see it, as if it did not exist."""
    found = Document.objects.filter(pk=pk).first()
    if found is None or not found.file or not may_see(access, found, day):
        raise Http404
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        log.error("document_file_missing", document=pk)
        raise Http404 from None
    # What we stored, not what its sender called it, says how the browser is to take it.
    kind = claimed_kind(file.read(HEAD_BYTES))
    file.seek(0)
    if kind is None:
        file.close()
        log.error("document_file_of_unknown_kind", document=pk)
        raise Http404
    response = FileResponse(file, content_type=kind.media_type)
    response["Content-Disposition"] = disposition(found, kind.ending)
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def may_see(access: Access, document: Document, day: Day) -> bool:
    """Officers, and who reads an area, see what a row about their facilities refers to.

    Who records facts sees what they brought themselves.

    An agency sees the evidence of the directives it has a part in; staff and leaders of one province
    that of its sessions and of the directives given there.
    """
    places = access.papers
    if places is None or _is_of_own_directive(access, document):
        return True
    if access.records_facts and document.recorded_by_id == access.user.pk:
        return True
    if _is_of_own_sessions(document, programmes_in(access.sessions_read, day)):
        return True
    return bool(places) and _is_about(document, Descent.read(day.today).family(places))


# How a row that names a paper is traced to the programme of its session.
OF_A_SESSION: dict[type[Record], str] = {
    WorkingSession: "programme",
    AgendaItem: "session__programme",
    SessionConclusion: "session__programme",
    Directive: "session__programme",
    DirectiveDue: "directive__session__programme",
    DirectiveEvent: "directive__session__programme",
    Urging: "directive__session__programme",
}


def _is_of_own_sessions(document: Document, programmes: Places) -> bool:
    return bool(programmes) and any(
        model._default_manager.filter(document=document, **{f"{path}__in": programmes}).exists()
        for model, path in OF_A_SESSION.items()
    )


def _is_of_own_directive(access: Access, document: Document) -> bool:
    """The papers that the page of a directive shows to the agencies it was given to."""
    if not access.agency_ids:
        return False
    own = Directive.objects.filter(
        Q(lead__in=access.agency_ids) | Q(coordinating__in=access.agency_ids)
    )
    return any(
        model.objects.known().filter(document=document, directive__in=own).exists()
        for model in (DirectiveEvent, Urging)
    )


def _is_about(document: Document, facility_ids: frozenset[int]) -> bool:
    """Whether a row about one of these facilities refers to it: one query."""
    first, *others = (
        model._default_manager.filter(
            Q(*((path, facility_ids) for path in facilities), _connector=Q.OR),
            Q(*((name, document) for name in papers), _connector=Q.OR),
        )
        .order_by()
        .values_list("pk")
        for model, papers, facilities in _referring()
    )
    return first.union(*others, all=True).exists()


@cache
def _referring() -> list[tuple[type[Model], list[str], list[str]]]:
    """Tables that name papers: in which fields, and how a row is traced to its facility."""
    found = []
    for model in apps.get_models():
        papers = _pointing(model, Document)
        facilities = _pointing(model, Facility) or [
            f"{field.name}__{name}"
            for field in model._meta.concrete_fields
            if field.related_model
            for name in _pointing(field.related_model, Facility)
        ]
        if papers and facilities:
            found.append((model, papers, [f"{path}__in" for path in facilities]))
    return found


def _pointing(model: type[Model], to: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.related_model is to]


def disposition(document: Document, ending: str) -> str:
    """To be shown, and under which name to be saved: for old programs in ASCII, for others as it reads."""
    title = re.sub(r"[^\w.()-]+", " ", f"{document.number} {document.title}").strip(" .")[:100]
    name = quote(f"{title or document.pk}.{ending}", safe="")
    return f"inline; filename=\"document-{document.pk}.{ending}\"; filename*=UTF-8''{name}"
