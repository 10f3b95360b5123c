"""Papers that went out: giving a draft its number and its signed copy, and reading it afterwards."""

from dataclasses import replace
from difflib import unified_diff

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from facilities.exchange.choices import Unknown
from facilities.permissions import Access
from rollout.day import Day
from rollout.models import IssuedPaper
from rollout.pages.actions import Action, Sent
from rollout.pages.forms.papers import IssueForm
from rollout.pages.page import Page, SignedIn, of_the_province, page
from rollout.pages.publishing.papers import about_of
from rollout.publishing.brief.rendering import LANGUAGES
from rollout.publishing.papers.catalogue import KINDS
from rollout.publishing.papers.issuing import issue, made_again, title_of
from rollout.publishing.papers.kind import Asked, NoSuchSubject


@page(lambda access: access.keeps_somewhere, stored=False)
def paper_issue(request: SignedIn, day: Day, access: Access, kind: str) -> Page:
    """404 for a kind, a language or a subject that there is not."""
    chosen = KINDS.get(kind)
    language = request.GET.get("language") or (get_language() or "vi")[:2]
    if chosen is None or language not in LANGUAGES:
        raise Http404
    if not access.keeps_programme:
        raise PermissionDenied(of_the_province())
    whole = Asked(day.on, day.known_at, "", day.area_code)
    try:
        asked = replace(whole, about=about_of(chosen, whole, request.GET.get("about", "")))
        with translation.override(language):
            title = title_of(chosen.build(asked))
    except (NoSuchSubject, Unknown) as error:
        raise Http404 from error
    sent = Sent(request)
    action = Action(
        sent.form("issue", IssueForm, initial={"issued_on": day.on}),
        lambda given, change_set: issue(
            chosen,
            asked,
            language=language,
            number=given["number"],
            issued_on=given["issued_on"],
            signed=given["paper"],
            by=request.user,
            at=timezone.now(),
        ),
        said=_("Issued. What it says now stays as it is."),
    )
    status = 200
    if request.method == "POST":
        if done := sent.carry_out(
            {"issue": action}, here=f"{reverse('rollout:paper-list')}#issued"
        ):
            return done
        status = 400
    context = {"title": title, "kind": chosen, "form": action.form}
    return "publishing/paper_issue.html", context, status


@page(lambda access: access.opens_programme, section="papers", stored=False)
def issued_paper(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    """What it said, its digests, and whether the same facts say the same today."""
    if not access.sees_programme:
        raise PermissionDenied(of_the_province())
    found = get_object_or_404(IssuedPaper.objects.select_related("document", "issued_by"), pk=pk)
    now = made_again(found)
    differing = [
        line
        for line in unified_diff(found.lines, now or [], lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    context = {"issued": found, "again": now is not None, "differing": differing}
    return "publishing/issued_paper.html", context
