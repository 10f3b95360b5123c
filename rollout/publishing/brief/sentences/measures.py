"""The measures of the rollout in sentences: how many of how many, and when the others follow."""

from collections.abc import Iterable, Iterator

from connectivity.models import Partner
from equipment.models import DeviceNorm, DeviceType
from rollout.figures import awaited
from rollout.figures.awaited import Awaited
from rollout.figures.results import MeasureResult
from rollout.programme.councils import awaited_meetings, fixed, unruled
from rollout.publishing.brief.sentences.source import Source, among
from rollout.publishing.brief.values import (
    Count,
    Dated,
    Day,
    Month,
    Name,
    NothingSince,
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
    return "some" if result.missing or result.unknown else "all"


def measured(source: Source, code: str, **more: Value) -> Iterator[Sentence]:
    """What is known of a measure, and of how many facilities it is not known."""
    yield of_measure(source, code, **more)
    result = source.progress.measure(code)
    if result.known and result.unknown:
        values = {
            "unknown": Count(source.link.measure(code, "unknown"), result.unknown),
            "all": Count(source.link.measure(code), result.facilities),
        }
        yield Sentence("not_known_of", values, result.unknown)
    if result.beyond:
        count = Count(source.link.measure(code, "beyond"), result.beyond)
        yield Sentence("beyond", {"beyond": count}, result.beyond)


def _of_whom(result: MeasureResult) -> str:
    """Which rows the total is of."""
    if result.not_obliged:
        return "obliged"
    return "known" if result.unknown else ""


def of_measure(source: Source, code: str, **more: Value) -> Sentence:
    result = source.progress.measure(code)
    case = case_of(result)
    values: dict[str, Value] = {}
    if case != "untracked":  # else there is no number
        whole = source.link.total(code, show=_of_whom(result))
        values["done"] = Count(source.link.done(code), result.done)
        values["total"] = Count(whole, result.total)
    count = (result.total or 0) if case == "all" else result.done
    stale = result.nothing_since
    return Sentence(
        f"{code}_{case}",
        {**values, **more},
        count,
        source.assumed(*OUT_OF.get(code, (code,))),
        NothingSince(source.link.measure(code), stale) if stale else None,
    )


def equipment(source: Source) -> Iterator[Sentence]:
    yield from measured(source, "servers")
    yield from _bidding(source)
    if source.progress.facilities:
        yield from measured(source, "devices")
        yield from _devices(source)


def _bidding(source: Source) -> Iterator[Sentence]:
    """When those without a server are to have one, by where their files stand."""
    missing = source.progress.awaited["servers"]
    groups = _by_reason(missing)
    if ahead := groups.get(awaited.BIDDING):
        href = source.link.measure("servers", awaited.BIDDING)
        values: dict[str, Value] = {
            "missing": Count(source.link.measure("servers", "open"), len(missing)),
            "month": Month(href, max(one.day for one in ahead if one.day)),
        }
        assumed = among(href, (one.assumed for one in ahead))
        if len(ahead) < len(missing):
            values["number"] = Count(href, len(ahead))
            yield Sentence("bidding_of_some", values, len(ahead), assumed)
        else:
            values["missing"] = Count(href, len(missing))
            yield Sentence("bidding", values, len(missing), assumed)
    if late := groups.get(awaited.BIDDING_LATE):
        href = source.link.measure("servers", awaited.BIDDING_LATE)
        values = {
            "number": Count(href, len(late)),
            "day": Day(href, max(one.day for one in late if one.day)),
        }
        assumed = among(href, (one.assumed for one in late))
        yield Sentence("bidding_late", values, len(late), assumed)
    for why, code in (
        (awaited.AWARDED, "bidding_ended"),
        (awaited.BIDDING_UNDATED, "bidding_undated"),
    ):
        if found := groups.get(why):
            number = Count(source.link.measure("servers", why), len(found))
            yield Sentence(code, {"number": number}, len(found))


def _by_reason(found: Iterable[Awaited]) -> dict[str, list[Awaited]]:
    groups: dict[str, list[Awaited]] = {}
    for one in found:
        groups.setdefault(one.why, []).append(one)
    return groups


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
    waiting = awaited_meetings(source.as_of)
    for code, show, found in (
        ("councils_unruled", "unruled", unruled(waiting, source.on)),
        ("councils_fixed", "fixed", fixed(waiting, source.on)),
    ):
        if found:
            href = source.link.to("council-list", show=show, counting="councils")
            listed = tuple(
                Dated(href, source.facility(m.facility_id), m.scheduled_on)
                for m in found
                if m.scheduled_on
            )
            values = {"number": Count(href, len(found)), "meetings": Several(href, listed)}
            yield Sentence(code, values, len(found), among(href, (m.assumed for m in found)))
    if not waiting:
        yield Sentence("councils_none")


def _launches(source: Source) -> Iterator[Sentence]:
    """When those follow that have not launched yet, by the targets that hold."""
    groups = _by_reason(source.progress.awaited["launched"])
    if ahead := groups.get(awaited.LAUNCH_AHEAD):
        href = source.link.measure("launched", awaited.LAUNCH_AHEAD)
        days = [one.day for one in ahead if one.day]
        values: dict[str, Value] = {
            "number": Count(href, len(ahead)),
            "first": Month(href, min(days)),
            "last": Month(href, max(days)),
        }
        one_month = values["first"].plain() == values["last"].plain()
        code = "launch_in" if one_month else "launch_between"
        yield Sentence(code, values, len(ahead), among(href, (one.assumed for one in ahead)))
    if late := groups.get(awaited.LAUNCH_LATE):
        href = source.link.measure("launched", awaited.LAUNCH_LATE)
        values = {
            "number": Count(href, len(late)),
            "day": Day(href, max(one.day for one in late if one.day)),
        }
        assumed = among(href, (one.assumed for one in late))
        yield Sentence("launch_late", values, len(late), assumed)
    if undated := groups.get(awaited.LAUNCH_UNDATED):
        href = source.link.measure("launched", awaited.LAUNCH_UNDATED)
        yield Sentence("launch_undated", {"number": Count(href, len(undated))}, len(undated))


def connection(source: Source) -> Iterator[Sentence]:
    partner = Partner.objects.filter(counted=True).order_by("pk").first()
    if partner is None:
        yield Sentence("partner_none")
        return
    for code in ("connected_public", "connected_private"):
        result = source.progress.measure(code)
        if code == "connected_private" and not result.facilities:
            continue
        href = source.link.measure(code, counting="share")
        yield from measured(
            source,
            code,
            partner=Name(href, partner.name_vi, partner.name_en),
            share=Share(href, result.share),
        )
