"""Papers that prove what is written: brought once, then named by their number."""

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from facilities.models import ApiToken, ChangeSet
from facilities.papers import store_paper
from rollout.api import acts
from rollout.api.acting import ActView, described


class PapersView(ActView):
    """For everybody who may write something that a paper proves."""

    parser_classes = [MultiPartParser]
    other = ApiToken.Scope.PROGRAMME_WRITE

    @described(
        "paper_add",
        "Bring a paper",
        "As multipart/form-data. The same file again is the paper there is already. Its number is "
        "named by rows, steps and acts as their paper. By a key of the scope registers:write or "
        "programme:write, for accounts that record facts or have a part in directives. Files are "
        "read in person.",
        acts.NewPaper,
        answer=acts.StoredPaper,
        code=status.HTTP_201_CREATED,
        media_type="multipart/form-data",
    )
    def post(self, request: Request) -> HttpResponseBase:
        if self.access.lacks(self.needs) and not self.access.lacks(self.other):
            self.needs = self.other
        access = self.as_whom(request)
        if not (access.records_facts or access.sees_directives):
            self.permission_denied(
                request, message=_("Your account writes nothing that a paper proves.")
            )
        asked = self.asked(request, acts.NewPaper)

        def write(change_set: ChangeSet) -> dict:
            paper = store_paper(
                upload=asked["file"],
                title=asked["title"],
                number=asked.get("number", ""),
                issuer=asked.get("issuer", ""),
                issued_on=asked.get("issued_on"),
                by=change_set.by,
            )
            return {"paper": paper.pk, "sha256": paper.sha256}

        return self.carry_out(request, write, code=status.HTTP_201_CREATED)
