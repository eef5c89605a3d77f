"""The commands of training, on a made-up country and on files as people send them."""

import csv
import gzip
import io
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from leadcloud.ages.groups import FIRST_AGES, GROUPS
from train.__main__ import main
from train.accuracy import Accuracy, accuracy

YEAR = 2024
HEADER = ("country", "name", "sex", "birth_from", "birth_to", "count")
HEADER_LINE = ",".join(HEADER) + "\n"
Rows = list[tuple[object, ...]]

NAMES = ("Aava", "Eino", "Hilma", "Kaisa-Liisa", "Päivi", "Olga", "Tauno", "Veikko", "Åke", "Ilta")


def births(width: int = 10, size: float = 1.0, names: Sequence[str] = NAMES) -> Rows:
    """Return a country in which each name had its time; by periods of so many years."""
    rows: Rows = []
    for number, name in enumerate(names):
        for first in range(1920, 2010, width):
            middle = 1925 + 85 * number / len(names)
            per_year = 900 * math.exp(-(((first + width / 2 - middle) / 15) ** 2)) + 20
            count = round(size * width * per_year)
            if count:
                rows.append(("XX", name, "FM"[number % 2], first, first + width - 1, count))
    return rows


PYRAMID: Rows = [("", first, first + 4, 1000 - 4 * first) for first in range(0, 100, 5)]


def text_of(rows: Rows, header: Sequence[str] = HEADER) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


class Desk:
    """A folder in which somebody trains."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("ages.csv", text_of(PYRAMID, ("area", "age_from", "age_to", "count")))

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file and return where it is."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def train(self, names: Path, *more: str, out: str = "XX.ages") -> int:
        """Train a table and return the exit code."""
        fixed = f"ages --quiet --country xx --reference-year {YEAR}".split()
        places = ["--names", names, "--pyramid", self.folder / "ages.csv"]
        return main([*fixed, *map(str, places), "--out", str(self.folder / out), *more])

    def predict(self, people: str | bytes) -> list[dict[str, str]]:
        """Predict a file of people and return the lines that come out."""
        asked, told = self.write("people.csv", people), self.folder / "told.csv"
        tables = self.folder / "XX.ages"
        places = ["--tables", tables, "--people", asked, "--out", told]
        assert main(["predict", *map(str, places)]) == 0
        with told.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty folder but for the ages of the country."""
    return Desk(tmp_path)


def probabilities(lines: list[dict[str, str]]) -> NDArray[np.float64]:
    """Return what was predicted, one row per line."""
    return np.array([[float(line[group]) for group in GROUPS] for line in lines])


def everybody(rows: Rows) -> tuple[list[tuple[str, str]], NDArray[np.float64]]:
    """Return the true people of a country of single years: by name, and how many in each group."""
    living = np.zeros(200)
    for _, first, last, count in PYRAMID:
        living[int(str(first)) : int(str(last)) + 1] = int(str(count)) / 5
    born: dict[int, float] = {}
    for _, _, _, year, _, count in rows:
        born[int(str(year))] = born.get(int(str(year)), 0) + float(str(count))
    people: dict[tuple[str, str], NDArray[np.float64]] = {}
    for _, name, sex, year, _, count in rows:
        age = YEAR - int(str(year))
        if FIRST_AGES[0] <= age:
            group = int(np.searchsorted(FIRST_AGES, age, side="right")) - 1
            row = people.setdefault((str(name), str(sex)), np.zeros(len(GROUPS)))
            row[group] += living[age] * float(str(count)) / born[int(str(year))]
    return list(people), np.array(list(people.values()))


def limit(people: NDArray[np.float64]) -> Accuracy:
    """Return what a model reaches that knows everybody."""
    return accuracy(np.maximum(people / people.sum(axis=1, keepdims=True), 1e-12), people)


@pytest.mark.parametrize(("width", "size"), [(1, 1.0), (1, 1000.0), (5, 1.0), (10, 1.0)])
def test_the_limit_is_reached(desk: Desk, width: int, size: float) -> None:
    """Within a point of top-1 and 0.02 of log-loss, calibrated, whatever the periods and sizes."""
    names = [f"{a}{b}" for a in ("Aa", "Ei", "Hi", "Ka", "Pä", "Ol") for b in
             ("va", "no", "lma", "isa", "ivi", "ga", "uno", "kko", "ke", "lta")]  # fmt: skip
    assert desk.train(desk.write("names.csv", text_of(births(width, size, names)))) == 0
    persons, people = everybody(births(1, 1000.0, names))

    told = probabilities(desk.predict(text_of([*persons], ("name", "sex"))))

    reached, best = accuracy(told, people), limit(people)
    assert reached.top_1 >= best.top_1 - 0.01
    assert reached.log_loss <= best.log_loss + 0.02
    assert reached.ece <= 0.02


