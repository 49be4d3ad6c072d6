"""The checklist: header, standards, documents, datasets, codelists, methods, comments and results."""

from __future__ import annotations

import re
from collections import Counter

from checklist import Element, Faults, File, attributes, check, children, described, numbered, order

IGS = {
    "SDTMIG",
    "SDTMIG-AP",
    "SDTMIG-MD",
    "ADaMIG",
    "ADaMIG-MD",
    "ADaMIG-NCA",
    "ADaMIG-popPK",
    "ADaM-OCCDSIG",
}
CLASSES = [
    "TRIAL DESIGN",
    "SPECIAL PURPOSE",
    "INTERVENTIONS",
    "EVENTS",
    "FINDINGS",
    "FINDINGS ABOUT",
    "RELATIONSHIP",
    "STUDY REFERENCE",
]
ADAM_CLASSES = {
    "SUBJECT LEVEL ANALYSIS DATASET",
    "BASIC DATA STRUCTURE",
    "OCCURRENCE DATA STRUCTURE",
    "ADAM OTHER",
}
SUBCLASSES = {
    "ADVERSE EVENT": "OCCURRENCE DATA STRUCTURE",
    "TIME-TO-EVENT": "BASIC DATA STRUCTURE",
    "NON-COMPARTMENTAL ANALYSIS": "BASIC DATA STRUCTURE",
}
REFERENCE = {"TA", "TE", "TV", "TI", "TS", "TD", "TM", "OI"}
REASONS = {
    "SPECIFIED IN PROTOCOL",
    "SPECIFIED IN SAP",
    "DATA DRIVEN",
    "REQUESTED BY REGULATORY AGENCY",
    "REPORTED IN ABSTRACT",  # the list may be extended: the example has no plan, but an abstract
}
NO_DOMAIN = {"RELREC", "POOLDEF"}


@check
def the_root(file: File) -> Faults:
    root = file.root
    optional = "AsOfDateTime Originator SourceSystem SourceSystemVersion"
    yield from attributes(root, "ODMVersion FileType FileOID CreationDateTime def:Context", optional)
    fixed = {"ODMVersion": "1.3.2", "FileType": "Snapshot", "def:Context": "Submission"}
    for name, value in fixed.items():
        if file.get(root, name) != value:
            yield f"{name} is {file.get(root, name)}"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*", root.get("CreationDateTime", "")):
        yield "CreationDateTime is no moment"
    before = root.getprevious()
    if before is None or 'href="define2-1.xsl"' not in str(before):
        yield "no stylesheet is named"
    elif not (file.folder / "define2-1.xsl").is_file():
        yield "the stylesheet is not in the folder"
    if "http://www.w3.org/2001/XMLSchema-instance" in root.nsmap.values():
        yield "xsi is declared and not used"


@check
def the_study(file: File) -> Faults:
    yield from order(file.root, "Study")
    (study,) = file.all("odm:Study")
    yield from attributes(study, "OID")
    yield from order(study, "GlobalVariables MetaDataVersion")
    (variables,) = file.all("odm:GlobalVariables", study)
    yield from order(variables, "StudyName StudyDescription ProtocolName")
    yield from (f"{e.tag} is empty" for e in variables if not (e.text or "").strip())
    (version,) = file.all("odm:MetaDataVersion", study)
    yield from attributes(version, "OID Name def:DefineVersion", "Description def:CommentOID")
    if not re.fullmatch(r"2\.1\.\d+", file.get(version, "def:DefineVersion") or ""):
        yield "def:DefineVersion is not of 2.1"
    yield from order(
        version,
        "def:Standards def:AnnotatedCRF? def:SupplementalDoc? def:ValueListDef* def:WhereClauseDef* "
        "ItemGroupDef+ ItemDef+ CodeList* MethodDef* def:CommentDef* def:leaf* arm:AnalysisResultDisplays?",
    )


@check
def standards(file: File) -> Faults:
    found = file.all("//def:Standard")
    kinds: list[tuple[str | None, ...]] = []
    for one in found:
        ct = one.get("Type") == "CT"
        yield from attributes(one, "OID Name Type Version Status" + " PublishingSet" * ct, "def:CommentOID")
        if one.get("Name") not in ({"CDISC/NCI"} if ct else IGS):
            yield f"{one.get('OID')} has the name {one.get('Name')}"
        kinds.append((one.get("Type"), one.get("PublishingSet") or one.get("Name")))
        cited = file.all(f"//*[@def:StandardOID='{one.get('OID')}']")
        if not cited and one.get("PublishingSet") != "DEFINE-XML":
            yield f"nothing is of {one.get('OID')}"
    own = "SDTM" if file.kind == "sdtm" else "ADaM"
    for wanted in (("IG", f"{own}IG"), ("CT", own), ("CT", "DEFINE-XML")):
        if kinds.count(wanted) != 1:
            yield f"{wanted} stands {kinds.count(wanted)} times"
    oids = {one.get("OID") for one in found}
    for element in file.all("//*[@def:StandardOID]"):
        if file.get(element, "def:StandardOID") not in oids:
            yield f"{element.get('OID')} is of a standard that is not there"


