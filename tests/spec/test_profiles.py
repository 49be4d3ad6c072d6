"""A study in several profiles: domains that go into another one, and what names them elsewhere."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from layered import write

import ced_cdisc
from ced_cdisc.core.findings import Findings, Location, Stopped
from ced_cdisc.pipeline import Build
from ced_cdisc.plan.study import plan_study
from ced_cdisc.report.resolved import resolved_yaml
from ced_cdisc.spec.load import load_parts, load_specs, study_folder
from ced_cdisc.spec.rename import Group, Names
from ced_cdisc.spec.source import Text, load_yaml
from small_study import FILES

PROFILES = "profile: own\nprofiles:\n  own: {}\n  guide: {into: {XA: CV, XB: CV}}\n"
SOURCE = "  echo: {file: echo.csv, key: [SUBJ, DT], page: 4, columns: [SUBJ, DT, EF, GRADE, ANEUR]}\n"


def custom(code: str, test: tuple[str, str], column: str, category: str, more: str = "") -> str:
    """A custom domain with one test."""
    return f"""\
domain: {code}
class: Findings
label: Findings {code}
like: CV
structure: One record per test of {code}
from: echo
sort: [{code}TESTCD, {code}DTC]
long: [{{test: {test[0]}, label: {test[1]}, kind: text, result: echo.{column}}}]
variables:
  {code}CAT: {{assign: {category}}}
  {code}DTC: {{collect: echo.DT, date: edc}}
  {code}LNKID: {{derive: "join('-', {code}TESTCD, '{code}')", as: "The subject's {code}TESTCD."}}
  VISITNUM: {{absent: "No visits"}}
{more}"""


CV = """\
domain: CV
from: echo
sort: [CVTESTCD, CVDTC]
long: [{test: ANEURIND, kind: text, result: echo.ANEUR}]
variables:
  CVDTC: {collect: echo.DT, date: edc}
  VISITNUM: {absent: "No visits"}
"""
ADSL = FILES["mappings/adam/adsl.yaml"].replace(
    "  NAE:",
    '  NXA: {derive: "count(XA.XASTRESC)", label: Number of XA}\n'
    "  LASTXB: {derive: \"last(XB.XBSTRESC where XB.XBSTRESC != '9' order by XB.XBDTC)\", label: Last XB}\n"
    '  NCV: {derive: "count(CV.CVSTRESC)", label: Number of CV}\n  NAE:',
)
STUDY = {
    "mappings/study.yaml": PROFILES + FILES["mappings/study.yaml"],
    "mappings/sources.yaml": FILES["mappings/sources.yaml"] + SOURCE,
    "raw/echo.csv": "SUBJ,DT,EF,GRADE,ANEUR\n"
    "001,09-FEB-2020,55,2,Y\n001,01-MAR-2020,60,1,Y\n002,11-FEB-2020,,3,N\n",
    "mappings/sdtm/xa.yaml": custom(
        *("XA", ("LVEF", "Left Ventricular Ejection Fraction"), "EF", "VOLUME"),
        "  XABLFL: {flag: last, where: XASTRESC is present, by: [USUBJID], order: [XADTC]}\n"
        "checks: [\"XASTRESC != '55'\"]\n",
    ),
    "mappings/sdtm/xb.yaml": custom("XB", ("ACRCTSEV", "Aortic Coarctation Severity"), "GRADE", "GRADE"),
    "mappings/sdtm/cv.yaml": CV,
    "mappings/adam/adsl.yaml": ADSL,
}


def study(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The small study with two custom domains and CV; each change replaces a text in a file."""
    files = {**FILES, **STUDY}
    for name, old, new in changes:
        assert old in files[name], (name, old)
        files[name] = files[name].replace(old, new, 1)
    return write(folder, files)


def messages(folder: Path, profile: str | None = None) -> list[str]:
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings, profile=profile)
    if specs is not None:
        plan_study(specs, findings)
    return [str(finding) for finding in findings.sorted()]


