"""The brief of a working session: as it stands on any day, and as it was published."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from facilities.models import ChangeSet
from facilities.models.places import in_language
from facilities.permissions import Access, is_in
from facilities.registers.entering import AlreadySent, begin
from rollout.day import Day
from rollout.figures.reader import programmes_in, sessions_for
from rollout.models import PublishedBrief, WorkingSession
from rollout.pages.forms.brief import PublishForm
from rollout.pages.page import Page, SignedIn, page
from rollout.publishing.brief.document import Brief, area_of, brief, compared_with
from rollout.publishing.brief.publishing import publish, recompute
from rollout.publishing.brief.rendering import LANGUAGES, drawn
from rollout.templatetags.figures import number


@page(lambda access: access.opens_sessions, section="sessions", by_area=True)
def session_brief(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    session = get_object_or_404(sessions_for(day.whole, access), pk=pk)
    form = PublishForm()
    if request.method == "POST":
        if not _may_publish(day, access, session):
            raise PermissionDenied
        form = PublishForm(request.POST)
        if answer := _published(request, day, session, form):
            return answer
    made = _made(session, day)
    language = _language(request)
    context = {
        "session": session,
        "brief": made,
        "sections": drawn(made.sections, language),
        "language": language,
        "languages": LANGUAGES,
        "published": PublishedBrief.objects.filter(session=session)
        .select_related("published_by")
        .order_by("-published_at"),
        "form": form if _may_publish(day, access, session) else None,
    }
    return "publishing/session_brief.html", context, 400 if form.errors else 200


def _may_publish(day: Day, access: Access, session: WorkingSession) -> bool:
    """What is looked at as once known, against another day or of an area is not what is published.

    Of several provinces, the whole is the one that the session was held for.
    """
    if not is_in(session.programme_id, programmes_in(access.sessions_kept, day)):
        return False
    is_whole = day.area is None or day.area_code == area_of(session, day.on)
    return day.known_at is None and day.compare is None and is_whole


def _made(session: WorkingSession, day: Day) -> Brief:
    """Held against the day asked for, or else against the session before."""
    if day.compare:
        return brief(
            session,
            on=day.on,
            known_at=day.known_at,
            compare=day.compare,
            area=day.area_code,
        )
    compare, compare_known_at = compared_with(session, day.known_at)
    return brief(
        session,
        on=day.on,
        known_at=day.known_at,
        compare=compare,
        compare_known_at=compare_known_at,
        area=day.area_code,
    )


def _language(request: SignedIn) -> str:
    """Both languages can be read whatever language the page around them has."""
    asked = request.GET.get("words", "")
    if asked in LANGUAGES:
        return asked
    own = (get_language() or "")[:2]
    return own if own in LANGUAGES else LANGUAGES[0]


def _published(
    request: SignedIn, day: Day, session: WorkingSession, form: PublishForm
) -> HttpResponseRedirect | None:
    """Where to go once it is published; None when the form has to be shown again."""
    back = f"{request.path}?on={day.on.isoformat()}"
    try:
        if form.is_valid():
            made = _publish(request, day, session, form)
            messages.success(request, _("Published. What stands here now stays as it is."))
            return HttpResponseRedirect(reverse("rollout:brief", args=[made.pk]))
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return HttpResponseRedirect(back)
    except ValidationError as error:
        form.refuse(error)
    return None


@transaction.atomic
def _publish(
    request: SignedIn, day: Day, session: WorkingSession, form: PublishForm
) -> PublishedBrief:
    given = form.cleaned_data
    begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=given["change_set"],
        because=given["override"],
    )
    return publish(
        session=session, on=day.on, by=request.user, at=timezone.now(), override=given["override"]
    )


@page(lambda access: access.opens_sessions, section="sessions")
def published_brief(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    found = get_object_or_404(
        PublishedBrief.objects.select_related("session", "published_by"), pk=pk
    )
    if not is_in(found.session.programme_id, programmes_in(access.sessions_read, day)):
        raise Http404
    same, differences = recompute(found)
    language = _language(request)
    context = {
        "published": found,
        "sections": found.words[language],
        "language": language,
        "languages": LANGUAGES,
        "same": same,
        "differences": [
            {"code": code, "then": _shown(then), "now": _shown(now)}
            for code, then, now in differences
        ],
        "contradictions": [
            in_language(one["said"]["vi"], one["said"]["en"]) for one in found.contradictions
        ],
    }
    return "publishing/published_brief.html", context


def _shown(value: object) -> str:
    """A frozen value in words: a name in the reader's language, several in a row."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return number(value)
    if not isinstance(value, list):
        return str(value)
    if len(value) == len(LANGUAGES) and all(isinstance(one, str) for one in value):
        return in_language(*value)
    return "; ".join(_shown(one) for one in value)
