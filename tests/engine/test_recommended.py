"""The models that are worth a try: only such as an installed library names."""

import re
from importlib.util import find_spec
from pathlib import Path

from afterword.engine.hub_folders import ID
from afterword.engine.recommended import RECOMMENDED


def test_an_installed_library_names_each_of_them() -> None:
    missing = {each.name: re.compile(rf"(?<![\w/-]){re.escape(each.name)}(?![\w-])") for each in RECOMMENDED}
    for library in ("transformers", "huggingface_hub", "accelerate"):
        spec = find_spec(library)
        assert spec is not None
        assert spec.origin is not None
        for file in Path(spec.origin).parent.rglob("*.py"):
            text = file.read_text("utf-8")
            for name in [name for name, pattern in missing.items() if name in text and pattern.search(text)]:
                del missing[name]
    assert not missing


def test_those_that_continue_text_come_first_and_the_smallest_of_each_kind_first() -> None:
    order = [(each.masked, each.parameters) for each in RECOMMENDED]
    assert order == sorted(order)
    assert all(ID.fullmatch(each.name) for each in RECOMMENDED)
