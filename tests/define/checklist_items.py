"""The checklist: variables and values, their origins, keys, lengths and what the records hold."""

from __future__ import annotations

import re

from checklist import (
    DATES,
    DURATIONS,
    TYPES,
    Element,
    Faults,
    File,
    attributes,
    check,
    children,
    described,
    distinct,
    numbered,
    order,
    read,
    text,
)

# Variables that SDTMIG 3.4 requires: of each class (-- is the domain), and of single datasets.
REQUIRED = {
    "INTERVENTIONS": "STUDYID DOMAIN USUBJID --SEQ --TRT",
    "EVENTS": "STUDYID DOMAIN USUBJID --SEQ --TERM",
    "FINDINGS": "STUDYID DOMAIN USUBJID --SEQ --TESTCD --TEST",
    "FINDINGS ABOUT": "STUDYID DOMAIN USUBJID --SEQ --TESTCD --TEST --OBJ",
}
ALSO_REQUIRED = {
    "AE": "AEDECOD",
    "DS": "DSDECOD",
    "QS": "QSCAT",
    "FT": "FTCAT",
    "IE": "IECAT IEORRES IESTRESC",
}
OF_DATASET = {
    "DM": "STUDYID DOMAIN USUBJID SUBJID SITEID SEX COUNTRY",
    "CO": "STUDYID DOMAIN USUBJID COSEQ COVAL",
    "SE": "STUDYID DOMAIN USUBJID SESEQ ETCD SESTDTC",
    "SV": "STUDYID DOMAIN USUBJID VISITNUM",
    "TA": "STUDYID DOMAIN ARMCD ARM TAETORD ETCD EPOCH",
    "TE": "STUDYID DOMAIN ETCD ELEMENT TESTRL",
    "TI": "STUDYID DOMAIN IETESTCD IETEST IECAT",
    "TS": "STUDYID DOMAIN TSSEQ TSPARMCD TSPARM",
    "TV": "STUDYID DOMAIN VISITNUM VISIT TVSTRL",
    "RELREC": "STUDYID RDOMAIN IDVAR RELID",
    "RELSPEC": "STUDYID USUBJID REFID LEVEL",
}
QUALIFIER = "STUDYID RDOMAIN USUBJID QNAM QLABEL QVAL QORIG"
ORIGINS = {
    "sdtm": {
        "Collected": {"Subject", "Investigator", "Vendor"},
        "Derived": {"Investigator", "Vendor", "Sponsor"},
        "Assigned": {"Vendor", "Sponsor"},
        "Protocol": {"Sponsor"},
        "Predecessor": {None},
    },
    "adam": {"Derived": {"Sponsor"}, "Assigned": {"Sponsor"}, "Predecessor": {None}},
}
_NAME = r"[A-Z][A-Z0-9]+\.[A-Z][A-Z0-9]*"
PREDECESSOR = rf"{_NAME}( or {_NAME})*|SUPP[A-Z0-9]+\.QVAL where SUPP[A-Z0-9]+\.QNAM is [A-Z0-9]+"
COMPARATORS = {"EQ", "NE", "IN", "NOTIN", "LT", "LE", "GT", "GE"}
ROLES = {
    "Identifier",
    "Topic",
    "Timing",
    "Rule",
    "Grouping Qualifier",
    "Result Qualifier",
    "Synonym Qualifier",
    "Record Qualifier",
    "Variable Qualifier",
}


def required(file: File, group: Element) -> set[str]:
    """The variables of an SDTM dataset that the guide requires."""
    name = group.get("Name", "")
    if name.startswith("SUPP"):
        return set(QUALIFIER.split())
    if name in OF_DATASET:
        return set(OF_DATASET[name].split())
    words = REQUIRED[file.all("string(def:Class/@Name)", group)] + " " + ALSO_REQUIRED.get(name, "")
    return set(words.replace("--", group.get("Domain", "")).split())


