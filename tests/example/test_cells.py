"""The cell products from the laboratory's transport file to exposure: recomputed from the raw bytes."""

from __future__ import annotations

import csv
import re
import struct
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from example_study import RAW
from transport_files import Dataset, Row

from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import Build
from ced_cdisc.stages.reading import read_raw

Files = dict[str, Dataset]
SAS_ZERO = date(1960, 1, 1)
CELLS, FILGRASTIM = "AUTOLOGOUS CD34+ CELLS", "FILGRASTIM"


def products() -> list[dict[str, Any]]:
    """The rows of cellprod.xpt as pyreadstat reads them; numbers are floats, or None where missing."""
    columns, _ = pyreadstat.read_xport(
        RAW / "cellprod.xpt", output_format="dict", disable_datetime_conversion=True
    )
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [{name: None if value != value else value for name, value in row.items()} for row in rows]


def forms(name: str) -> list[dict[str, str]]:
    with (RAW / f"{name}.csv").open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


def cells_given(text: str) -> Decimal:
    """``7.2x10^6`` or ``7.2×10⁶`` as a number."""
    mantissa, exponent = re.fullmatch(r"([0-9.]+)[x×]10\^?([0-9⁶⁷])", text).groups()  # type: ignore[union-attr]
    return Decimal(mantissa) * 10 ** int(exponent.translate(str.maketrans("⁶⁷", "67")))


def subject(row: Row) -> str:
    return row["USUBJID"].removeprefix("IMPROVECED-")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# The file


def test_the_file_is_what_the_layout_of_sas_says() -> None:
    content = (RAW / "cellprod.xpt").read_bytes()
    assert len(content) % 80 == 0
    assert content[:80] == b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    assert content.count(b"HEADER RECORD*******MEMBER") == 1
    assert content.count(b"01DEC20:00:00:00") == 4  # no other stamp, so that the bytes are the same each day
    first = content.index(b"HEADER RECORD*******OBS") + 80
    row = struct.unpack(">8s12s12s8s8s8s10s8s8s8s8s1s8s", content[first : first + 107])
    assert row[:3] == (b"01-001  ", b"AP-001".ljust(12), b" " * 12)
    assert row[4] == b"." + bytes(7)
    assert row[5] == bytes.fromhex("4310100000000000")  # 257 = 0x101 / 16^3 of 16^3


def test_the_reader_gives_the_texts_that_pyreadstat_shows(build: Build) -> None:
    frame = read_raw(RAW, build.plan, Findings())["cellprod"].frame
    mine = [{k: v for k, v in row.items() if k != "__row"} for row in frame.iter_rows(named=True)]
    assert frame["__row"].to_list() == list(range(1, 41))
    expected = []
    for row in products():
        texts: dict[str, str | None] = {name: value or None for name, value in row.items()}
        for name in ("COLLDT", "PROCDT"):
            seconds = row[name]
            texts[name] = (
                None if seconds is None else (datetime(1960, 1, 1) + timedelta(seconds=seconds)).isoformat()  # noqa: DTZ001
            )
        texts["EXPDT"] = (SAS_ZERO + timedelta(days=row["EXPDT"])).isoformat()
        for name in ("VOL", "TNCCONC", "CD34CNT"):
            texts[name] = f"{row[name]:g}"
        expected.append(texts)
    assert mine == expected


# Specimens


def test_the_products_of_a_subject_are_a_collection_and_what_was_selected_from_it(files: Files) -> None:
    treated = {row["USUBJID"] for row in files["DM"].rows if row["ACTARMCD"] is not None}
    by_subject: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in files["RELSPEC"].rows:
        by_subject[row["USUBJID"]].append((row["REFID"], row["SPEC"], row["PARENT"], row["LEVEL"]))
    assert by_subject.keys() == treated
    for usubjid, rows in by_subject.items():
        number = usubjid[-3:]
        assert rows == [
            (f"AP-{number}", "APHERESIS PRODUCT", None, 1),
            (f"CP-{number}", "PERIPHERAL BLOOD STEM CELL", f"AP-{number}", 2),
        ]


