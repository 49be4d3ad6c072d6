"""ECG and vital signs, recomputed from the raw files: nothing of ced_cdisc is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from statistics import mean

from lxml import etree
from raw_files import Raw, moment, rounded, subject, table
from transport_files import Dataset

Files = dict[str, Dataset]

ECG = {"HR": "EGHRMN", "PR": "PRAG", "QRS": "QRSAG", "QT": "QTAG", "QTCF": "QTCFAG"}


# ECG


def test_every_tracing_is_in_eg_as_collected(files: Files) -> None:
    records = {(r["USUBJID"], r["EGTESTCD"], r["VISIT"], r["EGREPNUM"]): r for r in files["EG"].rows}
    tracings = [row for row in table("ecg.csv") if not row["ND"]]
    for row in tracings:
        key = subject(row), row["VISITNM"], float(row["REP"])
        for column, code in ECG.items():
            found = records[key[0], code, *key[1:]]
            assert (found["EGORRES"], found["EGSTRESN"]) == (row[column], float(row[column]))
            assert found["EGORRESU"] == found["EGSTRESU"] == ("beats/min" if column == "HR" else "ms")
            assert found["EGDTC"] == moment(row["ECGDT"], row["ECGTM"])
        found = records[key[0], "INTP", *key[1:]]
        assert found["EGSTRESC"] == {"1": "NORMAL", "2": "ABNORMAL"}[row["INTERP"]]
        assert found["EGCLSIG"] == {"1": None, "2": "N"}[row["INTERP"]]
        words = files["SUPPEG"].where(USUBJID=key[0], IDVARVAL=f"{found['EGSEQ']:.0f}", QNAM="EGINTTXT")
        assert [one["QVAL"] for one in words] == ([row["INTPTXT"]] if row["INTPTXT"] else [])
    assert len(tracings) == 179
    assert len(files["EG"].rows) == 6 * len(tracings) + 1 + len(files["EG"].where(EGTESTCD="STDPMAX"))


def test_the_text_of_an_interpretation_stands_with_the_interpretation_only(files: Files) -> None:
    kinds = {(row["USUBJID"], f"{row['EGSEQ']:.0f}"): row["EGTESTCD"] for row in files["EG"].rows}
    assert {kinds[row["USUBJID"], row["IDVARVAL"]] for row in files["SUPPEG"].rows} == {"INTP"}


def qtcf(row: Raw) -> float:
    """QT / (60 / HR)^(1/3), to 1 decimal."""
    return rounded(Decimal(repr(int(row["QT"]) / (60 / int(row["HR"])) ** (1 / 3))), 1)


def tracings() -> dict[tuple[str, str], list[Raw]]:
    found: defaultdict[tuple[str, str], list[Raw]] = defaultdict(list)
    for row in table("ecg.csv"):
        if not row["ND"]:
            found[subject(row), row["VISITNM"]].append(row)
    return found


def averages(row: list[Raw]) -> dict[str, float]:
    given = {code: [Decimal(one[column]) for one in row] for column, code in ECG.items()}
    given["QTCFR"] = [Decimal(repr(qtcf(one))) for one in row]
    return {code: rounded(mean(values), 1) for code, values in given.items()}


def test_averages_baselines_and_criteria_of_the_ecg(files: Files) -> None:
    made = {key: averages(rows) for key, rows in tracings().items()}
    rows = files["ADEG"].where(DTYPE="AVERAGE")
    assert len(rows) == 6 * len(made)
    above = 0
    for row in rows:
        value = made[row["USUBJID"], row["VISIT"]][row["PARAMCD"]]
        base = made[row["USUBJID"], "SCREENING"][row["PARAMCD"]]
        later = row["VISIT"] != "SCREENING"
        assert (row["AVAL"], row["BASE"]) == (value, base)
        assert row["CHG"] == (value - base if later else None)
        assert row["ABLFL"] == (None if later else "Y")
        rederived = row["PARAMCD"] == "QTCFR"
        assert row["CRIT1FL"] == (("Y" if value > 450 else "N") if rederived else None)
        assert row["CRIT2FL"] == (("Y" if value - base > 60 else "N") if rederived and later else None)
        assert row["ANL01FL"] == "Y"
        above += row["CRIT1FL"] == "Y"
    assert above == 1


def test_one_tracing_has_a_qtcf_that_does_not_agree_with_qt_and_heart_rate(files: Files) -> None:
    by_tracing = {
        (subject(row), row["VISITNM"], float(row["REP"])): row for rows in tracings().values() for row in rows
    }
    assert sum(abs(float(row["QTCF"]) - qtcf(row)) > 10 for row in by_tracing.values()) == 1
    for row in files["ADEG"].rows:
        if row["EGREPNUM"] is None:
            assert row["CRIT3FL"] is None and row["DTYPE"] == "AVERAGE"
            continue
        raw = by_tracing[row["USUBJID"], row["VISIT"], row["EGREPNUM"]]
        far = abs(float(raw["QTCF"]) - qtcf(raw)) > 10
        assert row["CRIT3FL"] == (("Y" if far else "N") if row["PARAMCD"] == "QTCFAG" else None)
        if row["PARAMCD"] == "QTCFR":
            assert row["AVAL"] == qtcf(raw)


# Vital signs


def test_vital_signs_are_converted(files: Files) -> None:
    """1 lb is 0.45359237 kg, 1 in 2.54 cm, and 32 F are 0 C."""
    rows = [row for row in table("vitals.csv") if not row["ND"]]
    for row in rows:
        expected = {
            "SYSBP": float(row["SBP"]),
            "DIABP": float(row["DBP"]),
            "HR": float(row["HR"]),
            "TEMP": rounded((Decimal(row["TEMP"]) - 32) * 5 / 9, 1)
            if row["TEMPU"] == "F"
            else float(row["TEMP"]),
        }
        if row["WT"]:
            pounds = Decimal("0.45359237") if row["WTU"] == "lb" else Decimal(1)
            expected["WEIGHT"] = rounded(Decimal(row["WT"]) * pounds, 1)
        if row["HT"]:
            inches = Decimal("2.54") if row["HTU"] == "in" else Decimal(1)
            expected["HEIGHT"] = rounded(Decimal(row["HT"]) * inches, 0)
        at = moment(row["VSDT"], row["VSTM"])
        found = files["VS"].where(USUBJID=subject(row), VSDTC=at, VSTPT=None)
        assert {one["VSTESTCD"]: one["VSSTRESN"] for one in found} == expected, row["SUBJ"]


def test_the_analysis_has_the_vital_signs_of_the_visits_of_the_enrolled(files: Files) -> None:
    enrolled = {row["USUBJID"]: row for row in files["ADSL"].rows}
    source = [
        row
        for row in files["VS"].present("VSSTRESN")
        if row["VSTPT"] is None and row["VSTESTCD"] != "HEIGHT" and row["USUBJID"] in enrolled
    ]
    rows = [row for row in files["ADVS"].rows if row["PARAMCD"] != "BMI"]
    assert sorted((r["USUBJID"], r["PARAMCD"], r["SRCSEQ"], r["AVAL"]) for r in rows) == sorted(
        (r["USUBJID"], r["VSTESTCD"], r["VSSEQ"], r["VSSTRESN"]) for r in source
    )
    assert all(row["PCHG"] is None for row in rows if row["PARAMCD"] == "TEMP")


def test_the_body_mass_index_is_that_of_the_weight_of_the_visit(files: Files) -> None:
    height = {row["USUBJID"]: row["HEIGHTBL"] for row in files["ADSL"].rows}
    weight = {(r["USUBJID"], r["VISITNUM"]): r["AVAL"] for r in files["ADVS"].where(PARAMCD="WEIGHT")}
    found = {(r["USUBJID"], r["VISITNUM"]): r["AVAL"] for r in files["ADVS"].where(PARAMCD="BMI")}
    assert found == {
        key: rounded(Decimal(repr(kilograms)) / (Decimal(repr(height[key[0]])) / 100) ** 2, 1)
        for key, kilograms in weight.items()
    }
    assert len(found) == 80


# the position


def test_define_says_of_each_position_whether_it_was_collected(files: Files, out: Path) -> None:
    names = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
    root = etree.parse(out / "sdtm" / "define.xml").getroot()
    rows = root.xpath("//def:ValueListDef[@OID='VL.VS.VSPOS']/odm:ItemRef", namespaces=names)
    said: list[tuple[bool, set[str], str]] = []
    for row in rows:
        oid = row.xpath("string(def:WhereClauseRef/@WhereClauseOID)", namespaces=names)
        (check,) = root.xpath(f"//def:WhereClauseDef[@OID='{oid}']/odm:RangeCheck", namespaces=names)
        assert check.get(f"{{{names['def']}}}ItemOID") == "IT.VS.VSTPT"
        item = f"//odm:ItemDef[@OID='{row.get('ItemOID')}']/def:Origin/@Type"
        within = {value.text for value in check}
        said.append(
            (check.get("Comparator") == "NOTIN", within, root.xpath(f"string({item})", namespaces=names))
        )
    found: Counter[tuple[str, bool]] = Counter()
    for record in files["VS"].present("VSPOS"):
        (origin,) = (origin for other, within, origin in said if (record["VSTPT"] in within) != other)
        found[origin, bool(record["VSTPT"])] += 1
    assert {key: n > 100 for key, n in found.items()} == {
        ("Collected", False): True,
        ("Protocol", True): True,
    }
