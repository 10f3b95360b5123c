"""From nothing to the first summary: what is there already, what comes next, and who may do it."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.models import Area, RoleAssignment
from facilities.permissions import Access
from rollout.day import Day, areas_on
from rollout.figures.reader import steered
from rollout.models import Programme, Tracking
from rollout.pages.actions import Action, Sent
from rollout.pages.forms.starting import AreasForm, ProvinceForm
from rollout.pages.page import Page, SignedIn, page
from rollout.programme.beginning import add_areas, begin_programme, provinces
from rollout.programme.provinces import province_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the beginning. `count`: how many there are; 0: it is still to be done."""

    code: str
    title: "StrOrPromise"
    what: "StrOrPromise"  # in a sentence
    who: "StrOrPromise"  # may do it
    may: bool  # this reader may
    count: int
    url: str = ""
    button: "StrOrPromise" = ""
    second_url: str = ""
    second: "StrOrPromise" = ""
    needs: str = ""  # the step that must come first

    @property
    def is_done(self) -> bool:
        return self.count > 0


DEPARTMENT = gettext_lazy("the Department of Health")
EITHER = gettext_lazy("the Department of Health or the administrator")


@page(lambda access: access.begins_programme, section="start", stored=False)
def start(request: SignedIn, day: Day, access: Access) -> Page:
    """One province after another: what is there of the one looked at, and how another begins."""
    begun = {
        one.area_id: one for one in Programme.objects.select_related("area").order_by("begun_at")
    }
    looked_at = steered(day.now)
    names = {one.area_id: one.name for one in looked_at}
    province = province_of(looked_at, areas_on(day.now), day.area_code) if day.area else None
    programme = begun.get(province.area_id) if province else next(iter(begun.values()), None)
    codes = {pk: one.code for one in looked_at for pk in one.begun_in}
    province_code = codes.get(programme.area_id, "") if programme else ""
    sent = Sent(request)
    here = f"{reverse('rollout:start')}{'?' + day.query if day.query else ''}"
    actions = {}
    if programme is not None:
        inside = programme.area
        actions["areas"] = Action(
            sent.form("areas", AreasForm),
            lambda given, change_set: add_areas(
                areas=given["areas"],
                level=given["level"],
                inside=inside,
                since=given["since"],
                by=request.user,
            ),
            gettext_lazy("Add areas"),
        )
    if programme is None or _begins_another(access):
        actions["province"] = Action(
            sent.form("province", ProvinceForm, today=day.today),
            lambda given, change_set: begin_programme(
                name_vi=given["name_vi"],
                name_en=given["name_en"],
                areas=given["areas"],
                level=given["level"],
                since=given["since"],
                by=request.user,
            ),
            gettext_lazy("Begin another province")
            if programme
            else gettext_lazy("Name of the province and its areas"),
        )
    status = 200
    if request.method == "POST":
        if done := sent.carry_out(actions, here=here):
            return done
        status = 400
    do, action = next(iter(actions.items()))
    of_one = province_code if len(looked_at) > 1 else ""
    steps = _steps(day, access, programme, of_one)
    return (
        "start/start.html",
        {
            "steps": steps,
            "next": next((step for step in steps if not step.is_done), None),
            "programme": programme,
            "provinces": provinces(),
            "by_area": len(looked_at) > 1,
            "steered": looked_at if len(looked_at) > 1 else (),
            "looked_at": names.get(programme.area_id, "") if programme else "",
            "do": do,
            "action": action,
            "another": actions.get("province") if programme else None,
            "change_set": uuid.uuid4(),
        },
        status,
    )


def _begins_another(access: Access) -> bool:
    """One more province is for whoever is of all of them."""
    return access.manages_users or access.keeps_registers


def _steps(day: Day, access: Access, programme: Programme | None, inside: str) -> list[Step]:
    """In their order. Each is done once something of it is there. `inside`: of one province of several."""
    facilities = in_area(AsOf(day.today), inside).on(day.today)
    held = RoleAssignment.objects.on(day.today)
    areas = Area.objects.count()
    tracked = (
        Tracking.objects.in_force(day.today).filter(is_tracked=True).values("measure").distinct()
    )
    register_of_people = "all-people" if access.manages_users else "people"
    tree = areas_on(day.now)
    if inside:
        tree = areas_on(day.now)
        province = tree.find(inside)
        within = tree.within(province) if province else frozenset()
        areas = len(within)
        tracked = tracked.filter(area__in=within)
        of_facilities = [facility.id for facility in facilities]
        held = held.filter(Q(area__in=within) | Q(facility__in=of_facilities))
    people = held.values("user").distinct().count()
    return [
        Step(
            "province",
            _("The province and its areas"),
            _("Its name stands on every page; areas tell where a facility lies."),
            EITHER,
            access.begins_programme,
            int(programme is not None) and areas,
        ),
        Step(
            "facilities",
            _("The facilities"),
            _("Paste a table or bring a file; the template has the columns. One by one works too."),
            DEPARTMENT,
            access.keeps_registers,
            len(facilities),
            reverse("rollout:import-new", args=["facilities"]),
            _("Bring a table"),
            reverse("rollout:import-template", args=["facilities", "xlsx"]),
            _("Template (Excel)"),
            "province",
        ),
        Step(
            "tracking",
            _("What is kept, and since when"),
            _(
                "Until somebody says that an indicator is tracked, silence about it means “not "
                "known”."
            ),
            DEPARTMENT,
            access.keeps_registers,
            tracked.count(),
            reverse("rollout:tracking"),
            _("Say what is tracked"),
            needs="facilities",
        ),
        Step(
            "people",
            _("The people"),
            _(
                "Who records for a facility, who decides, who only reads: each with a role and a place."
            ),
            EITHER,
            access.manages_users or access.keeps_registers,
            people if inside else max(0, people - 1),
            reverse("rollout:import-new", args=[register_of_people]),
            _("Bring a table"),
            reverse("rollout:import-template", args=[register_of_people, "xlsx"]),
            _("Template (Excel)"),
        ),
    ]


def is_wanted(access: Access) -> bool:
    """Whether this reader should be led: nothing is there yet, and the reader may begin."""
    return access.begins_programme and not Programme.objects.exists()
