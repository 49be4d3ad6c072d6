"""A study over layers: what goes before what, what is removed, and that a split study is the same study."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from layered import COMPANY, EXTENDS, STUDY_OVER, specs_of, write, write_layered

import ced_cdisc
from small_study import AE, FILES, write_study

AE_OVER = "mappings/sdtm/ae.yaml"


def outputs(folder: Path, name: str) -> dict[str, bytes]:
    out = folder / name
    ced_cdisc.build(folder / "raw", out, mappings=folder / "mappings", define=folder / "define", check=False)
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "build.json")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def test_a_split_study_builds_the_bytes_of_the_flat_one(tmp_path: Path) -> None:
    flat = outputs(write_study(tmp_path / "flat"), "out")
    layered = outputs(write_layered(tmp_path / "layered"), "out")
    assert sorted(flat) == sorted(layered)
    # define.html says where the line of each variable stands, and so differs
    assert [name for name in flat if flat[name] != layered[name]] == ["sdtm/define.html"]


def test_each_line_keeps_the_place_it_came_from(tmp_path: Path) -> None:
    specs, said = specs_of(write_layered(tmp_path))
    assert specs is not None and said == []
    ae = next(spec for spec in specs.sdtm if spec.domain == "AE")
    places = {str(key): str(line.place) for key, line in ae.variables.items()}
    assert places["--DECOD"] == f"{AE_OVER}:3:12"
    assert places["AETERM"] == "company/sdtm/ae.yaml:6:13"
    assert "AEDECOD" not in places
    assert list(places).index("--DECOD") == list(places).index("AETERM") + 3
    assert specs.sources.tables["ae"].page == 3  # pyright: ignore[reportArgumentType]
    assert [str(name) for name in specs.sources.tables] == ["ae", "demog", "dose"]
    assert [str(spec.domain) for spec in specs.sdtm] == ["AE", "DM", "EX"]
    assert {str(k): [str(f) for f in v] for k, v in specs.study.formats.items()} == {
        "edc": ["DD-MON-YYYY", "UN-MON-YYYY", "UN-UNK-YYYY"],
        "diary": ["M/D/YYYY"],
    }


def test_the_files_of_layers_are_inputs_of_the_build(tmp_path: Path) -> None:
    folder = write_layered(tmp_path)
    outputs(folder, "out")
    inputs = json.loads((folder / "out" / "build.json").read_text())["inputs"]
    assert {name for name in inputs if not name.startswith(("raw/", "mappings/", "define/"))} == {
        name for name in COMPANY if name != "company/sdtm/vs.yaml"
    }
    for name, digest in inputs.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_later_layer_goes_before_an_earlier_one_and_before_what_that_builds_on(tmp_path: Path) -> None:
    own = {
        "mappings/study.yaml": FILES["mappings/study.yaml"] + "extends: [../project, ../site]\n",
        "company/study.yaml": "formats: {a: [company], b: [company], c: [company], d: [company]}\n",
        "project/study.yaml": 'extends: "../company"\nformats: {b: [project], c: [project], d: [project]}\n',
        "site/study.yaml": "extends: [../company]\nformats: {c: [site], d: [site]}\n",
    }
    folder = write(write_study(tmp_path), own)
    study = folder / "mappings/study.yaml"
    study.write_text(study.read_text().replace("edc: [DD", "d: [study], edc: [DD"))
    specs, _ = specs_of(folder)
    assert specs is not None
    shown = {str(name): str(words[0]) for name, words in specs.study.formats.items()}
    assert shown == {"a": "company", "b": "project", "c": "site", "d": "study", "edc": "DD-MON-YYYY"}


def test_tests_visits_and_keys_are_replaced_and_removed_by_name(tmp_path: Path) -> None:
    layer = {
        "company/sdtm/vs.yaml": "domain: VS\nfrom: vitals\nsort: [VSTESTCD]\nchecks: [VSSEQ > 0]\nlong:\n"
        "  - {test: SYSBP, result: vitals.SBP}\n  - {test: PULSE, result: vitals.P}\n"
        "  - {test: SYSBP, result: vitals.SBP2}\n  - {test: TEMP, result: vitals.T}\n",
        "company/visits.yaml": "date: edc\nvisits:\n  - {number: 1, visit: ONE, raw: V1}\n"
        "  - {number: 2, visit: TWO, raw: V2}\n",
    }
    own = {
        "mappings/sdtm/vs.yaml": "domain: VS\nchecks: {remove: yes}\nlong:\n  - {test: WEIGHT, result: v.W}\n"
        "  - {test: SYSBP, result: v.S}\n  - {test: TEMP, remove: yes}\n",
        "mappings/visits.yaml": "visits:\n  - {number: 2.0, remove: yes}\n"
        "  - {number: 3, visit: THREE, raw: V3}\n",
    }
    specs, _ = specs_of(write_layered(tmp_path, layer, own))
    assert specs is not None and specs.visits is not None
    vs = next(spec for spec in specs.sdtm if spec.domain == "VS")
    assert [(str(t.test), str(t.result.collect)) for t in vs.long or []] == [
        ("SYSBP", "v.S"),
        ("PULSE", "vitals.P"),
        ("WEIGHT", "v.W"),
    ]
    assert (vs.sort, vs.checks) == (["VSTESTCD"], [])
    assert [str(visit.visit) for visit in specs.visits.visits] == ["ONE", "THREE"]


def test_a_stack_ends_the_source_of_the_layer_and_a_source_its_stack(tmp_path: Path) -> None:
    stack = "stack:\n  - {from: ae, variables: {AETERM: ae.TERM}}\n"
    own = {AE_OVER: f"domain: AE\n{stack}"}
    specs, _ = specs_of(write_layered(tmp_path / "one", own))
    assert specs is not None
    ae = next(spec for spec in specs.sdtm if spec.domain == "AE")
    assert (ae.from_, len(ae.stack or [])) == (None, 1)
    layer = {"company/sdtm/ae.yaml": AE.replace("from: ae\n", stack)}
    specs, said = specs_of(write_layered(tmp_path / "two", layer, {AE_OVER: "domain: AE\nfrom: ae\n"}))
    assert specs is not None and said == []
    assert next(spec for spec in specs.sdtm if spec.domain == "AE").stack is None


CASES = [
    (
        {"mappings/study.yaml": 'extends: "../compani"\n' + FILES["mappings/study.yaml"]},
        "mappings/study.yaml:1:10 CED041 there is no folder compani for the layer; "
        "'extends' is a path relative to mappings",
    ),
    (
        {"mappings/study.yaml": 'extends: "../raw"\n' + FILES["mappings/study.yaml"]},
        "mappings/study.yaml:1:10 CED041 the folder raw of the layer holds no specs; "
        "a layer holds sdtm/, adam/, study.yaml and the like",
    ),
    (
        {
            "company/study.yaml": "extends: ../group\n",
            "group/study.yaml": "extends: [../company]\n",
        },
        "group/study.yaml:1:11 CED040 the layers go in a circle: company -> group -> company",
    ),
    (
        {"company/study.yaml": "extends: ../mappings\n"},
        "company/study.yaml:1:10 CED040 the layers go in a circle: mappings -> company -> mappings",
    ),
    (
        {"company/study.yaml": "extends: {project: ../mappings}\n"},
        "company/study.yaml:1:10 CED009 'extends' needs the path of a folder, or a list of them",
    ),
    (
        {"mappings/study.yaml": EXTENDS + "datasets: [DM, SV]\n" + FILES["mappings/study.yaml"]},
        "mappings/study.yaml:2:16 CED042 neither the study nor a layer has a spec for SV; did you mean VS?",
    ),
    (
        {AE_OVER: STUDY_OVER[AE_OVER] + "  AEHTL: {remove: yes}\n"},
        f"{AE_OVER}:4:3 CED043 there is nothing to remove: no layer has 'AEHTL' here; did you mean AEHLT?",
    ),
    (
        {AE_OVER: STUDY_OVER[AE_OVER] + "long: [{test: A, remove: yes}]\n"},
        f"{AE_OVER}:4:15 CED043 there is nothing to remove: no layer has 'A' here",
    ),
    (
        {AE_OVER: STUDY_OVER[AE_OVER] + "  AEHLT: {remove: yes}\n"},
        f"{AE_OVER}:1:9 CED020 AE has no line for AEHLT (Exp); "
        'write a line, or {absent: "why"} for an expected one',
    ),
    (
        {
            "company/sdtm/ae.yaml": AE.replace(
                "from: ae\n", "stack:\n  - from: ae\n    variables:\n      AEDECOD: ae.TERM\n"
            )
        },
        f"{AE_OVER}:3:3 CED044 the line of --DECOD is hidden by that of a block of the layer, "
        "company/sdtm/ae.yaml:5:7; write the 'stack' in the study's file",
    ),
    (
        {"company/sdtm/dm.yaml": COMPANY["company/sdtm/dm.yaml"].replace("demog.SEX", "demog.SEXX")},
        "company/sdtm/dm.yaml:17:23 CED012 unknown column demog.SEXX; did you mean demog.SEX?",
    ),
    (
        {"company/sdtm/dm2.yaml": "domain: DM\n"},
        "company/sdtm/dm2.yaml:1:9 CED029 a second spec for DM",
    ),
    (
        {"company/sdtm/dm2.yaml": "from: demog\n"},
        "company/sdtm/dm2.yaml:1:1 CED007 the key 'domain' is missing",
    ),
    (
        {"mappings/sources.yaml": FILES["mappings/sources.yaml"] + "  lab:\n"},
        "",
    ),
    (
        {AE_OVER: STUDY_OVER[AE_OVER] + "  AEDECOD: ae.TERM\n"},
        f"{AE_OVER}:4:3 CED029 a second line of AEDECOD: '--DECOD' and 'AEDECOD' are one variable; "
        "delete one of them",
    ),
    (
        {
            "company/sdtm/ae.yaml": COMPANY["company/sdtm/ae.yaml"]
            + "  --STDTC: {collect: ae.START, date: edc}\n"
        },
        "company/sdtm/ae.yaml:25:3 CED029 a second line of AESTDTC: 'AESTDTC'"
        " and '--STDTC' are one variable; "
        "delete one of them",
    ),
    (
        {AE_OVER: STUDY_OVER[AE_OVER] + "sort:\n"},
        f"{AE_OVER}:4:1 CED146 'sort' has no value here, and the layer has one, company/sdtm/ae.yaml:3:1; "
        "write the value, delete the line, or take the layer's away with {remove: yes}",
    ),
    (
        {AE_OVER: STUDY_OVER[AE_OVER] + "  AEHLT:\n"},
        f"{AE_OVER}:4:3 CED146 'AEHLT' has no value here, and the layer has one, company/sdtm/ae.yaml:11:3; "
        "write the value, delete the line, or take the layer's away with {remove: yes}",
    ),
]


@pytest.mark.parametrize(("changes", "said"), CASES)
def test_a_fault_names_the_file_it_stands_in(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    _, found = specs_of(write_layered(tmp_path, changes))
    assert found[:1] == ([said] if said else [])
    assert len(found) <= 1


def test_a_flat_study_has_nothing_to_remove(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {AE_OVER: ('AEHLT:    {absent: "Not coded"}', "AEHLT: {remove: yes}")})
    _, said = specs_of(folder)
    assert said[1] == f"{AE_OVER}:11:3 CED043 there is nothing to remove: no layer has 'AEHLT' here"


def test_a_part_of_a_split_domain_stands_over_the_part_of_its_name(tmp_path: Path) -> None:
    part = "domain: VS\ndataset: {}\nlabel: {}\nfrom: vitals\nvariables: {{{}}}\n"
    layer = {
        f"company/sdtm/{name.lower()}.yaml": part.format(name, "Company", line)
        for name, line in (("VSAA", "VSSPID: vitals.A"), ("VSBB", "VSREFID: vitals.B"))
    }
    own = {"mappings/sdtm/vsaa.yaml": "domain: VS\ndataset: VSAA\nlabel: Own\n"}
    taken = {
        "mappings/study.yaml": STUDY_OVER["mappings/study.yaml"].replace("[DM]", "[DM, VSBB]"),
        "company/sdtm/vs.yaml": "",
    }
    specs, _ = specs_of(write_layered(tmp_path, layer, own, taken))
    assert specs is not None
    assert [
        (str(one.dataset), str(one.label), [str(name) for name in one.variables])
        for one in specs.sdtm
        if one.domain == "VS"
    ] == [("VSAA", "Own", ["VSSPID"]), ("VSBB", "Company", ["VSREFID"])]
    twice = {"company/sdtm/vsab.yaml": layer["company/sdtm/vsaa.yaml"]}
    _, found = specs_of(write_layered(tmp_path / "twice", layer, own, taken, twice))
    assert "company/sdtm/vsab.yaml:2:10 CED029 a second spec for VSAA" in found


def test_a_part_takes_nothing_of_another_part_of_a_layer(tmp_path: Path) -> None:
    part = "domain: VS\ndataset: {}\nlabel: Part\nfrom: vitals\nvariables: {{{}}}\n"
    layer = {"company/sdtm/vsaa.yaml": part.format("VSAA", "VSSPID: vitals.A"), "company/sdtm/vs.yaml": ""}
    own = {"mappings/sdtm/vsbb.yaml": part.format("VSBB", "VSREFID: vitals.B")}
    specs, _ = specs_of(write_layered(tmp_path, layer, own))
    assert specs is not None
    found = next(one for one in specs.sdtm if one.dataset == "VSBB")
    assert [str(name) for name in found.variables] == ["VSREFID"]


def test_results_of_a_layer_are_replaced_by_id(tmp_path: Path) -> None:
    result = "{{id: {}, display: T1, what: {}, data: \"SEX = 'F'\", variable: AGE, method: count}}"
    layer = (
        FILES["mappings/adam/adsl.yaml"]
        + "results:\n"
        + "".join(f"  - {result.format(name, 'of the layer')}\n" for name in ("R1", "R2", "R3"))
    )
    own = f"dataset: ADSL\nresults:\n  - {result.format('R2', 'of the study')}\n  - {{id: R3, remove: yes}}\n"
    display = "displays:\n  T1: {title: Age, reason: DATA DRIVEN, purpose: PRIMARY OUTCOME MEASURE}\n"
    files = {
        "company/adam/adsl.yaml": layer,
        "company/define/define.yaml": COMPANY["company/define/define.yaml"] + display,
        "mappings/adam/adsl.yaml": own,
    }
    specs, said = specs_of(write_layered(tmp_path, files))
    assert specs is not None and said == []
    (adsl,) = specs.adam
    assert [(str(one.id), str(one.what)) for one in adsl.results] == [
        ("R1", "of the layer"),
        ("R2", "of the study"),
    ]


def test_formats_times_and_units_of_a_layer_stay_beside_those_of_the_study(tmp_path: Path) -> None:
    company = {
        "company/study.yaml": COMPANY["company/study.yaml"]
        + "times: {clock: [H:MM], other: [HHMM]}\nunits: {TABL: TABLET, MGS: mg}\n"
    }
    own = {
        "mappings/study.yaml": STUDY_OVER["mappings/study.yaml"]
        + "times: {clock: [HH:MM]}\nunits: {MGS: {remove: yes}, CAPS: CAPSULE}\n"
    }
    specs, said = specs_of(write_layered(tmp_path, company, own))
    assert specs is not None and said == []
    assert specs.study.formats.keys() == {"edc", "diary"}
    assert {name: [*map(str, forms)] for name, forms in specs.study.times.items()} == {
        "clock": ["HH:MM"],
        "other": ["HHMM"],
    }
    assert {str(name): str(unit.to) for name, unit in specs.study.units.items()} == {
        "TABL": "TABLET",
        "CAPS": "CAPSULE",
    }


LISTS = """\
codelists:
  POS: {name: Positions, type: text, variables: [VS.VSPOS, VSSTAT, AE.AESPID], terms: {1: One, 2: Two}}
  LOC: {name: Locations, type: text, variables: VS.VSLOC, terms: {ARM: Arm}}
  MET: {name: Methods, type: text, variables: VSMETHOD.TEMP, terms: {A: B}}
