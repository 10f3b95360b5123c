"""Which registers the API offers, and which not: people and papers are read in person."""

from rollout.registers.catalogue import REGISTERS

OF_PEOPLE = frozenset({"contacts", "staff"})
OF_PAPERS = frozenset({"documents"})  # whose files and titles are read in person
OFFERED = {
    code: register for code, register in REGISTERS.items() if code not in OF_PEOPLE | OF_PAPERS
}
