"""A self-test as JUnit writes one, which every tool for tests reads: a case for each check."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from heimvakt.core.checks import Outcome, Result
from heimvakt.core.self_test import SelfTest


def junit(report: SelfTest) -> str:
    """One suite, with a class for each part. JUnit knows no warning: such a case has passed, and
    what it says stands in its output."""
    suite = Element(
        "testsuite",
        name=f"heimvakt {report.gateway_id}",
        timestamp=report.began_at.replace(tzinfo=None).isoformat(timespec="seconds"),
        time=f"{report.took_s:.3f}",
        tests=str(len(report.results)),
        failures=str(len(report.of(Outcome.FAIL))),
        errors="0",
        skipped=str(len(report.of(Outcome.SKIPPED))),
    )
    for result in report.results:
        _case(suite, result, report.language)
    all_of_them = Element("testsuites")
    all_of_them.append(suite)
    indent(all_of_them)
    return tostring(all_of_them, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: Element, result: Result, language: str) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=_clean(result.part.in_language(language)),
        name=result.check_id,
        time=f"{result.took_s:.3f}",
    )
    text = _clean(result.text.in_language(language))
    advice = _clean(result.advice.in_language(language)) if result.advice else ""
    match result.outcome:
        case Outcome.FAIL:
            SubElement(case, "failure", message=text).text = advice
        case Outcome.SKIPPED:
            SubElement(case, "skipped", message=text)
        case Outcome.WARN:
            SubElement(case, "system-out").text = f"warning: {text}: {advice}"
        case Outcome.PASS:
            SubElement(case, "system-out").text = text


def _clean(text: str) -> str:
    """Without what XML has no place for, as a broken sensor may call itself."""
    return "".join(one for one in text if one >= " " or one in "\t\n")
