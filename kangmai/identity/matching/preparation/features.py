"""One record made ready for comparison. `columns` does the same for whole files at once."""

from dataclasses import dataclass

from kangmai.identity.matching.preparation.dates import birth_number, lunar_ordinal, ordinal
from kangmai.identity.matching.preparation.names import (
    NO_NAME,
    ChineseName,
    chinese_name,
    is_chinese,
    latin_parts,
    latin_word,
    newborn_placeholder,
)
from kangmai.identity.matching.preparation.numbers import Number, identity_number
from kangmai.identity.matching.preparation.text import (
    plain,
    plain_address,
    plain_phone,
    plain_postcode,
    plain_town,
)
from kangmai.identity.matching.preparation.words import sex_codes
from kangmai.identity.matching.types import Person


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared of one record; empty text, 0 and `NO_NAME` mean missing.

    `birth` is YYYYMMDD, `birth_ordinal` its day, `lunar_ordinal` the day meant if it is a lunar date.
    """

    name: ChineseName
    given_name: str
    surname: str
    birth: int
    birth_ordinal: int
    lunar_ordinal: int
    sex: int
    number: Number
    phone: str
    address: str
    town: str
    postcode: str
    mother: ChineseName
    is_newborn: bool


def features(person: Person) -> Features:
    """A record made ready: placeholder names give way to what they tell of mother and sex."""
    whole = whole_name(person)
    newborn = newborn_placeholder(whole)
    mother_text = person.mother or (newborn[0] if newborn else "")
    birth = birth_number(person.birth_date)
    sex = sex_codes().get(plain(person.sex), 0)
    given, surname = latin_name(person, "" if newborn else whole)
    town = plain_town(person.town)
    return Features(
        name=NO_NAME if newborn else chinese_name(whole),
        given_name=given,
        surname=surname,
        birth=birth,
        birth_ordinal=ordinal(birth),
        lunar_ordinal=lunar_ordinal(birth),
        sex=sex or (newborn[1] if newborn else 0),
        number=identity_number(person.id_number, birth=birth),
        phone=plain_phone(person.phone),
        address=plain_address(person.address, town=town),
        town=town,
        postcode=plain_postcode(person.postcode),
        mother=mother_name(mother_text),
        is_newborn=newborn is not None,
    )


def whole_name(person: Person) -> str:
    """The name in one piece: as given, or a Chinese surname and given name put together."""
    if person.name:
        return person.name
    if is_chinese(plain(person.surname)) or is_chinese(plain(person.given_name)):
        return person.surname + person.given_name
    return ""


def latin_name(person: Person, whole: str) -> tuple[str, str]:
    """Given name and surname in Latin letters, both empty for a Chinese name."""
    if person.given_name or person.surname:
        return latin_word(person.given_name), latin_word(person.surname)
    return ("", "") if is_chinese(plain(whole)) else latin_parts(whole)


def mother_name(text: str) -> ChineseName:
    """The mother's name; one in Latin letters has only its written and folded form."""
    name = chinese_name(text)
    if name is NO_NAME and (latin := latin_word(text)):
        return ChineseName(written=latin, folded=latin)
    return name
