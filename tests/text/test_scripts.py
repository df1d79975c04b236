import pytest

from afterword.text.scripts import unspaced


@pytest.mark.parametrize("text", ["我们", "です", "カ", "ไป", "ລາວ", "မြန်မာ", "ខ្មែរ", "𠀀", "a 我"])
def test_scripts_that_are_written_without_spaces(text: str) -> None:
    assert unspaced(text)


@pytest.mark.parametrize("text", ["", "the city", "naïve", "город", "πόλη", "עיר", "مدينة", "हिन्दी", "학교", "😀", "。"])
def test_scripts_that_have_spaces_between_words(text: str) -> None:
    assert not unspaced(text)
