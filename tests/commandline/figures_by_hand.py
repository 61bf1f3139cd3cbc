"""What each indicator counts, once more as SQL on the tables, written without a look at its definition's conditions.

Every query gives the numerator and, where there is one, the denominator, for all of the city; `start` is the
first day of the period, `end` the day after it.
"""

HERE = "r.merged_into_id IS NULL AND coalesce(r.deceased_on, 'infinity') >= %(end)s AND coalesce(r.moved_out_on, 'infinity') >= %(end)s"
BORN = "(r.birth_date IS NULL OR r.birth_date < %(end)s)"
RESIDENTS = f"SELECT count(*) FROM identity_resident r WHERE {HERE} AND {BORN}"
OPEN = (
    "coalesce(o.opened_on, '-infinity') < %(end)s AND coalesce(o.closed_on, 'infinity') >= %(end)s"
)
DAY = "v.visited_on BETWEEN %(start)s AND %(end)s::date - 1"
ACCEPTED = "u.outcome = 'accepted' AND u.carrier IN ('dynamic', 'static')"
USED_ON = "(u.used_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(start)s AND %(end)s::date - 1"
PERSON = "(SELECT coalesce(i.merged_into_id, i.id) FROM identity_resident i WHERE i.id = {})"


def visits(programme: str, service: str, who: str, more: str = "AND v.is_counted") -> str:
    """How many visits of a service somebody had in the period."""
    return f"""(SELECT count(*) FROM programmes_visit v JOIN programmes_enrolment w ON w.id = v.enrolment_id
        WHERE w.programme = '{programme}' AND v.service = '{service}' AND v.standing = 'current' {more} AND {DAY}
          AND {PERSON.format("w.resident_id")} = {who})"""


def managed(programmes: str, part: str, *, at_end: bool = False, delivered: bool = False) -> str:
    """Everybody in a programme in the period, or at its end, once; and of how many something is true."""
    bound = "%(end)s" if at_end else "%(start)s"
    days = f"e.enrolled_on < %(end)s AND coalesce(e.closed_on, 'infinity') >= {bound}"
    if delivered:
        days = "(e.anchors->>'delivery')::date BETWEEN %(start)s AND %(end)s::date - 1"
    return f"""SELECT count(*) FILTER (WHERE {part}), count(*) FROM (
        SELECT DISTINCT ON (who) * FROM (
            SELECT {PERSON.format("e.resident_id")} AS who, e.* FROM programmes_enrolment e
            WHERE e.programme IN ({programmes}) AND {days}) x
        ORDER BY who, enrolled_on DESC, id DESC) m"""


def people(among: str, part: str) -> str:
    """Residents who are here at the end, among some; and of how many something is true."""
    return f"""SELECT count(*) FILTER (WHERE {part}), count(*) FROM identity_resident r WHERE {HERE} AND {among}"""


def age(years: int, sign: str) -> str:
    """A bound of age on the last day of the period."""
    return f"r.birth_date {sign} (%(end)s::date - 1 - interval '{years} years')"


def against_residents(numerator: str, born: str = BORN) -> str:
    """A sum against the residents."""
    return (
        f"SELECT ({numerator}), (SELECT count(*) FROM identity_resident r WHERE {HERE} AND {born})"
    )


def per_birth(kind: str, more: str = "true") -> str:
    """Cards of a kind that count, by the day of the event, against the births of the period."""
    born = "FROM births_birth b WHERE b.born_on BETWEEN %(start)s AND %(end)s::date - 1"
    return f"""SELECT (SELECT count(*) FROM monitoring_card c WHERE c.kind = '{kind}' AND c.is_counted AND c.state <> 'void'
        AND c.event_on BETWEEN %(start)s AND %(end)s::date - 1 AND ({more})), (SELECT count(*) {born})"""


def couples(within: str, part: str, *, people: bool = False) -> str:
    """Plans of a child of which something holds, or the women who have them; and of how many something more."""
    one = PERSON.format("e.resident_id") if people else "e.id"
    return f"""SELECT count(*) FILTER (WHERE {part}), count(*) FROM (
        SELECT DISTINCT ON (one) * FROM (SELECT {one} AS one, e.id AS plan, (e.anchors->>'planned')::date AS planned,
            (e.anchors->>'last_period')::date AS lmp FROM programmes_enrolment e
            WHERE e.programme = 'prepregnancy' AND e.anchors ? 'planned' AND e.enrolled_on IS NOT NULL) x
        WHERE {within} ORDER BY one, planned DESC, plan DESC) p"""


def of_plan(service: str, more: str = "v.is_counted") -> str:
    """The first day of a service of a plan."""
    return f"""(SELECT min(v.visited_on) FROM programmes_visit v WHERE v.enrolment_id = plan AND v.standing = 'current'
        AND v.service = '{service}' AND {more})"""