def test_every_specimen_and_parent_is_in_relspec(files: Files) -> None:
    known = {(row["USUBJID"], row["REFID"]): row["SPEC"] for row in files["RELSPEC"].rows}
    assert len(known) == len(files["RELSPEC"].rows)
    for row in files["RELSPEC"].present("PARENT"):
        assert (row["USUBJID"], row["PARENT"]) in known
    for name, identifier in (("BE", "BEREFID"), ("BS", "BSREFID"), ("CP", "CPREFID")):
        seen = {(row["USUBJID"], row[identifier]) for row in files[name].rows}
        assert seen == known.keys()
        for row in files[name].rows if name != "BE" else ():
            assert row[f"{name}SPEC"] == known[row["USUBJID"], row[identifier]]
    for name, identifier in (("EC", "ECLOT"), ("EX", "EXLOT"), ("PR", "PRSPID")):
        rows = files[name].where(**{f"{name}CAT": "CELL THERAPY"})
        assert {(row["USUBJID"], row[identifier]) for row in rows} == {
            key for key in known if key[1].startswith("CP-")
        }


def test_events_of_a_specimen_follow_each_other_up_to_the_infusion(files: Files) -> None:
    procedures = {row["PRSPID"]: row for row in files["PR"].present("PRSPID")}
    events = {row["BEREFID"]: row for row in files["BE"].rows}
    for row in files["RELSPEC"].present("PARENT"):
        collected, selected = events[row["PARENT"]], events[row["REFID"]]
        assert (collected["BEDECOD"], selected["BEDECOD"]) == ("COLLECTING", "ISOLATING")
        assert collected["BEDTC"] == selected["BEDTC"] == collected["BESTDTC"]
        leukapheresis, infusion = procedures[row["PARENT"]], procedures[row["REFID"]]
        assert collected["BESTDTC"].startswith(leukapheresis["PRSTDTC"])
        assert collected["BEENDTC"] == leukapheresis["PRENDTC"]
        assert moment(collected["BEENDTC"]) < moment(selected["BESTDTC"]) < moment(infusion["PRSTDTC"])
        assert selected["BEENDTC"] is None


def test_an_end_lies_within_a_day_of_its_start_whatever_the_form_says(files: Files) -> None:
    ends = {f"IMPROVECED-{form['SUBJ']}": form["ENTM"].replace(":", "") for form in forms("apheresis")}
    after_midnight = []
    for row in files["PR"].where(PRTRT="LEUKAPHERESIS"):
        passed = moment(row["PRENDTC"]) - moment(row["PRSTDTC"])
        assert timedelta(hours=3) < passed < timedelta(hours=6)
        assert row["PRENDTC"][11:].replace(":", "") == ends[row["USUBJID"]]
        if row["PRENDTC"][:10] != row["PRSTDTC"][:10]:
            after_midnight.append((subject(row), row["PRENDY"] - row["PRSTDY"]))
    assert after_midnight == [("01-012", 1)]


# Results


def percent(text: str) -> str:
    return text.replace("%", "").strip()


def test_results_are_those_of_the_laboratory(files: Files) -> None:
    expected: dict[tuple[str, str], tuple[str, float | None, str | None]] = {}
    phenotypes: dict[tuple[str, str], tuple[str, float | None, str | None]] = {}
    for row in products():
        product = row["PRODID"]
        viability, share = percent(row["VIAB"]), percent(row["CD34PCT"])
        expected[product, "VOLUME"] = (f"{row['VOL']:g}", row["VOL"], "mL")
        expected[product, "TOTCELL"] = (row["TNC"], float(row["TNC"]), None)
        expected[product, "CONC"] = (f"{row['TNCCONC']:g}", row["TNCCONC"], "10^9/L")
        number = None if viability.startswith(">") else float(viability)
        expected[product, "VBLSPCT"] = (viability, number, "%")
        phenotypes[product, "HPC"] = (f"{row['CD34CNT']:g}", row["CD34CNT"], "10^6/L")
        into = expected if row["PARENTID"] else phenotypes
        into[product, "PURITY" if row["PARENTID"] else "HPCLE"] = (share, float(share), "%")
    for name, results in (("BS", expected), ("CP", phenotypes)):
        found = {
            (row[f"{name}REFID"], row[f"{name}TESTCD"]): tuple(
                row[name + one] for one in ("ORRES", "STRESN", "STRESU")
            )
            for row in files[name].rows
        }
        assert found == results
        assert all(row[f"{name}ORRESU"] == row[f"{name}STRESU"] for row in files[name].rows)


