"""A lesson's catalogue in, what is wrong with its Japanese out, paragraph by paragraph."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import polib
from nbformat import NotebookNode

from tests.author.glossary import Term, read_terms
from tests.author.stored import texts_of
from tests.author.translate import CODE
from tests.needs import demand_tool

HERE = Path(__file__).parent
_CODE = re.compile(r"`[^`]*`")
_LINK = re.compile(r"\]\(([^)]*)\)")
_TAG = re.compile(r"</?\w[^>]*>")
_FIELD = re.compile(r"\{[^{}]*\}")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f]")  # Ａ, １, ｶ
_ADDRESS = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_BARE = re.compile(r"<summary>[^<。？]*</summary>")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_SENTENCE = re.compile(r"(?:[A-Za-z]{2,}[ ,.:]+){4,}[A-Za-z]{2,}")
# English that stands on a Japanese page: code, and words of TensorFlow, Keras and LiteRT.
ALLOWED = re.compile("scale flow, scale dot")  # options that are names
# Other ways to say our terms: one word for one thing.
OTHER_WORDS = re.compile(
    "具体関数|コンクリート関数|ポリモーフィック|署名|訓練|トレーシング|インタプリタ|インタープリター|"
    "コンバーター|オペレーター|フォルダー|パラメーター|ブラウザー|キャプチャー|ジェスチャー|あなた"
)


def breaches(entry: polib.POEntry) -> Iterator[str]:
    """What a translation lost or added of what is the same in every language."""
    for what, pattern in (("code", _CODE), ("link", _LINK), ("tag", _TAG)):
        if lost := _counted(pattern, entry.msgid) - _counted(pattern, entry.msgstr):
            yield f"lacks the {what} {', '.join(lost)}"
        if more := _counted(pattern, entry.msgstr) - _counted(pattern, entry.msgid):
            yield f"adds the {what} {', '.join(more)}"
    if lost := _counted(_NUMBER, _plain(entry.msgid)) - _counted(_NUMBER, _plain(entry.msgstr)):
        yield f"lacks the number {', '.join(lost)}"
    if wrong := _WIDTH.search(entry.msgstr):
        yield f"has {wrong[0]!r} in the wrong width"
    if entry.msgctxt == CODE:
        if _counted(_FIELD, entry.msgid) != _counted(_FIELD, entry.msgstr):
            yield "has other fields in braces"
        return
    if _marks(entry.msgid) != _marks(entry.msgstr):
        yield "has other marks at the beginnings of its lines"
    if not _JAPANESE.search(entry.msgstr) and re.search(r"[a-z] [a-z]", _plain(entry.msgid)):
        yield "is not Japanese"


def _counted(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(pattern.findall(text))


def _plain(text: str) -> str:
    """The prose without code, addresses, tags and emphasis."""
    text = _FENCE.sub(" ", text)
    return _TAG.sub("", _LINK.sub("]", _CODE.sub("`c`", text))).replace("*", "")


def _marks(text: str) -> list[str]:
    """What makes headings, lists and tables."""
    return re.findall(r"^ *(#+|[-*>|]|\d+\.)(?= )", text, re.MULTILINE)


@cache
def japanese_terms() -> dict[str, Term]:
    """The glossary's rows whose Japanese is another word, by that word, the longest first."""
    terms = {term.ja.partition("（")[0].partition("(")[0]: term for term in read_terms()}
    kept = [(word, term) for word, term in terms.items() if _JAPANESE.search(word)]
    return dict(sorted(kept, key=lambda pair: -len(pair[0])))


def term_breaches(entry: polib.POEntry) -> Iterator[str]:
    """The glossary's words of the English that the Japanese says in another way."""
    if other := OTHER_WORDS.search(entry.msgstr):
        yield f"says {other[0]!r}; look into the glossary"
    english = re.sub(r"\s+", " ", _plain(_FIELD.sub("", entry.msgid)))
    for word, term in japanese_terms().items():
        name = re.escape(term.term)
        said = re.search(rf"(?<![\w-]){name}(?:s|es)?(?![\w-])", english, re.IGNORECASE)
        kept = entry.msgid == entry.msgstr
        if said and not kept and term.term in ALWAYS and word not in entry.msgstr:
            yield f"does not say {word!r} for {term.term!r}"


