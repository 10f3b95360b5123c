from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from facilities import clock
from rollout.api.answer import answer_of
from rollout.api.document import progress_document
from rollout.day import parse_date, parse_moment
from rollout.figures.plain_text import progress_text
from rollout.figures.progress import progress

Read = TypeVar("Read", date, datetime)


def argument(parse: Callable[[str], Read]) -> Callable[[str], Read]:
    """A reader of day or moment whose complaint reaches the person at the terminal."""

    def read(text: str) -> Read:
        try:
            return parse(text)
        except ValueError as error:
            raise ArgumentTypeError(error) from None

    return read


class Command(BaseCommand):
    help = "Print the progress of the province on a day: the document of GET /api/v1/progress/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=argument(parse_date), help="The day; today if absent.")
        parser.add_argument(
            "--known-at",
            type=argument(parse_moment),
            help="As it was known at this moment; a day means its end.",
        )
        parser.add_argument(
            "--compare", type=argument(parse_date), help="A day to hold it against."
        )
        parser.add_argument("--json", action="store_true", help="The very JSON of the API.")
        parser.add_argument(
            "--lang",
            choices=list(dict(settings.LANGUAGES)),
            default=settings.LANGUAGE_CODE,
            help="Language of labels. Default: %(default)s.",
        )

    def handle(
        self,
        *,
        on: date | None,
        known_at: datetime | None,
        compare: date | None,
        json: bool,
        lang: str,
        **options: object,
    ) -> None:
        with translation.override(lang):
            found = progress(on or clock.today(), known_at=known_at, compare=compare)
            document = progress_document(found)
            self.stdout.write(
                answer_of(document).body.decode() if json else progress_text(document)
            )
