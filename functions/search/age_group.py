"""What a search asks of a contact's age group, and what is told of it: both are predicted here.

No register is asked for an age, and none is known. What first name and postal code say is looked up
in memory, in the groups that the account is told, and forgotten (mission M5, M6).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from functions.search.criteria_message import CriteriaMessage, ValuesMessage
from functions.search.help import asked_of, read_help
from functions.search.values import Wrong, listed
from leadcloud.ages.groups import Scheme
from leadcloud.ages.model import AgeModels, Prediction
from leadcloud.ages.names import without_surname
from leadcloud.errors import Fault
from leadcloud.registers.contact import ConsumerContact, Contact
from leadcloud.registers.interface import RegisterDescription

AGE_GROUP = "age_group"
AGE_OPERATORS = ("in", "not_in")


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeGroups:
    """Tells the age groups of contacts to one account."""

    models: AgeModels = field(repr=False)
    scheme: Scheme

    def predictions(self, contacts: Sequence[ConsumerContact], country: str) -> list[Prediction]:
        """Return what is told of each contact of a country."""
        return self.models.model(country).predict(
            [_given(contact) for contact in contacts],
            [contact.gender for contact in contacts],
            [contact.postal_code for contact in contacts],
            scheme=self.scheme,
        )

    def prediction(self, contact: ConsumerContact, register: RegisterDescription) -> Prediction:
        """Return what is told of a contact."""
        (told,) = self.predictions([contact], register.country)
        return told

    def probability(
        self, contact: ConsumerContact, register: RegisterDescription, groups: frozenset[str]
    ) -> float:
        """Return how probably a contact is in one of these groups, in steps of 0.05."""
        judgement = self.models.model(register.country).judge(
            _given(contact), contact.gender, contact.postal_code
        )
        return judgement.probability(groups, self.scheme)


def _given(contact: ConsumerContact) -> str:
    """Return the first name as it is judged: registers that write `Virtanen Matti` do it there, too."""
    return without_surname(contact.first_name, contact.last_name)


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeCriteria:
    """The age groups asked for; a contact belongs if its likeliest group is one of them."""

    asked: tuple[tuple[str, str], ...]
    """Field and operator of each, for the plan."""
    groups: frozenset[str]
    ages: AgeGroups

    def can_help(self, register: RegisterDescription) -> bool:
        """Tell whether the table for these people ever names one of the groups.

        Without a table all are alike; and a page of nobody after the other would be no answer.
        """
        if register.kind != "consumer":
            return False
        model = self.ages.models.model(register.country)
        return not self.groups.isdisjoint(model.groups_told(self.ages.scheme))

    def admits(self, contact: Contact, register: RegisterDescription) -> bool:
        """Tell whether a contact is told to be in one of the groups."""
        if not isinstance(contact, ConsumerContact):
            return False
        return self.ages.prediction(contact, register).group in self.groups

    def probability(self, contact: Contact, register: RegisterDescription) -> float:
        """Return how probably a contact is in the groups, by which a page may be ordered."""
        if not isinstance(contact, ConsumerContact):
            return 0.0
        return self.ages.probability(contact, register, self.groups)


def read_age_criteria(criteria: CriteriaMessage, ages: AgeGroups) -> AgeCriteria:
    """Return the criteria of a search that are about the age group.

    Raises:
        RequestInvalid: With every fault at once.
    """
    groups = read_help(criteria, partial(_read, scheme=ages.scheme))
    return AgeCriteria(asked=asked_of(criteria), groups=frozenset.intersection(*groups), ages=ages)


def _read(
    name: str, operator: str, value: ValuesMessage, *, scheme: Scheme
) -> Iterator[frozenset[str] | Fault]:
    """Yield the groups that an operator leaves, or what is wrong with it."""
    if operator not in AGE_OPERATORS:
        detail = f"This field knows {', '.join(AGE_OPERATORS)}."
        yield Fault(field=f"criteria.{name}", code="operator_unknown", detail=detail)
        return

    def wrong(group: str) -> Wrong | None:
        if group in scheme.groups:
            return None
        return "code_unknown", f"Your account's age groups are {', '.join(scheme.groups)}."

    named = listed(f"criteria.{name}.{operator}", value, wrong)
    if isinstance(named, list):
        yield from named
    else:
        yield frozenset(named) if operator == "in" else frozenset(scheme.groups) - set(named)