@check
def documents(file: File) -> Faults:
    for place in file.all("//def:AnnotatedCRF | //def:SupplementalDoc"):
        yield from order(place, "def:DocumentRef+")
        ids = [ref.get("leafID") for ref in place]
        if len(set(ids)) != len(ids):
            yield f"a document stands twice in {place.tag}"
    leaves = {leaf.get("ID"): leaf for leaf in file.all("//def:leaf")}
    if len(leaves) != len(file.all("//def:leaf")):
        yield "two leaves have one ID"
    cited = {*file.all("//@leafID"), *file.all("//@def:ArchiveLocationID")}
    for oid in cited - leaves.keys():
        yield f"leaf {oid} is not there"
    for oid, leaf in leaves.items():
        yield from attributes(leaf, "ID xlink:href")
        yield from order(leaf, "def:title")
        href = file.get(leaf, "xlink:href") or ""
        if not re.fullmatch(r"[A-Za-z_][\w.-]*", oid or ""):
            yield f"leaf {oid} is no NCName"
        if href.startswith(("/", "http", "file")) or not (file.folder / href).is_file():
            yield f"leaf {oid}: {href} is not in the folder"
        if not leaf.findtext("{*}title", "").strip():
            yield f"leaf {oid} has no title"
        if oid not in cited:
            yield f"nothing cites leaf {oid}"


@check
def dataset_attributes(file: File) -> Faults:
    for name, group in file.datasets.items():
        empty = file.get(group, "def:HasNoData") == "Yes"
        domain = file.kind == "sdtm" and name not in NO_DOMAIN
        yield from attributes(
            group,
            "OID Name SASDatasetName Purpose Repeating IsReferenceData def:Structure"
            + " Domain" * domain
            + (" def:HasNoData def:CommentOID" if empty else " def:ArchiveLocationID"),
            "def:StandardOID def:IsNonStandard def:CommentOID",
        )
        if group.get("SASDatasetName") != name or not re.fullmatch(r"[A-Z][A-Z0-9]{1,7}", name):
            yield f"{name} and SASDatasetName differ, or are no names"
        if group.get("Purpose") != ("Tabulation" if file.kind == "sdtm" else "Analysis"):
            yield f"{name} has the purpose {group.get('Purpose')}"
        parent = name.removeprefix("SUPP")
        if domain and not parent.startswith(group.get("Domain", "?")):
            yield f"{name} is of domain {group.get('Domain')}"
        cited = [file.get(group, x) for x in ("def:StandardOID", "def:IsNonStandard")]
        if sum(map(bool, cited)) != 1 or cited[1] not in (None, "Yes"):
            yield f"{name} is of a standard and of none, or of neither"
        reference = file.kind == "sdtm" and name in REFERENCE
        if (group.get("IsReferenceData") == "Yes") != reference:
            yield f"{name} has IsReferenceData {group.get('IsReferenceData')}"
        rows = file.data(name)
        one_each = "USUBJID" in rows and group.get("Domain", "DM") == "DM" and name in ("DM", "ADSL")
        if (group.get("Repeating") == "No") != (reference or one_each):
            yield f"{name} has Repeating {group.get('Repeating')}"
        if one_each and rows["USUBJID"].duplicated().any():
            yield f"{name} repeats subjects"


@check
def dataset_children(file: File) -> Faults:
    for name, group in file.datasets.items():
        yield from order(group, "Description ItemRef+ Alias? def:Class def:leaf")
        yield from described(group)
        split = file.kind == "sdtm" and group.get("Domain") not in (None, name)
        aliases = file.all("odm:Alias", group)
        if [alias.get("Context") for alias in aliases] != ["DomainDescription"] * split:
            yield f"{name} has the aliases {[alias.get('Context') for alias in aliases]}"
        for one in file.all("def:Class", group):
            classes = CLASSES if file.kind == "sdtm" else ADAM_CLASSES
            if one.get("Name") not in classes:
                yield f"{name} is of class {one.get('Name')}"
            yield from order(one, "def:SubClass*")
            for low in one:
                parent = low.get("ParentClass") or one.get("Name")
                if SUBCLASSES.get(low.get("Name", "")) != parent or parent != one.get("Name"):
                    yield f"{name} is of subclass {low.get('Name')} of {parent}"
        for leaf in file.all("def:leaf", group):
            if leaf.get("ID") != file.get(group, "def:ArchiveLocationID"):
                yield f"{name} stands at another leaf than its own"
            if file.get(leaf, "xlink:href") != f"{name.lower()}.xpt":
                yield f"{name} stands in {file.get(leaf, 'xlink:href')}"


