"""Kinds of institutions, places, points on the map and consortia."""

from enum import StrEnum


class OrganizationKind(StrEnum):
    """What an institution is for; its WS 218 type code says it more finely."""

    BUREAU = "bureau"
    CDC = "cdc"
    HOSPITAL = "hospital"
    MATERNAL_CHILD = "maternal_child"
    TOWNSHIP_HOSPITAL = "township_hospital"
    COMMUNITY_CENTRE = "community_centre"
    COMMUNITY_STATION = "community_station"
    VILLAGE_CLINIC = "village_clinic"
    CLINIC = "clinic"
    LABORATORY = "laboratory"
    EMERGENCY_CENTRE = "emergency_centre"
    BLOOD_CENTRE = "blood_centre"
    SUPERVISION = "supervision"
    QUALITY_CENTRE = "quality_centre"
    OTHER = "other"


class PlaceKind(StrEnum):
    """A place where many people are together and which is no health institution."""

    SCHOOL = "school"
    KINDERGARTEN = "kindergarten"
    NURSERY = "nursery"
    CARE_HOME = "care_home"
    WORK_SITE = "work_site"
    MARKET = "market"
    OTHER = "other"


class PointKind(StrEnum):
    """How a point on the map was found; `synthetic` ones never mix with real ones in a report."""

    SURVEYED = "surveyed"
    SEAT = "seat"
    APPROXIMATE = "approximate"
    SYNTHETIC = "synthetic"


class ConsortiumKind(StrEnum):
    """How institutions bind themselves together."""

    COUNTY = "county"
    """紧密型县域医共体: one county, staff, money and goods as one."""
    CITY = "city"
    """城市医疗集团."""
    SPECIALTY = "specialty"
    """专科联盟."""
    REMOTE = "remote"
    """远程医疗协作网."""
