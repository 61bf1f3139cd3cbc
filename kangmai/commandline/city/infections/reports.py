"""What the card of an invented case says, from the columns of the town."""

from datetime import UTC, date, datetime, timedelta

from kangmai.commandline.city.assumptions import Table, read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import Gatherings, Residents, TownChunk
from kangmai.commandline.city.infections.cases import Infections
from kangmai.epidemic.cases.types import CaseClass, Content, Origin

RESIDENT_CARD = "01"
CHILD_UNTIL, ADULT_FROM, OLD_FROM = 14, 18, 60
SAME_COUNTY, SAME_CITY = "1", "2"
ABROAD = ("柬埔寨", "泰国", "越南", "马来西亚")
NURSERY_KINDS, SCHOOL_KINDS = (b"kindergarten", b"nursery"), (b"school",)
_EPOCH = date(1970, 1, 1)


def instant(seconds: int) -> datetime:
    """UTC seconds since 1970 as an instant."""
    return datetime.fromtimestamp(int(seconds), UTC)


def content_of(
    city: InventedCity, chunk: TownChunk, table: Infections, row: int, *, resident: int
) -> Content:
    """The card of one case.

    Args:
        resident: position of the person among all people of the town.
    """
    people = chunk.residents
    rule = read("infections")["diseases"][int(table.disease[row])]
    born: date = people.birth_on[resident].astype(object)
    onset = _EPOCH + timedelta(days=int(table.onset_on[row]))
    age = onset.year - born.year - ((onset.month, onset.day) < (born.month, born.day))
    institution = city.network.institutions[int(table.institution[row])]
    home = people.place_code[resident].decode()
    number = people.identity_number[resident].decode()
    imported = bool(table.is_imported[row])
    occupation, workplace, room = _occupation(chunk, resident, age)
    return Content(
        name=people.name[resident].as_py(),
        guardian=_guardian(people, resident) if age <= CHILD_UNTIL + 4 else "",
        document_type=RESIDENT_CARD if number else "",
        document_number=number,
        sex_code=people.sex[resident].decode(),
        birth_date=born,
        phone=people.phone[resident].decode() or f"154{int(people.number[resident]):08d}",
        belongs_to=SAME_COUNTY if home[:6] == institution.division[:6] else SAME_CITY,
        home_code=home,
        address=people.address[resident].as_py(),
        occupation=occupation,
        workplace=workplace,
        school_class=room,
        disease=rule["code"],
        case_class=(CaseClass.CONFIRMED if table.is_confirmed[row] else CaseClass.CLINICAL).value,
        acute_chronic=rule.get("acute_chronic", ""),
        onset_on=onset,
        diagnosed_at=instant(table.diagnosed_at[row]),
        contacts_with_symptoms="0",
        origin=_origin(rule, imported),
        origin_place=ABROAD[resident % len(ABROAD)] if imported else "",
        doctor=_doctor(city, institution.order, resident),
        sections=rule.get("sections", {}),
    )


def gathering_of(chunk: TownChunk, resident: int, workplace: str) -> int:
    """Which gathering of the town a card's workplace is, -1 for none."""
    which = int(chunk.residents.gathering[resident])
    return which if which >= 0 and chunk.gatherings.name[which].as_py() == workplace else -1


def _origin(rule: Table, imported: bool) -> str:
    if "imported" not in rule:
        return ""
    return (Origin.IMPORTED if imported else Origin.LOCAL).value


def _guardian(people: Residents, resident: int) -> str:
    """A parent's name, else that of a grandparent who cares, else a word that stands for one."""
    for column in (people.mother, people.guardian):
        if column[resident] >= 0:
            return str(people.name[int(column[resident])].as_py())
    return f"{people.name[resident].as_py()[:1]}某（家长）"


def _occupation(chunk: TownChunk, resident: int, age: int) -> tuple[str, str, str]:
    """Population class, school or workplace, and class there, by the age of the case."""
    people, places = chunk.residents, chunk.gatherings
    kind, name, room = _gathering(places, people, resident)
    if age < 7 and kind in NURSERY_KINDS:
        return "1", name, room
    if age < 6:
        return "2", "", ""
    if age < ADULT_FROM:
        return ("3", name, room) if kind in SCHOOL_KINDS else ("3", _unlisted(chunk, age), "")
    urban = chunk.town.village_urban[int(people.village[resident])]
    if age >= OLD_FROM:
        return ("15" if urban else "11"), "", ""
    if kind == b"work_site":
        return "9", name, ""
    return ("7" if urban else "11"), "", ""


def _gathering(places: Gatherings, people: Residents, resident: int) -> tuple[bytes, str, str]:
    which = int(people.gathering[resident])
    if which < 0:
        return b"", "", ""
    room = int(people.room[resident])
    text = f"{room // 100}年级{room % 100}班" if room else ""
    return bytes(places.kind[which]), str(places.name[which].as_py()), text


def _unlisted(chunk: TownChunk, age: int) -> str:
    """A school that the registry does not have: towns too small to have one in the sample."""
    mark = read("network")["mark"]["zh"]
    return f"{mark}{chunk.town.name}{'小学' if age < 12 else '中学'}"


def _doctor(city: InventedCity, institution: int, resident: int) -> str:
    members = city.network.staff_of[institution]
    return city.network.staff[members[resident % len(members)]].name
