"""Results: tests and their names, standard results, baselines, ranges, criteria; amounts; dictionaries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import polars as pl
from msgspec import Struct

from ced_cdisc.conformance.beside import beside
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.dates import after
from ced_cdisc.conformance.look import Gathered, Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.repeated import again, flagged_again
from ced_cdisc.conformance.submission import Datasets, WithOthers

_SERIES = (
    "--TESTCD", "--OBJ", "--CAT", "--SCAT", "--SPEC", "--ANTREG", "--LOC", "--LAT", "--DIR", "--PORTOT",
    "--METHOD", "--POS", "--TPTREF", "--TPTNUM", "--TPT", "--EVAL", "--EVALID", "--ANMETH", "--LEAD",
    "--CSTATE", "--FOCID", "SPDEVID", "FOCID", "--RUN", "--GRPID", "--LNKID", "--REPNUM",
)  # fmt: skip
"""What tells the series of a test apart: one baseline is one of these."""
_TIME_POINT = ("--TPTREF", "--TPTNUM", "--TPT")
"""What tells no last record before exposure apart: a test has one, whatever its time points."""
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DICTIONARY = (
    ("--LLT", "--LLTCD"), ("--DECOD", "--PTCD"), ("--HLT", "--HLTCD"), ("--HLGT", "--HLGTCD"),
    ("--BODSYS", "--BDSYCD"), ("--SOC", "--SOCCD"),
)  # fmt: skip
"""Terms of MedDRA and their codes."""


def result_or_reason(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--ORRES", among=study.sdtm("Findings")):
        derived = data.col("--DRVFL").eq_missing("Y")
        lacking = data.col("--ORRES").is_null() & data.col("--STAT").ne_missing("NOT DONE") & ~derived
        yield data.records(lacking, "--ORRES", "--TESTCD", "--STAT", of=pl.lit(True))


def result_is_standardised(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--ORRES", "--STRESC", among=study.sdtm("Findings")):
        yield data.records(data.col("--STRESC").is_null(), "--ORRES", "--STRESC")


def unit_without_result(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--ORRES", "--ORRESU", among=study.sdtm("Findings")):
        yield data.records(data.col("--ORRES").is_null(), "--ORRESU", "--ORRES")


def standard_unit_without_result(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--STRESC", "--STRESU", among=study.sdtm("Findings")):
        yield data.records(data.col("--STRESC").is_null(), "--STRESU", "--STRESC")


def unit_is_standardised(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--ORRESU", "--STRESN", "--STRESU", among=study.sdtm("Findings")):
        given = data.col("--ORRESU").is_not_null() & data.col("--STRESN").is_not_null()
        yield data.records(data.col("--STRESU").is_null(), "--STRESU", "--ORRESU", of=given)


def one_baseline(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for flag in ("--LOBXFL", "--BLFL"):
        for data in study.having("USUBJID", "--TESTCD", flag, among=study.sdtm("Findings")):
            series = [name for name in _SERIES if flag == "--BLFL" or name not in _TIME_POINT]
            by = ["USUBJID", *(data.v(name) for name in series if data.has(name))]
            of = data.col(flag) == "Y"
            yield data.records(again(by), flag, "--TESTCD", of=of, frame=partial(flagged_again, by, of))


def baseline_has_result(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for flag in ("--LOBXFL", "--BLFL"):
        for data in study.having("--STRESC", flag, among=study.sdtm("Findings")):
            yield data.records(data.col("--STRESC").is_null(), flag, "--STRESC", of=data.col(flag) == "Y")


def baseline_flag_is_y(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for flag in ("--LOBXFL", "--BLFL"):
        for data in study.having(flag, among=study.sdtm("Findings")):
            yield data.records(data.col(flag) != "Y", flag)


def baseline_before_exposure(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in study.having("USUBJID", "--LOBXFL", "--DTC", among=study.sdtm("Findings")):
        frame = study.with_dm("RFXSTDTC")
        late = after(data.col("--DTC"), pl.col("DM.RFXSTDTC"))
        yield data.records(
            late, "--LOBXFL", "--DTC", "DM.RFXSTDTC", of=data.col("--LOBXFL") == "Y", frame=frame
        )


def derived_flag_is_y(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--DRVFL"):
        yield data.records(data.col("--DRVFL") != "Y", "--DRVFL")


def range_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--STNRLO", "--STNRHI"):
        yield data.records(data.col("--STNRLO") > data.col("--STNRHI"), "--STNRLO", "--STNRHI")


def original_range_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--ORNRLO", "--ORNRHI"):
        low, high = _number(data.col("--ORNRLO")), _number(data.col("--ORNRHI"))
        yield data.records(low > high, "--ORNRLO", "--ORNRHI")


def range_indicator(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--STRESN", "--STNRLO", "--STNRHI", "--NRIND"):
        value, said = data.col("--STRESN"), data.col("--NRIND")
        low, high = value < data.col("--STNRLO"), value > data.col("--STNRHI")
        wrong = (
            ((said == "NORMAL") & (low | high))
            | (said.is_in(["HIGH", "HIGH HIGH"]) & ~high)
            | (said.is_in(["LOW", "LOW LOW"]) & ~low)
        )
        yield data.records(wrong, "--NRIND", "--STRESN", "--STNRLO", "--STNRHI")


def no_evaluator_in_questionnaires(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("QS"):
        yield data.fact("QSEVAL" in data.columns, "QSEVAL")


def criterion_and_category(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("IE"):
        if data.has("IECAT", "IEORRES"):
            category, answer = pl.col("IECAT"), pl.col("IEORRES")
            wrong = ((category == "INCLUSION") & (answer == "Y")) | (
                (category == "EXCLUSION") & (answer == "N")
            )
            yield data.records(wrong, "IEORRES", "IECAT", "IETESTCD")


def criterion_is_standardised(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("IE"):
        if data.has("IEORRES", "IESTRESC"):
            yield data.records(pl.col("IEORRES").ne_missing(pl.col("IESTRESC")), "IESTRESC", "IEORRES")


def one_factor_a_unit(study: Datasets) -> Iterator[Look]:
    """Results that are far from the factor by which others of the test come into the standard unit.

    Rounding, and units that do not share their zero (degrees of temperature), stay well below a factor of 2.
    """
    names = ("--TESTCD", "--ORRES", "--ORRESU", "--STRESN", "--STRESU")
    for data in study.having(*names, among=study.sdtm("Findings")):
        collected, standard = pl.col("__collected"), data.col("--STRESN")
        by = [data.v(n) for n in ("--TESTCD", "--ORRESU", "--STRESU", "--SPEC", "--METHOD") if data.has(n)]
        known = data.col("--ORRESU").is_not_null()
        made = pl.when(collected != 0, standard != 0, known).then(standard / collected)
        factors = _Factors(
            data, by, _number(data.col("--ORRES")).alias("__collected"), made.alias("__factor")
        )
        yield Gathered(data, factors.gather, factors.merge, factors.looks)


class _Factors(Struct, frozen=True):
    """The factors of results: ``__factor``, made of ``__collected``."""

    data: Dataset
    by: list[str]
    collected: pl.Expr
    made: pl.Expr

    def beside(self, block: Block) -> pl.DataFrame:
        """Records with ``__factor``."""
        return block.frame.with_columns(self.collected).with_columns(self.made).drop("__collected")

    def gather(self, block: Block) -> pl.DataFrame:
        """How often each factor comes."""
        return self.beside(block).group_by(*self.by, "__factor").agg(pl.len().cast(pl.Int64).alias("count"))

    def merge(self, parts: pl.DataFrame) -> pl.DataFrame:
        """That of several blocks."""
        return parts.group_by(*self.by, "__factor").agg(pl.col("count").sum())

    def looks(self, each: pl.DataFrame) -> Iterator[Look]:
        """Results far from the usual factor of their unit."""
        data, by, factor, usual = self.data, self.by, pl.col("__factor"), pl.col("__usual")
        same = data.col("--ORRESU") == data.col("--STRESU")
        of = factor.is_not_null()
        bounds = factor.min().alias("__least"), factor.max().alias("__most")
        filled = each.filter(of)
        # The unit itself has the factor 1; else it is that of most records.
        plain = filled.group_by(by).agg(pl.lit(1.0).alias("__usual"), *bounds).filter(same)
        others = filled.filter(same.ne_missing(pl.lit(value=True)))
        converted = others.group_by(by).agg(_median(factor, pl.col("count")).alias("__usual"), *bounds)
        far = (pl.col("__least") / usual < 0.5) | (pl.col("__most") / usual > 2)
        several = pl.concat([plain, converted]).filter(far).select(*by, "__usual")
        if not several.height:
            yield data.records(pl.lit(value=False), "--STRESN", of=of, frame=self.beside)
            return

        def with_usual(block: Block) -> pl.DataFrame:
            return beside(self.beside(block), several, by, nulls_equal=True)

        wrong = (factor / usual < 0.5) | (factor / usual > 2)
        yield data.records(wrong, "--STRESN", "--ORRES", "--ORRESU", "--STRESU", of=of, frame=with_usual)


def _median(value: pl.Expr, count: pl.Expr) -> pl.Expr:
    """The median of values each of which comes so many times."""
    place, order = count.sort_by(value).cum_sum(), value.sort()
    least, most = ((count.sum() + odd) // 2 for odd in (1, 2))
    return (order.filter(place >= least).first() + order.filter(place >= most).first()) / 2


def dictionary_pairs(study: Datasets) -> Iterator[Look]:
    """Terms and codes of a dictionary that are not one to one."""
    for data in study.sdtm("Events"):
        for term, code in _DICTIONARY:
            if data.has(term, code):
                one, other = data.v(term), data.v(code)
                yield data.combined([one, other], partial(_not_one_to_one, data, term, code))


def _not_one_to_one(data: Dataset, term: str, code: str, pairs: pl.DataFrame) -> Iterator[Look]:
    one, other = data.v(term), data.v(code)
    frames: list[pl.DataFrame] = []
    for key, name in ((one, other), (other, one)):
        values = pairs.filter(pl.col(name).is_not_null()).group_by(key).agg(pl.len().alias("__values"))
        frames.append(values.filter(pl.col("__values") > 1).select(key))
    is_one, is_other = (
        pl.col(name).is_in(many[name].implode(), nulls_equal=True)
        for name, many in zip((one, other), frames, strict=True)
    )
    yield data.records(is_one | is_other, code, term)


def dose_in_one_variable(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--DOSE", "--DOSTXT"):
        yield data.records(data.col("--DOSE").is_not_null(), "--DOSTXT", "--DOSE")


def dose_has_unit(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--DOSE", among=study.sdtm("Interventions")):
        yield data.records(data.col("--DOSU").is_null(), "--DOSE", "--DOSU")


def dose_not_negative(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--DOSE", among=study.sdtm("Interventions")):
        yield data.records(data.col("--DOSE") < 0, "--DOSE")


def strengths_not_negative(study: Datasets) -> Iterator[Look]:
    """Strengths and total doses below 0."""
    for data in study.sdtm("Interventions"):
        for name in ("--PSTRG", "--DOSTOT", "--VAMT"):
            if data.has(name):
                yield data.numbers_wrong(name, lambda value: value < 0)


def not_taken_has_no_dose(study: Datasets) -> Iterator[Look]:
    """Doses of what did not occur."""
    for data in study.having("--OCCUR", "--DOSE", among=study.sdtm("Interventions")):
        taken = data.col("--DOSE") > 0
        planned = data.col("--MOOD") == "SCHEDULED"
        of = (data.col("--OCCUR") == "N") & ~planned.fill_null(value=False)
        yield data.records(taken, "--DOSE", "--OCCUR", of=of)


# What several rules share


def _number(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Float64, strict=False)
