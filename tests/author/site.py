"""The stored notebooks in, a static site out, in each language that has a folder.

No lesson's outputs are made anew: pages show what is stored. Lesson 14 alone runs, for it writes
the page to draw on, which is the site's first.
"""

from __future__ import annotations

import html
import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import NOTEBOOKS, ROOT
from tfl_helpers.web.folder import is_fetched

from .run import write_page_of_lesson

SITE = ROOT / "my" / "site"
LOOKS = Path(__file__).with_name("pages")  # the style and the templates
# English lies at the root of the site, each other language in a folder of its own.
WORDS = {
    "en": {
        "name": "English",
        "brand": "Eager to device",
        "title": "From eager TensorFlow to a model on a device",
        "first": "Draw a line, a circle or a zigzag. The model that answers runs in your browser, "
        "and nothing that you draw leaves it.",
        "frame": "A pad to draw a gesture on, and what the model calls it",
        "none": "Here would be a pad to draw on. It needs LiteRT.js, which npm fetches, and there "
        "was no npm where these pages were made.",
        "how": "How it came about",
        "text": "That model is the last page of a course in fifteen notebooks, shown here as they "
        "were run. It began as a function in Python, became a graph, was given a signature, saved, "
        "converted and measured on strokes of other people. Read from the top; each page is a "
        "notebook that you can download and run.",
        "download": "Download this notebook",
        "lessons": "Lessons",
    },
    "ja": {
        "name": "日本語",
        "brand": "Eager からデバイスへ",
        "title": "Eager な TensorFlow からデバイスで動くモデルまで",
        "first": "直線、円、ジグザグのどれかを描いてください。答えるモデルはこのブラウザの中で"
        "動き、描いたものが外に送られることはありません。",
        "frame": "ジェスチャを描くパッドと、モデルの答え",
        "none": "ここには描くためのパッドが入ります。それには npm が取得する LiteRT.js が必要"
        "ですが、このページを作った環境には npm がありませんでした。",
        "how": "このモデルができるまで",
        "text": "このモデルは、15 冊のノートブックからなるコースの最後のページです。ここでは実"
        "行済みのノートブックをそのまま載せています。Python の関数から始まり、グラフに"
        "なり、シグネチャを与えられ、保存され、変換され、ほかの人が描いたストロークで測"
        "られました。上から順にお読みください。どのページのノートブックもダウンロードし"
        "て実行できます。",
        "download": "このノートブックをダウンロード",
        "lessons": "レッスン",
    },
}
# The page in the frame is as high as it wants to be: two scroll bars are one too many on a phone.
FRAME = """\
<iframe id="draw" src="{there}draw/index.html?language={language}" title="{frame}"></iframe>
<script>
  document.getElementById("draw").addEventListener("load", ({{ target }}) => {{
    const inside = target.contentDocument.documentElement;
    new ResizeObserver(() => (target.style.height = `${{inside.offsetHeight}}px`)).observe(inside);
  }});
</script>
"""
FIRST = """\
---
html_theme.sidebar_secondary.remove: true
---
# {title}

{first}

{pad}

## {how}

{text}

```{{toctree}}
:maxdepth: 1
{pages}
```
"""


def build_site(target: Path | None = None) -> Path:
    """Write the site into the folder `target`, `my/site` if none is named, and return it.

    Raises:
        InputError: the folder is one of the repository's, or holds something else than a site;
            or Sphinx warned, of a link that leads nowhere for example.
    """
    target = _free(target or SITE)
    languages = [name for name in WORDS if list((NOTEBOOKS / name).glob("*.ipynb"))]
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "site")
        if is_fetched():
            print("Running lesson 14, for its page is the first:", flush=True)
            write_page_of_lesson(Path(folder, "page"), progress_bar=True)
            shutil.copytree(Path(folder, "page", "shipped"), made / "draw")
        pages = {name: _write_sources(Path(folder, name), name) for name in languages}
        for number, name in enumerate(languages, 1):
            print(f"{number} of {len(languages)}: {len(pages[name])} pages in {name}", flush=True)
            _build(Path(folder, name), made / _place(name), name, pages)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(made, target)
    serve = "python3 -m http.server 8015 --bind 127.0.0.1 --directory"
    print(f'To read it: {serve} "{target}"', flush=True)
    print("Then open http://localhost:8015")
    return target


def _place(language: str) -> str:
    return "" if language == "en" else f"{language}/"


