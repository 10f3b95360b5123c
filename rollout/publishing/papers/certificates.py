"""The letter that asks the Cipher Committee for certificates, with the list of its form as an annex.

Not among the kinds of paper that can be asked for by an address: it is made of what somebody has just
sent and what is kept nowhere.
"""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rollout.publishing.papers import wording
from rollout.publishing.papers.paper import Bullets, Paper, Paragraph, Signature, Table
from signatures.sheets.fields import Form

SMALL = 9  # points: eleven columns must stand beside each other


def letter(
    form: Form,
    rows: Sequence[tuple[str, ...]],
    *,
    facility: str,
    superior: str,
    place: str,
    on: date,
) -> Paper:
    """`rows`: of the finished sheet. `superior`: the body above the facility; "" for none."""
    subject = _("On %(subject)s") % {"subject": str(form.subject)}
    return Paper(
        superior=superior.upper(),
        issuer=facility.upper(),
        number=_("No.:        /%(kind)s") % {"kind": "……"},
        place=place,
        on=on,
        kind="",
        subject=subject,
        addressees=(
            _(
                "Authority of Digital Certification and Information Security, Government Cipher "
                "Committee"
            ),
        ),
        blocks=(
            Paragraph(
                _(
                    "%(facility)s asks the Authority for %(subject)s, by the list attached (%(form)s)."
                )
                % {"facility": facility, "subject": str(form.subject), "form": str(form.label)}
            ),
            Paragraph(
                "",
                bold=_("1. Who receives the devices")
                if form.code != "06"
                else _("1. Who helps with the restoring"),
            ),
            Bullets(
                tuple(
                    f"{label}: {wording.BLANK};"
                    for label in (
                        _("Full name"),
                        _("Personal ID number, day and place of issue"),
                        _("Position"),
                        _("Mobile telephone number"),
                        _("Official e-mail address"),
                        _("Address"),
                    )
                )
            ),
            Paragraph(
                "", bold=_("2. The list is attached: %(count)s rows.") % {"count": len(rows)}
            ),
        ),
        signatures=(
            Signature(
                (pgettext("signature", "HEAD OF THE FACILITY"),),
                "",
                _("(signature, full name, seal)"),
            ),
        ),
        recipients=(_("As above;"), _("Filed: Registry, IT.")),
        annex=(
            Paragraph(_("Annex"), centred=True, italic=False),
            Table(
                head=tuple(str(text) for text in form.columns),
                rows=tuple(rows),
                widths=form.widths,
                caption=str(form.label),
                size=SMALL,
            ),
        ),
        wide_annex=True,
    )
