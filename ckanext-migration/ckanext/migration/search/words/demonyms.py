"""What people of a country are called, so that "Syrian refugees" and "réfugiés syriens" mean Syria.

For searching only: a record's place is never guessed from such a word (Syrian refugees live in Lebanon).
Countries that many people left, fled or moved to; Chinese says 叙利亚人 with the country's own name, and
Russian adjectives take more endings than the thesaurus compares.
"""

from __future__ import annotations

from collections.abc import Mapping

_TABLE = """
AFG | Afghan | afghan, afghane | afgano, afgana | أفغاني
ARM | Armenian | arménien, arménienne | armenio, armenia |
AZE | Azerbaijani | azerbaïdjanais, azerbaïdjanaise | azerbaiyano, azerbaiyana |
BDI | Burundian | burundais, burundaise | burundés, burundesa |
BFA | Burkinabe | burkinabè, burkinabé | burkinés, burkinesa |
BGD | Bangladeshi | bangladais, bangladaise | bangladesí |
BOL | Bolivian | bolivien, bolivienne | boliviano, boliviana |
CAF | Central African | centrafricain, centrafricaine | centroafricano, centroafricana |
CMR | Cameroonian | camerounais, camerounaise | camerunés, camerunesa |
COD | Congolese | congolais, congolaise | congoleño, congoleña | كونغولي
COL | Colombian | colombien, colombienne | colombiano, colombiana | كولومبي
CUB | Cuban | cubain, cubaine | cubano, cubana |
DZA | Algerian | algérien, algérienne | argelino, argelina | جزائري
ECU | Ecuadorian | équatorien, équatorienne | ecuatoriano, ecuatoriana |
EGY | Egyptian | égyptien, égyptienne | egipcio, egipcia | مصري
ERI | Eritrean | érythréen, érythréenne | eritreo, eritrea | إريتري
ETH | Ethiopian | éthiopien, éthiopienne | etíope | إثيوبي
GEO | Georgian | géorgien, géorgienne | georgiano, georgiana |
GTM | Guatemalan | guatémaltèque | guatemalteco, guatemalteca |
HND | Honduran | hondurien, hondurienne | hondureño, hondureña |
HTI | Haitian | haïtien, haïtienne | haitiano, haitiana | هايتي
IDN | Indonesian | indonésien, indonésienne | indonesio, indonesia |
IRN | Iranian | iranien, iranienne | iraní | إيراني
IRQ | Iraqi | irakien, irakienne, iraquien | iraquí, irakí | عراقي
JOR | Jordanian | jordanien, jordanienne | jordano, jordana | أردني
KEN | Kenyan | kényan, kényane | keniano, keniana |
LBN | Lebanese | libanais, libanaise | libanés, libanesa | لبناني
LBY | Libyan | libyen, libyenne | libio, libia | ليبي
LKA | Sri Lankan | sri-lankais | esrilanqués |
MAR | Moroccan | marocain, marocaine | marroquí | مغربي
MEX | Mexican | mexicain, mexicaine | mexicano, mexicana |
MLI | Malian | malien, malienne | maliense | مالي
MMR | Burmese | birman, birmane | birmano, birmana |
MOZ | Mozambican | mozambicain, mozambicaine | mozambiqueño, mozambiqueña |
MRT | Mauritanian | mauritanien, mauritanienne | mauritano, mauritana | موريتاني
NER | Nigerien | nigérien, nigérienne | nigerino, nigerina |
NGA | Nigerian | nigérian, nigériane | nigeriano, nigeriana |
NIC | Nicaraguan | nicaraguayen, nicaraguayenne | nicaragüense |
NPL | Nepalese, Nepali | népalais, népalaise | nepalí | نيبالي
PAK | Pakistani | pakistanais, pakistanaise | pakistaní | باكستاني
PER | Peruvian | péruvien, péruvienne | peruano, peruana |
PHL | Filipino, Filipina | philippin, philippine | filipino, filipina | فلبيني
PSE | Palestinian | palestinien, palestinienne | palestino, palestina | فلسطيني
RWA | Rwandan | rwandais, rwandaise | ruandés, ruandesa |
SDN | Sudanese | soudanais, soudanaise | sudanés, sudanesa | سوداني
SEN | Senegalese | sénégalais, sénégalaise | senegalés, senegalesa |
SLV | Salvadoran, Salvadorian | salvadorien, salvadorienne | salvadoreño, salvadoreña |
SOM | Somali | somalien, somalienne | somalí | صومالي
SSD | South Sudanese | sud-soudanais, sud-soudanaise | sursudanés, sursudanesa |
SYR | Syrian | syrien, syrienne | sirio, siria | سوري
TCD | Chadian | tchadien, tchadienne | chadiano, chadiana | تشادي
TUN | Tunisian | tunisien, tunisienne | tunecino, tunecina | تونسي
TUR | Turkish | turc, turque | turco, turca | تركي
UGA | Ugandan | ougandais, ougandaise | ugandés, ugandesa |
UKR | Ukrainian | ukrainien, ukrainienne | ucraniano, ucraniana | أوكراني
VEN | Venezuelan | vénézuélien, vénézuélienne | venezolano, venezolana | فنزويلي
VNM | Vietnamese | vietnamien, vietnamienne | vietnamita |
YEM | Yemeni | yéménite | yemení | يمني
ZWE | Zimbabwean | zimbabwéen, zimbabwéenne | zimbabuense |
"""


def _read() -> Mapping[str, tuple[tuple[str, str], ...]]:
    found = {}
    for line in _TABLE.strip().splitlines():
        code, *cells = (cell.strip() for cell in line.split("|"))
        found[code] = tuple(
            (language, word.strip())
            for language, cell in zip(("en", "fr", "es", "ar"), cells, strict=True)
            for word in cell.split(",")
            if word.strip()
        )
    return found


DEMONYMS = _read()
"""Code of a country: pairs of language and word."""