@check
def dataset_order(file: File) -> Faults:
    names = list(file.datasets)
    if file.kind == "adam":
        if names[0] != "ADSL":
            yield "ADSL is not the first"
        return
    classes = [file.all("string(def:Class/@Name)", group) for group in file.datasets.values()]
    known = [(CLASSES.index(c), n) for c, n in zip(classes, names, strict=True) if c in CLASSES]
    if known != sorted(known):
        yield f"the datasets are not ordered by class and name: {known}"


def _terms(file: File, codelist: Element) -> list[Element]:
    return file.all("odm:CodeListItem | odm:EnumeratedItem", codelist)


@check
def codelists(file: File) -> Faults:
    lists = file.all("//odm:CodeList")
    names = Counter(one.get("Name") for one in lists)
    yield from (f"{n} codelists are named {name}" for name, n in names.items() if n > 1)
    for one in lists:
        oid, external = one.get("OID"), bool(file.all("odm:ExternalCodeList", one))
        yield from attributes(
            one, "OID Name DataType", "def:StandardOID def:IsNonStandard SASFormatName def:CommentOID"
        )
        kind = "odm:ExternalCodeList" if external else ""
        first = "EnumeratedItem+" if file.all("odm:EnumeratedItem", one) else "CodeListItem+"
        yield from order(one, f"Description? {'ExternalCodeList' if kind else first} Alias?")
        if one.get("DataType") not in ("text", "integer", "float"):
            yield f"{oid} is of type {one.get('DataType')}"
        own = file.get(one, "def:IsNonStandard") == "Yes"
        published = bool(file.get(one, "def:StandardOID"))
        if own + published != (0 if external else 1):
            yield f"{oid} is of a standard and of none, or of neither"
        coded = file.all("odm:Alias[@Context='nci:ExtCodeID']/@Name", one)
        if bool(coded) != published or any(not re.fullmatch(r"C\d+", c) for c in coded):
            yield f"{oid} has the NCI code {coded}"
        for dictionary in file.all("odm:ExternalCodeList", one):
            yield from attributes(dictionary, "Dictionary Version", "href")
            if "8601" in dictionary.get("Dictionary", ""):
                yield f"{oid} is ISO 8601"


@check
def terms(file: File) -> Faults:
    for one in file.all("//odm:CodeList[not(odm:ExternalCodeList)]"):
        oid, own = one.get("OID"), file.get(one, "def:IsNonStandard") == "Yes"
        items = _terms(file, one)
        values = [item.get("CodedValue", "") for item in items]
        if len(set(values)) != len(values):
            yield f"{oid} has a term twice"
        yield from numbered(items, "OrderNumber", f"{oid}")
        for item in items:
            yield from attributes(item, "CodedValue", "OrderNumber Rank def:ExtendedValue")
            decoded = children(item).count("Decode")
            if decoded != (item.tag.endswith("CodeListItem")):
                yield f"{oid}: {item.get('CodedValue')} has {decoded} decodes"
            if decoded and not (item.findtext("{*}Decode/{*}TranslatedText") or "").strip():
                yield f"{oid}: {item.get('CodedValue')} has an empty decode"
            yield from order(item, "Decode? Alias? Description?" if decoded else "Alias? Description?")
            codes = file.all("odm:Alias[@Context='nci:ExtCodeID']/@Name", item)
            extended = file.get(item, "def:ExtendedValue") == "Yes"
            if bool(codes) + extended + own != 1 or any(not re.fullmatch(r"C\d+", c) for c in codes):
                yield f"{oid}: {item.get('CodedValue')} is published and extended, or neither"
            number = one.get("DataType") in ("integer", "float")
            if number and not re.fullmatch(r"-?\d+(\.\d+)?", item.get("CodedValue", "")):
                yield f"{oid}: {item.get('CodedValue')} is no number"


