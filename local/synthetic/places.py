"""Where the synthetic people live: postal codes that belong to their municipality.

Municipality codes are Statistics Finland's (kunta 2025), populations and shares of Swedish
speakers its figures for 2023, rounded. Postal codes are a few ordinary ones of each city. Street
names are ones that occur all over the country; whether a house has that number is left open.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A municipality as far as an address needs it."""

    municipality: str
    name: str
    name_sv: str
    thousands: int
    """Inhabitants, the weight of the draw."""
    swedish_percent: float
    postal_codes: tuple[str, ...]


def _place(line: str) -> Place:
    municipality, names, thousands, swedish, *postal_codes = line.split()
    name, name_sv = names.split("/")
    return Place(
        municipality=municipality,
        name=name,
        name_sv=name_sv,
        thousands=int(thousands),
        swedish_percent=float(swedish),
        postal_codes=tuple(postal_codes),
    )


PLACES = tuple(
    _place(line)
    for line in (
        "091 Helsinki/Helsingfors 664 5.5 00100 00150 00200 00250 00320 00400 00500 00530 00550",
        "049 Espoo/Esbo 305 6.5 02100 02130 02150 02200 02230 02320 02600 02650 02760 02770",
        "837 Tampere/Tammerfors 249 0.5 33100 33200 33230 33310 33500 33540 33720 33820",
        "092 Vantaa/Vanda 242 2.3 01200 01280 01300 01350 01370 01400 01450 01510 01600 01690",
        "564 Oulu/Uleåborg 211 0.2 90100 90120 90140 90230 90500 90530 90570 90650",
        "853 Turku/Åbo 197 5.6 20100 20200 20300 20380 20500 20540 20610 20720 20810",
        "179 Jyväskylä/Jyväskylä 145 0.2 40100 40200 40320 40500 40520 40600 40740",
        "297 Kuopio/Kuopio 122 0.1 70100 70150 70200 70340 70420 70600 70820",
        "398 Lahti/Lahtis 120 0.3 15100 15140 15160 15210 15300 15610 15800",
        "609 Pori/Björneborg 83 0.5 28100 28130 28200 28360 28500 28600",
        "167 Joensuu/Joensuu 77 0.1 80100 80110 80140 80200 80230",
        "405 Lappeenranta/Villmanstrand 72 0.2 53100 53200 53300 53600 53850",
        "905 Vaasa/Vasa 68 23.0 65100 65200 65230 65280 65320 65350",
        "698 Rovaniemi/Rovaniemi 64 0.2 96100 96200 96300 96400 96500",
        "638 Porvoo/Borgå 51 28.0 06100 06150 06200 06400 06450",
        "186 Järvenpää/Träskända 46 1.0 04400 04410 04420 04430",
        "598 Pietarsaari/Jakobstad 19 55.0 68600 68620 68630 68660",
    )
)
STREETS = {
    "fi": (
        "Asematie",
        "Kauppakatu",
        "Kirkkokatu",
        "Koivukuja",
        "Koulukatu",
        "Kuusitie",
        "Lehtotie",
        "Mäntytie",
        "Niittykuja",
        "Pihlajatie",
        "Rantatie",
        "Satamakatu",
        "Torikatu",
    ),
    "sv": (
        "Björkstigen",
        "Hamngatan",
        "Kyrkogatan",
        "Skolgatan",
        "Stationsvägen",
        "Strandvägen",
        "Torggatan",
    ),
}
