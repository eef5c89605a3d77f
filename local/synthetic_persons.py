"""Finnish persons who do not exist, for demonstrations and tests.

Names are drawn as often as people bear them, a postal code belongs to its municipality, and the
same seed draws the same persons. No one of them is anybody: a name and an address meet by chance,
and their telephone numbers are nobody's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from leadcloud.registers.contact import Gender

_GENDERS: Final[tuple[Gender, ...]] = ("female", "male")
_SWEDISH_SHARE: Final = 0.05
_BAN_SHARE: Final = 0.08

_FIRST_NAMES: Final[Mapping[tuple[str, Gender], str]] = {
    ("fi", "male"): (
        "Juha 443 Timo 437 Matti 408 Kari 390 Mikko 381 Jari 375 Antti 371 Mika 334 Jukka 334 "
        "Markku 320 Pekka 309 Hannu 290 Heikki 279 Janne 275 Ari 266 Seppo 263 Sami 263 Ville 258 "
        "Marko 250 Petri 240 Jani 227 Lauri 226 Teemu 202 Erkki 198 Harri 196 Jorma 192 Eero 179 "
        "Jussi 179 Risto 174 Juho 172 Niko 169 Aleksi 157 Tuomas 154 Olli 150 Joonas 132 Eetu 130"
    ),
    ("fi", "female"): (
        "Tuula 303 Anne 303 Päivi 299 Anna 288 Leena 280 Ritva 279 Pirjo 277 Minna 276 Sari 276 "
        "Marja 262 Tiina 258 Riitta 250 Tarja 245 Laura 233 Pirkko 221 Jaana 214 Satu 214 "
        "Heidi 213 Aino 212 Seija 212 Hanna 212 Sirpa 211 Sanna 210 Raija 206 Liisa 205 Eeva 203 "
        "Maria 202 Eija 200 Merja 195 Johanna 195 Kirsi 193 Anja 191 Jenni 168 Elina 163 Emma 149"
    ),
    ("sv", "male"): (
        "Jan 70 Johan 45 Henrik 43 Erik 41 Patrik 40 Karl 40 Tom 38 Kaj 34 Peter 33 Lars 33 "
        "Carl 23 Christian 20 Stefan 18 Anders 17 Mats 14 Fredrik 12 Bo 11"
    ),
    ("sv", "female"): (
        "Linda 64 Marianne 45 Eva 43 Jessica 35 Camilla 32 Carita 28 Birgitta 24 Mona 22 "
        "Kristina 21 Susanne 19 Monica 17 Lena 14 Christina 14 Elin 12 Barbro 11 Gunilla 10"
    ),
}
"""Hundreds of bearers of the first given name.

Source: Digital and Population Data Services Agency, "Etunimitilasto", 4 August 2022, CC BY 4.0.
"""
_SURNAMES: Final[Mapping[str, str]] = {
    "fi": (
        "Korhonen 22 Virtanen 22 Mäkinen 20 Nieminen 20 Mäkelä 18 Hämäläinen 18 Laine 18 "
        "Heikkinen 17 Koskinen 17 Järvinen 16 Lehtonen 16 Lehtinen 15 Saarinen 15 Salminen 15 "
        "Heinonen 15 Niemi 15 Heikkilä 15 Kinnunen 14 Salonen 14 Turunen 14 Salo 14 Laitinen 14 "
        "Rantanen 14 Tuominen 14 Karjalainen 13 Jokinen 13 Mattila 13 Savolainen 12 Lahtinen 12"
    ),
    "sv": (
        "Johansson 7 Nyman 6 Lindholm 5 Karlsson 5 Andersson 5 Lindström 5 Eriksson 5 "
        "Lindqvist 4 Gustafsson 4 Holm 4 Blomqvist 4 Nyberg 3 Söderholm 3 Sjöblom 3 Backman 3"
    ),
}
"""The usual surnames in their usual order, in thousands of bearers, roughly."""
_PLACES: Final = (
    (664, "091", "00100 00150 00200 00250 00320 00400 00500 00530 00550 00700 00810 00930"),
    (305, "049", "02100 02130 02150 02200 02230 02320 02600 02650 02760 02770"),
    (249, "837", "33100 33200 33500 33540 33720 33820"),
    (242, "092", "01200 01280 01300 01350 01370 01400 01450 01600 01690"),
    (211, "564", "90100 90120 90140 90500 90570 90650"),
    (197, "853", "20100 20200 20300 20380 20500 20540 20610 20720 20810"),
    (145, "179", "40100 40200 40320 40500 40520 40600 40740"),
    (122, "297", "70100 70150 70200 70340 70420 70600 70820"),
    (120, "398", "15100 15140 15160 15210 15300 15610"),
    (83, "609", "28100 28130 28200 28360 28500 28600"),
    (68, "905", "65100 65200 65230 65280 65320"),
    (51, "638", "06100 06150 06200 06400 06450"),
)
"""Thousands of inhabitants, municipality (Statistics Finland's kunta), some of its postal codes."""
_STREETS: Final[Mapping[str, str]] = {
    "fi": "Kirkkokatu Koulukatu Asematie Rantatie Koivukuja Mäntytie Kauppakatu Niittytie",
    "sv": "Kyrkogatan Skolgatan Stationsvägen Strandvägen Björkgränden Tallvägen Ängsvägen",
}
_PHONE_NUMBERS: Final = range(495_000_000, 496_000_000)
"""Finland reserves no numbers for fiction; 049 has been out of use since the NMT network closed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SyntheticPerson:
    """A person who does not exist."""

    first_name: str
    last_name: str
    gender: Gender
    language: str
    phone: str
    """National form, such as 049 5123456."""
    street: str
    postal_code: str
    municipality: str
    marketing_ban: bool


def draw_persons(count: int, *, seed: int) -> Iterator[SyntheticPerson]:
    """Draw persons with different phone numbers; a seed always draws the same ones."""
    rng = Random(seed)  # noqa: S311 - repeatable is the point
    for number in rng.sample(_PHONE_NUMBERS, count):
        yield _person(rng, f"0{number // 10**7} {number % 10**7:07}")


def _person(rng: Random, phone: str) -> SyntheticPerson:
    language = "sv" if rng.random() < _SWEDISH_SHARE else "fi"
    gender = rng.choice(_GENDERS)
    _, municipality, postal_codes = rng.choices(_PLACES, [place[0] for place in _PLACES])[0]
    return SyntheticPerson(
        first_name=_draw_name(rng, _FIRST_NAMES[language, gender]),
        last_name=_draw_name(rng, _SURNAMES[language]),
        gender=gender,
        language=language,
        phone=phone,
        street=f"{rng.choice(_STREETS[language].split())} {rng.randint(1, 60)}",
        postal_code=rng.choice(postal_codes.split()),
        municipality=municipality,
        marketing_ban=rng.random() < _BAN_SHARE,
    )


def _draw_name(rng: Random, table: str) -> str:
    names, weights = table.split()[::2], table.split()[1::2]
    return rng.choices(names, [int(weight) for weight in weights])[0]
