"""Records whose dates have fractions of a second, with a comma or a point, in the order of time."""

from __future__ import annotations

from pathlib import Path

from small_study import FILES
from structures import made, rows


def test_records_are_in_the_order_of_time_where_one_is_picked(tmp_path: Path) -> None:
    """Files are in the order of their texts, as any program would sort them."""
    doses = 'SUBJ,DAY,DOSDT,DOSE\n001,1,2020-02-10T10:00:00.4,1\n001,2,"2020-02-10T10:00:00,5",2\n'
    spec = FILES["mappings/sdtm/ex.yaml"].replace("date: edc", "date: ISO")
    adsl = FILES["mappings/adam/adsl.yaml"].rstrip("\n") + "\n"
    lines = "".join(
        f'  {name}: {{derive: "{take}(EX.EXDOSE order by EX.EXSTDTC)", label: Dose}}\n'
        for name, take in (("DOSE01", "first"), ("DOSE02", "last"))
    )
    files = {"raw/dose.csv": doses, "mappings/sdtm/ex.yaml": spec}
    done = made(
        tmp_path, {**files, "mappings/adam/adsl.yaml": adsl.replace("variables:\n", f"variables:\n{lines}")}
    )
    assert rows(done, "EX", "EXDOSE") == [(2.0,), (1.0,)]
    assert rows(done, "ADSL", "DOSE01", "DOSE02")[0] == (1.0, 2.0)
