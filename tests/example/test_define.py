"""Both define.xml of the example: valid, true to the transport files, and complete.

Read with lxml and odmlib; the checks that the build itself runs are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import pytest
from lxml import etree
from transport_files import Dataset

from ced_cdisc.read.xpt import read_xpt

NS = {
    "odm": "http://www.cdisc.org/ns/odm/v1.3",
    "def": "http://www.cdisc.org/ns/def/v2.1",
    "xlink": "http://www.w3.org/1999/xlink",
}
DEF, XLINK = f"{{{NS['def']}}}", f"{{{NS['xlink']}}}"
KINDS = ["sdtm", "adam"]
FOLDERS = [*KINDS, "controls/sdtm"]
# Datasets whose results differ by parameter or test in more than the length of a text, and those of which the
# same is said of all results.
DIVIDED = ("ADCF", "ADEG", "ADEX", "ADEXER", "ADLB", "ADQSSAQ", "ADVS")
ALIKE = ("ADCCS", "ADNTG", "ADTTE")
FINDINGS = ("BS", "CP", "CV", "EG", "FA", "FT", "LB", "QS", "VS", "XR")
ALIKE_FINDINGS = ("IE", "PE", "RS", "XC")


@dataclass(frozen=True)
class Define:
    """One define.xml."""

    kind: str
    root: etree._Element

    def all(self, path: str) -> list[etree._Element]:
        return self.root.xpath(path, namespaces=NS)

    def one(self, path: str) -> etree._Element:
        (found,) = self.all(path)
        return found

    @cached_property
    def by_oid(self) -> dict[str, etree._Element]:
        """Every definition; no two have one OID."""
        found = self.all("//*[@OID]")
        by_oid = {element.get("OID", ""): element for element in found}
        assert len(by_oid) == len(found)
        return by_oid

    @cached_property
    def groups(self) -> dict[str, etree._Element]:
        """Definitions of datasets, by name."""
        return {group.get("Name", ""): group for group in self.all("//odm:ItemGroupDef")}

    def variables(self, dataset: str) -> list[etree._Element]:
        """Definitions of the variables of a dataset, in order."""
        refs = self.groups[dataset].findall("odm:ItemRef", NS)
        assert [ref.get("OrderNumber") for ref in refs] == [str(n) for n in range(1, len(refs) + 1)]
        return [self.by_oid[ref.get("ItemOID", "")] for ref in refs]


def text_of(element: etree._Element) -> str:
    """The description of an element."""
    return element.findtext("odm:Description/odm:TranslatedText", "", NS)


@pytest.fixture(scope="module", params=KINDS)
def define(request: pytest.FixtureRequest, out: Path) -> Define:
    return Define(request.param, etree.parse(out / request.param / "define.xml").getroot())


@pytest.fixture(scope="module")
def sdtm(out: Path) -> Define:
    return Define("sdtm", etree.parse(out / "sdtm" / "define.xml").getroot())


@pytest.fixture(scope="module")
def adam(out: Path) -> Define:
    return Define("adam", etree.parse(out / "adam" / "define.xml").getroot())


@pytest.fixture
def described(define: Define, files: dict[str, Dataset]) -> dict[str, Dataset]:
    """The transport files that a define.xml has to describe."""
    return {name: data for name, data in files.items() if data.kind == define.kind}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_file_is_valid_by_the_schema_with_analysis_results(out: Path, folder: str) -> None:
    package = find_spec("defineutils")
    assert package is not None and package.submodule_search_locations
    schemas = Path(package.submodule_search_locations[0]) / "validate" / "schema"
    schema = etree.XMLSchema(etree.parse(schemas / "cdisc-arm-1.0" / "arm1-0-0.xsd"))
    assert schema.validate(etree.parse(out / folder / "define.xml")), schema.error_log


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_official_stylesheet_beside_the_file_shows_every_dataset_and_variable(
    out: Path, folder: str
) -> None:
    tree = etree.parse(out / folder / "define.xml")
    style = etree.parse(out / folder / "define2-1.xsl")
    access = etree.XSLTAccessControl.DENY_ALL
    shown = "".join(etree.HTML(bytes(etree.XSLT(style, access_control=access)(tree))).itertext())
    labels = tree.xpath(
        "//*[self::o:ItemGroupDef or self::o:ItemDef]/o:Description/o:TranslatedText/text()",
        namespaces={"o": "http://www.cdisc.org/ns/odm/v1.3"},
    )
    assert len(labels) > 50
    assert [label for label in labels if label not in shown] == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning:odmlib")
@pytest.mark.parametrize("folder", FOLDERS)
def test_odmlib_reads_datasets_variables_and_labels_back(
    out: Path, every: dict[str, Dataset], folder: str
) -> None:
    from odmlib.define_loader import XMLDefineLoader
    from odmlib.loader import ODMLoader

    loader = ODMLoader(XMLDefineLoader(model_package="define_2_1"))
    loader.open_odm_document(str(out / folder / "define.xml"))
    version = loader.MetaDataVersion()
    items = {item.OID: item for item in version.ItemDef}
    found = {
        group.Name: (
            group.Description.TranslatedText[0]._content,
            [
                (items[ref.ItemOID].Name, items[ref.ItemOID].Description.TranslatedText[0]._content)
                for ref in group.ItemRef
            ],
        )
        for group in version.ItemGroupDef
    }
    place, _, kind = folder.rpartition("/")
    assert found == {
        data.name: (data.label, list(data.labels.items()))
        for name, data in every.items()
        if data.kind == kind and name.rpartition("/")[0] == place
    }


def test_every_dataset_is_described_and_its_file_named(define: Define, described: dict[str, Dataset]) -> None:
    groups = define.all("//odm:ItemGroupDef")
    found = {
        group.get("Name"): (
            text_of(group),
            group.get("SASDatasetName"),
            define.one(f"//def:leaf[@ID='{group.get(DEF + 'ArchiveLocationID')}']").get(XLINK + "href"),
        )
        for group in groups
    }
    assert found == {name: (data.label, name, f"{name.lower()}.xpt") for name, data in described.items()}
    assert len(groups) == len(found)


def test_every_variable_has_name_label_order_and_format_of_the_file(
    define: Define, described: dict[str, Dataset]
) -> None:
    for name, data in described.items():
        variables = define.variables(name)
        assert [(v.get("Name"), text_of(v)) for v in variables] == list(data.labels.items())
        formats = {v.get("Name"): v.get(DEF + "DisplayFormat", "").rstrip(".") for v in variables}
        assert formats == {k: (v or "").rstrip(".") for k, v in data.formats.items()}


def number_text(number: float) -> str:
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def test_every_variable_has_type_and_length_of_the_bytes(
    define: Define, described: dict[str, Dataset], out: Path
) -> None:
    for name, data in described.items():
        _, member = read_xpt(out / define.kind / f"{name.lower()}.xpt")
        for item, header in zip(define.variables(name), member.variables, strict=True):
            where = f"{name}.{header.name}"
            kind, length = item.get("DataType", ""), item.get("Length")
            assert (
                header.type == data.types[header.name] == ("Num" if kind in ("integer", "float") else "Char")
            )
            values = [row[header.name] for row in data.present(header.name)]
            if kind == "text":
                assert int(length or 0) == header.length == max(map(len, values), default=1), where
            elif header.type == "Char":
                assert length is None, where
                assert header.length == max(map(len, values), default=1), where
            elif values and (levels := values_of(define, name, header.name)):
                parts = [
                    (int(x.get("Length", "")), int(x.get("SignificantDigits", "0"))) for x in levels.values()
                ]
                decimals = max(part[1] for part in parts)
                assert decimals >= max(len(number_text(value).partition(".")[2]) for value in values), where
                whole = max(long - (n + 1 if n else 0) for long, n in parts)
                assert int(item.get("SignificantDigits", "0")) == decimals, where
                assert int(length or 0) == whole + (decimals + 1 if decimals else 0), where
            elif values and not item.get(DEF + "DisplayFormat"):
                digits = [number_text(value).partition(".") for value in values]
                decimals = max(len(d[2]) for d in digits)
                assert (kind == "float") == (decimals > 0), where
                planned = name in DIVIDED + ALIKE and header.name in ("AVAL", "BASE", "CHG")
                given = int(item.get("SignificantDigits", "0"))
                assert given >= decimals if planned else given == decimals, where
                whole = max(len(d[0]) for d in digits)
                assert int(length or 0) == whole + given + (given > 0), where
            if header.type == "Num":
                assert header.length == 8, where


DATE_TYPES = {
    "date": r"\d{4}-\d\d-\d\d",
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "partialDate": r"\d{4}(-\d\d(-\d\d)?)?",
    "partialDatetime": r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?",
    "durationDatetime": r"-?P[0-9DTHMSYW]+",
}


def test_dates_and_durations_are_what_their_type_says(define: Define, described: dict[str, Dataset]) -> None:
    for name, data in described.items():
        for item in define.variables(name):
            pattern = DATE_TYPES.get(item.get("DataType", ""))
            if pattern is None:
                assert not item.get("Name", "").endswith("DTC"), f"{name}.{item.get('Name')}"
                continue
            values = {row[item.get("Name")] for row in data.present(item.get("Name", ""))}
            assert [v for v in values if not re.fullmatch(pattern, v)] == [], f"{name}.{item.get('Name')}"


def test_the_keys_of_every_dataset_tell_its_records_apart(
    define: Define, described: dict[str, Dataset]
) -> None:
    for name, data in described.items():
        refs = define.groups[name].findall("odm:ItemRef[@KeySequence]", NS)
        refs.sort(key=lambda ref: int(ref.get("KeySequence", "")))
        keys = [define.by_oid[ref.get("ItemOID", "")].get("Name", "") for ref in refs]
        assert keys[:1] == ["STUDYID"]
        assert [int(ref.get("KeySequence", "")) for ref in refs] == list(range(1, len(refs) + 1))
        assert len({tuple(row[key] for key in keys) for row in data.rows}) == len(data.rows), name


def described_items(define: Define) -> Iterator[tuple[etree._Element, etree._Element, etree._Element]]:
    """Reference, definition and origin of every variable and value that has an origin."""
    for ref in define.all("//odm:ItemRef"):
        item = define.by_oid[ref.get("ItemOID", "")]
        for origin in item.findall("def:Origin", NS):
            yield ref, item, origin


def test_every_variable_has_an_origin_or_its_values_have(define: Define) -> None:
    for group in define.all("//odm:ItemGroupDef"):
        for item in define.variables(group.get("Name", "")):
            listed = item.find("def:ValueListRef", NS)
            if item.find("def:Origin", NS) is None:
                assert listed is not None, item.get("OID")
                values = define.by_oid[listed.get("ValueListOID", "")].findall("odm:ItemRef", NS)
                oids = [ref.get("ItemOID", "") for ref in values]
                assert [oid for oid in oids if define.by_oid[oid].find("def:Origin", NS) is None] == []


def test_everything_derived_has_a_method_in_sentences(define: Define) -> None:
    methods = {method.get("OID"): method for method in define.all("//odm:MethodDef")}
    derived = [
        (ref, item) for ref, item, origin in described_items(define) if origin.get("Type") == "Derived"
    ]
    assert len(derived) > 100
    for ref, item in derived:
        sentence = text_of(methods[ref.get("MethodOID")])
        assert re.fullmatch(r"[A-Z0-9'\"(].{8,}\.", sentence, re.DOTALL), f"{item.get('OID')}: {sentence}"
    assert [text_of(m) for m in methods.values() if not text_of(m).endswith(".")] == []


def test_methods_speak_of_the_records_that_are_kept(adam: Define) -> None:
    """ADNTG holds averages of diary days, not the days that feed them (the parameter TABS, keep: no)."""
    values = {ref.get("ItemOID"): ref for ref in adam.all("//odm:ItemRef")}
    methods = {method.get("OID"): text_of(method) for method in adam.all("//odm:MethodDef")}
    method = methods[values["IT.ADNTG.AVAL"].get("MethodOID")]
    assert "sum of TABS" in method
    dates = {name: methods[values[f"IT.ADNTG.{name}"].get("MethodOID")] for name in ("ADT", "ASTDT", "AENDT")}
    assert dates == {
        "ADT": "Last answered diary day of the period.",
        "ASTDT": "First answered diary day of the period.",
        "AENDT": "Last answered diary day of the period.",
    }


def test_everything_collected_has_a_page_of_the_annotated_form(sdtm: Define) -> None:
    collected = [
        (item, origin)
        for _, item, origin in described_items(sdtm)
        if origin.get("Type") == "Collected" and origin.get("Source") in ("Investigator", "Subject")
    ]
    assert len(collected) > 100
    forms = [ref.get("leafID") for ref in sdtm.all("//def:AnnotatedCRF/def:DocumentRef")]
    for item, origin in collected:
        pages = [
            page.get("PageRefs", "")
            for ref in origin.findall("def:DocumentRef", NS)
            if ref.get("leafID") in forms
            for page in ref.findall("def:PDFPageRef", NS)
        ]
        assert pages and all(re.fullmatch(r"\d+( \d+)*", page) for page in pages), item.get("OID")


def test_nothing_in_adam_is_collected(adam: Define) -> None:
    kinds = {origin.get("Type") for _, _, origin in described_items(adam)}
    assert kinds == {"Assigned", "Derived", "Predecessor"}


def test_a_predecessor_is_a_variable_of_sdtm_or_adam(adam: Define, files: dict[str, Dataset]) -> None:
    for _, item, origin in described_items(adam):
        if origin.get("Type") == "Predecessor":
            dataset, _, variable = text_of(origin).partition(" ")[0].partition(".")
            assert variable in files[dataset].variables, item.get("OID")


def test_only_the_custom_domains_are_non_standard(sdtm: Define) -> None:
    groups = sdtm.all("//odm:ItemGroupDef")
    custom = {group.get("Name") for group in groups if group.get(DEF + "IsNonStandard") == "Yes"}
    cited = {group.get("Name") for group in groups if group.get(DEF + "StandardOID")}
    assert custom == {"XC", "XR"}
    assert cited == {group.get("Name") for group in groups} - custom


def values_of(define: Define, dataset: str, variable: str) -> dict[str, etree._Element]:
    """The value level of a variable: value of the dividing variable to definition; none gives nothing."""
    item = next(v for v in define.variables(dataset) if v.get("Name") == variable)
    listed = item.find("def:ValueListRef", NS)
    if listed is None:
        return {}
    found: dict[str, etree._Element] = {}
    for ref in define.by_oid[listed.get("ValueListOID", "")].findall("odm:ItemRef", NS):
        clause = ref.find("def:WhereClauseRef", NS)
        assert clause is not None
        checks = define.by_oid[clause.get("WhereClauseOID", "")].findall("odm:RangeCheck", NS)
        for terms in product(*(_terms(define, check) for check in checks)):
            found[" and ".join(terms)] = define.by_oid[ref.get("ItemOID", "")]
    return found


def _terms(define: Define, check: etree._Element) -> list[str]:
    divider = define.by_oid[check.get(DEF + "ItemOID", "")].get("Name")
    if check.get("Comparator") == "NOTIN":  # of all values that there are, so that it is missing
        return [f"{divider}="]
    return [f"{divider}={value.text}" for value in check.findall("odm:CheckValue", NS)]


def held(data: Dataset, divider: str, variable: str) -> set[str]:
    """The values of a divider whose records have a value of the variable."""
    return {f"{divider}={row[divider]}" for row in data.present(variable)}


def test_qval_is_described_by_qnam(sdtm: Define, files: dict[str, Dataset]) -> None:
    supplemental = [data for data in files.values() if data.name.startswith("SUPP")]
    assert len(supplemental) == 14
    for data in supplemental:
        levels = values_of(sdtm, data.name, "QVAL")
        assert levels.keys() == held(data, "QNAM", "QVAL")
        labels = {f"QNAM={row['QNAM']}": row["QLABEL"] for row in data.rows}
        assert {value: text_of(item) for value, item in levels.items()} == labels


@pytest.mark.parametrize("dataset", DIVIDED)
def test_aval_is_described_by_paramcd(adam: Define, files: dict[str, Dataset], dataset: str) -> None:
    data = files[dataset]
    levels = values_of(adam, dataset, "AVAL")
    alone = {
        value.partition(" and ")[0]: text_of(item)
        for value, item in levels.items()
        if ".EQ." in item.get("OID", "").removeprefix(f"IT.{dataset}.AVAL.PARAMCD")
    }
    assert {value.partition(" and ")[0] for value in levels} == held(data, "PARAMCD", "AVAL")
    names = {f"PARAMCD={row['PARAMCD']}": row["PARAM"] for row in data.rows}
    assert alone == {value: names[value] for value in alone}


def test_there_is_no_value_level_where_the_same_is_said_of_all_results(sdtm: Define, adam: Define) -> None:
    assert [dataset for dataset in ALIKE if values_of(adam, dataset, "AVAL")] == []
    assert [dataset for dataset in ALIKE_FINDINGS if values_of(sdtm, dataset, f"{dataset}ORRES")] == []


@pytest.mark.parametrize("folder", [*KINDS, "controls/sdtm"])
def test_each_row_of_a_value_list_says_what_no_other_says(out: Path, folder: str) -> None:
    """Rows that differ in nothing, or in the length of a result's text alone, would be one row, or none."""
    define = Define(folder, etree.parse(out / folder / "define.xml").getroot())
    lists = define.all("//def:ValueListDef")
    assert lists
    for listed in lists:
        refs = listed.findall("odm:ItemRef", NS)
        by_name = listed.get("OID", "").endswith((".QVAL", ".TSVAL"))  # named one by one, whatever they say
        assert by_name or len(refs) > 1, listed.get("OID")
        said: list[tuple[object, ...]] = []
        for ref in refs:
            item = define.by_oid[ref.get("ItemOID", "")]
            is_result = item.get("Name", "").endswith("ORRES")
            method = define.by_oid.get(ref.get("MethodOID", ""))
            clause = ref.find("def:WhereClauseRef", NS)
            assert clause is not None
            checks = define.by_oid[clause.get("WhereClauseOID", "")].findall("odm:RangeCheck", NS)
            length = item.get("Length") if item.get("DataType") == "text" and not is_result else ""
            origins = [etree.tostring(origin, method="c14n") for origin in item.findall("def:Origin", NS)]
            codes = [found.get("CodeListOID") for found in item.findall("odm:CodeListRef", NS)]
            comment = item.get(DEF + "CommentOID")
            said.append(
                (
                    *(item.get("DataType"), item.get("SignificantDigits"), length, comment),
                    *(b"".join(origins), *codes),
                    text_of(method) if method is not None else "",
                    *(value for check in checks[1:] for value in _terms(define, check)),
                )
            )
        assert by_name or len(set(said)) == len(said), listed.get("OID")


