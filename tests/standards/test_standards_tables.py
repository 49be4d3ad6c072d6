"""The packaged tables are what the script makes of the reference, and need the standard library only."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"
DATA = ROOT / "src" / "ced_cdisc" / "standards" / "data"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference tables are not beside the repository")
def test_the_script_makes_the_same_tables_again(tmp_path):
    script = (ROOT / "scripts" / "make_standards.py").read_text(encoding="utf-8")
    copy = tmp_path / "scripts" / "make_standards.py"
    copy.parent.mkdir()
    copy.write_text(script, encoding="utf-8")
    subprocess.run([sys.executable, copy, REFERENCE], check=True, capture_output=True)
    made = tmp_path / "src" / "ced_cdisc" / "standards" / "data"
    names = sorted(p.name for p in DATA.glob("*.tsv.gz"))
    assert names == sorted(p.name for p in made.iterdir())
    for name in names:  # contents, since another zlib may compress differently
        assert gzip.decompress((made / name).read_bytes()) == gzip.decompress((DATA / name).read_bytes()), (
            name
        )


def test_tables_hold_no_time_stamp():
    for path in DATA.glob("*.tsv.gz"):
        assert path.read_bytes()[4:8] == b"\0\0\0\0"


def test_the_standards_import_no_frame_library():
    code = (
        "import sys\n"
        "import ced_cdisc.standards.adam, ced_cdisc.standards.keys, ced_cdisc.standards.model\n"
        "import ced_cdisc.standards.units\n"
        "ced_cdisc.standards.units.convert_factor('LB', 'kg')\n"
        "heavy = {'polars', 'pandas', 'pyarrow', 'numpy', 'lxml', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
