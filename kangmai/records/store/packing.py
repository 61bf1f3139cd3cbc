"""Bodies of people made small before they are sealed: what is encrypted cannot be compressed later.

Deflate with a dictionary of what most Patients share takes a body of 700 bytes to 150. A packed body
begins with the number of its dictionary, which must never change; one that is not begins with a brace.
Source: RFC 1951 (DEFLATE); zlib for preset dictionaries.
"""

import zlib

WINDOW_BITS = -15
_BRACE = b"{"[0]

_DICTIONARIES = {
    1: (
        '"contact":[{"relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0131"'
        '"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">"'
        '"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"zh-CN"}]}}]'
        '"maritalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-MaritalStatus","code":"M"}]'
        '"managingOrganization":{"reference":"Organization/"},"generalPractitioner":[{"reference":"Practitioner/"}]'
        '"qualification":[{"identifier":[{"value":""}],"code":{"coding":[{"system":"","code":""}],"text":"'
        '{"resourceType":"Practitioner","id":"{"resourceType":"RelatedPerson","id":"'
        '{"resourceType":"Patient","id":"","meta":{"tag":[{"system":"urn:kangmai:tag","code":"invented",'
        '"display":"虚构居民 Invented resident"}],"versionId":"1","lastUpdated":"2026-'
        '"identifier":[{"use":"official","system":"urn:kangmai:identifier:index-number","value":"'
        '{"use":"official","system":"urn:oid:2.16.156.10011.1.3","value":"44'
        '{"use":"secondary","system":"urn:kangmai:identifier:health-record","value":"44'
        '"active":true,"name":[{"use":"official","text":"","family":"","given":[""]}],'
        '"gender":"female","gender":"male","telecom":[{"system":"phone","value":"1","use":"mobile"}],'
        '"birthDate":"19","deceasedDateTime":"20","address":[{"use":"home","text":"广东省市区县镇街道社区村",'
        '"extension":[{"url":"urn:kangmai:division-code","valueCode":"44"}]}]}'
    ).encode(),
}
_CURRENT = 1


def packed(body: bytes) -> bytes:
    """The body made small."""
    small = zlib.compressobj(6, zlib.DEFLATED, WINDOW_BITS, 8, 0, _DICTIONARIES[_CURRENT])
    return bytes([_CURRENT]) + small.compress(body) + small.flush()


def unpacked(body: bytes) -> bytes:
    """The body as it was before it was packed."""
    if body[0] == _BRACE:
        return body
    return zlib.decompressobj(WINDOW_BITS, _DICTIONARIES[body[0]]).decompress(body[1:])
