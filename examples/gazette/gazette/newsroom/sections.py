"""The sections of the paper. They change with its design, not with its news, so they are code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One section: ``slug`` is its word in addresses and in the database."""

    slug: str
    title: str
    blurb: str


SECTIONS = {
    section.slug: section
    for section in (
        Section("house", "The House", "News from the rooms and the people who keep them."),
        Section("corridors", "Corridors & Stairs", "Works, closures and ways round."),
        Section("doors", "Doors & Keys", "Hinges, locks, and those who look after them."),
        Section("clocks", "Clocks & Weather", "The hour by the hall clock; the wind by the roof."),
        Section("kitchen", "Kitchen & Garden", "What is cooking, and what has come up."),
        Section("letters", "Letters", "Readers write; we print, and sometimes answer."),
    )
}
