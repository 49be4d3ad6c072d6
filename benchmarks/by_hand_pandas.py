"""The vital signs of benchmarks/made_study.py by hand, as one writes them with pandas and pyreadstat.

python benchmarks/by_hand_pandas.py STUDY OUT [polars-readstat]

Reads ``raw`` of STUDY; writes VS and ADVS as transport files into OUT, with pyreadstat, or with
polars-readstat, which gives variables no labels. They hold the values of our build; nothing describes them,
looks for faults, or says where a value comes from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from made_study import POSITIONS, SIGNS

SERIES = ["USUBJID", "VSTESTCD", "VSPOS"]
EPOCH_OF_SAS = pd.Timestamp(1960, 1, 1)
VS = {
    "STUDYID": "Study Identifier",
    "DOMAIN": "Domain Abbreviation",
    "USUBJID": "Unique Subject Identifier",
    "VSSEQ": "Sequence Number",
    "VSTESTCD": "Vital Signs Test Short Name",
    "VSTEST": "Vital Signs Test Name",
    "VSPOS": "Vital Signs Position of Subject",
    "VSORRES": "Result or Finding in Original Units",
    "VSORRESU": "Original Units",
    "VSSTRESC": "Character Result/Finding in Std Format",
    "VSSTRESN": "Numeric Result/Finding in Standard Units",
    "VSSTRESU": "Standard Units",
    "VSLOBXFL": "Last Observation Before Exposure Flag",
    "VISITNUM": "Visit Number",
    "VISIT": "Visit Name",
    "VSDTC": "Date/Time of Measurements",
    "VSDY": "Study Day of Vital Signs",
}
ADVS = {
    "STUDYID": "Study Identifier",
    "USUBJID": "Unique Subject Identifier",
    "ASEQ": "Analysis Sequence Number",
    "TRT01P": "Planned Treatment for Period 01",
    "SAFFL": "Safety Population Flag",
    "TRTSDT": "Date of First Exposure to Treatment",
    "VISITNUM": "Visit Number",
    "VISIT": "Visit Name",
    "VSPOS": "Vital Signs Position of Subject",
    "ADT": "Analysis Date",
    "AVISIT": "Analysis Visit",
    "AVISITN": "Analysis Visit (N)",
    "BASETYPE": "Baseline Type",
    "PARAMCD": "Parameter Code",
    "PARAM": "Parameter",
    "PARAMN": "Parameter (N)",
    "AVAL": "Analysis Value",
    "ADY": "Analysis Relative Day",
    "ABLFL": "Baseline Record Flag",
    "BASE": "Baseline Value",
    "CHG": "Change from Baseline",
    "PCHG": "Percent Change from Baseline",
    "SRCDOM": "Source Data",
    "SRCVAR": "Source Variable",
    "SRCSEQ": "Source Sequence Number",
}
DATES = {"TRTSDT": "DATE9.", "ADT": "DATE9."}


def read_subjects(raw: Path) -> pd.DataFrame:
    """One row for each subject: USUBJID and the day of the first dose."""
    subjects = pd.read_csv(raw / "subj.csv", dtype=str)
    return pd.DataFrame({"USUBJID": "BENCH-" + subjects.SUBJ, "first": pd.to_datetime(subjects.TRTDT)})


def make_vs(raw: Path, subjects: pd.DataFrame) -> pd.DataFrame:
    """VS, with the day of the first dose and the date of each record as dates."""
    wide = pd.read_csv(raw / "vitals.csv", dtype=str)
    vs = wide.melt(["SUBJ", "VISIT", "DT", "POS"], list(SIGNS), "VSTESTCD", "VSORRES").dropna(
        subset="VSORRES"
    )
    vs = vs.assign(
        STUDYID="BENCH",
        DOMAIN="VS",
        USUBJID="BENCH-" + vs.SUBJ,
        VSTEST=vs.VSTESTCD.map({test: label.rpartition(" (")[0] for test, (label, *_) in SIGNS.items()}),
        VSPOS=vs.POS.map({str(n): position for n, position in enumerate(POSITIONS, 1)}),
        VSORRESU=vs.VSTESTCD.map({test: unit for test, (_, unit, *_) in SIGNS.items()}),
        VSSTRESC=vs.VSORRES,
        VSSTRESN=pd.to_numeric(vs.VSORRES),
        VISITNUM=pd.to_numeric(vs.VISIT).astype(float),
        VISIT="VISIT " + vs.VISIT,
        VSDTC=vs.DT,
        date=pd.to_datetime(vs.DT),
    ).merge(subjects, on="USUBJID", validate="many_to_one")
    vs["VSSTRESU"] = vs.VSORRESU
    vs["VSDY"] = study_day(vs.date, vs["first"])
    vs = vs.sort_values(["USUBJID", "VSTESTCD", "VISITNUM", "VSPOS"], kind="stable", ignore_index=True)
    vs["VSSEQ"] = vs.groupby("USUBJID").cumcount() + 1.0
    before = vs[(vs.date <= vs["first"]) & vs.VSSTRESC.notna()]
    last = before.sort_values("date", kind="stable").drop_duplicates(SERIES, keep="last")
    vs["VSLOBXFL"] = ""
    vs.loc[last.index, "VSLOBXFL"] = "Y"
    return vs


def make_advs(vs: pd.DataFrame) -> pd.DataFrame:
    """ADVS of VS."""
    advs = vs[vs.VSSTRESN.notna()].assign(
        TRT01P="Arm A",
        SAFFL="Y",
        TRTSDT=(vs["first"] - EPOCH_OF_SAS).dt.days.astype(float),
        ADT=(vs.date - EPOCH_OF_SAS).dt.days.astype(float),
        AVISIT=vs.VISIT,
        AVISITN=vs.VISITNUM,
        BASETYPE=vs.VSPOS,
        PARAMCD=vs.VSTESTCD,
        PARAM=vs.VSTESTCD.map({test: label for test, (label, *_) in SIGNS.items()}),
        PARAMN=vs.VSTESTCD.map({test: float(n) for n, test in enumerate(SIGNS, 1)}),
        AVAL=vs.VSSTRESN,
        ADY=vs.VSDY,
        SRCDOM="VS",
        SRCVAR="VSSTRESN",
        SRCSEQ=vs.VSSEQ,
    )
    last = advs[advs.ADY <= 1].sort_values("ADT", kind="stable").drop_duplicates(SERIES, keep="last")
    advs["ABLFL"] = ""
    advs.loc[last.index, "ABLFL"] = "Y"
    base = last[[*SERIES, "AVAL"]].rename(columns={"AVAL": "BASE"})
    advs = advs.merge(base, on=SERIES, how="left", validate="many_to_one")
    advs["CHG"] = (advs.AVAL - advs.BASE).where(advs.ADY > 1)
    advs["PCHG"] = (100 * advs.CHG / advs.BASE).where(advs.BASE != 0)
    keys = ["USUBJID", "PARAMCD", "AVISITN", "VSPOS"]
    advs = advs.sort_values(keys, kind="stable", ignore_index=True)
    advs["ASEQ"] = advs.groupby("USUBJID").cumcount() + 1.0
    return advs


def study_day(date: pd.Series, first: pd.Series) -> pd.Series:
    """Days since the first dose, which is day 1; there is no day 0."""
    days = (date - first).dt.days.astype(float)
    return days.where(days < 0, days + 1)


def main() -> None:
    """Read, make, write."""
    raw, out = Path(sys.argv[1]) / "raw", Path(sys.argv[2])
    out.mkdir(exist_ok=True)
    vs = make_vs(raw, read_subjects(raw))
    advs = make_advs(vs)
    for name, label, frame, labels in (
        ("VS", "Vital Signs", vs, VS),
        ("ADVS", "Vital Signs Analysis Dataset", advs, ADVS),
    ):
        path = str(out / f"{name.lower()}.xpt")
        if sys.argv[3:] == ["polars-readstat"]:
            import polars as pl
            from polars_readstat import write_xpt

            write_xpt(pl.from_pandas(frame[list(labels)]), path, version=5, table_name=name)
            continue
        import pyreadstat

        pyreadstat.write_xport(
            frame[list(labels)],
            path,
            file_label=label,
            column_labels=list(labels.values()),
            table_name=name,
            file_format_version=5,
            variable_format={column: form for column, form in DATES.items() if column in labels},
        )


if __name__ == "__main__":
    main()