@check
def variable_references(file: File) -> Faults:
    for name, group in file.datasets.items():
        refs = file.all("odm:ItemRef", group)
        yield from numbered(refs, "OrderNumber", name)
        keyed = sorted(int(ref.get("KeySequence", "")) for ref in refs if ref.get("KeySequence"))
        if not keyed or keyed != list(range(1, len(keyed) + 1)):
            yield f"{name} has the keys {keyed}"
        rows = file.data(name)
        names = [item.get("Name", "") for _, item in file.variables(group)]
        if names != list(rows.columns):
            yield f"{name} describes {names} and the file holds {list(rows.columns)}"
        pairs = [(ref.get("KeySequence"), item.get("Name")) for ref, item in file.variables(group)]
        keys = [key for sequence, key in pairs if sequence]
        if keys and rows.duplicated(keys).any():
            yield f"{name}: the keys do not tell the records apart"
        for ref, item in file.variables(group):
            allowed = "OrderNumber KeySequence MethodOID def:HasNoData" + " Role" * (file.kind == "sdtm")
            yield from attributes(ref, "ItemOID Mandatory", allowed)
            yield from order(ref, "")
            where = f"{name}.{item.get('Name')}"
            if file.kind == "sdtm" and ref.get("Role") not in ROLES:
                yield f"{where} has the role {ref.get('Role')}"
            empty = rows[item.get("Name", "")].isna()
            if file.get(ref, "def:HasNoData") != ("Yes" if empty.all() else None):
                yield f"{where} has HasNoData {file.get(ref, 'def:HasNoData')}"
            if empty.all() and not file.get(item, "def:CommentOID"):
                yield f"{where} is empty and has no comment"


@check
def mandatory(file: File) -> Faults:
    for name, group in file.datasets.items():
        wanted = required(file, group) if file.kind == "sdtm" else set()
        names = {item.get("Name", "") for _, item in file.variables(group)}
        yield from (f"{name} has no {one}, which is required" for one in sorted(wanted - names))
        for ref, item in file.variables(group):
            one = item.get("Name", "")
            said = ref.get("Mandatory")
            if file.kind == "sdtm" and (said == "Yes") != (one in wanted):
                yield f"{name}.{one} has Mandatory {said}"
            if said == "Yes" and file.data(name)[one].isna().any():
                yield f"{name}.{one} is mandatory and lacks values"


@check
def value_lists(file: File) -> Faults:
    for one in file.all("//def:ValueListDef"):
        oid = one.get("OID")
        yield from attributes(one, "OID")
        yield from order(one, "Description? ItemRef+")
        yield from numbered(file.all("odm:ItemRef", one), "OrderNumber", f"{oid}")
        for ref in file.all("odm:ItemRef", one):
            yield from attributes(ref, "ItemOID Mandatory", "OrderNumber MethodOID def:HasNoData")
            yield from order(ref, "def:WhereClauseRef+")
        if len(file.all(f"//def:ValueListRef[@ValueListOID='{oid}']")) != 1:
            yield f"{oid} is not of one variable"
    for dataset, ref, item, parent in file.every():
        if parent is None and (levels := file.levels(item)):
            if len({_meaning(file, low_ref, low) for low_ref, low in levels}) == 1 and len(levels) > 1:
                yield f"{dataset}.{item.get('Name')}: every row of the value list says the same"
            rows = [file.chosen(dataset, low_ref, item.get("Name", "")) for low_ref, _ in levels]
            shared = sum(map(len, rows)) != len({i for part in rows for i in part.index})
            held = file.data(dataset)[item.get("Name", "")].notna().sum()
            said = sum(part.notna().sum() for part in rows)
            if shared or held != said:
                yield f"{dataset}.{item.get('Name')} has {held} values and its value list speaks of {said}"
        del ref


def _meaning(file: File, ref: Element, item: Element) -> tuple[object, ...]:
    """What a row of a value list says beyond its name and length."""
    origin = file.all("def:Origin", item)
    return (
        item.findtext("odm:Description/odm:TranslatedText", "", {"odm": item.nsmap[None]}),
        item.get("DataType"),
        item.get("SignificantDigits"),
        ref.get("MethodOID"),
        file.get(item, "def:CommentOID"),
        *file.all("odm:CodeListRef/@CodeListOID", item),
        *((one.get("Type"), one.get("Source"), *file.all(".//@PageRefs", one)) for one in origin),
    )


