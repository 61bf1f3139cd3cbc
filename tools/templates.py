"""Lay out the templates of pages: an element a line where a line does not hold it, two spaces a level.

    python tools/templates.py            lay out every template
    python tools/templates.py --check    name those that are not laid out

Exit code 1 if there are any, or if a template opens an element in one branch and closes it elsewhere.

White space is added or taken away only beside tags of blocks and of controls (`BLOCKS`, `LONE`), where a browser
makes nothing of it, and beside template tags that hold such; text, inline tags, translations and scripts keep theirs.
Our own, because what is there is either licensed under the GPL (djLint) or lays out template tags only (Djade).
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH = 120
STEP = "  "
_BLOCKS = """
address article aside body button caption col colgroup dd details dialog div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 head header hgroup html label legend li main nav noscript ol option p search section select
summary table tbody td template tfoot th thead title tr ul
circle defs g line path polygon polyline rect svg symbol text
"""
BLOCKS = frozenset(_BLOCKS.split())
LONE = frozenset({"base", "col", "hr", "input", "link", "meta"})
"""Blocks that have no end."""
OPENING = frozenset({"autoescape", "block", "for", "if", "ifchanged", "spaceless", "with"})
BRANCHES = frozenset({"elif", "else", "empty"})
STATEMENTS = frozenset({"extends", "load"})
"""Tags that give no text."""


def _template(group: str) -> str:
    """The pattern of a template tag, with its end where its body is not to be touched."""
    return (
        rf"\{{#.*?#\}}|\{{%\s*(?P<{group}>blocktrans(?:late)?|comment|verbatim)\b.*?%\}}.*?\{{%\s*end(?P={group})\s*%\}}"
        r"|\{%.*?%\}|\{\{.*?\}\}"
    )


_TOKEN = re.compile(
    rf"(?P<raw><(?P<r>script|style|pre|textarea)\b.*?</(?P=r)\s*>)"
    rf"|(?P<template>{_template('b')})"
    r"|(?P<comment><!.*?>)"
    rf"|(?P<html></?[a-zA-Z](?:{_template('c')}|\"(?:{_template('d')}|[^\"])*\"|'[^']*'|[^<>\"'])*>)"
    r"|(?P<text>(?:(?!<[!/a-zA-Z]|\{[%{#]).)+)",
    re.DOTALL,
)
_PIECE = re.compile(
    rf"(?:{_template('e')}|\"(?:{_template('f')}|[^\"])*\"|'[^']*'|\S)+|\s+", re.DOTALL
)
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)|\{%\s*(\w+)")


class NotBalanced(Exception):
    """A template opens what it does not close, or the other way round."""


@dataclass(slots=True)
class Branch:
    """A tag and what follows it inside its element or template tag."""

    tag: str
    inside: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Holder:
    """An element of a block, or a template tag with an end: its branches, and the closing tag."""

    name: str
    is_element: bool
    branches: list[Branch]
    end: str = ""


Node = str | Holder
"""Text and inline tags are strings."""


def name_of(token: str) -> str:
    """The name of a tag of HTML or of a template; empty for text."""
    found = _NAME.match(token)
    return (found[1] or found[2] or "").lower() if found else ""


def tree_of(text: str) -> list[Node]:
    """The nodes of a template. Raises: NotBalanced."""
    root = Holder("", False, [Branch("")])
    open_ = [root]
    for found in _TOKEN.finditer(text):
        token, name = found[0], name_of(found[0])
        if found["html"] and name in BLOCKS | LONE:
            _add_element(open_, name, token)
        elif found["template"] and name in OPENING:
            _open(open_, Holder(name, False, [Branch(token)]))
        elif found["template"] and name in BRANCHES and not open_[-1].is_element:
            open_[-1].branches.append(Branch(token))
        elif found["template"] and (name in BRANCHES or name.removeprefix("end") in OPENING):
            _close(open_, name.removeprefix("end"), token, is_element=False)
        else:
            open_[-1].branches[-1].inside.append(token)
    if open_ != [root]:
        raise NotBalanced(open_[-1].branches[0].tag)
    return root.branches[0].inside


def _add_element(open_: list[Holder], name: str, token: str) -> None:
    element = Holder(name, True, [Branch(token)])
    if token.startswith("</"):
        _close(open_, name, token, is_element=True)
    elif name in LONE or token.endswith("/>"):
        open_[-1].branches[-1].inside.append(element)
    else:
        _open(open_, element)


def _open(open_: list[Holder], holder: Holder) -> None:
    open_[-1].branches[-1].inside.append(holder)
    open_.append(holder)


def _close(open_: list[Holder], name: str, token: str, *, is_element: bool) -> None:
    holder = open_[-1]
    if (holder.name, holder.is_element) != (name, is_element):
        raise NotBalanced(token)
    holder.end = token
    open_.pop()


def is_block(node: Node) -> bool:
    """Whether a node stands on lines of its own."""
    if isinstance(node, str):
        return name_of(node) in STATEMENTS and node.startswith("{%")
    if node.is_element or node.name == "block":
        return True
    return any(is_block(each) for branch in node.branches for each in branch.inside)


def flat(nodes: Iterable[Node]) -> str:
    """Nodes on one line, as far as they let themselves."""
    return "".join(_flat(each) for each in nodes)


def _flat(node: Node) -> str:
    if isinstance(node, str):
        return node if node[:1] in "<{" else re.sub(r"\s+", " ", node)
    parts = []
    for branch in node.branches:
        inside = flat(branch.inside)
        parts += [branch.tag, inside.strip() if is_block(node) else inside]
    return "".join(parts) + node.end


def lines_of(nodes: Sequence[Node], depth: int) -> Iterator[str]:
    """The lines of nodes at a depth."""
    run: list[Node] = []
    for node in nodes:
        if not is_block(node):
            run.append(node)
            continue
        yield from filled(flat(run), depth)
        run = []
        yield from _block_lines(node, depth)
    yield from filled(flat(run), depth)


def _block_lines(node: Node, depth: int) -> Iterator[str]:
    line = STEP * depth + _flat(node)
    if isinstance(node, str) or (len(line) <= WIDTH and "\n" not in line):
        yield line
        return
    for branch in node.branches:
        yield from filled(branch.tag, depth)
        yield from lines_of(branch.inside, depth + 1)
    if node.end:
        yield STEP * depth + node.end


def filled(text: str, depth: int) -> Iterator[str]:
    """Text and inline tags, broken at white space outside of quotes and template tags."""
    line = ""
    for piece, is_attribute in _pieces(text.strip()):
        if piece.isspace():
            line += " " if line.strip() else ""
            continue
        if line.endswith(" ") and len(line) + len(piece.split("\n")[0]) > WIDTH:
            yield line.rstrip()
            line = ""
        line = (line or STEP * (depth + is_attribute)) + piece
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Words, the white space between them and whether they are attributes; quoted values, template tags and scripts
    are in one piece."""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if found["html"] or found["text"]:
            for n, each in enumerate(_PIECE.finditer(token)):
                yield each[0], bool(found["html"]) and n > 0
        else:
            yield token, False


def laid_out(text: str) -> str:
    """A template laid out. Raises: NotBalanced."""
    return "\n".join(lines_of(tree_of(text), 0)) + "\n"


def main() -> None:
    """Lay out every template, or say which are not."""
    checks = "--check" in sys.argv
    wrong = []
    for path in sorted((ROOT / "kangmai").glob("**/templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        try:
            new = laid_out(text)
        except NotBalanced as error:
            sys.exit(
                f"{path.relative_to(ROOT)}: {error} has no partner in its element or template tag"
            )
        if new != text:
            wrong.append(path.relative_to(ROOT))
            if not checks:
                path.write_text(new, encoding="utf-8")
    if checks and wrong:
        print("not laid out (python tools/templates.py):", *wrong, sep="\n", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
