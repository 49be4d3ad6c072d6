"""Running the CORE engine once on a whole study, in the interpreter that the user names.

Nothing of the engine, and no pickle of its cache, is ever loaded in this process: a driver script is started
in the other interpreter, which writes one JSON file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from ced_cdisc.check.core.answer import MOST_BYTES, Answer, engine_result, read_answer
from ced_cdisc.check.core.wrong import WrongAnswer
from ced_cdisc.core.conformance import RECORDS_SHOWN, EngineResult
from ced_cdisc.core.findings import Finding, Location, Severity, Stage

DRIVER = Path(__file__).with_name("driver.py")

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH")
"""The only variables of the environment that the engine gets: no key, no address of a service."""

_FAULTS = {
    "engine": ("CED681", "install cdisc-rules-engine there"),
    "interface": ("CED682", "install the release that docs/core.md names"),
    "cache": ("CED683", "get it again as docs/core.md says"),
    "standard": ("CED684", "name another version with --standard, or get a newer cache"),
    "rules": ("CED685", "correct the file"),
    "define": ("CED687", "correct define.xml, or name another one with --define"),
}


class CoreSettings(Struct, frozen=True):
    """How to run the engine.

    Attributes:
        python: the interpreter that has ``cdisc-rules-engine``.
        cache: the folder of rules and tables; None to run rules of one's own without tables.
        rules: a folder of rules in CDISC's YAML or JSON form, in the place of the cache's; None for these.
        timeout: of the whole run [s].
    """

    python: Path
    cache: Path | None = None
    rules: Path | None = None
    timeout: float = 3600.0


class CoreStudy(Struct, frozen=True):
    """What the engine is to look at.

    Attributes:
        version: of the SDTMIG, such as "3.4".
        datasets: the files of all its datasets.
        define: the define.xml beside them, or None.
        terminology: the names of the packages, such as "sdtmct-2024-09-27".
    """

    version: str
    datasets: tuple[Path, ...]
    define: Path | None = None
    terminology: tuple[str, ...] = ()


def run_core(
    settings: CoreSettings, study: CoreStudy, *, records: int = RECORDS_SHOWN, most: int = MOST_BYTES
) -> tuple[EngineResult | None, list[Finding]]:
    """Run the engine.

    Args:
        settings: how.
        study: on what.
        records: how many records of a finding are listed.
        most: the largest answer that is read [bytes].

    Returns:
        The result, or None with a finding that says why there is none; a warning may stand beside a result.
    """
    for folder, code, what in (
        (settings.cache, "CED683", "cache"),
        (settings.rules, "CED685", "folder of rules"),
    ):
        if folder is not None and not folder.is_dir():
            return None, [
                _finding(code, folder, f"is no folder, so the CORE engine has no {what}", "name the folder")
            ]
    with tempfile.TemporaryDirectory(prefix="ced-cdisc-core-") as made:
        answer, finding = _answer(settings, study, Path(made), records, most)
    if answer is None or finding is not None:
        return None, [finding] if finding else []
    if answer.fault is not None:
        code, hint = _FAULTS[answer.fault.kind]
        place = {
            "cache": settings.cache,
            "standard": settings.cache,
            "rules": settings.rules,
            "define": study.define,
        }
        where = place.get(answer.fault.kind) or settings.python
        return None, [_finding(code, where, f"is of no use to the CORE engine: {answer.fault.text}", hint)]
    warnings = [_lacking(answer, settings.cache)] if answer.lacking and settings.cache is not None else []
    return engine_result(answer, f"SDTMIG {study.version}"), warnings


def _answer(
    settings: CoreSettings, study: CoreStudy, place: Path, records: int, most: int
) -> tuple[Answer | None, Finding | None]:
    """The answer of the driver, or the finding that says why there is none."""
    request, answer, log = place / "request.json", place / "answer.json", place / "log.txt"
    request.write_text(json.dumps(_request(settings, study, records)), encoding="utf-8")
    command = [str(settings.python.absolute()), "-I", str(DRIVER), str(request), str(answer)]
    try:
        code = _run(command, place, log, settings.timeout)
    except OSError as error:
        said = f"cannot be started: {error.strerror or error}"
        return None, _finding("CED680", settings.python, said, "name a Python 3.12 with cdisc-rules-engine")
    except subprocess.TimeoutExpired:
        said = f"had not run the CORE engine to its end after {settings.timeout:g} s and was stopped"
        return None, _finding("CED686", settings.python, said, "give it more time with --core-timeout")
    if code != 0:
        said = f"ended the CORE engine with {_ending(code)}: {_last_words(log)}"
        return None, _finding("CED687", settings.python, said, "run the engine by hand on the folder")
    try:
        return read_answer(answer, most), None
    except WrongAnswer as error:
        said = f"gave no answer of the CORE engine that can be read: it {error}"
        return None, _finding("CED688", settings.python, said, "is it a Python 3.12 with cdisc-rules-engine?")


def _request(settings: CoreSettings, study: CoreStudy, records: int) -> dict[str, object]:
    return {
        "standard": "sdtmig",
        "version": study.version.replace(".", "-"),
        "cache": str(settings.cache.absolute()) if settings.cache else "",
        "rules": str(settings.rules.absolute()) if settings.rules else "",
        "define": str(study.define.absolute()) if study.define else "",
        "datasets": [str(path.absolute()) for path in study.datasets],
        "terminology": list(study.terminology),
        "records": records,
    }


def _run(command: Sequence[str], place: Path, log: Path, timeout: float) -> int:
    """Run a command in a process group of its own, which does not outlive this call.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it did not end in time.
    """
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(timeout)
        finally:
            # Also on an interrupt of ours, and for children that the engine left behind.
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):  # the group has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _last_words(log: Path) -> str:
    """The last line that the process wrote, as printable text."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().decode("utf-8", "replace").split("\n")
    words = [shown for line in lines if (shown := "".join(c for c in line if c.isprintable()).strip())]
    # The folder of the run has a name of chance.
    return words[-1].replace(f"{log.parent}{os.sep}", "")[-300:] if words else "it said nothing"


def _lacking(answer: Answer, cache: Path) -> Finding:
    said = f"lacks {', '.join(answer.lacking)}: rules that need them are skipped or cannot be carried out"
    return _finding("CED689", cache, said, "get it again as docs/core.md says", Severity.WARNING)


def _finding(code: str, where: Path, what: str, hint: str, severity: Severity = Severity.ERROR) -> Finding:
    place = where.as_posix()
    return Finding(code, f"{place} {what}", Location(place), hint, Stage.CHECK, severity)
