"""What the docs name is there: files, headings, commands, options, programs to run."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from tui import cli

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
IDS = [str(page.relative_to(PROJECT)) for page in PAGES]
ROOTS = ("core/", "tui/", "tests/", "docs/", "configs/", ".ci/")
each_page = pytest.mark.parametrize("page", PAGES, ids=IDS)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """What `#…` can name in a page, as GitHub makes it of the headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@each_page
def test_each_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = text_of(page)
    targets = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for target in ("".join(pair) for pair in targets):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


@each_page
def test_each_file_of_the_project_that_is_named_is_there(page: Path) -> None:
    for name in re.findall(r"[\w./-]+", text_of(page)):
        if name.startswith(ROOTS) and re.search(r"\.(py|json|md|cast|png|svg|toml)$", name):
            assert (PROJECT / name).exists(), f"{page.name}: {name}"


def commands(page: Path) -> list[list[str]]:
    """Each `mnist-tui …` of a page that is code: a line of a block, or a piece of a sentence."""
    text = text_of(page)
    blocks = re.findall(r"```(?:sh|bash)?\n(.*?)```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    pieces = [line for block in blocks for line in re.split(r"\n|&&|;", block)]
    pieces += re.findall(r"`([^`\n]+)`", prose)
    found = []
    for piece in pieces:
        code = piece.partition("#")[0].replace("…", "").strip().removesuffix("&").strip()
        words = re.search(r"(?:^|[\s/=])mnist-tui(?: (.*))?$", code)
        if words and "(" not in code:
            found.append(shlex.split(words[1] or ""))
    return found


def known_options(parser: argparse.ArgumentParser) -> set[str]:
    return {name for action in parser._actions for name in action.option_strings}


def parser_of(words: list[str]) -> argparse.ArgumentParser:
    """The parser of the command that words begin with; that of the window without one."""
    whole = cli._parser()
    (subparsers,) = (
        action for action in whole._actions if isinstance(action, argparse._SubParsersAction)
    )
    if words and re.fullmatch(r"[a-z]+", words[0]):
        assert words[0] in subparsers.choices, f"there is no command {words[0]}"
        parser: argparse.ArgumentParser = subparsers.choices[words[0]]
        return parser
    return whole


@each_page
def test_each_command_and_option_that_is_named_exists(page: Path) -> None:
    for words in commands(page):
        known = known_options(parser_of(words))
        for word in words:
            if word.startswith("-"):
                assert word in known, f"{page.name}: mnist-tui {' '.join(words)}"


def test_each_command_is_named_in_the_docs() -> None:
    named = {words[0] for page in PAGES for words in commands(page) if words}
    whole = cli._parser()
    for action in whole._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert set(action.choices) <= named


@each_page
def test_options_alone_are_those_of_some_command_or_script(page: Path) -> None:
    whole = cli._parser()
    known = known_options(whole)
    for action in whole._actions:
        if isinstance(action, argparse._SubParsersAction):
            for parser in action.choices.values():
                known |= known_options(parser)
    scripts = "".join(text_of(path) for path in (PROJECT / "tests" / "benchmarks").glob("*.py"))
    for piece in re.findall(r"`(--?[a-z][^`\n]*)`", text_of(page)):
        for option in (word for word in piece.split() if word.startswith("-")):
            assert option in known or f'"{option}"' in scripts, f"{page.name}: {option}"


@each_page
def test_each_benchmark_that_is_named_has_the_options_that_are_named(page: Path) -> None:
    shared = text_of(PROJECT / "tests" / "support" / "counting.py")
    called = r"`(?:python )?(?:tests/benchmarks/)?(\w+\.py)([^`]*)`"
    for name, rest in re.findall(called, text_of(page)):
        script = PROJECT / "tests" / "benchmarks" / name
        if script.exists():
            for option in re.findall(r"--[a-z-]+", rest):
                assert f'"{option}"' in text_of(script) + shared, f"{page.name}: {name} {option}"