def test_the_response_of_the_controls_is_taken_over_and_that_of_the_treated_derived(adam: Define) -> None:
    levels = values_of(adam, "ADCF", "AVAL")
    origins = {
        value: [(o.get("Type"), text_of(o) if len(o) else "") for o in item.findall("def:Origin", NS)]
        for value, item in levels.items()
        if value.startswith("PARAMCD=CBFPCT")
    }
    assert origins == {
        "PARAMCD=CBFPCT and SRCDOM=": [("Derived", "")],
        "PARAMCD=CBFPCT and SRCDOM=XR": [("Predecessor", "XR.XRSTRESN")],
    }


@pytest.mark.parametrize("dataset", FINDINGS)
def test_results_are_described_by_test(sdtm: Define, files: dict[str, Dataset], dataset: str) -> None:
    data, test = files[dataset], f"{dataset}TESTCD"
    levels = values_of(sdtm, dataset, f"{dataset}ORRES")
    assert levels.keys() == held(data, test, f"{dataset}ORRES")


def test_only_tests_and_parameters_name_the_value(define: Define) -> None:
    """A decode of DTYPE or DSCAT names something else than the time point or the term of the record."""
    clauses = {clause.get("OID"): clause for clause in define.all("//def:WhereClauseDef")}
    found = 0
    for dataset in define.groups:
        for variable in define.variables(dataset):
            for row in define.all(
                f"//def:ValueListDef[@OID='VL.{dataset}.{variable.get('Name')}']/odm:ItemRef"
            ):
                check = clauses[row.find("def:WhereClauseRef", NS).get("WhereClauseOID")].find(
                    "odm:RangeCheck", NS
                )
                divider = define.by_oid[check.get(f"{DEF}ItemOID")].get("Name", "")
                if not divider.endswith(("TESTCD", "PARAMCD", "PARMCD", "QNAM")):
                    assert text_of(define.by_oid[row.get("ItemOID", "")]) == text_of(variable), row.get(
                        "ItemOID"
                    )
                    found += 1
    assert found > 2