@check
def where_clauses(file: File) -> Faults:
    owners = {item.get("OID"): group.get("Name") for group, _, item in file.pairs()}
    users: dict[str, set[str]] = {}
    for dataset, ref, _, parent in file.every():
        for oid in file.all("def:WhereClauseRef/@WhereClauseOID", ref) if parent is not None else ():
            users.setdefault(oid, set()).add(dataset)
    for one in file.all("//def:WhereClauseDef"):
        oid = one.get("OID", "")
        yield from attributes(one, "OID", "def:CommentOID")
        yield from order(one, "RangeCheck+")
        checked: set[str | None] = set()
        for part in one:
            yield from attributes(part, "Comparator SoftHard def:ItemOID")
            yield from order(part, "CheckValue+")
            if part.get("SoftHard") != "Soft" or part.get("Comparator") not in COMPARATORS:
                yield f"{oid} compares {part.get('Comparator')} {part.get('SoftHard')}"
            if len(part) > 1 and part.get("Comparator") not in ("IN", "NOTIN"):
                yield f"{oid} compares {len(part)} values"
            if any(not (value.text or "").strip() for value in part):
                yield f"{oid} compares with nothing"
            item = str(file.get(part, "def:ItemOID"))
            if item not in owners:
                yield f"{oid} looks at {item}, which is no variable"
            checked.add(owners.get(item))
        joins = any(checked != {dataset} for dataset in users.get(oid, ()))
        if joins and not file.get(one, "def:CommentOID"):
            yield f"{oid} joins datasets and has no comment"


@check
def item_attributes(file: File) -> Faults:
    for dataset, _, item, parent in file.every():
        kind = item.get("DataType", "")
        sized = kind in ("text", "integer", "float")
        yield from attributes(
            item,
            "OID Name DataType SASFieldName" + " Length" * sized + " SignificantDigits" * (kind == "float"),
            "def:DisplayFormat def:CommentOID",
        )
        oid = item.get("OID")
        if kind not in TYPES:
            yield f"{oid} is of type {kind}"
        name = item.get("SASFieldName", "")
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,7}", name):
            yield f"{oid} has the field name {name}"
        variable = item if parent is None else parent
        if name != (variable.get("Name") if parent is None else name) or not item.get("Name"):
            yield f"{oid} has the field name {name} and the name {item.get('Name')}"
        if sized and not 1 <= int(item.get("Length") or 0) <= (200 if kind == "text" else 40):
            yield f"{oid} has the length {item.get('Length')}"
        digits = int(item.get("SignificantDigits") or 0)
        if kind == "float" and not 1 <= digits < int(item.get("Length") or 0):
            yield f"{oid} has {digits} digits after the point"
        numeric = file.data(dataset)[variable.get("Name", "")].dtype.kind in "if"
        empty = file.data(dataset)[variable.get("Name", "")].isna().all()
        if parent is None and not empty and numeric != (kind in ("integer", "float")):
            yield f"{oid} is of type {kind}, and the file holds {'numbers' if numeric else 'texts'}"
        timed = parent is None and file.kind == "sdtm" and item.get("Name", "").endswith("DTC")
        if timed and kind not in DATES:
            yield f"{oid} is of type {kind}"
        dated = file.kind == "adam" and re.search(r"(DT|DTM|TM)$", item.get("Name", "")) and numeric
        if dated and parent is None:
            shown = file.get(item, "def:DisplayFormat") or ""
            if kind != "integer" or not re.fullmatch(r"[A-Z][A-Z0-9]*\d*\.", shown):
                yield f"{oid} is a date of type {kind} shown as {shown}"


