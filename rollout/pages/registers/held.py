"""All that is held on one person, as a page and as a file; each time it is read stands in the access log."""

from tempfile import TemporaryFile

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from facilities import access_log
from facilities.models import LogEntry, User
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.page import Page, SignedIn, page
from rollout.registers import held
from rollout.registers.exports import XLSX
from signatures.models import Certificate, StaffMember

SUBJECT = "person"  # of a line in the access log


@page(lambda access: True, stored=False)
def own(request: SignedIn, day: Day, access: Access) -> Page:
    """Whoever signs in reads what is held on them; nobody else is told."""
    return _shown(request, str(request.user), held.of_account(request.user))


@page(lambda access: access.manages_users, stored=False)
def of_user(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    """The administrator answers somebody who asks."""
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404
    access_log.note(_how(request), by=request.user, about=user, subject=SUBJECT, count=1)
    return _shown(request, str(user), held.of_account(user))


@page(lambda access: access.sees_summary, stored=False)
def of_row(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """Of whoever stands in a row of the staff list or holds a certificate."""
    row = _row(code, pk)
    if row is None:
        raise Http404
    if not access.sees_names_in(row.facility_id):
        raise PermissionDenied
    person = held.person_of(row)
    access_log.note(
        _how(request),
        by=request.user,
        facility_id=row.facility_id,
        subject=SUBJECT,
        count=1,
    )
    return _shown(request, person.name or _("no name"), held.of_person(person))


def _row(code: str, pk: int) -> StaffMember | Certificate | None:
    if code == "staff":
        return StaffMember.objects.select_related("facility").filter(pk=pk).first()
    if code == "certificates":
        return Certificate.objects.select_related("facility").filter(pk=pk).first()
    return None


def _how(request: SignedIn) -> str:
    return LogEntry.Kind.EXPORT if _is_file(request) else LogEntry.Kind.PAGE


def _is_file(request: SignedIn) -> bool:
    return request.GET.get("form") == "xlsx"


def _shown(request: SignedIn, name: str, sections: list[held.Section]) -> Page:
    if _is_file(request):
        return _file(sections)
    empty = ", ".join(section.title.lower() for section in sections if not section.rows)
    return "registers/held.html", {"name": name, "sections": sections, "empty": empty}


def _file(sections: list[held.Section]) -> HttpResponseBase:
    stream = TemporaryFile()  # noqa: SIM115 - the response closes it
    held.write_file(sections, stream)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename="held.xlsx", content_type=XLSX)
