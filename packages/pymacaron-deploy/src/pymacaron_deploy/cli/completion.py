"""The scripts that complete commands and options in a shell, made of the parser itself."""

from __future__ import annotations

import argparse

from pymacaron_deploy.cli.menu import menu

_BASH = """\
_pymacaron_deploy() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" words="{commands} --help --version"
    if [ "$COMP_CWORD" -gt 1 ]; then
        case "${{COMP_WORDS[1]}}" in
{cases}
        esac
        case "${{COMP_WORDS[COMP_CWORD-1]}}" in
            -C|--root|--wheels) COMPREPLY=($(compgen -d -- "$word")); return ;;
            --config) COMPREPLY=($(compgen -f -- "$word")); return ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -F _pymacaron_deploy pymacaron-deploy pymdeploy"""
_ZSH = "autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n"


def script(shell: str) -> str:
    """The script for ``bash``, ``zsh`` or ``fish``."""
    if shell == "fish":
        return _fish()
    return (_ZSH if shell == "zsh" else "") + _bash()


def _bash() -> str:
    words = {name: [*_choices(parser), *_long_options(parser)] for name, parser in _commands().items()}
    cases = [f'            {name}) words="{" ".join(each)}" ;;' for name, each in words.items()]
    return _BASH.format(commands=" ".join(words), cases="\n".join(cases))


def _fish() -> str:
    lines = []
    for program in ("pymacaron-deploy", "pymdeploy"):
        lines.append(f"complete -c {program} -f")
        for name, parser in _commands().items():
            lines.append(f"complete -c {program} -n __fish_use_subcommand -a {name} -d {_quoted(_briefs()[name])}")
            seen = f"complete -c {program} -n '__fish_seen_subcommand_from {name}'"
            lines += [f"{seen} -l {option.removeprefix('--')}" for option in _long_options(parser)]
            lines += [f"{seen} -a {choice}" for choice in _choices(parser)]
    return "\n".join(lines)


def _subparsers() -> argparse._SubParsersAction[argparse.ArgumentParser]:
    return next(action for action in menu()._actions if isinstance(action, argparse._SubParsersAction))


def _commands() -> dict[str, argparse.ArgumentParser]:
    return dict(_subparsers().choices)


def _briefs() -> dict[str, str]:
    return {choice.dest: choice.help or "" for choice in _subparsers()._choices_actions}


def _long_options(parser: argparse.ArgumentParser) -> list[str]:
    return [text for action in parser._actions for text in action.option_strings if text.startswith("--")]


def _choices(parser: argparse.ArgumentParser) -> list[str]:
    return [str(choice) for action in parser._actions if not action.option_strings for choice in action.choices or ()]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
