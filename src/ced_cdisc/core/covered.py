"""The digest of what a finding covers: the same as long as the same records have the same values.

It hangs on the rule, the dataset, the variable, the names and values of the records at fault, and the facts
that a rule tells of a dataset. It does not hang on the order of the records, on their rows in the file, or on
the wording of the rule, so that what was accepted stays accepted until the data are others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence


def covered(
    rule: str,
    dataset: str,
    variable: str,
    facts: Mapping[str, str],
    names: Iterable[str] = (),
    records: Iterable[Sequence[str]] = (),
) -> str:
    """The digest, as 64 hexadecimal digits.

    Args:
        rule: the id of the rule.
        dataset: the dataset at fault, or empty.
        variable: the variable at fault, or empty.
        facts: what the rule says of the dataset besides, by name.
        names: the variables of the records.
        records: the values of each record in one text, sorted, some records at a time; texts of different
            values differ.
    """
    head = [rule, dataset, variable, *(part for fact in sorted(facts.items()) for part in fact)]
    digest = hashlib.sha256()
    for part in (str(len(head)), *head, *names):
        digest.update(measured(part).encode("utf-8", "surrogatepass"))
    for some in records:
        digest.update("".join(f"\n{record}" for record in some).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def measured(text: str) -> str:
    """A text with its length before it, so that texts in a row can be told apart.

    >>> measured("AE"), measured("")
    ('2:AE', '0:')
    """
    return f"{len(text)}:{text}"
