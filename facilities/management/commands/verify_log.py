"""Whether the access log and the change sets are still as they were written."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from facilities import access_log

SAYS = {
    access_log.GONE: "entry {number} is not there: it was deleted, or never belonged to this log",
    access_log.CHANGED: (
        "entry {number} (row {row}) is not as it was written: the entry itself, the change set it "
        "stands for or one of its cells was changed, or the entry was put in"
    ),
    access_log.CUT: "from entry {number} on nothing is there, and something was: the end was cut off",
    access_log.NOT_THERE: "the digest you gave is not in this log: it was written anew",
}


class Command(BaseCommand):
    help = (
        "Read the access log from the first entry on and name the first that was changed or is "
        "missing. Prints the digest of the last one: kept elsewhere and given as --expect next time, "
        "it also shows whether the whole log was written anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--expect", default="", help="Digest that an earlier run printed.")

    def handle(self, *, expect: str, **options: object) -> None:
        access_log.bind()
        found = access_log.verify(expect)
        if found.broken_at is not None:
            told = SAYS[found.why].format(number=found.broken_at, row=found.entry)
            raise CommandError(f"The log is broken: {told}. Before it, {found.entries} are whole.")
        if found.unlogged:
            raise CommandError(
                f"{found.unlogged} change sets are not in the log: they were written past it."
            )
        self.stdout.write(f"{found.entries} entries, all as they were written. {found.digest}")
