"""How common first names and surnames are in Finland, by language: facts to draw names from.

Counts are in hundreds of bearers. First names: bearers of the name as first given name among
living citizens (Digital and Population Data Services Agency, DVV, open data "Etunimitilasto",
4 August 2022, CC BY 4.0); names usual among Swedish speakers carry the count of all bearers.
Surnames: the order and rough size of DVV's list of surnames, rounded to whole thousands for
Finnish and to the nearest few hundred for Swedish ones.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """Names with their weights; position n of one list belongs to position n of the other."""

    names: tuple[str, ...]
    weights: tuple[int, ...]


def _names(table: str) -> Names:
    pairs = [entry.split() for entry in table.split(",")]
    return Names(
        names=tuple(name for name, _ in pairs),
        weights=tuple(int(count) for _, count in pairs),
    )


FIRST_NAMES = {
    ("fi", "male"): _names(
        "Juha 443, Timo 437, Matti 408, Kari 390, Mikko 381, Jari 375, Antti 371, Mika 334,"
        "Jukka 334, Markku 320, Pekka 309, Hannu 290, Heikki 279, Janne 275, Ari 266, Seppo 263,"
        "Sami 263, Ville 258, Marko 250, Petri 240, Jani 227, Lauri 226, Teemu 202, Erkki 198,"
        "Harri 196, Jorma 192, Pentti 188, Jarmo 181, Eero 179, Jussi 179, Jaakko 179, Pasi 179,"
        "Risto 174, Juho 172, Niko 169, Raimo 167, Toni 167, Esa 165, Arto 159, Aleksi 157,"
        "Tomi 155, Tuomas 154, Olli 150, Joonas 132, Eetu 130, Leo 126, Elias 115, Eino 106,"
        "Paavo 103, Onni 101, Juuso 97, Leevi 92, Väinö 81"
    ),
    ("fi", "female"): _names(
        "Tuula 303, Anne 303, Päivi 299, Anna 288, Leena 280, Ritva 279, Pirjo 277, Minna 276,"
        "Sari 276, Marja 262, Tiina 258, Riitta 250, Tarja 245, Laura 233, Pirkko 221, Jaana 214,"
        "Satu 214, Heidi 213, Aino 212, Seija 212, Hanna 212, Sirpa 211, Sanna 210, Raija 206,"
        "Liisa 205, Eeva 203, Maria 202, Eija 200, Merja 195, Johanna 195, Kirsi 193, Anja 191,"
        "Arja 184, Maija 175, Paula 174, Jenni 168, Elina 163, Katja 157, Mari 151, Nina 149,"
        "Heli 149, Emma 149, Anni 148, Helena 124, Emilia 124, Sofia 118, Ella 117, Suvi 113,"
        "Saara 106, Noora 101, Venla 92, Helmi 90, Kerttu 86"
    ),
    ("sv", "male"): _names(
        "Jan 70, Kim 49, Johan 45, Henrik 43, Erik 41, Patrik 40, Karl 40, Tom 38, Kaj 34,"
        "Lars 33, Peter 33, Sebastian 32, Robert 30, Hans 26, Carl 23, Christian 20, Oscar 19,"
        "Nils 18, Stefan 18, Axel 18, Anders 17, Mats 14, Ralf 13, Fredrik 12, Per 11"
    ),
    ("sv", "female"): _names(
        "Linda 64, Marianne 45, Eva 43, Jessica 35, Camilla 32, Birgitta 24, Kristina 21,"
        "Susanne 19, Karin 18, Monica 17, Christina 14, Elin 12, Barbro 11, Solveig 10,"
        "Gunilla 10, Carina 9, Astrid 9"
    ),
}
SURNAMES = {
    "fi": _names(
        "Korhonen 220, Virtanen 210, Mäkinen 200, Nieminen 200, Mäkelä 180, Hämäläinen 180,"
        "Laine 180, Heikkinen 170, Koskinen 170, Järvinen 160, Lehtonen 160, Lehtinen 140,"
        "Saarinen 140, Salminen 140, Heinonen 140, Niemi 140, Heikkilä 130, Salonen 120,"
        "Kinnunen 120, Turunen 120, Salo 120, Laitinen 120, Tuominen 110, Rantanen 110,"
        "Karjalainen 110, Jokinen 110, Mattila 110, Savolainen 100, Lahtinen 100, Ahonen 100,"
        "Ojala 90, Leppänen 90, Hiltunen 90, Väisänen 90, Kallio 90, Leinonen 90, Aaltonen 90,"
        "Miettinen 80, Pitkänen 80, Manninen 80, Hakala 80, Anttila 80, Laaksonen 80, Koivisto 80,"
        "Räsänen 80, Hirvonen 80, Lehto 80, Laakso 70, Toivonen 70, Aalto 70, Mustonen 70"
    ),
    "sv": _names(
        "Johansson 75, Karlsson 65, Nyman 65, Lindholm 60, Andersson 55, Nyström 45,"
        "Lindström 45, Eriksson 45, Lindqvist 40, Lindroos 35, Nylund 35, Sundström 30,"
        "Bergman 30, Holmström 30, Söderholm 25, Blomqvist 25, Forsström 20, Sjöblom 20,"
        "Nygård 20, Wikström 20, Backman 20, Ekholm 15"
    ),
}
