"""What people write by habit of SAS and R, and what is written in its place.

No word here is one of the language. They are looked up where a text is no expression, or a function is
unknown, so that the message can name the right words.
"""

from __future__ import annotations

import re

from ced_cdisc.core.dates import read_date

FUNCTIONS = {
    "cat": "join('', A, B)",
    "cats": "join('', A, B)",
    "catt": "join('', A, B)",
    "catx": "join('-', A, B)",
    "paste": "join(' ', A, B)",
    "paste0": "join('', A, B)",
    "substr": "extract(A, '^(.{1,10})')",
    "substring": "extract(A, '^(.{1,10})')",
    "str_sub": "extract(A, '^(.{1,10})')",
    "scan": "extract(A, '^([^ ]+)')",
    "word": "extract(A, '^([^ ]+)')",
    "tranwrd": "replace(A, 'old', 'new')",
    "translate": "replace(A, 'old', 'new')",
    "gsub": "replace(A, 'old', 'new')",
    "sub": "replace(A, 'old', 'new')",
    "str_replace": "replace(A, 'old', 'new')",
    "str_replace_all": "replace(A, 'old', 'new')",
    "compress": "replace(A, ' ', '')",
    "index": "contains(A, 'part')",
    "find": "contains(A, 'part')",
    "grepl": "matches(A, 'pattern')",
    "prxmatch": "matches(A, 'pattern')",
    "str_detect": "matches(A, 'pattern')",
    "nchar": "matches(A, '^.{1,8}$')",
    "length": "matches(A, '^.{1,8}$')",
    "lengthn": "matches(A, '^.{1,8}$')",
    "upcase": "upper(A)",
    "toupper": "upper(A)",
    "lowcase": "lower(A)",
    "tolower": "lower(A)",
    "strip": "trim(A)",
    "trimws": "trim(A)",
    "trimn": "trim(A)",
    "left": "trim(A)",
    "ifelse": "if(A = 'Y', 1, 0)",
    "if_else": "if(A = 'Y', 1, 0)",
    "ifn": "if(A = 'Y', 1, 0)",
    "ifc": "if(A = 'Y', 'B', 'C')",
    "case_when": "if(A = 'Y', 1, 0), or the verb cases",
    "coalescec": "coalesce(A, B)",
    "put": "text(A) of a number, iso(A) of a date",
    "as.character": "text(A) of a number, iso(A) of a date",
    "input": "number(A) or date(A)",
    "inputn": "number(A)",
    "as.numeric": "number(A)",
    "as.date": "date(A)",
    "datepart": "date(A)",
    "int": "floor(A)",
    "intck": "days_between(A, B), or hours_between(A, B), or age(A, B) in years",
    "datdif": "days_between(A, B)",
    "difftime": "days_between(A, B), or hours_between(A, B)",
    "intnx": "add_days(A, 2)",
    "ln": "log(A)",
    "yrdif": "age(A, B)",
    "lag": "previous(A order by B)",
    "lead": "next(A order by B)",
    "missing": "A is missing",
    "cmiss": "A is missing",
    "nmiss": "A is missing",
    "is.na": "A is missing",
    "is.null": "A is missing",
}
"""Functions of SAS and R in lower case, and what is written for each."""
_MISSING, _PRESENT = "write `is missing`", "write `is present`"
_NOTHING = r"\s*(?:''|\.(?![0-9]))"
_PLACES = tuple(
    (re.compile(f"(?:{before})$"), re.compile(after, re.IGNORECASE), hint)
    for before, after, hint in (
        (r"\bmissing", r"\(", "write `A is missing`"),
        (r"\bis", r"not\s+(?:missing|null|na)\b", _PRESENT),
        (r"\bis", r"(?:null|na|empty|blank)\b", _MISSING),
        (r"\bis\s+not|!=", rf"(?:null\b|na\b|{_NOTHING})", _PRESENT),
        (r"(?<![<>!])=", _NOTHING, _MISSING),
        ("", rf"(?:ne\b|\^=|~=|¬=){_NOTHING}", _PRESENT),
        ("<", rf">{_NOTHING}", _PRESENT),
        ("", rf"eq\b{_NOTHING}", _MISSING),
        ("=", rf"={_NOTHING}", _MISSING),
        ("=", "=", "equality is written ="),
        ("", r"eq\b", "did you mean =?"),
        ("", r"ne\b|\^=|~=|¬=", "did you mean !=?"),
        ("<", ">", "did you mean !=?"),
        ("", r"lt\b", "did you mean <?"),
        ("", r"le\b", "did you mean <=?"),
        ("", r"gt\b", "did you mean >?"),
        ("", r"ge\b", "did you mean >=?"),
        ("", r"%in%", "did you mean in?"),
        ("", r"\|\||!!", "texts are joined with join('', A, B)"),
        ("", r"\|", "did you mean or?"),
        ("", "&", "did you mean and?"),
        ("", r"[!^~¬]", "did you mean not?"),
        ("", r"[‘’“”\"]", "texts stand in single quotes"),
        (r"'\s*", r"(?:d|dt)\b", "a date is written date('2018-03-15')"),
    )
)
"""What stands before the word at fault, what begins with it, and the hint; the first that fits counts."""
_FORMS = (
    *(
        "DDMONYYYY",
        "DMONYYYY",
        "DD-MON-YYYY",
        "D-MON-YYYY",
        "DD MON YYYY",
        "D MON YYYY",
        "MONYYYY",
        "MON-YYYY",
    ),
    *(
        "YYYY-M-D",
        "YYYY/M/D",
        "YYYYMMDD",
        "YYYY-M",
        "DD MONTH YYYY",
        "D MONTH YYYY",
        "MONTH YYYY",
        "D.M.YYYY",
    ),
)
"""Ways to write a date that can be read in one way only."""
_IN_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def written_for(function: str) -> str:
    """What is written for a function of SAS or R: ``write upper(A)``, or an empty text."""
    found = FUNCTIONS.get(function.lower(), "")
    return f"write {found}" if found else ""


def habit_at(text: str, at: int) -> str:
    """What is written for the word or sign of another language at an offset of a text, or an empty text."""
    before, rest = text[:at].rstrip(), text[at:]
    return next((hint for b, a, hint in _PLACES if b.search(before) and a.match(rest)), "")


def iso_of(text: str) -> str:
    """A date of another form in ISO 8601, or an empty text where it is none, or has two readings.

    >>> iso_of("01FEB2023"), iso_of("2023-2-1"), iso_of("week 4")
    ('2023-02-01', '2023-02-01', '')
    """
    return read_date(text.strip(), None, _FORMS).dtc or ""


def date_call(text: str) -> str:
    """How a text beside a date is written: ``write date('2018-03-15')``."""
    found = text if _IN_ISO.fullmatch(text) else iso_of(text)
    return f"write date('{found if _IN_ISO.fullmatch(found) else '2018-03-15'}')"
