"""Bodies made small before they are stored, and people's before they are sealed.

PostgreSQL compresses nothing below 2 KB, which most resources stay under, and what is sealed cannot be made
small later. Zstandard with a dictionary of what FHIR bodies share takes a blood pressure of 920 bytes to 220
and a Patient of 700 to 190, in 7 µs; back in 3 µs. A packed body begins with the number of its dictionary,
which must never change; a better one gets another number.
Source: RFC 8878 (Zstandard).
"""

import threading

import zstandard

_LEVEL = 3

_DICTIONARIES = {
    1: (
        '"contact":[{"relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0131"'
        '"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">"'
        '"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"zh-CN"}]}}]'
        '"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]'
        '"managingOrganization":{"reference":"Organization/"},"generalPractitioner":[{"reference":"Practitioner/"}]'
        '"qualification":[{"identifier":[{"value":""}],"code":{"coding":[{"system":"","code":""}],"text":"'
        '{"resourceType":"Practitioner","id":"{"resourceType":"RelatedPerson","id":"'
        '"system":"http://snomed.info/sct","code":"","display":"'
        '"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"'
        '"intent":"order","medicationCodeableConcept":{"coding":[{"requester":{"reference":"Practitioner/'
        '"dosageInstruction":[{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}}}]'
        '"issued":"20","result":[{"reference":"Observation/","display":"'
        '"participant":[{"individual":{"reference":"Practitioner/"}}],"serviceProvider":{"reference":"Organization/'
        '{"resourceType":"Encounter","id":"0","status":"finished","class":'
        '{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}'
        '"type":[{"coding":[{"period":{"start":"20","end":"20"reasonCode":[{"coding":[{'
        '"referenceRange":[{"low":{"value":,"high":{"value":,"interpretation":[{"coding":[{"system":'
        '"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"N"}]}]'
        '{"resourceType":"Immunization","id":"0","status":"completed","vaccineCode":{"coding":[{"system":"'
        '"patient":{"reference":"Patient/0"},"occurrenceDateTime":"20","lotNumber":"protocolApplied":[{'
        '"doseNumberPositiveInt":1}]"encounter":{"reference":"Encounter/'
        '"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical"'
        ',"code":"active"}]},"verificationStatus":{"coding":[{"system":'
        '"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"category":'
        '[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":'
        '"problem-list-item"}]}],"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"'
        '"onsetDateTime":"20","recordedDate":"20'
        '{"resourceType":"Patient","id":"","meta":{"tag":[{"system":"urn:kangmai:tag","code":"invented",'
        '"display":"虚构居民 Invented resident"}],"versionId":"1","lastUpdated":"2026-'
        '"identifier":[{"use":"official","system":"urn:kangmai:identifier:index-number","value":"'
        '{"use":"official","system":"urn:oid:2.16.156.10011.1.3","value":"44'
        '{"use":"secondary","system":"urn:kangmai:identifier:health-record","value":"44'
        '"active":true,"name":[{"use":"official","text":"","family":"","given":[""]}],'
        '"gender":"female","gender":"male","telecom":[{"system":"phone","value":"1","use":"mobile"}],'
        '"birthDate":"19","deceasedDateTime":"20","address":[{"use":"home","text":"广东省市区县镇街道社区村",'
        '"extension":[{"url":"urn:kangmai:division-code","valueCode":"44"}]}]}'
        '{"resourceType":"Observation","id":"0","meta":{"tag":[{"system":'
        '"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}],"versionId":"1",'
        '"lastUpdated":"2026-T:00.000Z"},"status":"final","category":[{"coding":[{"system":'
        '"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],'
        '"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}],"text":"血压"},'
        '"subject":{"reference":"Patient/0"},"effectiveDateTime":"20T12:00:00+08:00",'
        '"performer":[{"reference":"Organization/0"}],"component":[{"code":{"coding":[{"system":'
        '"http://loinc.org","code":"8480-6"}],"text":"收缩压"},"valueQuantity":{"value":120,"unit":"mmHg",'
        '"system":"http://unitsofmeasure.org","code":"mm[Hg]"}},{"code":{"coding":[{"system":'
        '"http://loinc.org","code":"8462-4"}],"text":"舒张压"},"valueQuantity":{"value":80,"unit":"mmHg",'
        '"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}'
    ).encode(),
}
_CURRENT = 1


class _Packers(threading.local):
    """A compressor and a decompressor for each dictionary; neither may serve two threads at once."""

    def __init__(self) -> None:
        shared = {
            number: zstandard.ZstdCompressionDict(text, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            for number, text in _DICTIONARIES.items()
        }
        shared[_CURRENT].precompute_compress(level=_LEVEL)
        self.pack = zstandard.ZstdCompressor(
            level=_LEVEL, dict_data=shared[_CURRENT], write_checksum=False
        ).compress
        self.unpack = {
            number: zstandard.ZstdDecompressor(dict_data=each).decompress
            for number, each in shared.items()
        }


_packers = _Packers()
_PREFIX = bytes([_CURRENT])


def packed(body: bytes) -> bytes:
    """The body made small."""
    return _PREFIX + _packers.pack(body)


def unpacked(body: bytes) -> bytes:
    """The body as it was before it was packed."""
    return _packers.unpack[body[0]](memoryview(body)[1:])
