"""One thing, several verbs: the forms that stand on its page, and storing the one that was sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from facilities.models import ChangeSet, Document, Record, User
from facilities.papers import store_paper
from facilities.registers.entering import AlreadySent, begin
from facilities.services import withdraw
from rollout.pages.forms.reporting import OnceForm
from rollout.pages.page import SignedIn

Write = Callable[[dict[str, Any], ChangeSet], object]
Asking = TypeVar("Asking", bound=OnceForm)


@dataclass(frozen=True, slots=True)
class Action:
    """A form, and what stores it: called with what was given and the change set it belongs to.

    `title`: what the form is headed with. `to`: where to go on afterwards, if not back to the page.
    `said`: what the reader is told when it is done. `answers_by_message`: the form has no place of
    its own to show its errors (a short "withdraw").
    """

    form: OnceForm
    write: Write
    title: object = ""
    to: str = ""
    said: object = gettext_lazy("Saved.")
    answers_by_message: bool = False


class Sent:
    """What was sent to a page of verbs: makes its forms, and carries out the one that was meant."""

    def __init__(self, request: SignedIn) -> None:
        self.request = request
        self.do = request.POST.get("do", "") if request.method == "POST" else ""

    def form(self, do: str, form: type[Asking], **options: Any) -> Asking:
        """A form of the page; the one that was sent holds what was typed."""
        request = self.request
        data, files = (request.POST, request.FILES) if do == self.do else (None, None)
        return form(data, files, auto_id=f"{do}-%s", **options)

    def carry_out(self, actions: dict[str, Action], *, here: str) -> HttpResponseRedirect | None:
        """Store what was sent. None: a form has to be shown again, with status 400.

        PermissionDenied for a verb that is not among those offered to this reader.
        """
        action = actions.get(self.do)
        if action is None:
            raise PermissionDenied
        form = action.form
        try:
            if form.is_valid():
                given = form.cleaned_data
                with transaction.atomic():
                    change_set = begin(
                        kind=ChangeSet.Kind.FORM,
                        by=self.request.user,
                        change_set_id=given["change_set"],
                        because=given.get("because") or "",
                    )
                    action.write(given, change_set)
                messages.success(self.request, str(action.said))
                return HttpResponseRedirect(action.to or here)
        except AlreadySent as error:
            messages.info(self.request, " ".join(error.messages))
            return HttpResponseRedirect(here)
        except ValidationError as error:
            form.refuse(error)
        form.focus_on_wrong()
        if action.answers_by_message:
            for problems in form.errors.values():
                messages.error(self.request, " ".join(map(str, problems)))
        return None


def taking_back(model: type[Record], *, by: User, **whose: object) -> Write:
    """Withdraws the entry of `model` that was asked for, if it is one about `whose`."""

    def write(given: dict[str, Any], change_set: ChangeSet) -> None:
        fact = get_object_or_404(model, pk=given["row"], **whose)
        withdraw(fact=fact, because=given["because"], by=by)

    return write


def stored_paper(given: dict, title: str, *, by: User, **described: Any) -> Document | None:
    """The document of the paper that came with a form; None without one."""
    upload = given.get("paper")
    if not upload:
        return None
    try:
        return store_paper(upload=upload, title=title[:300], by=by, **described)
    except ValidationError as error:
        raise ValidationError({"paper": error.messages}) from None