def shuffled(text: str) -> str:
    """Return the same file with its columns in another order, and one more."""
    rows = list(csv.reader(io.StringIO(text)))
    order = (5, 1, 0, 4, 2, 3)
    return text_of([(*(row[place] for place in order), "x") for row in rows[1:]],
                   (*(rows[0][place] for place in order), "note"))  # fmt: skip


FORMS: dict[str, Callable[[str], str | bytes]] = {
    "columns in another order": shuffled,
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "blank lines": lambda text: text.replace("\n", "\n\n") + "   \n",
    "quotes": lambda text: "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
    ),
    "capitals": lambda text: HEADER_LINE + text.removeprefix(HEADER_LINE).upper(),
    "lower case": lambda text: text.lower(),
    "sexes in words": lambda text: text.replace(",F,", ",female,").replace(",M,", ",Male,"),
    "numbers with a point": lambda text: text.replace("9,", "9.0,"),
    "decomposed letters": lambda text: text.replace("ä", "a\u0308").replace("Å", "A\u030a"),
    "blanks around": lambda text: text.replace(",", " , "),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_a_file_changes_nothing(desk: Desk, form: str) -> None:
    """The same people in another form give the same probabilities."""
    people = text_of([(name, "F") for name in NAMES], ("name", "sex"))
    plain = text_of(births())
    assert desk.train(desk.write("plain.csv", plain)) == 0
    expected = probabilities(desk.predict(people))

    assert desk.train(desk.write("form.csv", FORMS[form](plain))) == 0

    assert np.abs(probabilities(desk.predict(people)) - expected).max() < 1e-6


def test_a_packed_file_is_read(desk: Desk) -> None:
    """A file packed with gzip is unpacked on the way."""
    assert desk.train(desk.write("names.csv.gz", gzip.compress(text_of(births()).encode()))) == 0


def test_the_sex_may_be_missing(desk: Desk) -> None:
    """Rows, whole trainings and people may be without it, and are told the same."""
    rows = [(country, name, *rest) for country, name, _, *rest in births()]
    header = [column for column in HEADER if column != "sex"]
    assert desk.train(desk.write("names.csv", text_of(rows, header))) == 0
    without = probabilities(desk.predict(text_of([(name,) for name in NAMES], ("name",))))

    blank = [(country, name, "", *rest) for country, name, _, *rest in births()]
    assert desk.train(desk.write("blank.csv", text_of(blank))) == 0

    people = text_of([(name, "") for name in NAMES], ("name", "sex"))
    assert (probabilities(desk.predict(people)) == without).all()


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("EINO", "Eino"),
        ("kaisa liisa", "Kaisa-Liisa"),
        ("Kaisa-Liisa Maria", "Kaisa-Liisa"),
        ("Eino J.", "Eino"),
        ('Eino "Ekku"', "Eino"),
        ("Paivi", "Päivi"),
        ("Pa\u0308ivi", "Päivi"),
        ("PÃ¤ivi", "Päivi"),
        ("  Olga ", "Olga"),
    ],
)
def test_names_are_found_however_they_are_written(desk: Desk, written: str, counted: str) -> None:
    """Capitals, spaces, nicknames and broken accents are as customers have them."""
    assert desk.train(desk.write("names.csv", text_of(births()))) == 0

    one, other = probabilities(desk.predict(text_of([(written,), (counted,)], ("name",))))

    assert (one == other).all()


def test_people_come_out_as_they_went_in_with_a_column_per_group(desk: Desk) -> None:
    """Every line, in its order, whatever else it holds; probabilities sum to one."""
    assert desk.train(desk.write("names.csv", text_of(births()))) == 0
    people: Rows = [
        ("1", "Eino", "M"),
        ("2", "", ""),
        ("3", "Xyzzy", "F"),
        ("4", "Eino, Olga", "?"),
    ]

    lines = desk.predict(text_of(people, ("id", "name", "sex")).encode("utf-8-sig"))

    assert [tuple(line.values())[:3] for line in lines] == people
    assert list(lines[0]) == ["id", "name", "sex", *GROUPS]
    assert probabilities(lines).sum(axis=1) == pytest.approx(1)


