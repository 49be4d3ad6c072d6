"""Words of column names and cells, in English and by stems in German, French and Spanish, and what they mean.

A table of the project's own: the words that forms and exports use, not those of any standard.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_CONCEPTS = """
subject: subjectkey subj subjid subject subjectid subno usubjid patient patnr patid patno pat pid ptno proband
  probandennr sujet sujeto paciente participant screeningno screenno
site: locationoid site siteid zentrum zentr center centre centro klinik sitenr
investigator: investigator prufarzt arzt doctor physician medecin medico invname invnam
name: surname lastname firstname forename vorname nachname familienname prenom nombre apellido
  initials initialen init kurzel phone telefon email mail address adresse strasse ssn mrn
birth: birth brth dob geb geburt geburtsdatum naissance nacimiento brthdt brthdat gebdat
age: age alter edad
sex: sex gender geschl geschlecht sexe sexo
race: race ethnie raza
ethnic: ethnic ethnicity
country: country land pays pais
arm: arm group gruppe treatmentgroup groupe grupo randgroup rando treatarm
consent: consent icf icdt icdat inform einw einwilligung consentement consentimiento
random: rand random randomisation randomization enrl enrol
death: death dth tod dead deces muerte
visit: visit visitnm visitnum visitname besuch visite visita event folder timepoint vis visitcd
date: date datum dat dt dtn fecha day datetime dtm
time: time zeit uhr uhrzeit tm heure hora clock
start: start von begin beginn seit onset from debut inicio admission aufnahme
  st strt sd stdat stdt stdtn stdtm stdtc
end: end stop bis ende fin discharge entlassung until to en endat endt endtn endtm endtc
ongoing: ongoing ongo ong noch andauernd encours continua continuing
unit: unit units einheit einh unite unidad u
result: result value wert ergebnis res resultat resultado valeur valor orres
test: test testnm testcd analyt analyte parameter param labtest test_name untersuchung examen assay
specimen: specimen spec material sample probe prelevement muestra matrix
low: low lo lower lln norm_von untergrenze normlow ornrlo min
high: high hi upper uln norm_bis obergrenze normhigh ornrhi max
flag: flag abnormal indicator nrind
comment: comment comments remark bemerkung kommentar remarque comentario note notes
reason: reason grund reasnd ndreason raison motivo rsn
notdone: notdone nd nichtgemacht ndone stat done
number: itemgrouprepeatkey nr no num seq seqno number nummer lfdnr numero lnr line
position: pos position lage
location: loc location ort lokalisation site_of
side: lat side seite laterality
method: method methode metodo
dose: dose dosis dosage
form: form dosform dosisform formulation frm
frequency: freq frequency haufigkeit frequence frecuencia frq schema
route: route applikation appl voie via
term: term diagnose diagnosis ereignis event_term verbatim adverse aeterm mhterm diagnostic
  diagnostico
treatment: drug medication medikament arzneimittel procedure trt medicament medicamento substance praparat
  cmtrt extrt
indication: indication indikation ind indc
coded: decod pt preferred ptname llt aept
severity: sev severity schwere schweregrad grade grad intensity intensitat severite
serious: ser serious schwerwiegend sae grave
relation: rel relation related zusammenhang causality kausalitat
action: acn action massnahme
outcome: out outcome ausgang
category: cat category kategorie
status: status
fasting: fasting fast nuchtern ajeun ayunas
accession: accession accn refid probennr sampleid barcode
disposition: abschluss dispo eos disposition completion
repeat: rep repeat wdh repetition
technical: rpt report entry formseq page pagestatus modified transfer batch recordid rowid created
  updated formid formoid formrepeatkey studyeventrepeatkey study studyid