def built(folder: Path, profile: str | None) -> Build:
    out = folder / f"out_{profile}"
    return ced_cdisc.build(
        folder / "raw",
        out,
        mappings=folder / "mappings",
        define=folder / "define",
        profile=profile,
        check=False,
    )


def records(build: Build, dataset: str, prefix: str, **values: str | None) -> list[dict[str, object]]:
    """The records with these values, names without their prefix; numbers of records are left out."""
    rows = build.frames[dataset].to_dicts()
    return [
        {
            name.removeprefix(prefix): v
            for name, v in row.items()
            if v is not None and not name.endswith("SEQ")
        }
        for row in rows
        if all(row[name] == value for name, value in values.items())
    ]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Build]:
    folder = study(tmp_path_factory.mktemp("profiles"))
    return built(folder, None), built(folder, "guide")


def test_the_study_is_in_order_in_both_profiles(tmp_path: Path) -> None:
    folder = study(tmp_path)
    assert messages(folder) == messages(folder, "own") == messages(folder, "guide") == []


@pytest.mark.parametrize(("code", "category"), [("XA", "VOLUME"), ("XB", "GRADE"), ("CV", None)])
def test_the_records_of_a_domain_are_those_of_its_group(
    code: str, category: str | None, both: tuple[Build, Build]
) -> None:
    own, guide = both
    mine = [row | {"DOMAIN": "CV"} for row in records(own, code, code)]
    assert len(mine) >= 2
    assert records(guide, "CV", "CV", CVCAT=category) == mine


def test_what_reads_a_domain_reads_its_group_alone(both: tuple[Build, Build]) -> None:
    names = ["USUBJID", "NXA", "LASTXB", "NCV"]
    expected = [("T1-001", 2.0, "1", 2.0), ("T1-002", 0.0, "3", 1.0)]
    assert [build.frames["ADSL"].select(names).rows() for build in both] == [expected, expected]


def test_a_flag_is_chosen_among_the_records_of_the_group(both: tuple[Build, Build]) -> None:
    flagged = [
        build.frames[name].filter(pl.col(f"{name}BLFL") == "Y")
        for build, name in zip(both, ("XA", "CV"), strict=True)
    ]
    assert [frame.select(f"{name}DTC").rows() for frame, name in zip(flagged, ("XA", "CV"), strict=True)] == [
        [("2020-03-01",)],
        [("2020-03-01",)],
    ]
    assert flagged[1]["CVCAT"].to_list() == ["VOLUME"]


def test_a_check_concerns_the_records_of_the_group_and_keeps_its_place(both: tuple[Build, Build]) -> None:
    said = [[str(finding).partition("mappings/")[2].splitlines()[0] for finding in b.findings] for b in both]
    assert said == [
        ["sdtm/xa.yaml:15:10 CED265 XA: the check XASTRESC != '55' fails on 1 record"],
        [
            "sdtm/xa.yaml:15:10 CED265 CV: the check CVCAT is missing or CVCAT != 'VOLUME' or "
            "(CVSTRESC != '55') fails on 1 record"
        ],
    ]


def test_constants_in_quotes_stay_and_method_texts_follow(tmp_path: Path) -> None:
    loaded = load_parts(study_folder(study(tmp_path) / "mappings", tmp_path / "define"), Findings(), "guide")
    found = loaded.parts
    (tree,) = (part.tree for part in found if part.name == "CV")
    assert loaded.profile.name == "guide"
    text = resolved_yaml(tree)
    assert """CVLNKID: {derive: "join('-', CVTESTCD, 'XA')", as: "The subject's CVTESTCD."}""" in text
    assert "# mappings/sdtm/xa.yaml:11" in text
    assert [part.name for part in found if part.kind == "sdtm"] == ["AE", "CV", "DM", "EX"]


