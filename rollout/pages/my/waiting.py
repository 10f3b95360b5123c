"""Certificates that wait for a step: its day for all of them, or for those that are ticked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities.as_of import AsOf
from facilities.models import ChangeSet
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, Refused, begin, enter_rows, writing_of
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry
from rollout.day import Day
from rollout.pages.my.page import Own, my, own, own_register
from rollout.pages.my.row import ROWS_A_PAGE, AnswerForm, home_of, paper_of
from rollout.pages.page import Page, SignedIn
from rollout.registers import drafts
from rollout.registers.todo import WAITING_FOR, waiting_for
from signatures.certificates import certificates

NAMED = 3  # so many of the certificates that cannot be so are named


class StepForm(AnswerForm):
    """The day of a step for many certificates."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, asks_reason=False, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for column in self.columns:
            if column.code not in self.errors and not cleaned.get(column.code):
                self.add_error(column.code, _("Fill this in."))
        return cleaned


@my()
def waiting(request: SignedIn, day: Day, access: Access, step: str) -> Page:
    """Some or all of them on one day, with one paper."""
    if step not in WAITING_FOR:
        raise Http404
    me = own(request, day, access)
    register = own_register("certificates")
    column = register.column(step)
    as_of = AsOf(day.today, facility_ids=frozenset({me.facility.pk}))
    found = waiting_for(certificates(as_of), step)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))

    name = drafts.of_step(step, me.facility.pk, page.number)
    draft, goes_on = drafts.find(request.user, name), request.GET.get("draft") == "yes"
    kept = draft.fields if draft and goes_on else {}
    form = StepForm(
        register,
        [column],
        {},
        request.POST or None,
        request.FILES or None,
        initial=drafts.initial(draft if goes_on else None, [column]),
    )
    ticked, all_ticked = kept.get("row", []), kept.get("all") == ["yes"]
    if form.is_bound:
        ticked, all_ticked = request.POST.getlist("row"), request.POST.get("all") == "yes"
        keys = [row.certificate.pk for row in found]
        chosen = keys if all_ticked else [key for key in keys if str(key) in set(ticked)]
        if answered := _answered(request, day, register, me, step, chosen, form):
            return answered
    context = {
        "me": me,
        "step": step,
        "column": column,
        "form": form,
        "rows": page,
        "count": len(found),
        "ticked": ticked,
        "all_ticked": all_ticked,
        "draft": None if goes_on or form.is_bound else draft,
        "draft_name": name,
    }
    return "my/certificates.html", context, 400 if form.is_bound else 200


def _answered(
    request: SignedIn,
    day: Day,
    register: Register,
    me: Own,
    step: str,
    keys: list[int],
    form: StepForm,
) -> HttpResponseRedirect | None:
    """Where to go once it is stored; None when the form says what is wrong."""
    if not form.is_valid():
        return None
    if not keys:
        form.add_error(None, _("Tick at least one."))
        return None
    try:
        count = store(request, day, register, me, step, keys, form)
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
    except ValidationError as error:
        form.refuse(error)
        return None
    else:
        text = ngettext("%(count)s saved.", "%(count)s saved.", count)
        messages.success(request, text % {"count": count})
    return home_of(me.facility)


@transaction.atomic
def store(
    request: SignedIn,
    day: Day,
    register: Register,
    me: Own,
    step: str,
    keys: list[int],
    form: StepForm,
) -> int:
    """All chosen certificates or none: how many. Raises ValidationError naming those that cannot be so."""
    change_set = begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=form.cleaned_data["change_set"],
        facility=me.facility,
    )
    rows = register.model.objects.in_bulk(keys)
    reasons = form.reasons
    entries = [
        RowEntry(rows[key], old, old | form.written, because=reasons)
        for key, old in register.values(keys, day.today).items()
    ]
    _judge(register, entries, step, day)
    paper = paper_of(request, form, register.column(step).heading())
    enter_rows(register, entries, writing_of(change_set, on=day.today, document=paper))
    drafts.drop_all(user=request.user, beginning=drafts.of_step(step, me.facility.pk))
    return len(entries)


def _judge(register: Register, entries: list[RowEntry], step: str, day: Day) -> None:
    """Raises Refused for what is impossible, else for what is odd and has no reason."""
    wrong: list[str] = []
    odd: list[str] = []
    for entry, found in zip(entries, register.problems(entries, day.today), strict=True):
        for texts, problems in ((wrong, found.errors), (odd, found.warnings)):
            texts += [
                f"{register.title(entry.old)}: {text}"
                for many in problems.values()
                for text in many
            ]
    if wrong:
        raise Refused({step: _few(wrong)}, set())
    if odd and not entries[0].because:
        raise Refused({step: [*_few(odd), _("If it is right, give the reason.")]}, {step})


def _few(texts: list[str]) -> list[str]:
    more = len(texts) - NAMED
    rest = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    return texts if more <= 0 else [*texts[:NAMED], rest]