displays:
  T1: {title: One, reason: SPECIFIED IN SAP, purpose: PRIMARY OUTCOME MEASURE}
"""
RESULT = 'results: [{id: R1, display: T1, what: x, data: "AVAL > 0", variable: AVAL, method: mean and SD}]\n'


def test_what_a_layer_says_of_datasets_that_are_not_taken_is_at_hand(tmp_path: Path) -> None:
    layer = {
        "company/define/define.yaml": COMPANY["company/define/define.yaml"] + LISTS,
        "company/adam/advs.yaml": f"dataset: ADVS\nlabel: Vital Signs\nclass: BDS\nfrom: VS\n{RESULT}",
    }
    specs, said = specs_of(write_layered(tmp_path, layer))
    assert said == []
    assert specs is not None
    assert {str(name): [*map(str, one.variables)] for name, one in specs.define.codelists.items()} == {
        "POS": ["AE.AESPID"],
        "LOC": [],
        "MET": [],
    }
    assert list(specs.define.displays) == []


def test_a_slip_in_the_own_define_yaml_is_told_all_the_same(tmp_path: Path) -> None:
    own = {"define/define.yaml": FILES["define/define.yaml"] + LISTS}
    _, said = specs_of(write_layered(tmp_path, own))
    assert [one.split(";")[0] for one in said] == ["define/define.yaml:8:3 CED124 no result is shown in T1"]
    own["define/define.yaml"] = own["define/define.yaml"].partition("displays")[0]
    _, said = specs_of(write_layered(tmp_path, own))
    assert [one.split(";")[0] for one in said] == [
        "define/define.yaml:4:50 CED111 codelist POS is for VS.VSPOS, which no dataset has",
        "define/define.yaml:4:60 CED111 codelist POS is for VSSTAT, which no dataset has",
        "define/define.yaml:5:49 CED111 codelist LOC is for VS.VSLOC, which no dataset has",
        "define/define.yaml:6:47 CED111 codelist MET is for VSMETHOD.TEMP, which no dataset has",
    ]


def test_the_prefix_of_associated_persons_is_that_of_their_domain(tmp_path: Path) -> None:
    layer = {"company/sdtm/apmh.yaml": "domain: APMH\nvariables: {--TERM: x.A, MHCAT: x.B}\n"}
    own = {
        "mappings/sdtm/apmh.yaml": "domain: APMH\nvariables: {MHTERM: x.C, --CAT: {remove: yes}}\n",
    }
    specs, _ = specs_of(write_layered(tmp_path, layer, own))
    assert specs is not None
    spec = next(spec for spec in specs.sdtm if spec.domain == "APMH")
    assert {str(key): str(line.collect) for key, line in spec.variables.items()} == {"MHTERM": "x.C"}


SECOND_LINES = [
    ("  AESPID:", "  --TERM: ae.SEV\n  AESPID:", "AETERM", "7:3", "'--TERM' and 'AETERM'"),
    (
        "from: ae\n",
        "stack:\n  - from: ae\n    variables: {--CAT: {assign: A}, AECAT: {assign: B}}\n",
        *("AECAT", "4:37", "'--CAT' and 'AECAT'"),
    ),
    (
        "from: ae\n",
        "from: ae\nlong: [{test: A, variables: {AECAT: {assign: A}, --CAT: {assign: B}}}]\n",
        *("AECAT", "3:50", "'AECAT' and '--CAT'"),
    ),
    (
        "from: ae\n",
        "from: ae\ntests: {A: {variables: {AECAT: {assign: A}, --CAT: {assign: B}}}}\n",
        *("AECAT", "3:45", "'AECAT' and '--CAT'"),
    ),
    (
        "from: ae\n",
        "rows: [{--TERM: A, AETERM: B}]\n",
        *("AETERM", "2:20", "'--TERM' and 'AETERM'"),
    ),
]


@pytest.mark.parametrize(("old", "new", "name", "place", "both"), SECOND_LINES)
def test_a_variable_has_one_line_at_one_place_however_its_name_is_written(
    tmp_path: Path, old: str, new: str, name: str, place: str, both: str
) -> None:
    _, said = specs_of(write_study(tmp_path, {AE_OVER: (old, new)}))
    expected = (
        f"{AE_OVER}:{place} CED029 a second line of {name}: {both} are one variable; delete one of them"
    )
    assert expected in said


@pytest.mark.parametrize(
    ("own", "place", "name", "hidden"),
    [
        ("flags: {N: LOW}", "2:1", "flags", "5:5"),
        ("tests: {A: {label: C}}", "2:9", "A", "4:13"),
        ("unit: {assign: kg}", "2:1", "unit", "6:5"),
    ],
)
def test_what_blocks_of_a_layer_say_of_tests_hides_what_the_study_says_of_all(
    tmp_path: Path, own: str, place: str, name: str, hidden: str
) -> None:
    block = "    tests: {A: {label: B}}\n    flags: {N: NORMAL}\n    unit: {assign: g}\n"
    layer = {"company/sdtm/ae.yaml": AE.replace("from: ae\n", f"stack:\n  - from: ae\n{block}")}
    _, said = specs_of(write_layered(tmp_path, layer, {AE_OVER: f"domain: AE\n{own}\n"}))
    assert (
        f"{AE_OVER}:{place} CED044 the line of {name} is hidden by that of a block of the layer, "
        f"company/sdtm/ae.yaml:{hidden}; write the 'stack' in the study's file"
    ) in said


def test_a_line_of_all_blocks_of_an_analysis_dataset_is_not_hidden_in_silence(tmp_path: Path) -> None:
    head = "dataset: ADAE\nlabel: Events\nclass: OCCDS\nsort: [USUBJID, AESEQ]\n"
    block = "stack:\n  - {from: AE, copy: [AE.AESEQ], rows: {SRC: {assign: A, label: Source}}}\n"
    layer = {"company/adam/adae.yaml": head + block}
    own = {"mappings/adam/adae.yaml": "dataset: ADAE\nrows: {SRC: {assign: B, label: Source}}\n"}
    _, said = specs_of(write_layered(tmp_path, layer, own))
    assert said == [
        "mappings/adam/adae.yaml:2:8 CED044 the line of SRC is hidden by that of a block of the layer, "
        "company/adam/adae.yaml:6:41; write the 'stack' in the study's file"
    ]


def test_a_stack_of_an_analysis_dataset_ends_the_source_of_the_layer_and_a_source_its_stack(
    tmp_path: Path,
) -> None:
    head = "dataset: ADAE\nlabel: Events\nclass: OCCDS\nsort: [USUBJID, AESEQ]\n"
    one = 'from: AE\nwhere: "AE.AESEQ = 1"\ncopy: [AE.AESEQ]\n'
    stack = 'stack:\n  - {from: AE, where: "AE.AESEQ > 1", copy: [AE.AESEQ]}\n'
    for number, (below, above, sources) in enumerate(((one, stack, [None, "AE"]), (stack, one, ["AE"])), 1):
        layer = {"company/adam/adae.yaml": head + below}
        own = {"mappings/adam/adae.yaml": f"dataset: ADAE\n{above}"}
        specs, said = specs_of(write_layered(tmp_path / str(number), layer, own))
        assert specs is not None and said == []
        adae = next(spec for spec in specs.adam if spec.dataset == "ADAE")
        assert [adae.from_, *(block.from_ for block in adae.stack or ())] == sources


def test_what_a_layer_has_beside_its_specs_is_told(tmp_path: Path) -> None:
    folder = write_layered(tmp_path, {"mappings/ct/readme.txt": "x"})
    assert specs_of(folder)[1] == []
    more = {
        "company/tests/ae.yaml": "tests: []\n",
        "company/ct/x.csv": "x",
        "company/define/findings.yaml": "[]\n",
    }
    assert specs_of(write(folder, more))[1] == [
        "mappings/study.yaml:1:10 CED166 the layer company has company/tests, company/ct, "
        "company/define/findings.yaml, which no study takes from it; tests, packages of terminology, known "
        "findings and words for guides are those of the study"
    ]
    (tmp_path / "company/tests/ae.yaml").unlink()
    assert "the layer company has company/ct, " in specs_of(folder)[1][0]
