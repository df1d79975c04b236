"""The numbers of `afterword bench latency` as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from afterword.bench.table import markdown_table

_MISSING = "–"


def tables(report: Mapping[str, Any]) -> str:
    """What was measured, beside the peers, and on which machine; `report` has the keys of the JSON."""
    engines = {"Afterword": report, **report["peers"]}
    rows = [
        ("write a token, 256 before it", *(_ms(each["decode_ms"], 1) for each in engines.values())),
        *(
            (f"read {int(tokens):,} tokens", *(_ms(each["prefill_ms"][tokens]) for each in engines.values()))
            for tokens in report["prefill_ms"]
        ),
        ("load the model", *(_number(each["load_s"], 1, " s") for each in engines.values())),
    ]
    first, agreement, ratios = report["first_piece_ms"], report["agreement"], report["ratios"]
    share = None if agreement["argmax"] is None else agreement["argmax"] * 100
    own = [
        (f"keystroke to first words, {' / '.join(first)}", " / ".join(_number(value, 0) for value in first.values()) + " ms"),
        ("processor time for a key at 5 keys a second", _ms(report["core_ms_per_key"])),
        ("the same, eager", _ms(report["core_ms_per_key_eager"])),
        ("write a token, guessing several", _ms(report["decode_guessing_ms"], 1)),
        ("memory of the whole application, at most", _number(report["memory_mb"], 0, " MB")),
        ("likeliest token as in exact mode", _number(share, 1, " %")),
        ("NLL above that of exact mode", _number(agreement["nll_change"], 4)),
        ("time to write a token, of llama.cpp's", _number(ratios["decode_vs_llama.cpp"], 2)),
        ("time to read 256 tokens, of llama.cpp's", _number(ratios["prefill_vs_llama.cpp"], 2)),
        ("time to write a token, of transformers'", _number(ratios["decode_vs_transformers"], 2)),
    ]
    return "\n\n".join([_where(report), markdown_table(("", *engines), rows), markdown_table(("", "Afterword"), own)])


def _where(report: Mapping[str, Any]) -> str:
    machine = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    place = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['os']}"
    return f"Model {report['model']}; {place}; {versions}."


def _ms(value: float | None, digits: int = 0) -> str:
    return _number(value, digits, " ms")


def _number(value: float | None, digits: int, unit: str = "") -> str:
    return _MISSING if value is None else f"{value:,.{digits}f}{unit}"
