"""One thing, several verbs: the forms that stand on its page, and storing the one that was sent."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy

from facilities.books.entering import AlreadySent, begin
from facilities.models import Act, Document
from facilities.papers import store_paper
from rollout.forms.reporting import OnceForm


@dataclass(frozen=True, slots=True)
class Verb:
    """A form, and what stores it: called with what was given and the act it belongs to.

    `title`: what the form is headed with. `to`: where to go on afterwards, if not back to the page.
    `said`: what the reader is told when it is done. `answers_by_message`: the form has no place of
    its own to show its errors (a short "withdraw").
    """

    form: OnceForm
    write: Callable[[dict, Act], object]
    title: object = ""
    to: str = ""
    said: object = gettext_lazy("Stored.")
    answers_by_message: bool = False


class Sent:
    """What was sent to a page of verbs: makes its forms, and carries out the one that was meant."""

    def __init__(self, request):
        self.request = request
        self.do = request.POST.get("do", "") if request.method == "POST" else ""

    def form(self, do: str, form: type[OnceForm], **options) -> OnceForm:
        """A form of the page; the one that was sent holds what was typed."""
        request = self.request
        data, files = (request.POST, request.FILES) if do == self.do else (None, None)
        return form(data, files, auto_id=f"{do}-%s", **options)

    def carry_out(self, verbs: dict[str, Verb], *, here: str) -> HttpResponseRedirect | None:
        """Store what was sent. None: a form has to be shown again, with status 400.

        PermissionDenied for a verb that is not among those offered to this reader.
        """
        verb = verbs.get(self.do)
        if verb is None:
            raise PermissionDenied
        form = verb.form
        try:
            if form.is_valid():
                given = form.cleaned_data
                with transaction.atomic():
                    act = begin(
                        kind=Act.Kind.FORM,
                        by=self.request.user,
                        act_id=given["act"],
                        because=given.get("because") or "",
                    )
                    verb.write(given, act)
                messages.success(self.request, str(verb.said))
                return HttpResponseRedirect(verb.to or here)
        except AlreadySent as error:
            messages.info(self.request, " ".join(error.messages))
            return HttpResponseRedirect(here)
        except ValidationError as error:
            form.refuse(error)
        form.focus_on_wrong()
        if verb.answers_by_message:
            for problems in form.errors.values():
                messages.error(self.request, " ".join(problems))
        return None


def stored_paper(given: dict, title: str, *, by, **described) -> Document | None:
    """The document of the paper that came with a form; None without one."""
    upload = given.get("paper")
    if not upload:
        return None
    try:
        return store_paper(upload=upload, title=title[:300], by=by, **described)
    except ValidationError as error:
        raise ValidationError({"paper": error.messages}) from None
