"""The commands of training: `python -m train ages|evaluate|predict|validate|card`."""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from leadcloud.ages.groups import GROUPS
from leadcloud.ages.model import AgeModel, Judgement
from leadcloud.ages.names import surname_first
from leadcloud.ages.table import AgeTable, TableUnusable, load, save
from train import card, letters, report
from train.accuracy import Outcome
from train.classifier import AgeGroupClassifier
from train.counts import FIRST_BIRTH, LAST_BIRTH, FileUnusable
from train.export import Edition, export
from train.files import (
    People,
    read_areas,
    read_mix,
    read_names,
    read_people,
    read_population,
    read_vocabulary,
)
from train.mix import estimated, restated
from train.training import Training

_SEX = {"f": "F", "m": "M"}
_FITS = letters.FOLDS + 1
_FOLDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (FileUnusable, TableUnusable) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"train: {error.filename} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    return 0


def train_ages(options: argparse.Namespace) -> None:
    """Train a table and write it."""
    with tqdm(total=_FITS + 3, desc="names", disable=options.quiet) as bar:
        training = _training(options, bar)
        classifier = training.fit()
        edition = Edition(
            country=options.country,
            reference_year=options.reference_year,
            sources=tuple(options.source),
        )
        table = export(classifier, edition, read_vocabulary(options.vocabulary))
        bar.update()
        save(table, options.out)
        _end(bar)
    origin = table.origin
    print(
        f"{options.out}: {origin.version}, {origin.people} people, {table.own_names} names with a"
        f" row of their own, {options.out.stat().st_size / 1000:.0f} kB"
    )
    if options.pyramid is None and options.life_table is None:
        print("No pyramid was given: the counts were taken as people living in that year.")


def validate(options: argparse.Namespace) -> None:
    """Cross-validate the training of a table and write the report."""
    with tqdm(total=_FITS * _FOLDS + 1, desc="folds", disable=options.quiet) as bar:
        held = _training(options, bar).cross_validate(_FOLDS)
        _end(bar)
    measured = (
        f"Measured on people held out, in {_FOLDS} folds, for the year {options.reference_year}"
    )
    _write_report(held, measured, options.out)


def evaluate(options: argparse.Namespace) -> None:
    """Evaluate a table on people whose group is known and write the report."""
    table = load(options.tables)
    people = read_people(options.people, GROUPS)
    judged = _judge(table, people)
    weights = people.weights()
    outcome = Outcome(
        probabilities=np.array([each.probabilities for each in judged]),
        people=weights,
        prior=np.array(table.prior),
    )
    _write_report(outcome, f"Measured on {options.people.name}", options.out)
    by_basis: Counter[str] = Counter()
    for each, row in zip(judged, weights.sum(axis=1).tolist(), strict=True):
        by_basis[each.basis] += row / weights.sum()
    for basis, share in by_basis.items():
        print(f"people judged by {basis}: {share:.3f}")


def predict(options: argparse.Namespace) -> None:
    """Write the unrounded probabilities of people; for evaluation, never for delivery."""
    table = load(options.tables)
    people = read_people(options.people, ())
    probabilities = np.array([each.probabilities for each in _judge(table, people)])
    prior = np.array(table.prior)
    if options.mix is not None:
        probabilities = restated(probabilities, prior, read_mix(options.mix))
    elif options.estimate_mix:
        probabilities = restated(probabilities, prior, estimated(probabilities, prior))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        # A file made for `evaluate` has columns of these names; what is told takes their place.
        kept = [column for column in people.header if column not in GROUPS]
        writer.writerow([*kept, *GROUPS])
        for cells, row in zip(people.lines, probabilities.tolist(), strict=True):
            others = (cells[column] for column in kept)
            writer.writerow([*others, *(f"{share:.9f}" for share in row)])
    print(f"{options.out}: {len(people.lines)} people, by {table.origin.version}")


def write_card(options: argparse.Namespace) -> None:
    """Write the model card of tables from their reports."""
    entries = [
        (load(path), json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))
        for path in options.tables
    ]
    options.out.write_text(card.write(entries), encoding="utf-8")


def _training(options: argparse.Namespace, bar: "tqdm[None]") -> Training:
    counts = read_names(options.names, options.country)
    population = read_population(options.pyramid, options.life_table, options.country)
    areas = read_areas(options.areas, options.country)
    bar.update()
    bar.set_description("letters")
    make = partial(AgeGroupClassifier, areas=areas, progress=partial(_tick, bar))
    return Training(
        counts=counts, reference_year=options.reference_year, population=population, make=make
    )