def test_the_possible_answers_to_an_item_are_listed(sdtm: Define) -> None:
    levels = values_of(sdtm, "QS", "QSORRES")
    answers: dict[str, list[str | None]] = {}
    for value, item in levels.items():
        ref = item.find("odm:CodeListRef", NS)
        assert ref is not None
        terms = sdtm.by_oid[ref.get("CodeListOID", "")].findall("odm:EnumeratedItem", NS)
        answers[value.removeprefix("QSTESTCD=")] = [term.get("CodedValue") for term in terms]
    six = [f"SAQ01{n:02}" for n in range(1, 14)]
    five = [f"SAQ01{n:02}" for n in range(14, 20)]
    assert answers == {item: list("123456") for item in six} | {item: list("12345") for item in five}


def test_the_results_of_a_test_are_described_as_the_numbers_that_they_are(sdtm: Define) -> None:
    levels = values_of(sdtm, "LB", "LBORRES")
    found = {
        test: (item.get("DataType"), item.get("Length"), item.get("SignificantDigits"))
        for test in ("ALT", "CREAT", "TROPONT")
        for item in [levels[f"LBTESTCD={test}"]]
    }
    # CREAT is given in mg/dL and umol/L; TROPONT has results such as <6.
    assert found == {
        "ALT": ("integer", "3", None),
        "CREAT": ("float", "4", "2"),
        "TROPONT": ("text", "2", None),
    }


