"""People, institutions, works and awards of computing: the ontology of `knowloom demo`.

An ordinary Python file that type-checks. knowloom reads its text and never imports it.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from knowloom import Entity, Event, Field, Relation


class Place(Entity, key=("name",), iri="https://schema.org/Place"):
    """Description: a part of the surface of the Earth that has a name."""


class Country(Place, iri="https://schema.org/Country"):
    """Description: a state of today; a place is given the country it lies in now.
    Examples: "Norway", "United States"
    """


class City(Place, aliases=("town", "municipality"), iri="https://schema.org/City"):
    """Description: a settlement of people, large or small.
    Examples: "Cambridge, Massachusetts", "Zürich"
    """

    country: Country | None = Field(default=None, relationship="LIES_IN")


class Organization(
    Entity,
    key=("name",),
    iri="https://schema.org/Organization",
    patterns=(
        "{name} was founded in {founded}",
        "{name}[,] (also known as|which is also called) {aliases}",
    ),
):
    """Description: a group of people with a shared purpose and a name of its own."""

    founded: int | None = Field(
        default=None, description="The year in which it began.", minimum=1000, maximum=2100
    )
    located_in: City | None = None


class EducationalInstitution(Organization):
    """Description: an organization that teaches."""


class University(EducationalInstitution, iri="https://schema.org/CollegeOrUniversity"):
    """Description: an institution of higher education that confers degrees.
    Examples: "Dartmouth College", "Naval Postgraduate School"
    """


class ResearchInstitute(Organization, iri="https://schema.org/ResearchOrganization"):
    """Description: an organization whose purpose is to find out.
    Examples: "Institute for Advanced Study", "CERN"
    """


class ResearchUniversity(University, ResearchInstitute):
    """Description: a university where research is as much a purpose as teaching.
    Examples: "Stanford University", "ETH Zürich", "Tsinghua University"
    """


class Company(Organization, iri="https://schema.org/Corporation"):
    """Description: an organization that does business.
    Examples: "IBM", "Google"
    """


class CorporateLaboratory(ResearchInstitute, aliases=("industrial laboratory",)):
    """Description: a research institute that a company keeps.
    Examples: "Bell Labs", "Xerox PARC"
    """

    owner: list[Company] = Field(default=[], description="Companies that kept it, at any time.")


class GovernmentAgency(Organization, iri="https://schema.org/GovernmentOrganization"):
    """Description: an organization that is part of a state.
    Examples: "DARPA"
    """


class NationalLaboratory(ResearchInstitute, GovernmentAgency):
    """Description: a research institute that a state keeps.
    Examples: "National Physical Laboratory", "Argonne National Laboratory"
    """


class LearnedSociety(Organization):
    """Description: an association that people join to further a field of knowledge.
    Examples: "Association for Computing Machinery", "International Mathematical Union"
    """


class Topic(Entity, key=("name",)):
    """Description: a field of knowledge within computing and around it.
    Examples: "cryptography", "operating systems"
    """

    broader: Topic | None = Field(default=None, description="The topic it is a part of.")


class Person(
    Entity,
    key=("name",),
    aliases=("human being",),
    iri="https://schema.org/Person",
    patterns=(
        "{name} was born (on|in) {born}",
        "{name} was born on {born} in {born_in}",
        "{name} was born in {born_in}",
        "{name} died on {died}",
        "{name}[,] (also known|known) as {aliases}",
        "{name}'s [doctoral] advisor was {advisor}",
        "{name} was a [doctoral] student of {advisor}",
        "{name} (works|has worked) (at|for) {affiliation}",
    ),
):
    """Description: a human being.
    Examples: "Grace Hopper", "Geoffrey Hinton"
    """

    born: date | None = Field(default=None, iri="https://schema.org/birthDate")
    died: date | None = Field(default=None, iri="https://schema.org/deathDate")
    born_in: City | None = Field(default=None, iri="https://schema.org/birthPlace")
    affiliation: list[Organization] = Field(
        default=[], description="Where the person is best known for having worked."
    )
    advisor: list[Person] = Field(default=[], description="Who supervised the doctorate.")


class Researcher(Person):
    """Description: someone who finds out new things and publishes them.
    Examples: "Herbert A. Simon", "John Hopfield"
    """


class Mathematician(Researcher):
    """Description: a researcher in mathematics, logic included.
    Examples: "Kurt Gödel", "Ada Lovelace"
    """


class ComputerScientist(Researcher):
    """Description: a researcher in computing.
    Examples: "Edsger W. Dijkstra", "Judea Pearl"
    """


class TheoreticalComputerScientist(ComputerScientist, Mathematician):
    """Description: a computer scientist whose results are theorems.
    Examples: "Alan Turing", "Stephen Cook", "Andrew Chi-Chih Yao"
    """


class Engineer(Person):
    """Description: someone who designs and builds machines.
    Examples: "Konrad Zuse", "Tom Kilburn"
    """


class SoftwareEngineer(Engineer):
    """Description: an engineer of programs.
    Examples: "Linus Torvalds", "Margaret Hamilton"
    """


class SystemsResearcher(ComputerScientist, SoftwareEngineer):
    """Description: a computer scientist whose results are systems that others use.
    Examples: "Ken Thompson", "Barbara Liskov"
    """


class Work(
    Entity,
    key=("name",),
    iri="https://schema.org/CreativeWork",
    patterns=("{name}[,] [which] (appeared|was published) in {year}",),
):
    """Description: something that people made and gave a name."""

    year: int | None = Field(
        default=None, description="When it first appeared.", minimum=1600, maximum=2100
    )


class Publication(
    Work,
    patterns=(
        "{authors} wrote {name}",
        "{authors} wrote {name} in {year}",
        "{authors} published {name} in {year}",
        "{name} was written by {authors}",
        "{name}[, which] appeared in {venue} in {year}",
    ),
):
    """Description: a work made to be read."""

    authors: list[Person] = Field(default=[], description="Those who wrote it, in no order.")
    about: list[Topic] = []
    venue: str | None = Field(default=None, description="The journal or the conference.")


class Paper(Publication, aliases=("scientific paper",), iri="https://schema.org/ScholarlyArticle"):
    """Description: a text that reports results of research."""


class JournalArticle(Paper):
    """Description: a paper in a journal or magazine.
    Examples: "A Mathematical Theory of Communication"
    """


class ConferencePaper(Paper):
    """Description: a paper in the proceedings of a conference.
    Examples: "Attention Is All You Need"
    """


class TechnicalReport(Paper):
    """Description: a paper that its institution distributed, a thesis included.
    Examples: "First Draft of a Report on the EDVAC"
    """


class Book(Publication, iri="https://schema.org/Book"):
    """Description: a publication of the length of a book.
    Examples: "The Mythical Man-Month"
    """


class Artifact(
    Work,
    patterns=(
        "{designers} (designed|created|developed|invented) {name}",
        "{name} was (designed|created|developed|invented) by {designers}",
        "{name} was (designed|created|developed|invented) by {designers} in {year}",
        "{name} is ... that {designers} designed",
    ),
):
    """Description: a work made to be used."""

    designers: list[Person] = []


class ProgrammingLanguage(
    Artifact,
    iri="https://schema.org/ComputerLanguage",
    patterns=("{influenced_by} influenced {name}",),
):
    """Description: a notation for programs that machines can carry out.
    Examples: "Fortran", "Python"
    """

    typing: Literal["static", "dynamic", "none"] | None = Field(
        default=None, description="When types are checked, if at all."
    )
    influenced_by: list[ProgrammingLanguage] = []


class SoftwareSystem(
    Artifact,
    patterns=("{name} is written in {written_in}",),
):
    """Description: a program or a set of programs with a name.
    Examples: "TeX", "World Wide Web"
    """

    written_in: list[ProgrammingLanguage] = []


class OperatingSystem(SoftwareSystem):
    """Description: a software system that runs a computer for other programs.
    Examples: "Unix", "Multics"
    """


class Award(
    Event,
    key=("name", "year"),
    aliases=("prize",),
    patterns=(
        "{recipient} (received|won|was awarded) the {name} in {year}",
        "the {name} of {year} went to ... : {recipient}",
    ),
):
    """Description: an honour given in one year for what someone did."""

    year: int = Field(description="The year it is given for.", minimum=1900, maximum=2100)
    recipient: list[Person] = []
    presented_by: list[Organization] = []
    given_for: list[Topic] = Field(default=[], description="What the work was about.")


class ScienceAward(Award):
    """Description: an award that is not bound to computing.
    Examples: "Nobel Prize in Physics"
    """


class ComputingAward(Award):
    """Description: an award for work on computing.
    Examples: "Gödel Prize"
    """


class TuringAward(ComputingAward, aliases=("ACM A.M. Turing Award", "图灵奖")):
    """Description: the award that the ACM gives each year for lasting work on computing."""


class Milestone(Event, key=("name",)):
    """Description: a day or a season that the history of computing remembers."""

    happened_on: date | None = Field(default=None, description="The day, when it was one day.")
    place: City | None = None
    participants: list[Person] = []


class Meeting(Milestone):
    """Description: a milestone for which people came together.
    Examples: "Dartmouth Summer Research Project on Artificial Intelligence"
    """


class Demonstration(Milestone):
    """Description: a milestone at which something was shown to work.
    Examples: "The Mother of All Demos"
    """


class Employment(
    Relation,
    patterns=(
        "{head_entity} worked (at|for) {tail_entity}",
        "{head_entity} worked (at|for) {tail_entity} from {since} to {until}",
        "{head_entity} worked (at|for) {tail_entity} until {until}",
        "{head_entity} joined {tail_entity} in {since}",
        "In {since} {head_entity} (joined|moved to) {tail_entity}",
        "Since {since} {head_entity} has worked at {tail_entity}",
    ),
):
    """Description: a person works for an organization for some years."""

    head_entity: Person
    tail_entity: Organization
    since: int | None = Field(default=None, minimum=1800, maximum=2100)
    until: int | None = Field(default=None, minimum=1800, maximum=2100)


class Doctorate(
    Relation,
    patterns=(
        "{head_entity} received ... doctorate from {tail_entity}",
        "{head_entity} received ... doctorate from {tail_entity} in {year}",
    ),
):
    """Description: a university makes a person a doctor."""

    head_entity: Person
    tail_entity: University
    year: int | None = Field(default=None, minimum=1800, maximum=2100)
