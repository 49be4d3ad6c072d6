"""Why a cell of the workbook has no key in the specs: one sentence a column."""

from __future__ import annotations

_DATA = "it is measured on the data"
_ITEM = {
    "Data Type": "the type follows the line and the data",
    "Length": f"{_DATA}; `length` of a line plans it",
    "Significant Digits": f"{_DATA}; `decimals` of a line plans them",
    "Mandatory": "the standard says it, and in ADaM the data",
    "Assigned Value": "the value is the constant of the line",
    "Codelist": "the standard, or `codelist` of the line, names the list",
    "Origin": "the verb of the line is its origin",
    "Source": "the verb of the line gives it, and `source` of a collected one",
    "Pages": "pages follow the order of the columns in sources.yaml; `page` of a line replaces them",
    "Method": "each derived line has one method",
    "Predecessor": "`copy` of the line names it",
    "Comment": "`comment` of the line is the comment",
}

REASONS: dict[str, dict[str, str]] = {
    "Define": {
        "StandardName": "`standards` of study.yaml pins the standards",
        "StandardVersion": "`standards` of study.yaml pins the versions",
        "Language": "texts are written in English",
    },
    "Datasets": {
        "Label": "the standard gives the label of this dataset",
        "Class": "the standard gives the class",
        "SubClass": "the class of the spec gives it",
        "Key Variables": "the keys are those of `sort`, proven on the data",
        "Standard": "`standards` of study.yaml pins it",
        "Has No Data": _DATA,
        "Repeating": "the standard and the data say it",
        "Reference Data": "the standard says it",
    },
    "Variables": {
        **_ITEM,
        "Order": "variables stand in the order of the standard; `order` of an analysis dataset rules it",
        "Label": "the standard or the source variable gives the label",
        "Format": "the type gives the format; `format` of a line replaces it",
        "Common": "the standard says it",
        "Role": "the standard gives the role",
        "Has No Data": _DATA,
    },
    "ValueLevel": {**_ITEM, "Label": "the terminology or the parameter gives the label", "Format": _DATA},
    "Codelists": {
        "Name": "the published list gives the name",
        "NCI Codelist Code": "the package of terminology gives the code",
        "Data Type": "the variable gives the type",
        "Terminology": "`standards` of study.yaml pins the packages",
        "Comment": "`comment` of the list in define.yaml is the comment",
        "Order": "terms stand in the order of their list",
        "NCI Term Code": "the package of terminology gives the code",
        "Decoded Value": "the published term, or the line that makes it, gives the decode",
    },
    "Dictionaries": {
        "Data Type": "the variable gives the type",
        "Comment": "`comment` of the list in define.yaml is the comment",
    },
    "Methods": {
        "Name": "the name is made of the variable",
        "Type": "`impute` is Imputation, every other verb Computation",
        "Description": "the text is made of the expression, or of several lines; `as` of a line replaces it",
        "Expression Context": "it is the tool's expression language",
        "Expression Code": "the formula is the line itself",
        "Document": "a method names no document",
        "Pages": "a method names no document",
    },
    "Comments": {
        "Description": "the comment is made by the tool or of several lines; `comment` of a line replaces it",
        "Document": "a comment names no document",
        "Pages": "a comment names no document",
    },
    "Documents": {},
    "Analysis Displays": {
        "Document": "`documents` of the display in define.yaml names them",
        "Pages": "`documents` of the display in define.yaml names the pages",
    },
    "Analysis Results": {
        "Description": "`what` of the result says it",
        "Reason": "`displays` of define.yaml gives it; `reason` of the result replaces it",
        "Purpose": "`displays` of define.yaml gives it; `purpose` of the result replaces it",
        "Variables": "the result names them with `variable`, `group` and `covariate`",
        "Selection Criteria": "`data` of the result is the selection",
        "Documentation": "it is made of the method; `note` of the result ends it",
        "Programming Code": "the program is made of the result",
        "Programming Context": "the program is made of the result",
        "Join Comment": "a result reads one dataset",
    },
}

ADDED = {
    "Datasets": "there is no spec of this dataset",
    "Variables": "there is no line for this variable",
    "ValueLevel": "rows follow the lines of `long`, `supp` and `parameters`",
    "Codelists": "`codelists` of define.yaml holds the sponsor's lists and terms",
    "Methods": "a method comes with a derived line",
    "Comments": "a comment comes with the line that has it",
}
MISSING = {
    "Datasets": "the spec of this dataset makes it",
    "Variables": "the standard requires it, or a line makes it",
    "ValueLevel": ADDED["ValueLevel"],
    "Codelists": "the published list, the specs or the data hold it",
    "Methods": "a derived line has a method",
    "Comments": "the line, or the tool, gives the comment",
}


def reason(sheet: str, column: str, kind: str, attribute: str = "") -> str:
    """Why there is no edit for a difference of that kind; ``attribute`` is that of the sheet Define."""
    if kind != "changed":
        texts = ADDED if kind == "added" else MISSING
        return texts.get(sheet, "no key of the specs is this row")
    listed = REASONS.get(sheet, {})
    return listed.get(attribute or column, "no key of the specs is this cell")