def test_the_length_of_a_value_is_that_of_its_records(define: Define, described: dict[str, Dataset]) -> None:
    compared = 0
    for name, data in described.items():
        for item in define.variables(name):
            variable = item.get("Name", "")
            longest: dict[str, int] = {}
            levels = values_of(define, name, variable)
            for value, level in levels.items():
                terms = dict(one.split("=") for one in value.split(" and "))
                rows = [
                    row
                    for row in data.present(variable)
                    if terms.items() <= {k: "" if v is None else str(v) for k, v in row.items()}.items()
                ]
                length = max(len(str(row[variable])) for row in rows)
                longest[level.get("OID", "")] = max(length, longest.get(level.get("OID", ""), 0))
            for level in levels.values():
                if level.get("DataType") == "text" or variable.endswith("ORRES"):
                    where = level.get("OID", "")
                    assert int(level.get("Length", "")) == longest[where], where
                    compared += 1
    assert compared > (50 if define.kind == "sdtm" else -1)


def test_every_term_is_published_extended_or_of_a_list_of_the_sponsor(define: Define) -> None:
    for listed in define.all("//odm:CodeList[not(odm:ExternalCodeList)]"):
        own = listed.get(DEF + "IsNonStandard") == "Yes"
        assert own != bool(listed.get(DEF + "StandardOID")), listed.get("OID")
        assert own != bool(listed.findall("odm:Alias[@Context='nci:ExtCodeID']", NS)), listed.get("OID")
        terms = listed.xpath("odm:CodeListItem | odm:EnumeratedItem", namespaces=NS)
        assert terms
        for term in terms:
            published = bool(term.findall("odm:Alias[@Context='nci:ExtCodeID']", NS))
            extended = term.get(DEF + "ExtendedValue") == "Yes"
            assert published + extended + own == 1, f"{listed.get('OID')}: {term.get('CodedValue')}"