# Terms that have one meaning wherever they stand; a shape or a scale may be an everyday word.
ALWAYS = """\
builtin op
capture
catastrophic forgetting
checkpoint
concrete function
converter
delegate
dynamic range
gradient
interpreter
model card
operator
polymorphic function
quantization
representative data set
retracing
signature
signature runner
station
stroke
symbolic tensor
tensor
zero point
""".splitlines()


def first_uses(catalogue: polib.POFile) -> Iterator[str]:
    """Terms whose first use in the running text is not followed by the English in brackets."""
    words = japanese_terms()
    names = "|".join(map(re.escape, words))
    pattern, seen = re.compile(f"(?<!環境)(?:{names})"), set()  # 環境変数 is no variable of ours
    for entry in catalogue:
        if entry.msgctxt == CODE or entry.msgid.startswith("#"):
            continue
        text = _plain(entry.msgstr)
        for match in pattern.finditer(text):
            word = match[0]
            if word not in seen:
                seen.add(word)
                after = text[match.end() :].removeprefix("」")
                if not after.lower().startswith(f"（{words[word].term.lower()}"):
                    yield f"{entry.msgctxt}: {word}（{words[word].term}） at its first use"


def read_by_textlint(texts: dict[str, list[tuple[str, str]]], folder: Path) -> list[str]:
    """What textlint says of paragraphs, each with its place, of several lessons: a line each."""
    command, node = demand_tool("textlint", "bin/textlint.js"), shutil.which("node")
    assert node, "npm has fetched textlint, and node is not on the path"
    places: dict[str, list[str]] = {}
    for name, paragraphs in texts.items():
        lines = [""]
        places[name] = [""]
        for place, text in paragraphs:
            made = [*text.splitlines(), ""]
            lines += made
            places[name] += [place] * len(made)
        (folder / f"{name}.md").write_text("\n".join(lines), encoding="utf-8")
    options = ["--config", str(HERE / "textlint.json"), "--format", "json", "--no-color"]
    ran = subprocess.run(
        [node, str(command), *options, *(str(folder / f"{name}.md") for name in texts)],
        cwd=HERE,
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode in (0, 1), ran.stderr
    found = []
    for report in json.loads(ran.stdout):
        name = Path(report["filePath"]).stem
        for one in report["messages"]:
            words = one["message"].splitlines()[0]
            place = places[name][one["line"] - 1]
            found.append(f"{name}, {place}: {words} ({one['ruleId']}, column {one['column']})")
    return found


def prose(catalogue: polib.POFile) -> list[tuple[str, str]]:
    """The running text of a lesson by cell, without addresses and summaries such as ヒント 1."""
    texts = [(entry.msgctxt, entry.msgstr) for entry in catalogue if entry.msgctxt != CODE]
    plain = [(cell, _ADDRESS.sub(r"\1", _BARE.sub("", text))) for cell, text in texts]
    plain = [(cell, re.sub("</?code>", "`", text)) for cell, text in plain]
    tags = re.compile(rf"({_CODE.pattern})|{_TAG.pattern}")  # what stands in code is no tag
    plain = [(cell, tags.sub(lambda found: found[1] or "\n\n", text)) for cell, text in plain]
    return [(cell, text.strip("\n")) for cell, text in plain]


def english_left(notebook: NotebookNode, messages: Iterable[str]) -> Iterator[str]:
    """What the outputs of a Japanese lesson say in English: by our messages, and any sentence."""
    pieces = {piece for message in messages for piece in _FIELD.split(message)}
    ours = sorted(piece.strip() for piece in pieces if len(re.findall("[A-Za-z]{2}", piece)) > 3)
    ours = [piece for piece in ours if piece.count(" ") > 1]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for place, text in texts_of(output):
                text = re.sub(r"\s+", " ", _TAG.sub(" ", html.unescape(text)))
                yield from (f"{cell.id}, {place}: {one!r}" for one in ours if one in text)
                if place != "stdout":  # printed by the lesson: TensorFlow's own messages
                    sentences = (found for found in _SENTENCE.findall(text))
                    yield from (
                        f"{cell.id}, {place}: {found!r}"
                        for found in sentences
                        if not ALLOWED.search(found)
                    )