def test_counts_concentration_and_purity_of_a_product_agree(files: Files) -> None:
    tests: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for name in ("BS", "CP"):
        for row in files[name].rows:
            tests[row[f"{name}REFID"]][row[f"{name}TESTCD"]] = row[f"{name}STRESN"]
    given = {row["ECLOT"]: row["ECDOSE"] for row in files["EC"].where(ECTRT=CELLS)}
    assert len(tests) == 40
    for product, found in tests.items():
        cells = found["HPC"] * found["VOLUME"] * 1000
        share = found.get("PURITY", found.get("HPCLE"))
        assert share is not None
        assert found["TOTCELL"] == pytest.approx(found["CONC"] * 1e6 * found["VOLUME"], rel=0.01)
        assert cells == pytest.approx(found["TOTCELL"] * share / 100, rel=0.01)
        if product in given:
            assert cells == pytest.approx(given[product] * 1e6, rel=0.001)


# Exposure


def test_doses_are_those_of_the_forms(files: Files) -> None:
    infusions = {f"IMPROVECED-{form['SUBJ']}": form for form in forms("infusion")}
    for row in files["EX"].where(EXTRT=CELLS):
        form = infusions[row["USUBJID"]]
        exact = cells_given(form["CELLS"]) / 10**5 / Decimal(form["WTKG"])
        assert abs(Decimal(str(row["EXDOSE"])) - exact) <= Decimal("0.005")
        assert 0.9 <= row["EXDOSE"] <= 1.1
    for row in files["EC"].where(ECTRT=CELLS):
        assert row["ECDOSE"] == float(cells_given(infusions[row["USUBJID"]]["CELLS"]) / 10**6)
    latest = {
        (form["SUBJ"], form["DOSEDAY"]): form for form in sorted(forms("gcsf"), key=lambda f: f["MODIFIED"])
    }
    seen = Counter[str]()
    for row in files["EC"].where(ECTRT=FILGRASTIM):
        form = latest[subject(row), row["ECLNKID"].removeprefix("G-")]
        seen[form["DOSEU"]] += 1
        assert row["ECDOSE"] == (float(form["DOSE"]) if form["DOSE"] else None)
        unit = {"": None, "mg": "mg", "mcg": "ug", "ug": "ug", "µg": "ug"}[form["DOSEU"]]
        assert row["ECDOSU"] == unit
    assert seen.keys() == {"", "mg", "mcg", "ug", "µg"}
    assert sum(seen.values()) == len(latest) == 100


def test_exposure_lies_within_the_reference_dates(files: Files) -> None:
    reference = {row["USUBJID"]: row for row in files["DM"].rows}
    for row in files["EX"].rows:
        subject_row = reference[row["USUBJID"]]
        assert subject_row["RFXSTDTC"] <= row["EXSTDTC"] <= row["EXENDTC"] <= subject_row["RFXENDTC"]
    assert {row["USUBJID"] for row in files["EX"].rows} == {
        row["USUBJID"] for row in files["DM"].present("RFXSTDTC")
    }


# Analysis


def days(text: str) -> int:
    return (date.fromisoformat(text[:10]) - SAS_ZERO).days


def recomputed(files: Files) -> dict[tuple[str, str], list[float]]:
    """Every value of ADEX by subject and parameter, from EC and EX."""
    values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for row in files["EX"].rows:
        values[row["USUBJID"], "GDOSEKG" if row["EXTRT"] == FILGRASTIM else "CDOSEKG"].append(row["EXDOSE"])
    for row in files["EC"].where(ECOCCUR="Y"):
        factor = 1000 if row["ECDOSU"] == "mg" else 1
        values[row["USUBJID"], "GDOSE" if row["ECTRT"] == FILGRASTIM else "CDOSE"].append(
            row["ECDOSE"] * factor
        )
    for usubjid in {usubjid for usubjid, _ in values}:
        for letter, planned in (("G", 25), ("C", 1)):
            doses, weighed = values[usubjid, f"{letter}DOSE"], values[usubjid, f"{letter}DOSEKG"]
            values[usubjid, f"{letter}TOTAL"] = [sum(doses)]
            values[usubjid, f"{letter}TOTALKG"] = [sum(weighed)]
            values[usubjid, f"{letter}NUMBER"] = [len(weighed)]
            values[usubjid, f"{letter}PLANNED"] = [100 * sum(weighed) / planned]
        given = [days(row["EXSTDTC"]) for row in files["EX"].where(USUBJID=usubjid, EXTRT=FILGRASTIM)]
        values[usubjid, "GDAYS"] = [max(given) - min(given) + 1]
    return dict(values)