def screened_births(programme: str) -> str:
    """Births of the period, and of how many the child was screened, whenever."""
    return f"""SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM programmes_visit v JOIN programmes_enrolment e ON e.id = v.enrolment_id
            WHERE e.programme = '{programme}' AND v.standing = 'current' AND v.measures->>'step' <> 'refused'
              AND {PERSON.format("e.resident_id")} = {PERSON.format("b.child_id")})), count(*)
        FROM births_birth b WHERE b.born_on BETWEEN %(start)s AND %(end)s::date - 1"""


def seen_once(programme: str) -> str:
    """Residents with a visit of a programme in the period that counts."""
    return f"""SELECT count(DISTINCT {PERSON.format("w.resident_id")}) FROM programmes_visit v JOIN programmes_enrolment w ON w.id = v.enrolment_id
        WHERE w.programme = '{programme}' AND v.standing = 'current' AND v.is_counted AND {DAY}"""


def of_pregnancy(service: str, more: str, day: str = "min") -> str:
    """The first day of something in a pregnancy: its prenatal screening, its special file."""
    return f"""(SELECT {day}(v.visited_on) FROM programmes_visit v WHERE v.enrolment_id = e.id AND v.standing = 'current'
        AND v.service = '{service}' AND {more})"""


ARRANGED = f"""coalesce((SELECT v.measures->>'two_contacts' = 'true' AND v.measures->>'green_channel' = 'true' AND v.measures->>'contracted' = 'true'
    FROM programmes_visit v JOIN programmes_enrolment w ON w.id = v.enrolment_id WHERE w.programme = 'special_family' AND v.standing = 'current'
      AND v.is_counted AND v.visited_on < %(end)s AND {PERSON.format("w.resident_id")} = m.who ORDER BY v.visited_on DESC, v.entered_at DESC, v.id DESC LIMIT 1), false)"""
SUSPECTED = """(SELECT min(v.visited_on) FROM programmes_visit v WHERE v.enrolment_id = e.id AND v.standing = 'current'
    AND v.measures->>'step' = 'result' AND v.outcome = 'recall' AND v.measures->>'result' IN ('pass', 'suspected'))"""
BACK = """(SELECT max(v.visited_on) FROM programmes_visit v WHERE v.enrolment_id = e.id AND v.standing = 'current'
    AND v.measures->>'step' IN ('recall', 'diagnosis', 'treatment'))"""
SEVERE = of_pregnancy("diagnosis", "v.measures->>'fetus' = 'thalassaemia'")
FOUND = "(e.anchors->>'found')::date"
ACTED = of_pregnancy("diagnosis", "v.measures->>'decided' IN ('ended', 'treated')", "max")
IN_PERIOD = "BETWEEN %(start)s AND %(end)s::date - 1"
EARLY = of_plan("early", "v.is_counted AND v.measures->>'pregnant' = 'yes'")
AGED = "c.event_on - (c.kept->>'born_on')::date"


def institutions(kinds: str) -> str:
    """Institutions of some kinds at the end of the period."""
    return f"SELECT count(*) FROM registry_organization o WHERE o.kind IN ({kinds}) AND {OPEN}"


def in_post(condition: str) -> str:
    """Staff in a post at the end of the period."""
    return f"""SELECT count(DISTINCT p.staff_id) FROM registry_post p WHERE ({condition})
        AND p.from_on < %(end)s AND coalesce(p.to_on, 'infinity') >= %(end)s"""


def in_teams(what: str, kind: str = "") -> str:
    """Staff, or teams, at the end of the period."""
    return f"""SELECT count(DISTINCT {what}) FROM teams_member m JOIN teams_team t ON t.id = m.team_id
        WHERE (m.from_at AT TIME ZONE 'Asia/Shanghai')::date < %(end)s {kind}
          AND coalesce((m.to_at AT TIME ZONE 'Asia/Shanghai')::date, 'infinity') >= %(end)s
          AND coalesce((t.closed_at AT TIME ZONE 'Asia/Shanghai')::date, 'infinity') >= %(end)s"""


def screened(among: str, part: str) -> str:
    """Women by organ after their latest screening of those that count."""
    return f"""SELECT count(*) FILTER (WHERE {part}), count(*) FROM (
        SELECT DISTINCT ON (who, service) * FROM (
            SELECT {PERSON.format("w.resident_id")} AS who, v.id, v.service, v.visited_on, v.outcome,
                   v.measures ? 'colposcopy' AND v.measures->>'colposcopy' IS NOT NULL AS seen,
                   v.measures->>'mammography' IS NOT NULL AS pictured,
                   coalesce(v.measures->>'cervical_pathology', v.measures->>'breast_pathology') AS tissue,
                   coalesce(v.measures->>'cervical_stage', v.measures->>'breast_stage') AS stage,
                   coalesce(v.measures->>'cervical_treated', v.measures->>'breast_treated', 'false') = 'true' AS cured
            FROM programmes_visit v JOIN programmes_enrolment w ON w.id = v.enrolment_id
            WHERE w.programme = 'two_cancer' AND v.standing = 'current' AND {DAY}) x
        WHERE {among} ORDER BY who, service, visited_on DESC, id DESC) y"""


