from __future__ import annotations

import base64
import io
import zipfile

from afterword.export import pandoc
from afterword.export.tree import document, paragraph
from afterword.watch import Watch

_PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def test_pandoc_reads_no_file_that_a_text_names(tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(_PNG)
    tree = document([paragraph([{"t": "Image", "c": [["", [], []], [], [str(picture), ""]]}])])
    with zipfile.ZipFile(io.BytesIO(pandoc.write(tree, "docx", [], Watch()))) as archive:
        assert not [name for name in archive.namelist() if "media" in name]
