"""What of a text a file can hold."""

from __future__ import annotations


def writable(text: str) -> str:
    """`text` as a UTF-8 text file can hold it.

    Line ends are line feeds. The halves of a surrogate pair that stand side by side are joined to the character they mean; a
    lone half, which UTF-8 cannot hold, and NUL, which would make the file a binary one, become U+FFFD, so that their place is
    still seen. Everything else is left alone.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
