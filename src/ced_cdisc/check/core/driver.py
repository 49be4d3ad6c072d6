"""Run by the interpreter that holds ``cdisc-rules-engine``, never imported by this package.

Usage: ``python driver.py REQUEST.json ANSWER.json``. It loads rules and library tables once, carries out
every rule on the whole study in this one process and writes an answer of the form that ``answer.py`` has.
It imports nothing of ced_cdisc and nothing outside the standard library but the engine. The cache of the
engine is a folder of pickles: they are opened here, in the process and with the rights that the user chose
for the engine, and nowhere else.

Written against the interface of ``cdisc-rules-engine`` 0.17.1.
"""

import hashlib
import importlib
import importlib.metadata
import json
import pickle
import platform
import sys
from pathlib import Path

SCHEMA = 1
MOST_TEXT = 500
TABLES = (
    "standards_details.pkl",
    "standards_models.pkl",
    "variable_codelist_maps.pkl",
    "variables_metadata.pkl",
)
NEEDED = {
    "ExternalDictionariesContainer": "cdisc_rules_engine.models.external_dictionaries_container",
    "LibraryMetadataContainer": "cdisc_rules_engine.models.library_metadata_container",
    "Rule": "cdisc_rules_engine.models.rule",
    "RulesEngine": "cdisc_rules_engine.rules_engine",
    "InMemoryCacheService": "cdisc_rules_engine.services.cache",
    "DefineXMLReaderFactory": "cdisc_rules_engine.services.define_xml.define_xml_reader_factory",
}


class Fault(Exception):
    """The run cannot be done; ``kind`` says where the fault lies."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def load_engine():
    """The classes and functions of the engine, and its version."""
    try:
        version = importlib.metadata.version("cdisc-rules-engine")
    except importlib.metadata.PackageNotFoundError:
        raise Fault(
            "engine", f"Python {platform.python_version()} has no package cdisc-rules-engine"
        ) from None
    try:
        found = {name: getattr(importlib.import_module(module), name) for name, module in NEEDED.items()}
        found["yaml"] = importlib.import_module("yaml")
        found["utils"] = importlib.import_module("cdisc_rules_engine.utilities.utils")
        importlib.import_module("cdisc_rules_engine.services").logger.disabled = True
    except Exception as error:
        raise Fault("interface", f"cdisc-rules-engine {version}: {type(error).__name__}: {error}") from None
    return version, found


def unpickled(cache, name):
    """The content of one file of the cache, or None where it is not there."""
    path = Path(cache) / name
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            return pickle.load(file)
    except Exception as error:
        raise Fault("cache", f"{name} cannot be read: {type(error).__name__}: {error}") from None


def cached_rules(engine, request):
    """The rules of the cache for the standard, by id."""
    rules = unpickled(request["cache"], "rules.pkl")
    by_standard = unpickled(request["cache"], "rules_dictionary.pkl")
    for name, data in (("rules.pkl", rules), ("rules_dictionary.pkl", by_standard)):
        if data is None:
            raise Fault("cache", f"it holds no {name}")
        if not isinstance(data, dict):
            raise Fault("cache", f"{name} is no table of rules")
    key = engine["utils"].get_rules_cache_key(request["standard"], request["version"])
    ids = by_standard.get(key)
    if not ids:
        known = ", ".join(sorted(str(k) for k in by_standard)[:20])
        raise Fault("standard", f"it has no rules for {key}, but for: {known}")
    lost = sorted(i for i in ids if i not in rules)
    if lost:
        raise Fault("cache", f"rules.pkl lacks {lost[0]}, which rules_dictionary.pkl names")
    return [rules[i] for i in sorted(ids)]


def local_rules(engine, folder):
    """The rules of a folder of YAML and JSON files, in the form in which CDISC publishes them."""
    found = []
    for path in sorted(Path(folder).iterdir()):
        kind = path.suffix.lower()
        if kind not in (".yml", ".yaml", ".json"):
            continue
        try:
            with path.open(encoding="utf-8") as file:
                data = json.load(file) if kind == ".json" else engine["yaml"].safe_load(file)
            rule = engine["Rule"].from_cdisc_metadata(spaced(data))
            if not rule.get("core_id"):
                raise ValueError("it has no Core Id")
        except Exception as error:
            raise Fault("rules", f"{path.name}: {type(error).__name__}: {error}") from None
        found.append(rule)
    if not found:
        raise Fault("rules", "it holds no .yml, .yaml or .json file")
    return found


def spaced(data):
    """The data with the keys as the engine spells them: published rules write "Rule Type"."""
    if isinstance(data, dict):
        return {str(key).replace(" ", "_"): spaced(value) for key, value in data.items()}
    return [spaced(item) for item in data] if isinstance(data, list) else data


def library(engine, request):
    """The tables of the standard and of terminology, and the names of what the cache lacks of them."""
    utils, cache = engine["utils"], request["cache"]
    standard, version = request["standard"], request["version"]
    details, models, codelists, variables = (unpickled(cache, name) if cache else None for name in TABLES)
    lacking = [n for n, d in zip(TABLES, (details, models, codelists, variables), strict=True) if d is None]
    guide = (details or {}).get(utils.get_standard_details_cache_key(standard, version)) or {}
    if not guide and not lacking:
        lacking.append(f"{standard} {version} in {TABLES[0]}")
    model = {}
    if guide:
        model = (models or {}).get(utils.get_model_details_cache_key_from_ig(guide)) or {}
    packages = sorted(f.stem for f in Path(cache).glob("*ct-*.pkl")) if cache else []
    terms = {}
    for name in request["terminology"]:
        if name in packages:
            terms[name] = unpickled(cache, name + ".pkl")
        else:
            lacking.append(f"{name}.pkl")
    if request["define"]:
        try:
            reader = engine["DefineXMLReaderFactory"].from_filename(request["define"])
            terms["extensible"] = reader.get_extensible_codelist_mappings()
        except Exception as error:
            raise Fault("define", f"{type(error).__name__}: {error}") from None
    container = engine["LibraryMetadataContainer"](
        standard_metadata=guide,
        standard_schema_definition={},
        model_metadata=model,
        variable_codelist_map=(codelists or {}).get(utils.get_standard_codelist_cache_key(standard, version))
        or {},
        variables_metadata=(variables or {}).get(
            utils.get_library_variables_metadata_cache_key(standard, version, None)
        )
        or {},
        ct_package_metadata=terms,
        published_ct_packages=set(packages),
        cache_path=cache or "",
    )
    return container, lacking


def make_engine(engine, request, container):
    """The one engine that carries out all rules on all datasets."""
    try:
        return engine["RulesEngine"](
            cache=engine["InMemoryCacheService"](),
            standard=request["standard"],
            standard_version=request["version"],
            external_dictionaries=engine["ExternalDictionariesContainer"]({}),
            ct_packages=request["terminology"],
            define_xml_path=request["define"] or None,
            validate_xml=False,
            library_metadata=container,
            max_dataset_size=max(Path(path).stat().st_size for path in request["datasets"]),
            dataset_paths=list(request["datasets"]),
            max_errors_per_rule=None,
        )
    except TypeError as error:
        raise Fault("interface", f"TypeError: {error}") from None


def text(value):
    """A value as text, cut to a length that no reader minds; None where it is missing."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    shown = value if isinstance(value, str) else str(value)
    return shown[:MOST_TEXT]


