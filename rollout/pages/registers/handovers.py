"""Hand-over minutes of a facility: made ward by ward, signed, photographed back; who has not signed yet."""

import uuid
from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from facilities.forms import PaperField
from facilities.models import ChangeSet, FacilityName, LogEntry
from facilities.papers import store_paper
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from rollout.day import Day
from rollout.pages.forms.fields import DayField
from rollout.pages.forms.reporting import OnceForm
from rollout.pages.page import Page, SignedIn, page
from rollout.pages.publishing.papers import DOCX
from rollout.publishing.papers.kind import Asked, NoSuchSubject
from rollout.publishing.papers.kinds import handover
from signatures.handovers import Minutes, minutes, sign
from signatures.names import note


class SignedForm(OnceForm):
    """The signed copy, and the day on it."""

    day = DayField(label=gettext_lazy("Signed on"))
    file = PaperField()

    def clean_day(self) -> object:
        day = self.cleaned_data["day"]
        if day > self.initial["today"]:
            raise ValidationError(_("This day is still to come. Record it once it has happened."))
        return day


def _facility(code: str, day: Day, access: Access) -> FacilityName:
    names = FacilityName.objects.in_force(day.today).filter(facility__code=code)
    found = names.select_related("facility").last()
    if found is None:
        raise Http404
    if not access.records_for(found.facility_id):
        raise PermissionDenied
    return found


@page(lambda access: access.records_facts, stored=False)
def handovers(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """All minutes; of the one asked for (`?batch=&unit=`) who has not signed, and the form for the copy."""
    name = _facility(code, day, access)
    found = minutes(name.facility_id, day.today)
    asked = (request.GET.get("batch", ""), request.GET.get("unit", ""))
    chosen = next((one for one in found if (one.batch, one.unit) == asked), None)
    if chosen is None and "unit" not in request.GET and len(found) == 1:
        chosen = found[0]
    form = SignedForm(
        request.POST or None,
        request.FILES or None,
        initial={"day": day.today, "today": day.today},
        auto_id="signed-%s",
    )
    status = 200
    if request.method == "POST":
        if chosen is None:
            raise Http404
        if done := _signed(request, day, name, chosen, form):
            return done
        status = 400
    if chosen is not None:
        note(
            counts=Counter({name.facility_id: len(chosen.signers)}),
            register="certificates",
            by=request.user,
            how=LogEntry.Kind.PAGE,
        )
    context = {
        "name": name.name,
        "code": code,
        "minutes": found,
        "chosen": chosen,
        "form": form,
        "ticked": request.POST.getlist("row"),
        "change_set": uuid.uuid4(),
    }
    return "registers/handovers.html", context, status


def _signed(
    request: SignedIn, day: Day, name: FacilityName, chosen: Minutes, form: SignedForm
) -> HttpResponseRedirect | None:
    """Where to go once it is stored; None when the form says what is wrong."""
    if not form.is_valid():
        return None
    ticked = set(request.POST.getlist("row"))
    signers = [one for one in chosen.waiting if str(one.certificate.pk) in ticked]
    if not signers:
        form.add_error(None, _("Tick at least one."))
        return None
    given = form.cleaned_data
    here = reverse("rollout:handovers", args=[name.facility.code])
    try:
        with transaction.atomic():
            change_set = begin(
                kind=ChangeSet.Kind.FORM,
                by=request.user,
                change_set_id=given["change_set"],
                facility=name.facility,
            )
            title = ", ".join(filter(None, (_("Hand-over minutes"), chosen.batch, chosen.unit)))
            paper = store_paper(
                upload=given["file"], title=title[:300], by=request.user, issued_on=given["day"]
            )
            count = sign(
                signers=signers,
                on=given["day"],
                today=day.today,
                paper=paper,
                change_set=change_set,
            )
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return HttpResponseRedirect(here)
    except ValidationError as error:
        form.refuse(error)
        return None
    said = ngettext("%(count)s signed.", "%(count)s signed.", count)
    messages.success(request, said % {"count": count})
    left = urlencode({"batch": chosen.batch, "unit": chosen.unit})
    return HttpResponseRedirect(f"{here}?{left}")


@page(lambda access: access.records_facts, stored=False)
def handover_minutes(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """The minutes of a batch, or of one of its units, to be signed."""
    from rollout.publishing.papers.word import as_docx  # large: for whoever asks for one

    name = _facility(code, day, access)
    batch, unit = request.GET.get("batch", ""), request.GET.get("unit", "")
    about = f"{handover.CERTIFICATES}{batch}" + (f"{handover.WARD}{unit}" if unit else "")
    asked = Asked(day.today, about=about, places=frozenset({name.facility_id}))
    try:
        made = handover.build(asked)
    except NoSuchSubject as error:
        raise Http404 from error
    file_name = f"{made.file_name}-{day.today:%Y-%m-%d}.docx"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return HttpResponse(as_docx(made), content_type=DOCX, headers=headers)