def test_every_value_of_a_variable_with_a_codelist_is_a_term(
    define: Define, described: dict[str, Dataset]
) -> None:
    lists = {
        listed.get("OID"): {term.get("CodedValue") for term in listed if term.get("CodedValue") is not None}
        for listed in define.all("//odm:CodeList[not(odm:ExternalCodeList)]")
    }
    compared = 0
    for name, data in described.items():
        for item in define.variables(name):
            ref = item.find("odm:CodeListRef", NS)
            if ref is not None and ref.get("CodeListOID") in lists:
                values = {row[item.get("Name")] for row in data.present(item.get("Name", ""))}
                texts = {v if isinstance(v, str) else number_text(v) for v in values}
                strange = texts - lists[ref.get("CodeListOID")]
                assert strange == set(), f"{name}.{item.get('Name')}"
                compared += 1
    assert compared > 20


def test_no_element_is_empty_and_no_text_shows_the_machinery(define: Define) -> None:
    for element in define.root.iter(etree.Element):
        text = (element.text or "").strip()
        where = f"line {element.sourceline} {etree.QName(element).localname}"
        assert len(element) or text or element.attrib, f"{where} is empty"
        assert all(value.strip() for value in element.attrib.values()), f"{where} has an empty attribute"
        for words in (text, *element.attrib.values()):
            if etree.QName(element).localname != "Code":  # programs may name what texts may not
                assert not re.search(r"\bNone\b|\b[Nn]a[Nn]\b|[{}]", words), f"{where}: {words}"
        if etree.QName(element).localname in ("TranslatedText", "title", "CheckValue", "FormalExpression"):
            assert text, f"{where} has no text"


def test_no_text_has_stray_blanks_or_doubled_signs_or_words(define: Define) -> None:
    for element in define.all("//odm:TranslatedText"):
        text = element.text or ""
        assert text == text.strip()
        assert not re.search(r"  |(?<!\.)\.\.(?!\.)|,,|;;|\b(the|of|and|is|in|where) \1\b", text), text