def test_a_file_of_people_whose_group_is_known_can_be_predicted(desk: Desk) -> None:
    """What is told takes the place of its columns; no column is there twice."""
    assert desk.train(desk.write("names.csv", text_of(births()))) == 0
    known: Rows = [("Eino", *range(7), "x"), ("Olga", *range(7), "y")]

    lines = desk.predict(text_of(known, ("name", *GROUPS, "note")))

    header = (desk.folder / "told.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")
    assert header == ["name", "note", *GROUPS]
    assert [line["note"] for line in lines] == ["x", "y"]
    unknown = desk.predict(text_of([("Eino",), ("Olga",)], ("name",)))
    assert (probabilities(lines) == probabilities(unknown)).all()


def test_a_report_is_a_table_json_and_a_picture(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables are evaluated on people whose group is known, in all three forms."""
    assert desk.train(desk.write("names.csv", text_of(births()))) == 0
    persons, people = everybody(births(1))
    rows = [(*who, *of.tolist()) for who, of in zip(persons, people, strict=True)]
    known = desk.write("known.csv", text_of(rows, ("name", "sex", *GROUPS)))
    places = ["--tables", desk.folder / "XX.ages", "--people", known, "--out", desk.folder / "r"]

    assert main(["evaluate", *map(str, places)]) == 0

    report = json.loads((desk.folder / "r" / "accuracy.json").read_text(encoding="utf-8"))
    assert report["views"]["population"]["ece"] <= 0.02
    assert (desk.folder / "r" / "reliability.png").read_bytes().startswith(b"\x89PNG")
    assert "likeliest group right" in capsys.readouterr().out


def test_the_bar_is_full_in_the_end(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever sees it stop at less waits for something, or thinks that it failed."""
    names = desk.write("names.csv", text_of(births()))
    fixed = f"--country xx --reference-year {YEAR} --names {names}".split()

    assert main(["ages", *fixed, "--out", str(desk.folder / "XX.ages")]) == 0
    assert main(["validate", *fixed, "--out", str(desk.folder / "r")]) == 0

    bars = capsys.readouterr().err.strip("\n").split("\n")
    ends = [bar.rpartition("\r")[2] for bar in bars]
    assert [end.partition("|")[0] for end in ends] == ["done: 100%"] * 2


def test_few_people_are_told_the_mix_of_all(desk: Desk) -> None:
    """Where no name has ten bearers, none has a row, and the table is one all the same."""
    rows: Rows = [("XX", f"Nimi{chr(97 + n)}", "F", 1920 + 10 * n, 1929 + 10 * n, 4)
                  for n in range(9)]  # fmt: skip
    assert desk.train(desk.write("names.csv", text_of(rows))) == 0

    one, other = probabilities(desk.predict(text_of([("Nimia",), ("Nimii",)], ("name",))))

    assert (one == other).all()


GOOD = text_of(births())


def with_line(number: int, line: str) -> str:
    """Return the good file with one line replaced."""
    lines = GOOD.splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


BAD: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "empty": ("", ("no column country, name",)),
    "header only": (HEADER_LINE, ("no row of the country XX",)),
    "another country": (GOOD.replace("XX,", "YY,"), ("no row of the country XX",)),
    "no counts": (GOOD.replace(",count", ",number"), ("no column count",)),
    "semicolons": (GOOD.replace(",", ";"), ("no column", "separated by commas")),
    "Latin-1": (GOOD.encode("latin-1"), ("not UTF-8",)),
    "no number": (with_line(7, "XX,Eino,M,1930,1939,many"), ("line 7: count is no number",)),
    "negative": (with_line(7, "XX,Eino,M,1930,1939,-3"), ("line 7: count is negative",)),
    "nan": (with_line(7, "XX,Eino,M,1930,1939,nan"), ("line 7: count is negative or not finite",)),
    "infinite": (with_line(7, "XX,Eino,M,1930,1939,1e999"), ("line 7: count",)),
    "no year": (with_line(9, "XX,Eino,M,thirty,1939,3"), ("line 9: birth_from",)),
    "half a year": (with_line(9, "XX,Eino,M,1930.5,1939,3"), ("line 9: birth_from",)),
    "endless year": (with_line(9, "XX,Eino,M,inf,1939,3"), ("line 9: birth_from",)),
    "backwards": (with_line(4, "XX,Eino,M,1939,1930,3"), ("line 4: birth_from and birth_to",)),
    "a century": (with_line(4, "XX,Eino,M,1900,1999,3"), ("line 4", "1 to 25 years")),
    "overlap": (with_line(4, "XX,Eino,M,1935,1944,3"), ("overlap",)),
    "no name": (with_line(3, "XX,,M,1930,1939,3"), ("line 3: the name is empty",)),
    "no sex": (with_line(3, "XX,Eino,X,1930,1939,3"), ("line 3: sex is none of",)),
    "short line": (with_line(5, "XX,Eino,M,1930"), ("line 5: 4 cells",)),
    "long line": (with_line(5, "XX,Eino,M,1930,1939,3,,"), ("line 5: 8 cells",)),
    "several": (
        with_line(5, "XX,Eino,M,1930,1939,x").replace("XX,Ilta", "XX,"),
        ("line 5: count", "the name is empty"),
    ),
    "only children": (text_of([("XX", "Aava", "F", 2010, 2019, 500)]), ("nobody of the age",)),
    "nobody": (text_of([("XX", "Aava", "F", 1980, 1989, 0)]), ("nobody in them",)),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_file_is_named_with_its_lines(
    desk: Desk, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    """Exit code 2 and a sentence; no traceback, no table, and nothing of the line is quoted."""
    content, said = BAD[fault]

    assert desk.train(desk.write("names.csv", content)) == 2

    error = capsys.readouterr().err
    assert error.startswith("train: ")
    assert "many" not in error
    for words in said:
        assert words in error
    assert not (desk.folder / "XX.ages").exists()


def test_of_many_bad_lines_the_first_are_named(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a file is mended in one go, and a wrong file fills no screen."""
    rows = [(*row[:5], "x") for row in births()]

    assert desk.train(desk.write("names.csv", text_of(rows))) == 2

    assert capsys.readouterr().err.count("is no number") == 10


@pytest.fixture
def misplaced(desk: Desk) -> Desk:
    """A desk with good counts."""
    desk.write("names.csv", GOOD)
    return desk


@pytest.mark.parametrize(
    ("names", "more"),
    [
        ("nowhere.csv", []),
        (".", []),
        ("broken.csv.gz", []),
        ("truncated.csv.gz", []),
        ("names.csv", ["--pyramid", "nowhere.csv"]),
        ("names.csv", ["--pyramid", "names.csv"]),
        ("names.csv", ["--areas", "names.csv"]),
        ("names.csv", ["--vocabulary", "names.csv.xlsx"]),
        ("names.csv", ["--out", "nowhere/XX.ages"]),
    ],
)
def test_what_is_not_there_is_said(
    misplaced: Desk, capsys: pytest.CaptureFixture[str], names: str, more: list[str]
) -> None:
    """A file that is missing, broken, of another kind, or that cannot be written."""
    misplaced.write("broken.csv.gz", b"no gzip")
    misplaced.write("truncated.csv.gz", gzip.compress(GOOD.encode())[:-20])
    misplaced.write("names.csv.xlsx", GOOD)
    placed = [str(misplaced.folder / each) if "." in each else each for each in more]

    assert misplaced.train(misplaced.folder / names, *placed) == 2

    assert capsys.readouterr().err.startswith("train: ")


@pytest.mark.parametrize(
    ("tables", "people", "said"),
    [
        ("names.csv", "name\nEino\n", "no age table"),
        ("nowhere.ages", "name\nEino\n", "no age table"),
        ("XX.ages", "first_name\nEino\n", "no column name"),
        ("XX.ages", "name\n", "no line besides its header"),
        ("XX.ages", "name,sex\nEino\n", "line 2: 1 cells"),
    ],
)
def test_people_who_cannot_be_read_are_said(
    misplaced: Desk, capsys: pytest.CaptureFixture[str], tables: str, people: str, said: str
) -> None:
    """The command says what is wrong with the people, or the table, and writes nothing."""
    assert misplaced.train(misplaced.folder / "names.csv") == 0
    asked = misplaced.write("people.csv", people)
    places = [misplaced.folder / tables, "--people", asked, "--out", misplaced.folder / "out.csv"]

    assert main(["predict", "--tables", *map(str, places)]) == 2

    assert said in capsys.readouterr().err
    assert not (misplaced.folder / "out.csv").exists()