def _tick(bar: "tqdm[None]") -> None:
    bar.update()


def _end(bar: "tqdm[None]") -> None:
    """Fill the bar: of too few names no letters are learned."""
    bar.set_description("done", refresh=False)
    bar.update((bar.total or 0) - bar.n)
    bar.refresh()


def _judge(table: AgeTable, people: People) -> list[Judgement]:
    model = AgeModel(table)
    swapped = surname_first(people.names, model.known)
    unknown = [None] * len(people.names)
    written, areas = people.column("sex") or unknown, people.column("area") or unknown
    sexes = [sex and _SEX.get(sex.strip().casefold()[:1]) for sex in written]
    rows = zip(people.names, sexes, areas, strict=True)
    return [model.judge(*row, surname_first=swapped) for row in rows]


def _write_report(outcome: Outcome, measured: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    views = report.build(outcome)
    report.write_json({"measured": measured, "views": views}, folder / "accuracy.json")
    report.draw(outcome, folder / "reliability.png")
    print(f"{report.as_text(views)}\n\nAlso in {folder}: accuracy.json, reliability.png")


def _country(text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha():  # noqa: PLR2004 ISO 3166-1
        raise argparse.ArgumentTypeError("a country is two letters, such as FI")
    return text.upper()


def _year(text: str) -> int:
    if not text.isdecimal() or not FIRST_BIRTH + 120 <= int(text) <= LAST_BIRTH:
        raise argparse.ArgumentTypeError("a year such as 2024 is needed")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    ages = commands.add_parser("ages", help="train a table", description=train_ages.__doc__)
    _add_training(ages)
    ages.add_argument(
        "--vocabulary", type=Path, help="names that exist: a DVV workbook, or CSV name,count"
    )
    ages.add_argument(
        "--source", action="append", default=[], help="whose counts these are, and the licence"
    )
    ages.add_argument("--out", type=Path, required=True, help="the table to write")
    ages.set_defaults(run=train_ages)

    folds = commands.add_parser(
        "validate", help="cross-validate a training", description=validate.__doc__
    )
    _add_training(folds)
    folds.add_argument("--out", type=Path, default=Path("age-report"), help="folder to write to")
    folds.set_defaults(run=validate)

    test = commands.add_parser("evaluate", help="evaluate a table", description=evaluate.__doc__)
    test.add_argument("--tables", type=Path, required=True)
    test.add_argument(
        "--people", type=Path, required=True, help=f"CSV: name,sex,{','.join(GROUPS)}"
    )
    test.add_argument("--out", type=Path, default=Path("age-report"), help="folder to write to")
    test.set_defaults(run=evaluate)

    ask = commands.add_parser("predict", help="raw probabilities", description=predict.__doc__)
    ask.add_argument("--tables", type=Path, required=True)
    ask.add_argument("--people", type=Path, required=True, help="CSV: name,sex")
    ask.add_argument("--out", type=Path, required=True, help="the same and a column per group")
    mix = ask.add_mutually_exclusive_group()
    mix.add_argument("--mix", type=Path, help="CSV of one line: the people's own mix of groups")
    mix.add_argument("--estimate-mix", action="store_true", help="guess it from the names")
    ask.set_defaults(run=predict)

    words = commands.add_parser("card", help="write the model card", description=write_card.__doc__)
    words.add_argument("--tables", type=Path, nargs="+", required=True)
    words.add_argument("--out", type=Path, required=True)
    words.set_defaults(run=write_card)
    return parser


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--country", type=_country, required=True, help="two letters")
    parser.add_argument(
        "--names",
        type=Path,
        nargs="+",
        required=True,
        help="CSV country,name,sex,birth_from,birth_to,count, or a file of SSA, SSB or INSEE",
    )
    living = parser.add_mutually_exclusive_group()
    living.add_argument(
        "--pyramid", type=Path, help="CSV area,age_from,age_to,count, or a Paavo file"
    )
    living.add_argument("--life-table", type=Path, help="cohort life tables, for births")
    parser.add_argument("--areas", type=Path, help="age mix of areas, in the form of --pyramid")
    parser.add_argument("--reference-year", type=_year, required=True)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


if __name__ == "__main__":
    sys.exit(main())