def public_ids(rule):
    """The ids of the rule in the lists of its authorities."""
    ids = set()
    for authority in rule.get("authorities") or []:
        for standard in authority.get("Standards") or []:
            for reference in standard.get("References") or []:
                ids.add((reference.get("Rule_Identifier") or {}).get("Id"))
    return sorted(str(i) for i in ids if i)


def issue(error):
    """A record at fault; the engine holds its values in an order that changes from run to run."""
    values = {str(k): text(v) for k, v in (error.get("value") or {}).items()}
    return {
        "row": error.get("row"),
        "subject": text(error.get("USUBJID")) or "",
        "sequence": text(error.get("SEQ")) or "",
        "values": dict(sorted(values.items())),
    }


def outcome(result, most):
    """What became of a rule in one dataset."""
    errors = result.get("errors") or []
    status = result.get("executionStatus")
    made = {
        "dataset": text(result.get("dataset")) or "",
        "status": {"success": "passed", "issue reported": "issues", "skipped": "skipped"}.get(
            status, "error"
        ),
        "reason": "",
        "cause": "",
        "variables": sorted(str(v) for v in result.get("variables") or []),
        "count": 0,
        "digest": "",
        "issues": [],
    }
    if made["status"] == "issues":
        made["count"] = len(errors)
        made["reason"] = text(result.get("message")) or ""
        issues = [issue(e) for e in errors]
        # Neither the rows nor the order of the records count.
        lines = sorted(json.dumps({**i, "row": None}, sort_keys=True) for i in issues)
        made["digest"] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        made["issues"] = issues[:most]
    elif made["status"] in ("skipped", "error"):
        first = errors[0] if errors else {}
        made["cause"] = text(first.get("error")) or text(status) or ""
        made["reason"] = text(first.get("message")) or text(result.get("message")) or ""
    return made


def carry_out(runner, rule, most):
    """One rule on the whole study; what the engine does not catch itself is an error of that rule."""
    try:
        results = runner.validate_single_rule(rule)
        outcomes = [outcome(r, most) for name in results for r in results[name]]
    except Exception as error:
        outcomes = [outcome({"executionStatus": "execution error"}, most)]
        outcomes[0]["cause"] = type(error).__name__
        outcomes[0]["reason"] = text(str(error)) or ""
    actions = rule.get("actions") or [{}]
    return {
        "id": str(rule.get("core_id")),
        "public": public_ids(rule),
        "message": text((actions[0].get("params") or {}).get("message")) or "",
        "description": text(rule.get("description")) or "",
        "outcomes": outcomes,
    }


def answer(request):
    """The whole answer."""
    version, engine = load_engine()
    own = request["rules"]
    rules = local_rules(engine, own) if own else cached_rules(engine, request)
    container, lacking = library(engine, request)
    runner = make_engine(engine, request, container)
    return {
        "engine": version,
        "python": platform.python_version(),
        "lacking": lacking,
        "rules": [carry_out(runner, rule, request["records"]) for rule in rules],
    }


def main(request_file, answer_file):
    """Read the request, write the answer."""
    with Path(request_file).open(encoding="utf-8") as file:
        request = json.load(file)
    try:
        made = answer(request)
    except Fault as fault:
        made = {"fault": {"kind": fault.kind, "text": str(fault)[:2000]}}
    with Path(answer_file).open("w", encoding="utf-8") as file:
        json.dump({"schema": SCHEMA, **made}, file, ensure_ascii=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