@check
def item_children(file: File) -> Faults:
    for dataset, _, item, parent in file.every():
        yield from order(item, "Description? CodeListRef? Alias* def:Origin* def:ValueListRef?")
        yield from described(item)
        oid = item.get("OID")
        needs = parent is None or dataset.startswith("SUPP")
        if needs and "Description" not in children(item):
            yield f"{oid} has no description"
        if "CodeListRef" in children(item) and item.get("DataType") in DATES | DURATIONS:
            yield f"{oid} is of type {item.get('DataType')} and has a codelist"
        if parent is not None and "def:ValueListRef" in children(item):
            yield f"{oid} is a value and has a value list"


@check
def value_lengths(file: File) -> Faults:
    """A value is no longer than its variable, and its terms are among the variable's."""

    def values(item: Element) -> set[str] | None:
        oids = file.all("odm:CodeListRef/@CodeListOID", item)
        return set(file.all("*/@CodedValue", file.by_oid[oids[0]])) or None if oids else None

    for _, _, item, parent in file.every():
        if parent is None:
            continue
        oid = item.get("OID")
        if int(item.get("Length") or 0) > int(parent.get("Length") or 200):
            yield f"{oid} is longer than its variable"
        finer = int(item.get("SignificantDigits") or 0) > int(parent.get("SignificantDigits") or 0)
        if finer and parent.get("DataType") != "text":
            yield f"{oid} has more digits than its variable"
        upper, own = values(parent), values(item)
        if upper is not None and own is not None and own - upper:
            yield f"{oid} has the terms {sorted(own - upper)}, which its variable has not"


@check
def data_types(file: File) -> Faults:
    """Each value is of the type, no longer than the length, and a term of the codelist."""
    for dataset, ref, item, parent in file.every():
        name = (item if parent is None else parent).get("Name", "")
        held = distinct(file.path(dataset), name)
        if parent is not None:
            held = {text(value) for value in file.chosen(dataset, ref, name).dropna()}
        oid, kind, length = item.get("OID"), item.get("DataType"), int(item.get("Length") or 200)
        if kind == "text" and any(len(value) > length for value in held):
            yield f"{oid}: a value is longer than {length}"
        if kind == "integer" and any(not re.fullmatch(r"-?\d+", value) for value in held):
            yield f"{oid}: a value is no whole number"
        lists = file.all("odm:CodeListRef/@CodeListOID", item)
        if lists and not file.all("odm:ExternalCodeList", file.by_oid[lists[0]]):
            strange = held - set(file.all("*/@CodedValue", file.by_oid[lists[0]]))
            if strange:
                yield f"{oid}: {sorted(strange)[:3]} are no terms of {lists[0]}"


@check
def origins(file: File) -> Faults:
    for dataset, ref, item, parent in file.every():
        oid, found = item.get("OID"), file.all("def:Origin", item)
        if len(found) > 1:
            yield f"{oid} has {len(found)} origins"
        if parent is None:
            low = [bool(file.all("def:Origin", one)) for _, one in file.levels(item)]
            if bool(found) == (bool(low) and all(low)):
                yield f"{oid} has its origin twice or nowhere"
        elif not found and not file.all("def:Origin", parent):
            yield f"{oid} has no origin"
        for one in found:
            kind, source = one.get("Type", ""), one.get("Source")
            yield from attributes(one, "Type", "Source")
            yield from order(one, "Description? def:DocumentRef*")
            if source not in ORIGINS[file.kind].get(kind, set()):
                yield f"{oid} has the origin {kind} {source}"
            if (kind == "Derived") != bool(ref.get("MethodOID")):
                yield f"{oid} is {kind} with the method {ref.get('MethodOID')}"
            said = file.all("string(odm:Description/odm:TranslatedText)", one)
            if kind == "Predecessor" and not re.fullmatch(PREDECESSOR, said):
                yield f"{oid} has the predecessor {said}"
            if (kind == "Collected" and source in ("Investigator", "Subject")) != bool(
                file.all("def:DocumentRef", one)
            ):
                yield f"{oid} is {kind} {source} with {len(one)} documents"
        if not found and ref.get("MethodOID"):
            yield f"{oid} has a method and no origin"
        fixed = {"DOMAIN": "Assigned", "RDOMAIN": "Assigned", "STUDYID": "Protocol"}
        wanted = fixed.get(item.get("Name", "")) if file.kind == "sdtm" and parent is None else None
        if item.get("Name", "")[2:] in ("DY", "STDY", "ENDY") and dataset[:2] == item.get("Name", "")[:2]:
            wanted = "Derived" if file.kind == "sdtm" and dataset not in ("SV", "TV") else None
        if wanted and [one.get("Type") for one in found] not in ([wanted], []):
            yield f"{oid} is {found[0].get('Type')}, not {wanted}"