def doses(due: str, part: str) -> str:
    """Doses of the schedule that fell due in the period."""
    return f"""SELECT count(*) FILTER (WHERE {part}), count(*) FROM vaccination_standing s
        WHERE s.status <> 'not_needed' AND right(s.series, 9) <> '_catch_up'
          AND s.{due} BETWEEN %(start)s AND %(end)s::date - 1"""


NEXT = "(seen OR pictured OR tissue IS NOT NULL)"
BAD = "tissue IN ('cin23', 'ais', 'precancer', 'cancer')"
LATEST_GLUCOSE = f"""(SELECT v.target_met FROM programmes_visit v JOIN programmes_enrolment w ON w.id = v.enrolment_id
    WHERE w.programme = 'diabetes' AND v.standing = 'current' AND v.target_met IS NOT NULL AND {DAY}
      AND {PERSON.format("w.resident_id")} = m.who ORDER BY v.visited_on DESC, v.entered_at DESC, v.id DESC LIMIT 1)"""
REGULAR = f"""coalesce((SELECT v.measures->>'takes_regularly' FROM programmes_visit v
    JOIN programmes_enrolment w ON w.id = v.enrolment_id WHERE w.programme = 'smd' AND v.service = 'followup'
      AND v.standing = 'current' AND v.measures->>'takes_regularly' IS NOT NULL AND {DAY}
      AND {PERSON.format("w.resident_id")} = m.who ORDER BY v.visited_on DESC, v.entered_at DESC, v.id DESC LIMIT 1), 'false') = 'true'"""
CONTRACT = f"""(SELECT count(DISTINCT {PERSON.format("c.resident_id")}) FROM contracts_contract c
    WHERE c.begins_on < %(end)s AND c.ends_on >= %(end)s::date - 1)"""
HAS_CONTRACT = f"""EXISTS (SELECT FROM contracts_contract f WHERE f.begins_on < %(end)s AND f.ends_on >= %(end)s::date - 1
    AND {PERSON.format("f.resident_id")} = m.who)"""
KEY_GROUPS = managed(
    "'elderly', 'child', 'maternal', 'hypertension', 'diabetes', 'smd', 'tuberculosis'",
    HAS_CONTRACT,
    at_end=True,
)
RENEWED = f"""SELECT count(*) FILTER (WHERE state = 'renewed'), count(*) FROM (
    SELECT DISTINCT ON (who) * FROM (SELECT {PERSON.format("c.resident_id")} AS who, c.* FROM contracts_contract c
        WHERE c.end_reason = '' AND c.ends_on >= %(start)s AND c.ends_on < %(end)s) x
    ORDER BY who, ends_on DESC, id DESC) y"""
PERFORMED = f"""SELECT count(*) FILTER (WHERE fulfilled), count(*) FROM (
    SELECT DISTINCT ON (who) * FROM (SELECT {PERSON.format("c.resident_id")} AS who, y.ends_on, c.id, y.done >= y.promised AS fulfilled
        FROM contracts_contractyear y JOIN contracts_contract c ON c.id = y.contract_id
        WHERE y.is_whole AND y.ends_on >= %(start)s AND y.ends_on < %(end)s) x
    ORDER BY who, ends_on DESC, id DESC) z"""
DELIVERED = "(m.anchors->>'last_period')::date + 91"
BOOKED = f"m.enrolled_on < {DELIVERED}"
CHECKS = "(SELECT count(*) FROM programmes_visit v WHERE v.enrolment_id = m.id AND v.service = 'antenatal' AND v.is_counted AND v.standing = 'current')"
AFTER = "(SELECT min(v.visited_on) FROM programmes_visit v WHERE v.enrolment_id = m.id AND v.service = 'postpartum' AND v.is_counted AND v.standing = 'current')"
CARDS = """SELECT count(*) FROM cards_card c JOIN identity_resident i ON i.id = c.resident_id
    JOIN identity_resident r ON r.id = coalesce(i.merged_into_id, i.id)
    WHERE (c.issued_at AT TIME ZONE 'Asia/Shanghai')::date < %(end)s"""
HELD = f"{CARDS} AND coalesce((c.ended_at AT TIME ZONE 'Asia/Shanghai')::date, 'infinity') >= %(end)s AND {HERE.replace('r.merged_into_id IS NULL AND ', '')}"
BEDS = (
    """(SELECT coalesce(sum(b.available), 0) FROM (SELECT DISTINCT ON (organization_id, department_id, kind_code) * FROM registry_bedstock
    ORDER BY organization_id, department_id, kind_code, from_on DESC) b
    JOIN registry_organization o ON o.id = b.organization_id WHERE {} AND """
    + OPEN
    + ")"
)
CURRENT = f"FROM programmes_visit v WHERE v.standing = 'current' AND {DAY}"
DOUBTED = """EXISTS (SELECT FROM watchdog_finding f WHERE f.rows ? v.id::text
    AND NOT (f.state = 'closed' AND f.closing IN ('accepted', 'corrected', 'unfounded')))"""
