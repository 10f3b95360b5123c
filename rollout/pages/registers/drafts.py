"""Keeping and dropping drafts: what `static/js/form.js` sends while somebody types."""

import json
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.page import Answering, Asked, SignedIn, View, page
from rollout.registers import drafts


def drafting() -> Callable[[View[Asked]], Answering[Asked]]:
    return page(lambda access: access.records_facts, stored=False)


@require_POST
@drafting()
def keep(request: SignedIn, day: Day, access: Access) -> HttpResponse:
    """`draft`: the name of the form; `fields`: JSON, each name with its values. 204, or 400."""
    try:
        fields = _fields(request.POST.get("fields", ""))
        drafts.keep(user=request.user, form=request.POST.get("draft", ""), fields=fields)
    except ValidationError as error:
        return HttpResponseBadRequest(" ".join(error.messages), content_type="text/plain")
    return HttpResponse(status=204)


def _fields(text: str) -> drafts.Fields:
    """Raises ValidationError for what is no such JSON, or what no database keeps."""
    try:
        found = json.loads(text)
        written = json.dumps(found)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # halves of a letter are ValueErrors too
        found, written = None, ""
    is_kept = isinstance(found, dict) and all(map(_are_texts, found.values()))
    if not is_kept or "\\u0000" in written:
        raise ValidationError(_("A draft has names, and a list of texts for each."), code="fields")
    return found


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


@require_POST
@drafting()
def drop(request: SignedIn, day: Day, access: Access) -> HttpResponseRedirect:
    """Drop a draft and go back to where the form is."""
    drafts.drop(user=request.user, form=request.POST.get("draft", ""))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = resolve_url("rollout:leader")
    return HttpResponseRedirect(back)
