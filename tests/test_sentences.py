import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from afterword import errors
from afterword.sentences import SENTENCES, sentence

LEAVES = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, errors.AfterwordError) and not kind.__subclasses__()
]


def made(kind: type[errors.AfterwordError]) -> errors.AfterwordError:
    values = {"path": Path("/a b/c.md"), "known": (".pdf", ".md"), "offset": 3, "low": 0.0, "high": 2.0}
    return kind(*(values.get(field.name, f"the {field.name}") for field in fields(kind)))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_every_error_has_one_whole_sentence(kind: type[errors.AfterwordError]) -> None:
    text = sentence(made(kind))
    assert kind in SENTENCES
    assert text[-1] == "."
    assert "{" not in text
    assert "\n" not in text
    assert type(made(kind)).__name__ not in text


@pytest.mark.parametrize(("reason", "end"), [("cut off", "cut off."), ("cut off.", "cut off."), ("cut o…", "cut o…")])
def test_a_sentence_ends_once(reason: str, end: str) -> None:
    assert sentence(errors.ModelBroken("m", reason)) == f"The files of “m” are damaged or incomplete: {end}"


def test_what_nobody_foresaw_points_to_the_log() -> None:
    assert sentence(ZeroDivisionError()) == "Something went wrong: ZeroDivisionError. The log has the details."


def test_a_translation_is_filled_in_like_the_english() -> None:
    german = {SENTENCES[errors.DraftMissing]: "Es gibt keine Datei „{path}“."}
    assert sentence(errors.DraftMissing(Path("/x.md")), lambda text: german[text]) == "Es gibt keine Datei „/x.md“."


def test_the_log_gets_the_type_and_its_parameters() -> None:
    assert str(errors.ModelBroken("m", "cut off")) == "ModelBroken(name='m', reason='cut off')"