"""

NO_VALUE = frozenset(
    [
        "unbekannt",
        "unknown",
        "n/a",
        "na",
        "n.a.",
        "-",
        "--",
        "---",
        ".",
        "keine angabe",
        "k.a.",
        "k.a",
        "nicht bekannt",
        "null",
        "none",
        "inconnu",
        "inconnue",
        "non connu",
        "desconocido",
        "missing",
        "fehlt",
        "not available",
        "not known",
    ]
)
"""Texts, in small letters, that say that there is no value."""

VISITS = re.compile(
    r"(?i)^(screen(ing)?|scr|baseline|base|bl|day|tag|jour|dia|week|woche|semaine|semana|month|monat|mois|mes|"
    r"visit[ea]?|besuch|cycle|zyklus|follow.?up|fu|unsch(eduled)?|eos|eot|end of|abschluss|nachsorge|v)\b.*"
    r"|(?i:^v ?[0-9]+[a-z]?$)|(?i:^[dwmt] ?-?[0-9]+$)"
)
"""What visits are called."""

NUMBERED_VISIT = re.compile(r"(?i)v ?([0-9]+)[a-z]?")
"""Visits that have a number alone, which are counted from the first."""

UNPLANNED = re.compile(r"(?i)unsch|\buns(?![^\W\d_])|unplan|ungeplant|non pr[eé]vu|no programad")

TESTS: Mapping[str, Mapping[str, str]] = {
    "VS": {
        "SYSBP": "sysbp sbp rrs rrsys rrsyst rrsystolisch bpsyst bpsystolic "
        "systolicbp systbp syst systol systolic systolisch bpsys sys psys tas",
        "DIABP": "diabp dbp rrd rrdia rrdiast rrdiastolisch bpdiast bpdiastolic "
        "diastolicbp diastbp diast diastol diastolic diastolisch bpdia dia pdia tad",
        "PULSE": "puls pulse pulsrate pouls pulso",
        "HR": "hr heartrate herzfrequenz hf fc",
        "TEMP": "temp temperature temperatur",
        "WEIGHT": "wt weight gew gewicht poids peso kg wtkg",
        "HEIGHT": "ht height groesse grosse taille talla koerpergroesse",
        "BMI": "bmi",
        "RESP": "resp rr respiration atemfrequenz af respr",
        "OXYSAT": "spo2 sao2 o2sat oxysat sat",
        "WSTCIR": "waist taillenumfang wstcir",
    },
    "IS": {
        "ADA_BAB": "ada bab antidrugantibody antidrugantibodies bindingantibody adascreening",
        "ADA_NAB": "nab neutralizingantibody neutralizingantibodies neutralisingantibody "
        "neutralisingantibodies neutralisierendeantikoerper",
    },
    "PP": {  # as the programs of pharmacokineticists call them
        "AUCLST": "auclast auclst auc0t auct",
        "AUCIFO": "aucinf aucinfobs auc0inf aucifo",
        "AUCIFP": "aucinfpred aucifp",
        "AUCALL": "aucall",
        "AUCTAU": "auctau auc0tau",
        "AUCPEO": "aucextrap aucextrapobs aucpextrap",
        "CMAX": "cmax",
        "CMIN": "cmin ctrough",
        "CAVG": "cavg",
        "CLST": "clast",
        "TMAX": "tmax",
        "TLST": "tlast",
        "TLAG": "tlag",
        "LAMZ": "lambdaz kel lamz",
        "LAMZHL": "hllambdaz thalf t12 halflife",
        "CLFO": "clf clfobs",
        "CLO": "clobs",
        "VZFO": "vzf vzfobs",
        "VZO": "vzobs",
    },
    "EG": {
        "EGHRMN": "hr heartrate herzfrequenz",
        "PRAG": "pr pq",
        "QRSAG": "qrs",
        "QTAG": "qt",
        "QTCFAG": "qtcf",
        "QTCBAG": "qtcb",
        "INTP": "interp interpretation",
    },
    "LB": {
        "GLUC": "glukose glucose blutzucker glucosa",
        "CREAT": "kreatinin creatinine creatinina",
        "CHOL": "cholesterin cholesterol gesamtcholesterin colesterol",
        "K": "kalium potassium potasio",
        "SODIUM": "natrium sodium sodio",
        "CL": "chlorid chloride cloruro",
        "CA": "calcium kalzium calcio",
        "MG": "magnesium",
        "PHOS": "phosphat phosphate",
        "HGB": "hamoglobin haemoglobin hemoglobine hemoglobina hb hgb",
        "HCT": "hamatokrit haematocrit hematocrite hematocrito hkt",
        "WBC": "leukozyten leukocytes leucocytes leucocitos wbc",
        "RBC": "erythrozyten erythrocytes eritrocitos rbc",
        "PLAT": "thrombozyten platelets plateletcount plaquettes plaquetas plt",
        "NEUT": "neutrophile neutrophils",
        "LYM": "lymphozyten lymphocytes",
        "MONO": "monozyten monocytes",
        "EOS": "eosinophile eosinophils",
        "BASO": "basophile basophils",
        "ALT": "gpt alat alt sgpt",
        "AST": "got asat ast sgot",
        "GGT": "ggt gammagt",
        "ALP": "ap alp alkalischephosphatase",
        "BILI": "bilirubin bilirubine bilirrubina gesamtbilirubin",
        "ALB": "albumin albumine albumina",
        "PROT": "eiweiss gesamteiweiss protein proteine proteina",
        "UREA": "harnstoff uree",
        "BUN": "bun",
        "URATE": "harnsaure uricacid",
        "CRP": "crp",
        "TRIG": "triglyceride triglyzeride triglycerides",
        "LDH": "ldh",
        "TSH": "tsh",
        "HBA1C": "hba1c",
        "INR": "inr",
        "CK": "ck",
        "CKMB": "ckmb ckmbmass",
        "BNPPRONT": "ntprobnp",
        "GFRE": "egfr gfr",
        "HDL": "hdl hdlcholesterol hdlcholesterin",
        "LDL": "ldl ldlcholesterol ldlcholesterin",
    },
}
"""What tests are called, by domain and code of the terminology, as :func:`folded` words."""

UNITS: Mapping[str, str] = {
    "SYSBP": "mmHg",
    "DIABP": "mmHg",
    "PULSE": "beats/min",
    "HR": "beats/min",
    "EGHRMN": "beats/min",
    "TEMP": "C",
    "WEIGHT": "kg",
    "HEIGHT": "cm",
    "BMI": "kg/m2",
    "RESP": "breaths/min",
    "OXYSAT": "%",
    "INR": "RATIO",
    "PRAG": "ms",
    "QRSAG": "ms",
    "QTAG": "ms",
    "QTCFAG": "ms",
    "QTCBAG": "ms",
}
"""The unit that a test usually has, where the table does not tell it."""

DOUBTFUL_UNITS: Mapping[str, str] = {"G/l": "10^9/L", "G/L": "10^9/L", "T/l": "10^12/L", "T/L": "10^12/L"}
"""Units that may mean two things, and what they mean where cells are counted."""

_CODES = """
C66742 | Y | y yes ja j oui si 1 true
C66742 | N | n no nein non 0 false
C66731 | F | f w female weiblich frau feminin femme femenino
C66731 | M | m male mannlich mann masculin homme
C71148 | SITTING | sitting sitzend assis sentado
C71148 | SUPINE | supine liegend couche acostado lying
C71148 | STANDING | standing stehend debout depie
C78734 | PLASMA | plasma
C78734 | SERUM | serum suero
C78734 | BLOOD | blut blood vollblut sang sangre wholeblood
C78734 | URINE | urin urine orina harn
C66769 | MILD | mild leicht leger leve grade1
C66769 | MODERATE | moderate mittel massig modere moderado grade2
C66769 | SEVERE | severe schwer severe grade3 grave
C66728 | ONGOING | ja yes y oui si ongoing 1
C66728 | BEFORE | nein no n non 0
C66768 | RECOVERED/RESOLVED | recovered resolved erholt gueri genesen
C66768 | NOT RECOVERED/NOT RESOLVED | notrecovered ongoing nichterholt andauernd
C66768 | FATAL | fatal todlich
C99073 | LEFT | left links l gauche
C99073 | RIGHT | right rechts r droit
C66729 | ORAL | oral po
C66729 | INTRAVENOUS | iv intravenos intravenous
C66729 | SUBCUTANEOUS | sc subkutan
C71113 | QD | qd od taglich daily 1x/day
C71113 | BID | bid 2x/day
C71113 | TID | tid 3x/day
"""
"""What the terms of a codelist are called, by its NCI code and submission value, as :func:`folded` words."""


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Letters and digits alone, without case, accents and the ways to write an umlaut.

    >>> folded("Hämoglobin"), folded("HAEMOGLOBIN"), folded("Größe (cm)")
    ('hamoglobin', 'hamoglobin', 'grossecm')
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    plain = plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return "".join(char for char in plain if char.isalnum())


@lru_cache(maxsize=1)
def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for line in _CONCEPTS.replace("\n  ", " ").strip().splitlines():
        concept, _, listed = line.partition(": ")
        for word in listed.split():
            table.setdefault(folded(word), []).append(concept)
    return table


@lru_cache(maxsize=4096)
def concepts(name: str) -> frozenset[str]:
    """What a column's name speaks of: by its parts, and by the words that a part begins or ends with.

    >>> sorted(concepts("GEBDAT")), sorted(concepts("VISITDT")), sorted(concepts("NORM_VON"))
    (['birth', 'date'], ['date', 'visit'], ['low'])
    """
    whole = folded(name)
    if whole == "name":
        return frozenset({"name"})
    if whole in _table():
        found = set(_table()[whole])
        return frozenset(found | ({"date"} if found == {"birth"} and whole.endswith("dat") else set()))
    parts = [part for part in re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])|(?<=\D)(?=\d)", name) if part]
    found = set[str]()
    for part in parts:
        found |= _of_part(folded(part))
    return frozenset(found)


def _of_part(part: str) -> set[str]:
    table = _table()
    if part in table:
        return set(table[part])
    found = set[str]()
    heads = [
        word
        for word in table
        if part.startswith(word) and (len(word) > 3 or (len(word) == 3 and part[3:] in table))
    ]
    if heads:
        head = max(heads, key=len)
        found |= set(table[head])
        rest = part[len(head) :]
        if rest and rest in table:
            return found | set(table[rest])
    tails = [word for word in table if len(word) >= 2 and part.endswith(word) and len(word) < len(part)]
    if tails:
        tail = max(tails, key=len)
        if len(tail) >= 3 or tail in ("dt", "tm", "nr", "no"):
            found |= set(table[tail])
    return found


def test_code(domain: str, text: str) -> str:
    """The code of a test that is called so, by the table of words; empty if it is not there."""
    return _tests(domain).get(folded(text), "")


@lru_cache(maxsize=8)
def _tests(domain: str) -> dict[str, str]:
    return {folded(word): code for code, listed in TESTS.get(domain, {}).items() for word in listed.split()}


def term_of(codelist: str, text: str) -> str:
    """The term of a codelist that a cell means, by the table of words; empty if it is not there."""
    return _codes().get((codelist, folded(text)), "")


@lru_cache(maxsize=1)
def _codes() -> dict[tuple[str, str], str]:
    rows = (line.split(" | ") for line in _CODES.strip().splitlines())
    return {(code, folded(word)): term for code, term, listed in rows for word in listed.split()}