STANDARD = """{} >= 4 AND {} >= 1"""


def to_standard(programme: str) -> str:
    """Four follow-ups and an examination."""
    return STANDARD.format(
        visits(programme, "followup", "m.who"), visits(programme, "exam", "m.who")
    )


def both_to_standard() -> str:
    """Hypertension and diabetes, each as an enrolment of its own."""
    face = "AND v.is_counted AND v.method = 'face_to_face'"
    parts = " UNION ALL ".join(
        managed(
            f"'{each}'",
            STANDARD.format(visits(each, "followup", "m.who", face), visits(each, "exam", "m.who")),
        )
        for each in ("hypertension", "diabetes")
    )
    return f"SELECT sum(a), sum(b) FROM ({parts}) z (a, b)"


def child_checks() -> str:
    """Children under three with the checks of their age."""
    n = visits("child", "check", "r.id")
    months = "(extract(year FROM age(%(end)s::date - 1, r.birth_date)) * 12 + extract(month FROM age(%(end)s::date - 1, r.birth_date)))"
    due = f"CASE WHEN {months} >= 12 THEN 2 WHEN {months} >= 9 THEN 4 WHEN {months} >= 7 THEN 3 WHEN {months} >= 4 THEN 2 WHEN {months} >= 2 THEN 1 ELSE 0 END"
    return people(f"{age(3, '>')} AND r.birth_date < %(end)s", f"{n} >= {due}")


SAID = """(SELECT s FROM points_statement s WHERE s.point_id = p.id AND s.from_on <= %(end)s::date - 1
    ORDER BY s.from_on DESC, s.at DESC LIMIT 1)"""


def points(kind: str) -> str:
    """Service points of a kind that stand confirmed on the last day, of which something was said until then."""
    return f"""FROM points_point p WHERE p.kind = '{kind}' AND ({SAID}).id IS NOT NULL AND EXISTS (
        SELECT 1 FROM points_period q WHERE q.point_id = p.id AND q.from_on <= %(end)s::date - 1
          AND coalesce(q.until_on, 'infinity') > %(end)s::date - 1)"""


def of_holders(kind: str, part: str, whole: str) -> str:
    """Sums over holders of points of a kind: of each the numbers that were said last, where both were."""
    return f"""SELECT coalesce(sum((v->>'{part}')::int), 0), coalesce(sum((v->>'{whole}')::int), 0) FROM (
        SELECT DISTINCT ON (coalesce(p.organization::text, 'p' || p.place::text, p.id::text)) ({SAID}).values AS v
        {points(kind)} AND ({SAID}).values ?& ARRAY['{part}', '{whole}']
        ORDER BY coalesce(p.organization::text, 'p' || p.place::text, p.id::text), ({SAID}).from_on DESC, p.id DESC) x"""


TOWN_KINDS = "'township_hospital', 'community_centre'"
GENERAL = "o.type_code ~ '^A1' AND o.level_code ~ '^0[1-7]$' AND o.ownership_code = '11'"
CERTIFIED = f'({SAID}).values @> \'{{"medical_licence": true, "care_filing": true}}\''
ON_TIME = """SELECT count(*) FILTER (WHERE abs(following - next_on) <= overdue_after_days), count(*) FROM (
    SELECT v.*, lead(v.visited_on) OVER (PARTITION BY v.enrolment_id ORDER BY v.visited_on) AS following, e.closed_on
    FROM programmes_visit v JOIN programmes_enrolment e ON e.id = v.enrolment_id
    WHERE e.programme = 'smd' AND v.service = 'injection' AND v.standing = 'current') x
    WHERE next_on + overdue_after_days BETWEEN %(start)s AND %(end)s::date - 1 AND coalesce(closed_on, 'infinity') > next_on"""


def able_tcm(kinds: str) -> str:
    """Institutions of some kinds that are able to give TCM, against all of them."""
    able = f"SELECT count(*) {points('tcm_service')} AND p.holder_kind IN ({kinds}) AND ({SAID}).is_able"
    return f"SELECT ({able}), ({institutions(kinds)})"


def done(rule: str) -> str:
    """Activities of a rule in the period that were not withdrawn."""
    return f"""FROM activities_activity a WHERE a.rule = '{rule}' AND a.withdrawn_reason = ''
        AND a."on" BETWEEN %(start)s AND %(end)s::date - 1"""