@check
def methods(file: File) -> Faults:
    for one in file.all("//odm:MethodDef"):
        yield from attributes(one, "OID Name Type")
        yield from order(one, "Description FormalExpression* Alias* def:DocumentRef*")
        yield from described(one)
        if one.get("Type") not in ("Computation", "Imputation"):
            yield f"{one.get('OID')} is of type {one.get('Type')}"
        for expression in file.all("odm:FormalExpression", one):
            yield from attributes(expression, "Context")
            if not (expression.text or "").strip():
                yield f"{one.get('OID')} has an empty expression"


@check
def comments(file: File) -> Faults:
    for one in file.all("//def:CommentDef"):
        yield from attributes(one, "OID")
        yield from order(one, "Description def:DocumentRef*")
        yield from described(one)


@check
def references(file: File) -> Faults:
    """Every reference finds its definition, every definition a reference, no OID stands twice."""
    targets = {
        "ItemDef": ["ItemRef/@ItemOID"],
        "CodeList": ["CodeListRef/@CodeListOID"],
        "MethodDef": ["ItemRef/@MethodOID"],
        "def:CommentDef": ["*/@def:CommentOID"],
        "def:ValueListDef": ["def:ValueListRef/@ValueListOID"],
        "def:WhereClauseDef": ["def:WhereClauseRef/@WhereClauseOID"],
    }
    oids = Counter(file.all("//@OID"))
    yield from (f"{oid} is defined {n} times" for oid, n in oids.items() if n > 1)

    def path(name: str) -> str:
        return name if ":" in name or name.startswith("*") else f"odm:{name}"

    for kind, places in targets.items():
        defined = set(file.all(f"//{path(kind)}/@OID"))
        cited = {oid for place in places for oid in file.all(f"//{path(place)}")}
        yield from (f"{kind} {oid} is not defined" for oid in cited - defined)
        yield from (f"nothing refers to {kind} {oid}" for oid in defined - cited)
    items = set(file.all("//odm:ItemDef/@OID"))
    for oid in {
        *file.all("//@def:ItemOID"),
        *file.all("//arm:*/@ItemOID"),
        *file.all("//arm:*/@ParameterOID"),
    }:
        if oid not in items:
            yield f"ItemDef {oid} is not defined"


@check
def results(file: File) -> Faults:
    for display in file.all("//arm:ResultDisplay"):
        yield from attributes(display, "OID Name")
        yield from order(display, "Description def:DocumentRef* arm:AnalysisResult+")
        yield from described(display)
    for one in file.all("//arm:AnalysisResult"):
        oid = one.get("OID")
        yield from attributes(one, "OID AnalysisReason AnalysisPurpose", "ParameterOID")
        yield from order(one, "Description arm:AnalysisDatasets arm:Documentation? arm:ProgrammingCode?")
        yield from described(one)
        if one.get("AnalysisReason") not in REASONS:
            yield f"{oid} has the reason {one.get('AnalysisReason')}"
        parameter = file.by_oid.get(one.get("ParameterOID", ""))
        if parameter is not None and parameter.get("Name") != "PARAMCD":
            yield f"{oid} names the parameter {parameter.get('Name')}"
        sets = file.all("arm:AnalysisDatasets/arm:AnalysisDataset", one)
        joined = file.all("arm:AnalysisDatasets/@def:CommentOID", one)
        if not sets or (len(sets) > 1 and not joined):
            yield f"{oid} has {len(sets)} datasets and {len(joined)} comments on their join"
        by_parameter = False
        for data in sets:
            yield from attributes(data, "ItemGroupOID")
            yield from order(data, "def:WhereClauseRef? arm:AnalysisVariable*")
            group = file.by_oid.get(data.get("ItemGroupOID", ""))
            if group is None:
                yield f"{oid} is of dataset {data.get('ItemGroupOID')}"
                continue
            own = {item.get("OID") for _, item in file.variables(group)}
            yield from (f"{oid}: {v} is not of it" for v in file.all("*/@ItemOID", data) if v not in own)
            for clause in file.all("def:WhereClauseRef/@WhereClauseOID", data):
                checked = file.all("odm:RangeCheck/@def:ItemOID", file.by_oid[clause])
                by_parameter |= any(item.endswith(".PARAMCD") for item in checked)
                yield from (f"{oid}: {v} is not of it" for v in checked if v not in own)
        if by_parameter != (parameter is not None):
            yield f"{oid} chooses by PARAMCD and has no ParameterOID, or the reverse"
        for code in file.all("arm:ProgrammingCode", one):
            yield from attributes(code, "Context")
            yield from order(code, "arm:Code? def:DocumentRef*")
    if file.kind == "sdtm" and file.all("//arm:*"):
        yield "SDTM has analysis results"
