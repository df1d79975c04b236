"""What a model may say, with any probabilities."""

from hypothesis import strategies as st

from afterword.engine.protocol import Piece
from afterword.text.boundaries import first_word_end

_WORDS = [
    " the",
    " The",
    " boat",
    "s",
    " Mr",
    " e.g.",
    " don",
    "'t",
    "’",
    "-",
    " 3",
    ".5",
    ".",
    ",",
    "…",
    "!",
    "--",
    "(",
    ' "',
    '."',
    "_",
]
_PHRASES = [" and the old man", " very", "very ", " to the harbour", " went home.", "word, ", "x y z", " a a"]
_OTHERS = ["\n", "\n\n", "  ", "我", "。", "😀", " é", "e\u0301", "ß", " İ", "ไป"]

texts = st.sampled_from([*_WORDS, *_PHRASES, *_OTHERS])
probabilities = st.one_of(st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0]), st.floats(0, 1))

pieces = st.lists(st.builds(Piece, texts, probabilities, probabilities), max_size=20)
sure_pieces = st.lists(st.builds(Piece, texts, st.just(1.0), st.just(1.0)), max_size=20)
"""All of them probable: how far they are shown is decided by something else."""


def unit_ends(text: str) -> list[int]:
    """Where a writer who takes `text` word by word comes to stand, from its beginning on."""
    ends, at = [0], 0
    while at < len(text):
        at += first_word_end(text[at:])
        ends.append(len(text[:at].rstrip()))
    return ends
