"""Official papers made from the records: which there are, and each as a file."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language

from facilities.areas import OWN
from facilities.choosing import MOST, chooser, meant
from facilities.contacts import responsible_of
from facilities.exchange.choices import Unknown
from facilities.models import Agency
from facilities.permissions import Access
from rollout.day import Day
from rollout.models import IssuedPaper
from rollout.pages.page import Page, SignedIn, of_the_province, page, to_own_area
from rollout.publishing.brief.rendering import LANGUAGES
from rollout.publishing.papers.catalogue import KINDS
from rollout.publishing.papers.kind import Asked, Kind, NoSuchSubject
from rollout.registers.exports import XLSX

MOST_ISSUED = 50  # the latest; all are found by number among the documents
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@page(lambda access: access.opens_programme, section="papers", by_area=True)
def paper_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Each kind with what it can be about on the day; for a role of an area, in that area."""
    if sent := to_own_area(request, day, access):
        return sent
    kinds = [
        (kind, subjects, chooser("about", subjects, id=f"about-{kind.slug}"))
        for kind in KINDS.values()
        if _may(access, kind)
        for subjects in [kind.subjects(_asked(day, access, kind))]
    ]
    own = (get_language() or "vi")[:2]
    urged = next((subjects for kind, subjects, _c in kinds if kind.slug == "urging"), [])
    agencies = {a.code: a for a in Agency.objects.filter(code__in=[code for code, _name in urged])}
    answers = responsible_of(access, (a.pk for a in agencies.values()), day.on, day.known_at)
    context = {
        "kinds": kinds,
        "called": [
            (name, answers.get(agencies[code].pk)) for code, name in urged if code in agencies
        ],
        "closed": [
            kind
            for kind in KINDS.values()
            if access.is_of_an_area and access.keeps_somewhere and not _may(access, kind)
        ],
        "issued": IssuedPaper.objects.filter(issued_on__lte=day.on)[:MOST_ISSUED]
        if access.sees_programme
        else (),
        "who_may": of_the_province(),
        "languages": LANGUAGES,
        "language": own,
    }
    return "publishing/paper_list.html", context


def _may(access: Access, kind: Kind) -> bool:
    """Letters in the Department's name are the Department's alone; of an area, those about a facility."""
    if kind.open_to_leader or access.keeps_programme:
        return True
    return kind.of_facilities and access.keeps_somewhere


def _asked(day: Day, access: Access, kind: Kind, about: str = "") -> Asked:
    """Of the facilities whose programme the reader reads; a letter, of those whom the reader keeps."""
    places = access.programme if kind.open_to_leader else access.kept
    return Asked(day.on, day.known_at, about, day.area_code, places)


@page(lambda access: access.opens_programme, stored=False)
def paper(request: SignedIn, day: Day, access: Access, kind: str, form: str) -> Page:
    """404 for a kind, a form, a language or a subject that there is not."""
    chosen = KINDS.get(kind)
    language = request.GET.get("language") or (get_language() or "vi")[:2]
    if chosen is None or language not in LANGUAGES:
        raise Http404
    if not _may(access, chosen):
        raise PermissionDenied(of_the_province() if access.is_of_an_area else "")
    if chosen.of_facilities:
        day = day.whole  # a letter is about its one facility, wherever that lies
    elif sent := to_own_area(request, day, access):
        return sent
    try:
        about = about_of(chosen, _asked(day, access, chosen), request.GET.get("about", ""))
    except Unknown as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(f"{reverse('rollout:paper-list')}?{day.query}")
    asked = _asked(day, access, chosen, about)
    with translation.override(language):
        try:
            content, content_type, name = _file(chosen, form, asked)
        except NoSuchSubject as error:
            raise Http404 from error
    of_area = f"-{day.area_code.removeprefix(OWN) or 'khong-ro'}" if day.area else ""
    name = f"{name}{of_area}-{day.on:%Y-%m-%d}-{language}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def about_of(kind: Kind, asked: Asked, text: str) -> str:
    """What was typed where the subjects are too many to list. Raises Unknown."""
    subjects = dict(kind.subjects(asked)) if text else {}
    return meant(subjects, text) if len(subjects) > MOST else text


def _file(kind: Kind, form: str, asked: Asked) -> tuple[bytes, str, str]:
    """Content, content type, name without ending.

    What draws a paper is large: it is loaded for whoever asks for one, not with the pages.
    """
    if form == "xlsx" and kind.has_annex:
        from rollout.publishing.papers.annex import as_xlsx

        return as_xlsx(asked), XLSX, "phu-luc"
    if form not in ("docx", "pdf"):
        raise Http404
    made = kind.build(asked)
    if form == "docx":
        from rollout.publishing.papers.word import as_docx

        return as_docx(made), DOCX, made.file_name
    from rollout.publishing.papers.pdf import as_pdf

    return as_pdf(made), "application/pdf", made.file_name
