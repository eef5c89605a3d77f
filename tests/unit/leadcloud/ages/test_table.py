"""The tables that are shipped, and the file that a table is."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from leadcloud.ages.groups import FOUR, GROUPS, SCHEMES, SEVEN
from leadcloud.ages.model import AgeModel
from leadcloud.ages.table import TableUnusable, load, pack, read_told, save, tell, unpack
from tests.plugins.ages import TABLES

SHIPPED = sorted(TABLES.glob("*.ages"))


def test_the_coarse_groups_are_unions_of_the_seven() -> None:
    """The two schemes together tell nothing that the seven do not."""
    ends = (*FOUR.starts[1:], len(GROUPS))
    for group, start, end in zip(FOUR.groups, FOUR.starts, ends, strict=True):
        first, last = GROUPS[start], GROUPS[end - 1]
        assert group.split("-")[0].rstrip("+") == first.split("-")[0].rstrip("+")
        assert group[-1] == last[-1]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_table_is_small_and_says_what_it_is(path: Path) -> None:
    """Under 2 MB a country, with country, reference year and whose counts it is made of."""
    table = load(path)

    assert path.stat().st_size < 2_000_000
    assert table.origin.country == path.stem
    assert table.origin.version.startswith(f"{path.stem.lower()}-{table.origin.reference_year}-")
    assert table.origin.sources


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_told_is_worked_out_from_the_shares(path: Path) -> None:
    """The answers that stand ready are those that the probabilities give."""
    table = load(path)

    for scheme in SCHEMES.values():
        for row, told in enumerate(table.told[scheme.name]):
            shares = table.shares[7 * row : 7 * row + 7]
            assert told == tell(unpack(shares), scheme)


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing is lost, and the same table gives the same bytes."""
    table = load(SHIPPED[0])
    save(table, tmp_path / "again.ages")

    assert load(tmp_path / "again.ages") == table
    assert (tmp_path / "again.ages").read_bytes() == SHIPPED[0].read_bytes()


def test_shares_are_probabilities_and_none_is_impossible() -> None:
    """Every group stays possible, and a row sums to one."""
    shares = pack([1.0, 0, 0, 0, 0, 0, 0])

    assert min(shares) == 1
    assert sum(unpack(shares)) == pytest.approx(1)


def test_the_likeliest_two_groups_are_told() -> None:
    """The first with its probability in twentieths, then the second; of equals the younger."""
    assert read_told(tell([0.0, 0.1, 0.52, 0.2, 0.1, 0.08, 0.0], SEVEN)) == (2, 3, 10)
    assert read_told(tell([0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2], FOUR)) == (3, 0, 8)


def test_a_table_with_names_of_few_is_refused(tmp_path: Path) -> None:
    """A name with fewer than ten bearers could stand for one person."""
    table = load(SHIPPED[0])
    unsafe = replace(table, origin=replace(table.origin, min_bearers=9))
    save(unsafe, tmp_path / "unsafe.ages")

    with pytest.raises(TableUnusable, match="fewer than 10 bearers"):
        load(tmp_path / "unsafe.ages")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    """Another file, another format and a missing part are named as such."""
    text = tmp_path / "text.ages"
    text.write_text("name,sex\n", encoding="utf-8")
    other = tmp_path / "other.ages"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("head.json", json.dumps({"format": 0, "groups": GROUPS}))

    for path in (text, other, tmp_path / "missing.ages"):
        with pytest.raises(TableUnusable, match="no age table"):
            load(path)


def test_a_model_says_for_every_name_of_a_table_what_the_table_has(finnish_ages: AgeModel) -> None:
    """The look-up that answers and the numbers behind it agree, name by name."""
    names = finnish_ages.table.names[:2000]

    for name, prediction in zip(names, finnish_ages.predict(names, scheme=SEVEN), strict=True):
        judgement = finnish_ages.judge(name)
        first, second, twentieths = read_told(tell(judgement.probabilities, SEVEN))
        assert (prediction.group, prediction.second_group) == (GROUPS[first], GROUPS[second])
        assert prediction.probability == twentieths / 20
        assert prediction.basis == judgement.basis