GROUPS = {
    "XA": Group("XA", "CV", (("--CAT", "VOLUME"),)),
    "XB": Group("XB", "CV", (("--CAT", "GRADE"), ("--SCAT", None))),
    "CV": Group("CV", "CV", (("--CAT", None),)),
}
NAMES = Names(GROUPS, {"XA", "XB", "CV", "AE", "ADCF"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("XA.XASTRESN", "CV.CVSTRESN"),
        ("XATESTCD = 'XATESTCD'", "CVTESTCD = 'XATESTCD'"),
        ("echo.XATESTCD", "echo.XATESTCD"),
        ("ADCF.XATPT", "ADCF.CVTPT"),
        ("XAMPLE + XA.XAMPLE", "XAMPLE + CV.XAMPLE"),
        ("count(XA.XASEQ)", "count(CV.CVSEQ where CV.CVCAT = 'VOLUME')"),
        (
            "last(XA.XASTRESN where XA.XADTC < 'a' or XAX = 1 on VISIT order by XA.XADTC)",
            "last(CV.CVSTRESN where CV.CVCAT = 'VOLUME' and (CV.CVDTC < 'a' or XAX = 1) "
            "on VISIT order by CV.CVDTC)",
        ),
        (
            "count(where XB.XBSEQ > 1)",
            "count(where CV.CVCAT = 'GRADE' and CV.CVSCAT is missing and (CV.CVSEQ > 1))",
        ),
        (
            "1 + first(CV.CVDTC order by date(CV.CVDTC), CV.CVSEQ desc)",
            "1 + first(CV.CVDTC where CV.CVCAT is missing order by date(CV.CVDTC), CV.CVSEQ desc)",
        ),
        (
            "if(max(AE.AESEQ where AE.AESTDTC = XA.XADTC) > 1, min(XA.XADTC), 'where')",
            "if(max(AE.AESEQ where AE.AESTDTC = CV.CVDTC) > 1, "
            "min(CV.CVDTC where CV.CVCAT = 'VOLUME'), 'where')",
        ),
        ("only(AVAL where ABLFL = 'Y')", "only(AVAL where ABLFL = 'Y')"),
    ],
)
def test_expressions(text: str, expected: str) -> None:
    assert NAMES.expression(Text(text, Location("x"))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first(XASTRESN order by XADTC)", "first(CVSTRESN where CVCAT = 'VOLUME' order by CVDTC)"),
        ("rank(order by XADTC)", "rank(where CVCAT = 'VOLUME' order by CVDTC)"),
        ("next(XADTC where XAX is present order by XADTC)",
         "next(CVDTC where CVCAT = 'VOLUME' and (XAX is present) order by CVDTC)"),
        ("count(AE.AESEQ)", "count(AE.AESEQ)"),
    ],
)  # fmt: skip
def test_expressions_over_the_records_of_the_domain_itself(text: str, expected: str) -> None:
    assert NAMES.expression(Text(text, Location("x")), GROUPS["XA"]) == expected


def test_words_behind_what_was_put_in_keep_their_place() -> None:
    source = "a: \"if(count(XA.XASEQ where XA.XADTC = '1') > 0, XA.XASPID, nowhere)\"\n"
    tree = load_yaml(source, "f.yaml", Findings())
    assert tree is not None
    (text,) = tree.values()
    assert isinstance(text, Text)
    made = NAMES.expression(text)
    for word, before in (("CVSPID", "XASPID"), ("nowhere", "nowhere"), ("CVDTC", "XADTC")):
        assert made.locate(made.index(word)) == Location("f.yaml", 1, source.index(before) + 1)


def test_a_fault_in_the_profile_names_the_place_in_the_file_of_the_domain(tmp_path: Path) -> None:
    change = ("mappings/adam/adsl.yaml", "order by XB.XBDTC", "order by XB.XBDTD")
    line = "mappings/adam/adsl.yaml:9:72 CED012 unknown variable"
    folder = study(tmp_path, change)
    assert messages(folder) == [f"{line} XB.XBDTD; did you mean XB.XBDTC?"]
    assert messages(folder, "guide") == [f"{line} CV.XBDTD; did you mean CV.CVDTC?"]


