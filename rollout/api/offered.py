"""Which registers the API offers, and which not: people and papers are read in person."""

from rollout.registers.catalogue import REGISTERS

OF_PEOPLE = frozenset({"contacts", "staff"})
OF_PAPERS = frozenset({"documents"})  # whose files and titles are read in person
# What steers the province is read under `/programme/`, by keys of that scope.
OF_THE_PROGRAMME = frozenset({"obstacles", "directives", "sessions"})
OFFERED = {
    code: register
    for code, register in REGISTERS.items()
    if code not in OF_PEOPLE | OF_PAPERS | OF_THE_PROGRAMME
}
