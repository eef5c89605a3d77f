"""What a search asks of a contact's age group, and what is told of it: both are predicted here.

No register is asked for an age, and none is known. What first name and postal code say is looked up
in memory, in the groups that the account is told, and forgotten (mission M5, M6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions.search.messages import ValuesMessage
from functions.search.values import Wrong, listed
from leadcloud.ages.groups import Scheme
from leadcloud.ages.model import AgeModels, Prediction
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.registers.contact import ConsumerContact, Contact
from leadcloud.registers.interface import RegisterDescription

AGE_GROUP = "age_group"
AGE_OPERATORS = ("in", "not_in")


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeGroups:
    """Tells the age groups of contacts to one account."""

    models: AgeModels = field(repr=False)
    scheme: Scheme

    def predictions(
        self, contacts: Sequence[ConsumerContact], register: RegisterDescription
    ) -> list[Prediction]:
        """Return what is told of each contact of a register."""
        return self.models.model(register.country).predict(
            [contact.first_name for contact in contacts],
            [contact.gender for contact in contacts],
            [contact.postal_code for contact in contacts],
            scheme=self.scheme,
        )

    def prediction(self, contact: ConsumerContact, register: RegisterDescription) -> Prediction:
        """Return what is told of a contact."""
        (told,) = self.predictions([contact], register)
        return told

    def probability(
        self, contact: ConsumerContact, register: RegisterDescription, groups: frozenset[str]
    ) -> float:
        """Return how probably a contact is in one of these groups, in steps of 0.05."""
        judgement = self.models.model(register.country).judge(
            contact.first_name, contact.gender, contact.postal_code
        )
        return judgement.probability(groups, self.scheme)


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


def read_age_criteria(operators: Mapping[str, ValuesMessage], ages: AgeGroups) -> AgeCriteria:
    """Return the criteria of a search that are about the age group.

    Raises:
        RequestInvalid: With every fault at once.
    """
    read = [_read(name, raw, ages.scheme) for name, raw in (operators or {"": []}).items()]
    faults = [fault for each in read if isinstance(each, list) for fault in each]
    if faults:
        raise RequestInvalid("The criteria have faults.", faults=faults)
    return AgeCriteria(
        asked=tuple((AGE_GROUP, name) for name in operators),
        groups=frozenset.intersection(*(each for each in read if isinstance(each, frozenset))),
        ages=ages,
    )


def _read(operator: str, raw: ValuesMessage, scheme: Scheme) -> frozenset[str] | list[Fault]:
    """Return the groups that an operator leaves, or what is wrong with it."""
    if operator not in AGE_OPERATORS:
        detail = f"This field knows {', '.join(AGE_OPERATORS)}."
        return [Fault(field=f"criteria.{AGE_GROUP}", code="operator_unknown", detail=detail)]

    def wrong(value: str) -> Wrong | None:
        if value in scheme.groups:
            return None
        return "code_unknown", f"Your account's age groups are {', '.join(scheme.groups)}."

    named = listed(f"criteria.{AGE_GROUP}.{operator}", raw, wrong)
    if isinstance(named, list):
        return named
    return frozenset(named) if operator == "in" else frozenset(scheme.groups) - set(named)
