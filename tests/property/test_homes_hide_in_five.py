"""Of homes the same is told in fives, whatever a postal code is made of."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from leadcloud.buildings.cohort import BuildingFacts, Dwellings, Home, facts_of
from leadcloud.buildings.grid import cell_number

HOMES = st.builds(
    Home,
    st.sampled_from(["small_house", "block_of_flats"]),
    st.sampled_from([None, 1950, 1980]),
    st.sampled_from([None, "electric", "stove", "central_water"]),
    st.builds(cell_number, st.integers(0, 12), st.integers(0, 12)),
)


@given(st.dictionaries(HOMES, st.integers(1, 6), max_size=40))
def test_five_dwellings_are_told_alike(dwellings: Dwellings) -> None:
    """Criteria can tell apart nothing but what is told: each of its values stands for five homes."""
    told = facts_of(dwellings)

    sizes = Counter[BuildingFacts]()
    for home, facts in told.items():
        sizes[facts] += dwellings[home]
    assert all(size >= 5 for size in sizes.values())


@given(st.dictionaries(HOMES, st.integers(1, 6), max_size=40))
def test_what_is_told_is_true(dwellings: Dwellings) -> None:
    """A use, a decade or a heating is the home's own, or withheld."""
    for home, facts in facts_of(dwellings).items():
        assert facts.type in {None, home.use}
        assert facts.built_decade in {None, home.decade}
        assert facts.heating in {None, home.heating}


@given(st.dictionaries(HOMES, st.integers(1, 6), max_size=40), HOMES)
def test_five_that_are_alike_in_one_place_are_told_all(dwellings: Dwellings, home: Home) -> None:
    """Withheld is only what few share: use and decade of five neighbours, never."""
    if home.decade is None:
        return
    facts = facts_of({**dwellings, home: 5})[home]

    assert (facts.type, facts.built_decade) == (home.use, home.decade)
