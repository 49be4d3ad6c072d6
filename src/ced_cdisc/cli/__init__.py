"""The command line: parse, call, print. Everything heavy is loaded inside the command that needs it."""

from __future__ import annotations

from typing import Any

import click

from ced_cdisc import __version__
from ced_cdisc.cli.build import build
from ced_cdisc.cli.check import check
from ced_cdisc.cli.check_spec import check_spec
from ced_cdisc.cli.compare import compare
from ced_cdisc.cli.convert import convert
from ced_cdisc.cli.coverage import coverage
from ced_cdisc.cli.ct import ct
from ced_cdisc.cli.define import define
from ced_cdisc.cli.diff_raw import diff_raw
from ced_cdisc.cli.explain import explain
from ced_cdisc.cli.fmt import fmt
from ced_cdisc.cli.init import init
from ced_cdisc.cli.new import new
from ced_cdisc.cli.results import results
from ced_cdisc.cli.scan import scan
from ced_cdisc.cli.schema import schema
from ced_cdisc.cli.show import show
from ced_cdisc.cli.spec import spec
from ced_cdisc.cli.test import test
from ced_cdisc.cli.usage import INTERRUPTED
from ced_cdisc.cli.why import why


class _Commands(click.Group):
    """The commands; one that is interrupted ends with a code of its own: the 1 of click says findings."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="ced-cdisc")
def main() -> None:
    """Turn raw clinical trial tables into SDTM and ADaM datasets, XPT files and define.xml.

    Exit codes: 0 done, 1 findings of the checks, 2 usage, 10 faults in the specs, 11 faults in the raw data,
    12 the output was refused or could not be written, 130 interrupted.
    """


for command in (
    build,
    check,
    check_spec,
    compare,
    convert,
    coverage,
    ct,
    define,
    diff_raw,
    explain,
    fmt,
    init,
    new,
    results,
    scan,
    schema,
    show,
    spec,
    test,
    why,
):
    main.add_command(command)