def test_adex_is_what_ec_and_ex_come_to(files: Files) -> None:
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for row in files["ADEX"].rows:
        found[row["USUBJID"], row["PARAMCD"]].append(row["AVAL"])
    expected = recomputed(files)
    assert found.keys() == expected.keys()
    for key, values in found.items():
        assert sorted(values) == pytest.approx(sorted(expected[key]), rel=1e-12), key
    missed = {row["USUBJID"]: row for row in files["ADEX"].where(PARAMCD="GPLANNED") if row["AVAL"] < 90}
    assert {usubjid: row["AVAL"] for usubjid, row in missed.items()} == {"IMPROVECED-01-011": 80}


def test_a_single_dose_names_its_record_and_a_total_spans_them(files: Files) -> None:
    for row in files["ADEX"].rows:
        if row["PARCAT2"] == "OVERALL":
            assert row["SRCDOM"] is row["SRCVAR"] is row["SRCSEQ"] is None
            singles = files["ADEX"].where(
                USUBJID=row["USUBJID"], PARCAT1=row["PARCAT1"], PARCAT2="SINGLE DOSE"
            )
            assert row["ASTDT"] == min(one["ASTDT"] for one in singles)
            assert row["AENDT"] == max(one["AENDT"] for one in singles)
            assert row["ANL01FL"] == "Y"
            continue
        prefix = row["SRCDOM"]
        (source,) = files[prefix].where(USUBJID=row["USUBJID"], **{f"{prefix}SEQ": row["SRCSEQ"]})
        factor = 1000 if source[f"{prefix}DOSU"] == "mg" else 1
        assert row["AVAL"] == source[row["SRCVAR"]] * factor
        assert row["PARCAT1"] == source[f"{prefix}TRT"]
        assert (row["ASTDT"], row["AENDT"]) == (
            days(source[f"{prefix}STDTC"]),
            days(source[f"{prefix}ENDTC"]),
        )
        assert row["ANL01FL"] is None
    counts = Counter((row["USUBJID"], row["PARAMCD"]) for row in files["ADEX"].where(PARCAT2="OVERALL"))
    assert set(counts.values()) == {1}


def test_exposure_agrees_with_adsl(files: Files) -> None:
    subjects = {row["USUBJID"]: row for row in files["ADSL"].rows}
    assert {row["USUBJID"] for row in files["ADEX"].rows} == {
        usubjid for usubjid, row in subjects.items() if row["SAFFL"] == "Y"
    }
    for row in files["ADEX"].rows:
        source = subjects[row["USUBJID"]]
        shared = [name for name in files["ADEX"].variables if name in files["ADSL"].labels]
        assert {name: row[name] for name in shared} == {name: source[name] for name in shared}
        assert (row["TRTP"], row["TRTA"]) == (source["TRT01P"], source["TRT01A"])
        assert source["TRTSDT"] <= row["ASTDT"] <= row["AENDT"] <= source["TRTEDT"]
        assert (row["ASTDY"], row["AENDY"]) == tuple(
            row[name] - source["TRTSDT"] + 1 for name in ("ASTDT", "AENDT")
        )
        if row["PARAMCD"] == "CTOTALKG":
            assert row["AVAL"] == source["CELLDOSE"]


def test_what_the_cell_laboratory_sent_has_no_page_of_the_crf(out: Path) -> None:
    text = (out / "sdtm" / "define.xml").read_text(encoding="utf-8")
    origins = re.findall(r'<def:Origin Type="Collected" Source="Vendor"(/?)>', text)
    assert len(origins) > 10
    assert set(origins) == {"/"}
