"""The measures of the rollout in sentences: how many of how many, and when the others follow."""

from collections.abc import Iterator

from connectivity.models import Partner
from equipment.models import DeviceNorm, DeviceType
from rollout.figures.results import FacilityResult, MeasureResult
from rollout.models import Milestone
from rollout.programme.councils import meetings
from rollout.programme.milestone_line import targets
from rollout.publishing.brief.sentences.source import Source, among
from rollout.publishing.brief.values import (
    Assumed,
    Count,
    Dated,
    Day,
    Month,
    Name,
    Sentence,
    Several,
    Share,
    Value,
)

# Of what is registered so much is issued: where nothing is, the whole may still be assumed.
OUT_OF = {
    code: (code, "signatures_registered")
    for code in ("signatures_issued", "signatures_authenticated")
}


def case_of(result: MeasureResult) -> str:
    """Which wording of a measure holds: nothing is known, nothing says of how many, nobody counts, all,
    some, none.
    """
    if result.total is None:
        return "unknown" if result.done else "untracked"
    if result.total == 0:
        return "nobody"
    if result.done == 0:
        return "none"
    return "all" if result.counted >= result.total and not result.unknown else "some"


def measured(source: Source, code: str, **more: Value) -> Iterator[Sentence]:
    """What is known of a measure, and of how many facilities it is not known."""
    yield of_measure(source, code, **more)
    result = source.progress.measure(code)
    if result.known and result.unknown:
        values = {
            "unknown": source.count(result.unknown, code, "unknown"),
            "all": source.count(result.facilities, code),
        }
        yield Sentence("not_known_of", values, result.unknown)


def of_measure(source: Source, code: str, **more: Value) -> Sentence:
    result = source.progress.measure(code)
    values = {
        "done": source.count(result.done, code, "done"),
        "total": source.count(result.total, code),
    }
    case = case_of(result)
    count = (result.total or 0) if case == "all" else result.done
    return Sentence(
        f"{code}_{case}", {**values, **more}, count, source.assumed(*OUT_OF.get(code, (code,)))
    )


def equipment(source: Source) -> Iterator[Sentence]:
    servers = source.progress.measure("servers")
    yield from measured(source, "servers")
    if servers.missing:
        yield _bidding(source, servers, servers.missing)
    if source.progress.facilities:
        yield from measured(source, "devices")
        yield from _devices(source)


def _bidding(source: Source, servers: MeasureResult, missing: int) -> Sentence:
    values: dict[str, Value] = {
        "missing": source.count(missing, "servers", "open"),
        "begun": source.count(servers.begun, "servers", "open"),
    }
    by = servers.expected_by
    href = source.link.measure("servers", "open")
    # Who has none is as sure as who has some.
    assumed = Assumed(href) if source.assumed("servers") else None
    if by is None:
        return Sentence("bidding_undated", values, missing, assumed)
    if by < source.on:
        return Sentence("bidding_late", values | {"day": Day(href, by)}, missing, assumed)
    values["month"] = Month(href, by)
    if servers.begun < missing:
        return Sentence("bidding_of_some", values, servers.begun, assumed)
    return Sentence("bidding", values, missing, assumed)


def _devices(source: Source) -> Iterator[Sentence]:
    """What a device system consists of: the types that some norm asks for."""
    norms = DeviceNorm.objects.in_force(source.on, source.known_at).filter(quantity__gt=0)
    types = DeviceType.objects.filter(pk__in=norms.order_by().values("device_type"))
    names = tuple(
        Name(source.link.to("figure", "device", row.code), row.name_vi, row.name_en)
        for row in types.order_by("group", "code")
    )
    if names:
        listed = Several(source.link.measure("devices"), names)
        yield Sentence("device_types", {"types": listed}, len(names))


def signatures(source: Source) -> Iterator[Sentence]:
    yield from measured(source, "signatures_registered")
    if source.progress.measure("signatures_registered").done:
        yield from measured(source, "signatures_issued")
        yield from measured(source, "signatures_authenticated")


def use(source: Source) -> Iterator[Sentence]:
    yield from measured(source, "launched")
    if source.progress.measure("official").facilities:
        yield from measured(source, "official")
    yield from _councils(source)
    yield from _launches(source)


def _councils(source: Source) -> Iterator[Sentence]:
    awaited = sorted(
        (
            (m.scheduled_on, m)
            for m in meetings(source.as_of)
            if m.awaited and m.scheduled_on and m.facility_id in source.facilities
        ),
        key=lambda found: (found[0], found[1].code),
    )
    href = source.link.to("council-list")
    for code, found in (
        ("councils_unruled", [one for one in awaited if one[0] < source.on]),
        ("councils_fixed", [one for one in awaited if one[0] >= source.on]),
    ):
        listed = tuple(Dated(href, source.facility(m.facility_id), day) for day, m in found)
        if found:
            values = {"number": Count(href, len(found)), "meetings": Several(href, listed)}
            yield Sentence(code, values, len(found), among(href, (m.assumed for _day, m in found)))
    if not awaited:
        yield Sentence("councils_none")


def _launches(source: Source) -> Iterator[Sentence]:
    """When those follow that have not launched yet, by the targets that hold."""
    planned = targets(source.as_of)
    waiting = [
        (milestone.target, planned[facility.id][Milestone.LAUNCH].assumed)
        if milestone.target
        else (None, False)
        for facility in source.progress.facilities
        if not _has_launched(facility) and facility.is_known
        for milestone in facility.milestones
        if milestone.code == Milestone.LAUNCH
    ]
    days = sorted(one for one in waiting if one[0])
    late = [one for one in days if one[0] < source.on]
    ahead = [one for one in days if one[0] >= source.on]
    undated = len(waiting) - len(days)
    href = source.link.measure("launched")
    if ahead:
        values = {
            "number": Count(href, len(ahead)),
            "first": Month(href, ahead[0][0]),
            "last": Month(href, ahead[-1][0]),
        }
        one_month = values["first"].plain() == values["last"].plain()
        code = "launch_in" if one_month else "launch_between"
        yield Sentence(code, values, len(ahead), among(href, (one[1] for one in ahead)))
    if late:
        values = {"number": Count(href, len(late))}
        yield Sentence("launch_late", values, len(late), among(href, (one[1] for one in late)))
    if undated:
        yield Sentence("launch_undated", {"number": Count(href, undated)}, undated)


def _has_launched(facility: FacilityResult) -> bool:
    """Whoever is past the launch has launched, though its day may not be on record."""
    later = (Milestone.LAUNCH, Milestone.OFFICIAL, Milestone.PORTAL)
    return any(m.actual for m in facility.milestones if m.code in later)


def connection(source: Source) -> Iterator[Sentence]:
    partner = Partner.objects.filter(counted=True).order_by("pk").first()
    if partner is None:
        yield Sentence("partner_none")
        return
    for code in ("connected_public", "connected_private"):
        result = source.progress.measure(code)
        if code == "connected_private" and not result.facilities:
            continue
        href = source.link.measure(code)
        yield from measured(
            source,
            code,
            partner=Name(href, partner.name_vi, partner.name_en),
            share=Share(href, result.share),
        )
