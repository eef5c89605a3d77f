"""The words in which the API speaks of a building's kinds, with what each means in Finnish.

Sources map their own codes onto these words (collect/profiles). The code lists are those of the
Finnish building register. Source: koodistot.suomi.fi, registry rytj (use, heating, energy source,
materials) and vtj (usage status).
"""

from collections.abc import Mapping
from types import MappingProxyType

USES: Mapping[str, str] = MappingProxyType(
    {
        "leisure": "Vapaa-ajan asuinrakennus",
        "commercial": "Toimisto-, tuotanto-, yhdyskuntatekniikan tai muu rakennus",
        "outbuilding": "Talousrakennus",
        "sauna": "Saunarakennus",
        "small_house": "Pientalo",
        "block_of_flats": "Kerrostalo",
        "public": "Julkinen rakennus",
    }
)

HEATINGS: Mapping[str, str] = MappingProxyType(
    {
        "central_water": "Vesikeskuslämmitys",
        "central_air": "Ilmakeskuslämmitys",
        "electric": "Suora sähkölämmitys",
        "stove": "Uuni-, takka- tai kamiinalämmitys",
        "solar": "Aurinkolämmitys",
        "air_heat_pump": "Ilmalämpöpumppu",
        "none": "Ei kiinteää lämmityslaitetta",
        "other": "Muu",
    }
)

ENERGY_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "district": "Kauko- tai aluelämpö",
        "light_oil": "Kevyt polttoöljy",
        "heavy_oil": "Raskas polttoöljy",
        "electricity": "Sähkö",
        "gas": "Kaasu",
        "coal": "Kivihiili",
        "wood": "Puu",
        "peat": "Turve",
        "ground": "Maalämpö",
        "solar": "Aurinkoenergia",
        "heat_pump": "Lämpöpumppu",
        "other": "Muu",
    }
)

FACADES: Mapping[str, str] = MappingProxyType(
    {
        "concrete": "Betoni",
        "brick": "Tiili",
        "sheet_metal": "Metallilevy",
        "stone": "Kivi",
        "wood": "Puu",
        "glass": "Lasi",
        "other": "Muu",
    }
)

FRAMES: Mapping[str, str] = MappingProxyType(
    {
        "concrete": "Betoni",
        "brick": "Tiili",
        "steel": "Teräs",
        "wood": "Puu",
        "other": "Muu",
    }
)

USAGE_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "permanent_dwelling": "Käytetään vakinaiseen asumiseen",
        "business": "Toimitila- tai tuotantokäytössä",
        "leisure": "Käytetään loma-asumiseen",
        "temporary_dwelling": "Käytetään muuhun tilapäiseen asumiseen",
        "empty": "Tyhjillään",
        "abandoned": "Ränsistymisen vuoksi hylätty",
        "unknown": "Käytöstä ei ole tietoa",
        "other": "Muu (sauna, liiteri, kellotapuli)",
    }
)

DWELLING_USES = frozenset({"small_house", "block_of_flats"})
"""Uses in which people live all year round; a building of them counts as one dwelling at least."""