def _free(target: Path) -> Path:
    target = target.expanduser().resolve()
    if target.is_relative_to(ROOT) and not target.is_relative_to(ROOT / "my"):
        raise InputError(f"Git tracks what lies there: {target}. Write for example --to my/site.")
    ours = not target.exists() or (target / "searchindex.js").is_file()
    if not ours and (target.is_file() or any(target.iterdir())):
        raise InputError(f"Expected a new folder, or an older site, got {target}.")
    return target


def _write_sources(folder: Path, language: str) -> list[str]:
    """Copies of the lessons and a first page that lists them; the names of the pages."""
    folder.mkdir()
    words = WORDS[language]
    lessons = sorted((NOTEBOOKS / language).glob("*.ipynb"))
    others = sorted((NOTEBOOKS / language).glob("*.md"))
    for source in (*lessons, *others):
        shutil.copy(source, folder)
    listed = [f"{one.stem[:2]} {_title(one)} <{one.stem}>" for one in lessons]
    names = [source.stem for source in (*lessons, *others)]
    there = "../" if _place(language) else ""
    frame = FRAME.format(there=there, language=language, **words)
    text = FIRST.format(
        pad=frame if is_fetched() else words["none"],
        pages="\n".join(listed + [source.stem for source in others]),
        **words,
    )
    (folder / "index.md").write_text(text, "utf-8")
    return ["index", "search", *names]


def _title(lesson: Path) -> str:
    first = nbformat.read(lesson, as_version=4).cells[0].source
    return first.splitlines()[0].removeprefix("# ")


def _build(source: Path, made: Path, language: str, pages: dict[str, list[str]]) -> None:
    from sphinx.application import Sphinx
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    nocolor()
    warned = io.StringIO()
    settings = _settings(language, pages)
    trees = source.with_name(f"{language}.trees")
    with patch_docutils(), docutils_namespace():  # or the next language finds all names taken
        app = Sphinx(source, None, made, trees, "html", settings, status=None, warning=warned)
        app.connect("source-read", _with_words)
        app.build()
    if warned.getvalue():
        raise InputError(f"Sphinx warned of the {language} pages:\n{warned.getvalue().strip()}")


def _settings(language: str, pages: dict[str, list[str]]) -> dict[str, Any]:
    words = WORDS[language]
    back = "../" if _place(language) else ""
    others = {
        name: {"name": WORDS[name]["name"], "place": back + _place(name), "pages": pages[name]}
        for name in pages
        if name != language
    }
    return {
        "project": words["title"],
        "html_title": words["title"],
        "language": language,
        "extensions": ["myst_nb"],
        "nb_execution_mode": "off",
        "suppress_warnings": ["mystnb.unknown_mime_type"],  # verdicts, which are also HTML
        "nitpicky": True,
        "templates_path": [str(LOOKS)],
        "html_static_path": [str(LOOKS / "static")],
        "html_css_files": ["site.css"],
        "html_favicon": str(LOOKS / "static" / "icon.svg"),
        "html_theme": "pydata_sphinx_theme",
        "html_theme_options": {
            "logo": {"text": words["brand"]},
            "navbar_center": [],
            "navbar_end": ["theme-switcher"],
            "navbar_persistent": ["language", "search-button"],
            "article_header_start": ["download"],
            "secondary_sidebar_items": ["page-toc"],
            "footer_start": [],
            "footer_end": [],
        },
        "html_sidebars": {"**": ["lessons"]},
        "html_context": {"default_mode": "auto", "words": words, "others": others},
        "html_sourcelink_suffix": "",
        "html_use_index": False,
    }


def _with_words(app: Any, page: str, content: list[str]) -> None:
    """Alternative text for each plotted picture: myst-nb takes it for no output alone."""
    if Path(app.env.doc2path(page)).suffix != ".ipynb":
        return
    notebook = json.loads(content[0])
    for output in [one for cell in notebook["cells"] for one in cell.get("outputs", [])]:
        give_words(output)
    content[0] = json.dumps(notebook)


def give_words(output: dict[str, Any]) -> None:
    """Let a plotted picture show itself with the alternative text that it was plotted with."""
    data = output.get("data", {})
    if "image/png" in data and "text/html" not in data:
        words = html.escape(output["metadata"].get("image/png", {}).get("alt", ""))
        pixels = "".join(data["image/png"]).replace("\n", "")
        data["text/html"] = f'<img alt="{words}" src="data:image/png;base64,{pixels}">'