QUERIES = {
    "beds_per_1000": against_residents(f"SELECT {BEDS.format('true')}"),
    "isolation_beds": f"SELECT {BEDS.format(chr(98) + '.kind_code IN ' + repr(('isolation', 'negative_pressure')))}",
    "cc_count": f"SELECT count(*) {points('nursery')}",
    "cc_places_n": f"SELECT coalesce(sum(({SAID}).size), 0) {points('nursery')}",
    "cc_places": against_residents(f"SELECT coalesce(sum(({SAID}).size), 0) {points('nursery')}"),
    "cc_enrol": f"SELECT coalesce(sum(({SAID}).used), 0), coalesce(sum(({SAID}).size), 0) {points('nursery')}",
    "cc_inclusive": f"SELECT coalesce(sum((({SAID}).values->>'inclusive_places')::int), 0), coalesce(sum(({SAID}).size), 0) {points('nursery')}",
    "ic_beds": of_holders("combined_care", "nursing_beds", "beds"),
    "tcm_visit_share": of_holders("tcm_service", "tcm_visits", "visits"),
    "psy_room": f"""SELECT (SELECT count(*) {points('counselling_room')} AND p.holder_kind IN ({TOWN_KINDS}) AND ({SAID}).values->>'dispensing' = 'true'),
        ({institutions(TOWN_KINDS)})""",
    "psy_clinic": f"""SELECT (SELECT count(*) {points('psychological_clinic')} AND EXISTS (SELECT 1 FROM registry_organization o WHERE o.id = p.organization AND {GENERAL})),
        (SELECT count(*) FROM registry_organization o WHERE o.kind = 'hospital' AND {GENERAL} AND {OPEN})""",
    "hos_counties": f"""SELECT (SELECT count(DISTINCT substr(p.place_code, 1, 6)) {points('hospice_unit')}),
        (SELECT count(DISTINCT substr(o.division_code, 1, 6)) FROM registry_organization o WHERE o.division_code !~ '^....(00)?$' AND o.division_code !~ '^....00' AND {OPEN})""",
    "ic_count": f"SELECT count(DISTINCT coalesce(p.place::text, p.id::text)) {points('combined_care')} AND {CERTIFIED}",
    "ic_contract": f"""SELECT (SELECT count(DISTINCT p.place) {points('combined_care')} AND p.holder_kind = 'care_home' AND coalesce(p.ends_on, 'infinity') >= %(end)s::date - 1),
        (SELECT count(*) FROM registry_place WHERE kind = 'care_home' AND coalesce(closed_on, 'infinity') >= %(end)s)""",
    "cc_filed": f"""SELECT (SELECT count(DISTINCT p.place) {points('nursery')} AND p.holder_kind = 'nursery'),
        (SELECT count(*) FROM registry_place WHERE kind = 'nursery' AND coalesce(closed_on, 'infinity') >= %(end)s)""",
    "tcm_hall": f"""SELECT (SELECT count(*) {points('tcm_service')} AND p.holder_kind IN ({TOWN_KINDS}) AND ({SAID}).values->>'hall' IN ('hall', 'model_hall')),
        ({institutions(TOWN_KINDS)})""",
    "lai_on_time": ON_TIME,
    "tcm_studios": f"SELECT count(*) {points('tcm_studio')}",
    "ic_elder_friendly": f"""SELECT (SELECT count(*) {points('age_friendly')} AND p.holder_kind IN ('hospital', 'township_hospital', 'community_centre')),
        ({institutions("'hospital', 'township_hospital', 'community_centre'")})""",
    "tcm_cover_town": able_tcm("'township_hospital', 'community_centre'"),
    "tcm_cover_village": able_tcm("'village_clinic', 'community_station'"),
    "he_lectures": f"SELECT count(*) {done('health_education')} AND a.kind IN ('consultation', 'lecture')",
    "sup_patrol": f"SELECT count(*) {done('health_supervision')}",
    "sup_report_rate": f"SELECT count(*) FILTER (WHERE a.reported_on IS NOT NULL), count(*) {done('health_supervision')} AND a.problem <> ''",
    "cdc_chief": """SELECT count(DISTINCT staff_id) FROM teams_expert WHERE (named_at AT TIME ZONE 'Asia/Shanghai')::date < %(end)s
        AND coalesce((ended_at AT TIME ZONE 'Asia/Shanghai')::date, 'infinity') >= %(end)s""",
    "centres_emergency": institutions("'emergency_centre'"),
    "qc_centres": institutions("'quality_centre'"),
    "township_n": institutions("'township_hospital'"),
    "institutions": f"SELECT count(*) FROM registry_organization o WHERE o.kind <> 'bureau' AND {OPEN}",
    "child_mgmt_rate": people(f"r.birth_date < %(end)s AND {age(7, '>')}", f"{visits('child', 'check', 'r.id')} > 0"),
    "child_share": people("r.birth_date < %(end)s", age(7, ">")),
    "child_system_rate": child_checks(),
    "copd_service_rate": managed("'copd'", f"{visits('copd', 'followup', 'm.who')} >= 2"),
    "designated": "SELECT count(DISTINCT organization_id) FROM capacity_facility WHERE kind IN ('designated_hospital', 'sub_designated') AND since_on < %(end)s AND coalesce(until_on, 'infinity') >= %(end)s",
    "fever_clinics": "SELECT count(DISTINCT organization_id) FROM capacity_facility WHERE kind = 'fever_clinic' AND since_on < %(end)s AND coalesce(until_on, 'infinity') >= %(end)s",
    "dm_control_rate": managed("'diabetes'", f"coalesce({LATEST_GLUCOSE}, false)"),
    "dm_std_rate": managed("'diabetes'", to_standard("diabetes")),
    "ht_managed": managed("'hypertension'", "true").replace(", count(*) FROM", " FROM", 1),
    "ygt_22": both_to_standard(),
    "doc_1000": against_residents(in_post("p.role_code IN ('doctor', 'family_doctor')")),
    "nurse_1000": against_residents(in_post("p.role_code IN ('nurse', 'midwife')")),
    "gp_10000": against_residents(
        in_post("p.role_code = 'family_doctor' OR p.staff_id IN (SELECT staff_id FROM registry_qualification WHERE kind_code = 'general_practice' AND revoked_on IS NULL)")
    ),
    "dq_complete": f"SELECT count(*) FILTER (WHERE v.is_complete), count(*) {CURRENT}",
    "dq_consist": f"SELECT count(*) FILTER (WHERE NOT {DOUBTED}), count(*) {CURRENT}",
    "dq_dup": f"""SELECT (SELECT count(*) FROM identity_merge WHERE undone_at IS NULL AND (merged_at AT TIME ZONE 'Asia/Shanghai')::date < %(end)s)
        + (SELECT count(*) FROM identity_review WHERE closed_at IS NULL AND other_id IS NOT NULL AND resident_id IS NOT NULL
           AND (opened_at AT TIME ZONE 'Asia/Shanghai')::date < %(end)s),
        (SELECT count(*) FROM identity_resident r WHERE r.merged_into_id IS NULL AND {BORN})""",
    "early_book_rate": managed("'maternal'", BOOKED, delivered=True),
    "maternal_system_rate": managed("'maternal'", f"{BOOKED} AND {CHECKS} >= 5 AND {AFTER} IS NOT NULL", delivered=True),
    "postnatal_rate": managed("'maternal'", f"{AFTER} <= (m.anchors->>'discharge')::date + 28", delivered=True),
    "ehc_checks": f"SELECT count(*) FROM cards_carduse u WHERE {ACCEPTED} AND {USED_ON}",
    "ehc_hospitals": f"""SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM cards_carduse u WHERE u.organization = o.id AND {ACCEPTED} AND {USED_ON})), count(*)
        FROM registry_organization o WHERE o.kind = 'hospital' AND o.level_code BETWEEN '01' AND '07' AND {OPEN}""",
    "ehc_inst": f"""SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM cards_carduse u WHERE u.organization = o.id AND {ACCEPTED} AND {USED_ON})), count(*)
        FROM registry_organization o WHERE o.kind = ANY ('{{hospital,maternal_child,township_hospital,community_centre}}') AND {OPEN}""",
    "ehc_issued": CARDS,
    "ehc_rate": against_residents(HELD),
    "ehc_use": HELD.replace(
        "count(*)",
        f"count(*) FILTER (WHERE EXISTS (SELECT FROM cards_carduse u WHERE {ACCEPTED} AND {USED_ON} AND {PERSON.format('u.resident_id')} = r.id)), count(*)",
    ),
    "elderly_fill_rate": f"""SELECT count(*) FILTER (WHERE v.is_complete), count(*) FROM programmes_visit v
        JOIN programmes_enrolment w ON w.id = v.enrolment_id WHERE w.programme = 'elderly' AND v.service = 'exam'
          AND v.standing = 'current' AND {DAY}""",
    "elderly_mgmt_rate": people(age(65, "<="), f"{visits('elderly', 'exam', 'r.id')} > 0"),
    "elderly_share": people("r.birth_date < %(end)s", age(65, "<=")),
    "tcm_elderly_rate": people(age(65, "<="), f"{visits('elderly', 'constitution', 'r.id')} > 0"),
    "tcm_child_rate": people("r.birth_date < %(end)s AND r.birth_date > (%(end)s::date - 1 - interval '37 months')", f"{visits('child', 'tcm', 'r.id')} > 0"),
    "epi_team": in_teams("m.staff_id", "AND t.kind = 'investigation'"),
    "epi_teams": in_teams("t.id", "AND t.kind = 'investigation'"),
    "rescue_teams": in_teams("t.id", "AND t.kind = 'treatment'"),
    "mobile_team": in_teams("m.staff_id"),
    "fd_key_rate": KEY_GROUPS,
    "ygt_24": KEY_GROUPS,
    "fd_perform": PERFORMED,
    "fd_rate": against_residents(f"SELECT {CONTRACT}"),
    "fd_renew": RENEWED,
    "ygt_23": RENEWED,
    "full_course": """SELECT count(*) FILTER (WHERE done), count(*) FROM (
        SELECT bool_and(coalesce(s.given_on, 'infinity') < %(end)s) AS done FROM vaccination_standing s
        JOIN vaccination_child c ON c.resident_id = s.child_id
        WHERE s.status <> 'not_needed' AND right(s.series, 9) <> '_catch_up' AND s.timely_until < %(end)s
          AND c.birth_on > (%(end)s::date - 1 - interval '7 years') AND c.birth_on <= (%(end)s::date - 1 - interval '1 year')
        GROUP BY c.resident_id) x""",
    "entry_check": """SELECT count(*) FILTER (WHERE checked_on < %(end)s), count(*) FROM campaigns_entrant
        WHERE listed_on BETWEEN %(start)s AND %(end)s::date - 1""",
    "entry_complete": """SELECT count(*) FILTER (WHERE missing = 0), count(*) FROM campaigns_entrant
        WHERE checked_on BETWEEN %(start)s AND %(end)s::date - 1""",
    "entry_caught_up": """SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM vaccination_standing s WHERE s.child_id = e.resident_id
            AND (s.status = 'overdue' OR s.given_on >= %(end)s))
        ), count(*) FROM campaigns_entrant e WHERE missing > 0 AND checked_on BETWEEN %(start)s AND %(end)s::date - 1""",
    "vacc_rate": doses("due_on", "s.given_on < %(end)s"),
    "vacc_on_time": doses("timely_until", "s.given_on <= s.timely_until"),
    "id_timely_rate": """SELECT count(*) FILTER (WHERE submitted_at - diagnosed_at <= CASE clock WHEN 'report_2h' THEN interval '2 hours' ELSE interval '24 hours' END),
        count(*) FROM cases_card WHERE clock IN ('report_2h', 'report_24h') AND state NOT IN ('draft', 'dismissed', 'removed')
          AND reported_on BETWEEN %(start)s AND %(end)s::date - 1""",
    "phe_report_rate": """SELECT count(*) FILTER (WHERE f.on_time), count(*) FROM surveillance_outbreak o
        LEFT JOIN (SELECT outbreak_id, (array_agg(is_on_time ORDER BY number))[1] AS on_time FROM surveillance_report WHERE kind = 'first' GROUP BY 1) f
          ON f.outbreak_id = o.id
        WHERE (o.opened_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN %(start)s AND %(end)s::date - 1
          AND (f.outbreak_id IS NOT NULL OR o.state <> 'excluded')""",
    "notifiable_cases": """SELECT count(*) FROM cases_card WHERE case_class IN ('2', '3') AND reported_on BETWEEN %(start)s AND %(end)s::date - 1
        AND state NOT IN ('draft', 'dismissed', 'removed')""",
    "lai_use": managed("'smd'", f"{visits('smd', 'injection', 'm.who', '')} > 0"),
    "smd_std_rate": managed("'smd'", f"{visits('smd', 'followup', 'm.who')} >= 4"),
    "smd_mgmt_rate": managed("'smd'", f"{visits('smd', 'followup', 'm.who')} >= 1", at_end=True),
    "smd_adherence": managed("'smd'", REGULAR, at_end=True),
    "smd_report_prev": against_residents(managed("'smd'", "true", at_end=True).replace(", count(*) FROM", " FROM", 1)),
    "nat_labs": "SELECT count(DISTINCT organization_id) FROM registry_equipment WHERE kind_code = 'pcr' AND coalesce(acquired_on, '-infinity') < %(end)s AND coalesce(retired_on, 'infinity') >= %(end)s",
    "newborn_visit_rate": people("r.birth_date BETWEEN %(start)s AND %(end)s::date - 1", f"{visits('child', 'newborn', 'r.id')} > 0"),
    "record_rate": people(BORN, "r.record_number IS NOT NULL"),
    "record_use_rate": people(
        BORN,
        f"EXISTS (SELECT FROM programmes_visit v JOIN programmes_enrolment w ON w.id = v.enrolment_id WHERE v.standing = 'current' AND {DAY} AND {PERSON.format('w.resident_id')} = r.id)",
    ),
    "residents": RESIDENTS,
    "supply_30_days": """SELECT count(*) FILTER (WHERE smallest_days >= 30), count(*) FROM (
        SELECT DISTINCT ON (store_id) * FROM supplies_reading WHERE "on" < %(end)s ORDER BY store_id, "on" DESC, id DESC) x""",
    "tb_mgmt_rate": managed("'tuberculosis'", f"{visits('tuberculosis', 'first_visit', 'm.who')} > 0").replace(
        "e.enrolled_on < %(end)s AND coalesce(e.closed_on, 'infinity') >= %(start)s", "e.enrolled_on BETWEEN %(start)s AND %(end)s::date - 1"
    ),
    "tb_regular_rate": f"""SELECT count(*) FILTER (WHERE (measures->>'doses_taken_in_all')::numeric * 100 >= 90 * nullif((measures->>'doses_due_in_all')::numeric, 0)), count(*)
        FROM (SELECT DISTINCT ON (who) * FROM (SELECT {PERSON.format("w.resident_id")} AS who, v.* FROM programmes_visit v
            JOIN programmes_enrolment w ON w.id = v.enrolment_id WHERE w.programme = 'tuberculosis' AND v.standing = 'current'
              AND v.outcome = 'stopped' AND {DAY}) x ORDER BY who, visited_on DESC, id DESC) y""",
    "tc_cover": people(f"r.sex_code = '2' AND {age(35, '<=')} AND {age(65, '>')}", f"{visits('two_cancer', 'cervical', 'r.id')} > 0"),
    "tc_cerv_detect": screened("service = 'cervical'", "outcome = 'cancer'"),
    "tc_trace": screened(f"(outcome IN ('to_refer', 'cancer') OR {NEXT})", NEXT),
    "tc_early": screened(BAD, "tissue <> 'cancer' OR stage IN ('micro', 'i', '0_i')"),
    "tc_treat": screened(BAD, "cured"),
    "yigongti_join": f"""SELECT count(*) FILTER (WHERE o.id IN (SELECT m.organization_id FROM registry_consortiummember m
            JOIN registry_consortium c ON c.id = m.consortium_id WHERE c.kind = 'county' AND m.from_on < %(end)s AND coalesce(m.to_on, 'infinity') >= %(end)s)),
        count(*) FROM registry_organization o WHERE o.kind = 'township_hospital' AND {OPEN}""",
    "yigongti_town": """SELECT count(DISTINCT o.id) FROM registry_consortiummember m JOIN registry_consortium c ON c.id = m.consortium_id
        JOIN registry_organization o ON o.id = m.organization_id WHERE c.kind = 'county' AND o.kind = 'township_hospital'
          AND m.from_on < %(end)s AND coalesce(m.to_on, 'infinity') >= %(end)s""",
    "mmr": per_birth("maternal_death"),
    "imr": per_birth("child_death", "c.event_on < ((c.kept->>'born_on')::date + interval '1 year')"),
    "nmr": per_birth("child_death", f"{AGED} < 28"),
    "u5mr": per_birth("child_death"),
    "bd_rate": per_birth("birth_defect"),
    "bd_prenatal": f"""SELECT (SELECT count(*) FROM programmes_enrolment e WHERE e.programme = 'prenatal'
            AND {of_pregnancy("aneuploidy", "v.is_counted")} {IN_PERIOD}),
        (SELECT count(*) FROM births_birth b WHERE b.born_on {IN_PERIOD})""",
    "hr_managed": f"""SELECT count(*) FILTER (WHERE {of_pregnancy("file", "true")} <= {FOUND} + 3), count(*) FROM programmes_enrolment e
        WHERE e.programme = 'high_risk_pregnancy' AND e.closing_reason NOT IN ('merged', 'mistaken') AND {FOUND} {IN_PERIOD}""",
    "bd_thal": f"SELECT count(*) FILTER (WHERE {ACTED} >= {SEVERE}), count(*) FROM programmes_enrolment e WHERE e.programme = 'prenatal' AND {SEVERE} {IN_PERIOD}",
    "nbs_rate": screened_births("newborn_blood"),
    "nbs_hearing": screened_births("newborn_hearing"),
    "nbs_chd": screened_births("newborn_heart"),
    "nbs_recall": f"SELECT count(*) FILTER (WHERE {BACK} >= {SUSPECTED}), count(*) FROM programmes_enrolment e WHERE e.programme = 'newborn_blood' AND {SUSPECTED} {IN_PERIOD}",
    "sf_covered": managed("'special_family'", ARRANGED, at_end=True),
    "hos_served": seen_once("hospice"),
    "pm_checked": seen_once("premarital"),
    "folic": couples(f"{EARLY} BETWEEN %(start)s AND %(end)s::date - 1", of_plan("early", "v.measures->>'early_folic_acid' = '1'") + " IS NOT NULL"),
    "pp_cover": couples("planned BETWEEN %(start)s AND %(end)s::date - 1", f"{of_plan('check')} IS NOT NULL", people=True),
    "pp_followup": couples(
        "lmp + 322 BETWEEN %(start)s AND %(end)s::date - 1", f"{EARLY} <= lmp + 84 AND {of_plan('outcome')} IS NOT NULL"
    ),
}  # fmt: skip
"""Indicator → query; the control and standard rates of hypertension have theirs with the programme's own test."""
