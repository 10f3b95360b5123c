"""Who sat together about what, and how many facilities it is about."""

from collections.abc import Iterator

from rollout.publishing.brief.sentences.source import Source
from rollout.publishing.brief.values import Count, Day, Name, Sentence


def opening(source: Source) -> Iterator[Sentence]:
    progress, link = source.progress, source.link
    province = Name(link.to("leader"), progress.name_vi, progress.name_en)
    session = source.session
    if session is None:
        yield Sentence(
            "day_alone", {"day": Day(link.to("leader"), source.on), "province": province}
        )
    else:
        sessions = link.to("session", session.pk)
        values = {
            "chair": Name(sessions, session.chair, session.chair_en),
            "day": Day(sessions, session.held_on),
            "about": Name(sessions, session.name_vi, session.name_en),
        }
        code = "session_held" if session.held_on <= source.on else "session_planned"
        if session.participants_vi:
            participants = Name(sessions, session.participants_vi, session.participants_en)
            yield Sentence(f"{code}_with", values | {"participants": participants})
        else:
            yield Sentence(code, values)
        if session.held_on != source.on:
            yield Sentence("figures_of", {"day": Day(link.to("leader"), source.on)})
    yield _scope(source, province)


def _scope(source: Source, province: Name) -> Sentence:
    progress = source.progress

    def rows(scope: str) -> str:
        return source.link.to("overall", scope=scope, counting="facilities")

    public = Count(rows("public"), progress.public)
    private = Count(rows("private"), progress.private)
    if progress.public and progress.private:
        values = {"province": province, "public": public, "private": private}
        return Sentence("scope_both", values, progress.public)
    if progress.private:
        return Sentence(
            "scope_private", {"province": province, "private": private}, progress.private
        )
    if progress.public:
        return Sentence("scope_public", {"province": province, "public": public}, progress.public)
    return Sentence("scope_none", {"province": province})
