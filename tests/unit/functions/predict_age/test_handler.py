"""The routes of age prediction."""

import pytest

from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.ages.groups import FOUR, GROUPS
from leadcloud.ages.model import AgeModel
from leadcloud.registers.policy import RegisterPolicy
from leadcloud.wiring import Services
from tests.contacts import OpenAccount
from tests.gateway_event import faults_in
from tests.plugins.ages import Post, body_of, common_names

SUMMARY = "/v1/predict-age/summary"


def test_a_prediction_is_a_group_and_how_sure(age_caller: Post, finnish_ages: AgeModel) -> None:
    """Group, rounded probability, second group and basis come back under the caller's own ref."""
    status, answer = age_caller(body_of(["Marjatta", "Xyzzy"], sex="F", postal_code="01300"))

    assert status == 200
    known, unknown = answer["predictions"]
    assert known.keys() == {"ref", "group", "probability", "second_group", "basis"}
    assert (known["ref"], known["group"], known["basis"]) == ("0", "75+", "table")
    assert unknown["basis"] == "backoff"
    assert known["second_group"] in GROUPS
    assert answer["model"] == {
        "version": finnish_ages.table.origin.version,
        "country": "FI",
        "reference_year": finnish_ages.table.origin.reference_year,
    }


def test_sex_and_postal_code_may_be_left_out_or_null(age_caller: Post) -> None:
    """Only the name is needed."""
    assert age_caller(body_of(["Matti"]))[0] == 200
    assert age_caller(body_of(["Matti"], sex=None, postal_code=None))[0] == 200


def test_an_account_may_choose_the_four_groups(
    services: Services, age_caller: Post, open_account: OpenAccount
) -> None:
    """The coarser groups are told everywhere once the account is set so."""
    services.accounts.open(
        Account(
            id="coarse",
            kind="customer",
            name="Coarse",
            parent=None,
            registers=("own",),
            purposes=(),
            age_groups="four",
            terms=CURRENT_TERMS,
        )
    )

    _, answer = age_caller(body_of(["Marjatta"]), who="coarse")
    _, summary = age_caller(body_of(["Marjatta"] * 5), path=SUMMARY, who="coarse")

    assert answer["predictions"][0]["group"] == "65+"
    assert summary["code"] == "cohort_too_small"
    assert set(FOUR.groups) >= {answer["predictions"][0]["second_group"]}


@pytest.mark.parametrize("path", ["/v1/predict-age", SUMMARY])
@pytest.mark.parametrize(
    ("register_id", "code"),
    [
        ("missing", "register_unknown"),
        ("others", "register_unknown"),
        ("firms", "register_not_for_purpose"),
    ],
)
def test_only_persons_of_a_register_of_ones_own_are_judged(
    services: Services, age_caller: Post, path: str, register_id: str, code: str
) -> None:
    """No free-floating look-up of names; another account's register is as none."""
    services.registers.put("others", {"adapter": "given"})

    status, problem = age_caller(body_of(["Matti"]) | {"register": register_id}, path=path)

    assert (status, problem["code"]) == (422, "request_invalid")
    assert faults_in(problem) == [("register", code)]


def test_a_register_is_judged_without_its_secrets(age_caller: Post, services: Services) -> None:
    """What it is stands in its record; nothing that would let us in to it is asked for."""
    name = "demo_directory_consumers"
    del services.registers  # in their place, the service's own
    services.registers.put(name, {"adapter": "directory_api", "manifest": name})
    services.accounts.add_register("buyer", name, by="operator")

    assert services.registers.register(name) is None
    assert age_caller(body_of(["Marjatta"]) | {"register": name})[0] == 200


@pytest.mark.parametrize(
    "off", [RegisterPolicy(age_prediction=False), RegisterPolicy(enabled=False)]
)
def test_the_operator_can_switch_prediction_off(
    services: Services, age_caller: Post, off: RegisterPolicy
) -> None:
    """It is switched off at run time, for a register (mission M12)."""
    services.policies.change("own", off, by="key")

    _, problem = age_caller(body_of(["Matti"]))

    assert faults_in(problem) == [("register", "register_switched_off")]


def test_an_account_that_is_gone_is_not_served(age_caller: Post) -> None:
    """A key outlives its account by the authorizer's cache."""
    assert age_caller(body_of(["Matti"]), who="nobody")[0] == 401


def test_all_faults_of_the_records_come_together(age_caller: Post) -> None:
    """One answer names all that is wrong, by place."""
    body = {
        "register": "own",
        "records": [
            {"ref": "", "first_name": "Matti"},
            {"ref": "1", "first_name": ""},
            {"ref": "2"},
            {"ref": "3", "first_name": "Matti", "sex": "X"},
            {"ref": "4", "first_name": "Matti", "postal_code": 100},
        ],
    }

    _, problem = age_caller(body)

    assert [field for field, _ in faults_in(problem)] == [
        "records.0.ref",
        "records.1.first_name",
        "records.2.first_name",
        "records.3.sex",
        "records.4.postal_code",
    ]


@pytest.mark.parametrize("count", [0, 1001])
def test_a_request_has_one_to_a_thousand_records(age_caller: Post, count: int) -> None:
    """More come in several requests."""
    assert age_caller(body_of(["Matti"] * count))[0] == 422


def test_a_thousand_records_fit(age_caller: Post) -> None:
    """The size limit of the routes holds the largest request, with its letters written as escapes."""
    body = body_of(["\U00010400" * 100] * 1000, sex="female", postal_code="00100", ref="r" * 64)

    status, answer = age_caller(body)

    assert (status, len(answer["predictions"])) == (200, 1000)
    # The same person a thousand times over is too few for a summary, and not too much.
    assert age_caller(body, path=SUMMARY)[1]["code"] == "cohort_too_small"


def test_a_register_with_surnames_in_front_is_read_as_such(age_caller: Post) -> None:
    """The order is decided by all the records of the request."""
    _, swapped = age_caller(body_of(["Virtanen Marjatta", "Korhonen Siiri", "Aho Matti"]))
    _, plain = age_caller(body_of(["Marjatta", "Siiri", "Matti"]))

    assert swapped["predictions"] == plain["predictions"]


def test_a_summary_counts_the_expected(age_caller: Post, finnish_ages: AgeModel) -> None:
    """Counts per group in fives that come near the sum of the probabilities."""
    names = common_names(finnish_ages, 400)

    status, answer = age_caller(body_of(names), path=SUMMARY)

    assert status == 200
    expected = [0.0] * len(GROUPS)
    for name in names:
        for place, share in enumerate(finnish_ages.judge(name).probabilities):
            expected[place] += share
    for counted, group, true in zip(answer["groups"], GROUPS, expected, strict=True):
        assert counted["group"] == group
        assert counted["count"] % 5 == 0
        assert abs(counted["count"] - true) < 12


def test_a_cell_of_few_is_withheld(age_caller: Post, finnish_ages: AgeModel) -> None:
    """A group in which fewer than ten are expected has no count."""
    model = finnish_ages
    old = [n for n in common_names(model, 500) if sum(model.judge(n).probabilities[4:]) > 0.8]

    _, answer = age_caller(body_of(old[:40] * 2), path=SUMMARY)

    counts = {each["group"]: each["count"] for each in answer["groups"]}
    assert counts["18-24"] is None
    assert counts["65-74"] is not None