STUDY_FILE, XB = "mappings/study.yaml", "mappings/sdtm/xb.yaml"
CASES = [
    ((STUDY_FILE, "profile: own", "profile: owm"), None,
     ["mappings/study.yaml:1:10 CED048 the study has no profile owm; did you mean own?"]),
    ((STUDY_FILE, "XA: CV", "XQ: CV"), None,
     ["mappings/study.yaml:4:18 CED049 profile guide: the study has no domain XQ; "
      "it has AE, CV, DM, EX, XA, XB"]),
    ((STUDY_FILE, "XA: CV", "XA: CW"), None,
     ["mappings/study.yaml:4:22 CED049 profile guide: there is no domain CW to go into; "
      "a domain of the guide or of the study"]),
    ((STUDY_FILE, "XA: CV", "XA: XB"), None,
     ["mappings/study.yaml:4:22 CED049 profile guide: XB goes into another domain itself"]),
    ((STUDY_FILE, "into: {", "inot: {"), None,
     ["mappings/study.yaml:4:11 CED006 unknown key 'inot'; did you mean into?"]),
    ((XB, "XBCAT: {assign: GRADE}", "XBCAT: {assign: VOLUME}"), "guide",
     ["mappings/study.yaml:4:18 CED049 nothing tells records of XA and of XB from the others in CV; "
      "give each a constant of its own in --CAT or --SCAT"]),
    ((XB, "XBCAT: {assign: GRADE}", "XBCAT: echo.GRADE"), "guide",
     ["mappings/study.yaml:4:18 CED049 nothing tells records of CV and of XA and of XB from the others "
      "in CV; give each a constant of its own in --CAT or --SCAT"]),
    ((XB, "variables:\n", "omit: [EPOCH]\nvariables:\n"), "guide",
     ["mappings/sdtm/xb.yaml:9:1 CED049 XB and CV cannot be one domain: their 'omit' is not the same"]),
    ((XB, "variables:\n", 'variables:\n  XBLOBXFL: {absent: "Not graded"}\n'), "guide",
     ["mappings/sdtm/xb.yaml:10:3 CED049 CV has no line for --LOBXFL, and would have none filled in beside "
      "this one; write a line for each or for none"]),
    ((XB, "from: echo", "dataset: XBAA\nfrom: echo"), "guide",
     ["mappings/sdtm/xb.yaml:6:1 CED049 XB and others cannot be one domain where it has 'dataset'"]),
    (("mappings/adam/adsl.yaml", "from: DM", "from: DM\nwith: {XA: [USUBJID]}"), "guide",
     ["mappings/adam/adsl.yaml:5:8 CED049 a look-up of XA would find the records of others in CV too; "
      "only(XA.. where ..) reads one of its records"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "profile", "expected"), CASES)
def test_profiles_at_fault(
    tmp_path: Path, change: tuple[str, str, str], profile: str | None, expected: list[str]
) -> None:
    said = [
        text for text in messages(study(tmp_path, change), profile) if "CED04" in text or "CED006" in text
    ]
    assert said == expected


def test_a_relation_by_identifiers_would_reach_the_other_groups(tmp_path: Path) -> None:
    relrec = "domain: RELREC\nrelate: [{id: AEXA, from: AE.AESPID, to: XA.XALNKID}]\n"
    folder = write(study(tmp_path), {"mappings/sdtm/relrec.yaml": relrec})
    assert [text for text in messages(folder, "guide") if "CED049" in text] == [
        "mappings/sdtm/relrec.yaml:2:42 CED049 'relate' would link the records of others in CV too"
    ]


@pytest.mark.parametrize(
    ("changes", "asked", "message"),
    [
        ([], "guid", "--profile CED048 the study has no profile guid; did you mean guide?"),
        ([], "zzz", "--profile CED048 the study has no profile zzz; it has own, guide"),
        ([(STUDY_FILE, PROFILES, "")], "guide",
         "--profile CED048 the study has no profile guide; study.yaml declares them"),
        ([(STUDY_FILE, "profile: own", "profile: own\nsequence: pinned")], "guide",
         "--profile CED049 sequence.lock keeps the numbers of another profile than guide; "
         "write `sequence: sorted`, or take the profile that study.yaml names"),
    ],
)  # fmt: skip
def test_a_profile_asked_for_in_vain(
    tmp_path: Path, changes: list[tuple[str, str, str]], asked: str, message: str
) -> None:
    folder = study(tmp_path, *changes)
    assert messages(folder, asked) == [message]
    with pytest.raises(Stopped):
        built(folder, asked)
    assert not (folder / f"out_{asked}").exists()


def test_a_profile_of_a_layer_is_there_for_the_study(tmp_path: Path) -> None:
    folder = study(tmp_path, (STUDY_FILE, PROFILES, "extends: ../house\nprofile: guide\n"))
    write(folder, {"house/study.yaml": PROFILES})
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    assert specs is not None and [str(f) for f in findings] == []
    assert (specs.profile, [str(spec.domain) for spec in specs.sdtm]) == ("guide", ["AE", "CV", "DM", "EX"])


def test_what_is_said_of_domains_in_define_yaml_follows(tmp_path: Path) -> None:
    lists = """\
codelists:
  DOMAIN: {extends: C66734, terms: {XA: Findings XA, XB: Findings XB}, comment: Of the sponsor}
  FROM: {name: Source, terms: {XA: first, XB: second, AE: third}, variables: SRCDOM}
  GRADES: {name: Grades, terms: {XA: stays}, comment: Of XA,
    variables: [XASTRESC.LVEF, XBSTRESC.LVEF, XA.XACAT]}
comments: {XA: About XA, XB.XBCAT: Of XB, XB: "and XBDTC"}
"""
    folder = write(study(tmp_path), {"define/define.yaml": lists})
    paths = (folder / "mappings", folder / "define")
    found = load_parts(study_folder(*paths), Findings(), "guide").parts
    (tree,) = (part.tree for part in found if part.kind == "define")
    assert tree == {
        "codelists": {
            "FROM": {
                "name": "Source",
                "terms": {"CV": "first; second", "AE": "third"},
                "variables": ["SRCDOM"],
            },
            "GRADES": {
                "name": "Grades",
                "terms": {"XA": "stays"},
                "variables": ["CVSTRESC.LVEF", "CV.CVCAT"],
                "comment": "Of CV",
            },
        },
        "comments": {"CV": "About CV and CVDTC", "CV.CVCAT": "Of CV"},
    }


def test_events_of_a_time_to_event_are_those_of_the_group(tmp_path: Path) -> None:
    spec = """\
dataset: ADTTE
class: TTE
from: ADSL
parameters:
  T:
    events: [{from: XA, where: XASTRESC > 50 or XADTC is missing, date: XADTC, describe: XA}]
    censors: [{from: ADSL, date: EOSDT, describe: End}]
"""
    folder = write(study(tmp_path), {"mappings/adam/adtte.yaml": spec})
    paths = (folder / "mappings", folder / "define")
    found = load_parts(study_folder(*paths), Findings(), "guide").parts
    (text,) = (resolved_yaml(part.tree) for part in found if part.name == "ADTTE")
    where = "\"(CVSTRESC > 50 or CVDTC is missing) and CVCAT = 'VOLUME'\""
    assert f"events: [{{from: CV, where: {where}, date: CVDTC, describe: XA}}]" in text
    assert "censors: [{from: ADSL, date: EOSDT, describe: End}]" in text


def test_the_line_of_a_block_stays_before_that_of_all_however_they_are_written(tmp_path: Path) -> None:
    stacked = (
        "from: echo\n",
        "stack:\n  - from: echo\n    variables: {--GRPID: {derive: \"'own'\"}}\n"
        "    long: [{test: ANEURIND, kind: text, result: echo.ANEUR}]\n",
    )
    long = ("long: [{test: ANEURIND, kind: text, result: echo.ANEUR}]\nvariables:", "variables:")
    shared = ("  CVDTC:", '  CVGRPID: {derive: "first(CVORRES order by CVDTC)"}\n  CVDTC:')
    changes = [("mappings/sdtm/cv.yaml", *change) for change in (long, stacked, shared)]
    folder = study(tmp_path, *changes)
    for profile in ("own", "guide"):
        frame = built(folder, profile).frames["CV"].filter(pl.col("CVTESTCD") == "ANEURIND")
        assert set(frame["CVGRPID"]) == {"own"}, profile
