"""Reasons that functions give, in the words of the command that called them: options as they are typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

import click

from sctoolkit.errors import SctoolkitError

_CALL = re.compile(r"Call `\w+\(\.\.\., ([^`()]*)\)`")
_SETTING = re.compile(r"`(\w+=[^`]+)`")
_ROLE = re.compile(r"`columns=\{'(\w+)': '([^'`]*)'\}`")
_READ = re.compile(r"`read\(path, '([^'`]+)'\)`")
_NAME = re.compile(r"(?<!column )(?<!Column )`(\w+)`")


def say_as_typed(error: SctoolkitError, command: click.Command) -> None:
    """Put the options of a command in place of the arguments that an error names."""
    options = {option.name: option for option in command.params if isinstance(option, click.Option) and option.name}
    error.problem = as_typed(error.problem, options)
    error.where = tuple(as_typed(line, options) for line in error.where)
    error.hint = tuple(as_typed(line, options) for line in error.hint)


def as_typed(text: str, options: Mapping[str, click.Option]) -> str:
    """Return a sentence with options in place of arguments; arguments that the command has not stay as they are.

    Examples
    --------
    >>> people = click.Option(["--people", "n_people"])
    >>> as_typed("Option `n_people` must be 2 or more. Write `n_people=20`.", {"n_people": people})
    'Option `--people` must be 2 or more. Write `--people 20`.'
    """
    text = _CALL.sub(lambda found: _settings(found, options, "Add "), text)
    text = _SETTING.sub(lambda found: _settings(found, options, ""), text)
    text = _ROLE.sub(lambda found: _role(found, options), text)
    if "instrument" in options:
        text = _READ.sub(r"`-i \1`", text)
    text = re.sub(r"Option `(\w+)`", lambda found: f"Option `{_option(found[1], options)}`", text)
    return _NAME.sub(lambda found: f"`{_other_name(found[1], options)}`", text)


def _settings(found: re.Match[str], options: Mapping[str, click.Option], before: str) -> str:
    """`a='x', b=2` as it is typed, or the text as it was where an argument is no option."""
    try:
        call = ast.parse(f"f({found[1]})", mode="eval").body
        values = {setting.arg: ast.literal_eval(setting.value) for setting in getattr(call, "keywords", ())}
    except (SyntaxError, ValueError):
        return found[0]
    if not values or not values.keys() <= options.keys():
        return found[0]
    return f"{before}`{' '.join(_typed(options[str(name)], value) for name, value in values.items())}`"


def _typed(option: click.Option, value: Any) -> str:
    name = max(option.opts, key=len)
    if option.is_flag:
        return name
    if option.multiple and isinstance(value, list):
        return " ".join(f"{name} {one}" for one in value)
    return f"{name} {','.join(map(str, value)) if isinstance(value, (list, tuple)) else value}"


def _role(found: re.Match[str], options: Mapping[str, click.Option]) -> str:
    if found[1] not in options:
        return found[0]
    return f"`{_option(found[1], options)} {'COLUMN' if found[2].startswith(('...', 'your')) else found[2]}`"


def _option(name: str, options: Mapping[str, click.Option]) -> str:
    return max(options[name].opts, key=len) if name in options else name


def _other_name(name: str, options: Mapping[str, click.Option]) -> str:
    """An option whose name differs from its argument; one word of that kind alone may be a column of the data."""
    return _option(name, options) if "_" in name else name
