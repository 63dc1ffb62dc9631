"""``pymacaron completion``: the script that completes commands and options, made from the parser itself."""

from __future__ import annotations

import argparse

from pymacaron_core.changes.rules import RULES
from pymacaron_core.cli.menu import menu
from pymacaron_core.console import say

BASH = """\
_pymacaron_paths() {{
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null  # a slash after folders, quotes where they are needed; bash 3 has no compopt
    COMPREPLY=($(compgen "$1" -- "$2"))
}}
_pymacaron() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" words
    if [ "$word" = "=" ]; then word=""; elif [ "$before" = "=" ]; then before="${{COMP_WORDS[COMP_CWORD-2]}}"; fi
    COMPREPLY=()
    case "${{COMP_WORDS[1]}}" in
{cases}
        *) words="{commands} --help --version" ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then words="{commands} --help --version"; before=""; fi
    case "$before" in
{values}
    esac
    case "$COMP_CWORD ${{COMP_WORDS[1]}} $word" in
        "1 "*|*" -"*) ;;
        {files}) _pymacaron_paths -f "$word"; return ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -F _pymacaron pymacaron"""
_DOCUMENTS = ("FILE", "OLD", "NEW")
ZSH = "autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n"


def execute(options: argparse.Namespace) -> int:
    """Print the script for one shell."""
    scripts = {"bash": bash, "zsh": lambda: ZSH + bash(), "fish": fish}
    say(scripts[options.shell]())
    return 0


def bash() -> str:
    commands = _commands()
    cases = [f'        {name}) words="{" ".join(_words(parser))}" ;;' for name, parser in commands.items()]
    values = {
        "|".join(action.option_strings): _reply(action)
        for parser in commands.values()
        for action in parser._actions
        if action.option_strings and action.nargs != 0
    }
    return BASH.format(
        cases="\n".join(cases),
        commands=" ".join(commands),
        values="\n".join(f"        {names}) {reply}return ;;" for names, reply in values.items()),
        files="|".join(f'*" {name} "*' for name, parser in commands.items() if _takes_files(parser)),
    )


def _reply(action: argparse.Action) -> str:
    """What finds the values of an option; nothing where none is known."""
    known = _values(action)
    if known:
        return f"COMPREPLY=($(compgen -W '{' '.join(known)}' -- \"$word\")); "
    kind = {"FILE": "-f", "FOLDER": "-d"}.get(str(action.metavar))
    return f'_pymacaron_paths {kind} "$word"; ' if kind else ""


def _values(action: argparse.Action) -> list[str]:
    return list(RULES) if action.metavar == "RULE" else [str(choice) for choice in action.choices or ()]


def _takes_files(parser: argparse.ArgumentParser) -> bool:
    return any(not action.option_strings and action.metavar in _DOCUMENTS for action in parser._actions)


def fish() -> str:
    lines = ["complete -c pymacaron -f"]
    briefs = {choice.dest: choice.help or "" for choice in _subparsers()._choices_actions}
    for name, parser in _commands().items():
        lines.append(f"complete -c pymacaron -n __fish_use_subcommand -a {name} -d {_quoted(briefs[name])}")
        seen = f"complete -c pymacaron -n '__fish_seen_subcommand_from {name}'"
        for action in parser._actions:
            if action.option_strings:
                told = _quoted((action.help or "").split(";")[0])
                lines.append(f"{seen} {_fish_names(action)}{_fish_values(action)} -d {told}")
        if _takes_files(parser):
            lines.append(f"{seen} -F")
        lines += [f"{seen} -a {choice}" for choice in _choices(parser)]
    return "\n".join(lines)


def _fish_names(action: argparse.Action) -> str:
    return " ".join(f"-l {text[2:]}" if text.startswith("--") else f"-s {text[1:]}" for text in action.option_strings)


def _fish_values(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    known = {"FILE": " -r -F", "FOLDER": " -x -a '(__fish_complete_directories)'"}
    return f" -x -a {_quoted(' '.join(_values(action)))}" if _values(action) else known.get(str(action.metavar), " -x")


def _subparsers() -> argparse._SubParsersAction[argparse.ArgumentParser]:
    return next(action for action in menu()._actions if isinstance(action, argparse._SubParsersAction))


def _commands() -> dict[str, argparse.ArgumentParser]:
    return dict(_subparsers().choices)


def _words(parser: argparse.ArgumentParser) -> list[str]:
    options = [text for action in parser._actions for text in action.option_strings if text.startswith("--")]
    return [*_choices(parser), *options]


def _choices(parser: argparse.ArgumentParser) -> list[str]:
    return [str(choice) for action in parser._actions if not action.option_strings for choice in action.choices or ()]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