@check
def predecessors(file: File) -> Faults:
    """What ADaM takes over stands in SDTM beside it (of the study or one it pools) or in ADaM."""
    if file.kind == "sdtm":
        return
    held = set(file.datasets)
    names = {f"{name}.{v}" for name in held for v in file.data(name).columns}
    for folder in sorted(file.folder.parent.glob("**/sdtm")):
        for path in sorted(folder.glob("*.xpt")):
            names |= {f"{path.stem.upper()}.{v}" for v in read(path).columns}
    for origin in file.all("//def:Origin[@Type='Predecessor']"):
        said = file.all("string(odm:Description/odm:TranslatedText)", origin)
        for one in re.findall(_NAME, said):
            if one not in names:
                yield f"{origin.getparent().get('OID')} comes of {one}, which is not there"


@check
def pages(file: File) -> Faults:
    forms = file.all("//def:AnnotatedCRF/def:DocumentRef/@leafID")
    leaves = {leaf.get("ID"): file.get(leaf, "xlink:href") or "" for leaf in file.all("//def:leaf")}
    for ref in file.all("//def:DocumentRef"):
        owner = ref.getparent()
        where = f"{owner.getparent().get('OID') or owner.get('OID')}"
        yield from attributes(ref, "leafID")
        yield from order(ref, "def:PDFPageRef*")
        of_origin = owner.tag.endswith("}Origin")
        if of_origin and (ref.get("leafID") not in forms or len(ref) != 1):
            yield f"{where} cites {ref.get('leafID')} with {len(ref)} lists of pages"
        for page in ref:
            yield from attributes(page, "Type", "PageRefs FirstPage LastPage Title")
            href = leaves.get(ref.get("leafID"), "")
            last = file.pages_of(href) if (file.folder / href).is_file() and href.endswith(".pdf") else 0
            if page.get("Type") == "NamedDestination":
                continue
            listed = page.get("PageRefs", "").split()
            ends = [page.get("FirstPage"), page.get("LastPage")]
            if bool(listed) == all(ends) or any(ends) != all(ends):
                yield f"{where} cites pages neither as a list nor as a range"
            numbers = [int(n) for n in [*listed, *filter(None, ends)]]
            if (numbers != sorted(set(numbers)) and listed) or any(not 1 <= n <= last for n in numbers):
                yield f"{where} cites the pages {numbers} of {last}"


@check
def supplemental_values(file: File) -> Faults:
    for name, group in file.datasets.items():
        if not name.startswith("SUPP"):
            continue
        (qval,) = [item for _, item in file.variables(group) if item.get("Name") == "QVAL"]
        said: dict[str, str] = {}
        for ref, item in file.levels(qval):
            (value,) = file.chosen(name, ref, "QNAM").unique()
            label = file.all("string(odm:Description/odm:TranslatedText)", item)
            said[value] = label
        rows = file.data(name)
        held = dict(zip(rows["QNAM"], rows["QLABEL"], strict=True))
        if said != held:
            yield f"{name} describes {said} and holds {held}"


@check
def trial_summary(file: File) -> Faults:
    if "TS" not in file.datasets:
        return
    (tsval,) = [i for _, i in file.variables(file.datasets["TS"]) if i.get("Name") == "TSVAL"]
    for ref, item in file.levels(tsval):
        held = {text(value) for value in file.chosen("TS", ref, "TSVAL").dropna()}
        for oid in file.all("odm:CodeListRef/@CodeListOID", item):
            listed = set(file.all("*/@CodedValue", file.by_oid[oid]))
            if listed and listed != held:
                yield f"{item.get('OID')} shows {sorted(listed - held)}, which TSVAL cannot have"
