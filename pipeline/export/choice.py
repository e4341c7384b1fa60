"""Which targets a run writes: those of its settings, shipped or the site's own.

A site's own target is a file `targets/NAME.toml` beside its billing.toml. Its text goes into the
run's settings, which the store keeps: the run's files can be written again when it is gone.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.export.row_forms import TargetFileError
from pipeline.export.target_reader import read_target
from pipeline.export.targets import SUFFIX, Target, shipped_names, shipped_text
from pipeline.settings import DEFAULT_TARGETS, Settings
from pipeline.settings.faults import NO_TARGET, Fault

FOLDER = "targets"


def choose_targets(settings: Settings, config: Path | None, names: Sequence[str]) -> Settings:
    """The settings with these targets, their texts where they are the site's own, and of
    [target.…] what is about them; each is read and checked."""
    own = _own_files(config)
    for name in own:
        if name in shipped_names():
            raise TargetFileError(
                f"{own[name]}: {name} is a shipped target; give yours another name"
            )
    known = (*shipped_names(), *own)
    for name in settings.target:
        if name not in known:
            raise TargetFileError(f"{config}: [target.{name}]: {_unknown(name, known)}")
    for name in names:
        if name not in known:
            raise TargetFileError(_unknown(name, known))
        if names.count(name) > 1:
            raise TargetFileError(f"the target {name} is named twice; name it once")
    chosen = replace(
        settings,
        targets=tuple(names),
        target={name: settings.target[name] for name in names if name in settings.target},
        target_files={name: _text_of(own[name]) for name in names if name in own},
    )
    _refuse_shared_paths(targets_of(chosen))
    return chosen


def faults_of_targets(
    given: Mapping[str, Any], config: Path | None, names: Sequence[str] = ()
) -> Iterator[Fault]:
    """What is wrong with the targets that settings name (`names` prevail), and with [target.…].

    `given` are values as the settings file has them; those that no setting can have are told elsewhere.
    """
    own = _own_files(config)
    known = (*shipped_names(), *own)
    values = given.get("target", {})
    values = values if isinstance(values, dict) else {}
    for name in values:
        if name not in known:
            yield Fault(NO_TARGET, ("target", name), f"[target.{name}]: {_unknown(name, known)}")
    listed = names or given.get("targets", DEFAULT_TARGETS)
    if not isinstance(listed, list | tuple):
        return
    for name in dict.fromkeys(one for one in listed if isinstance(one, str) and one.strip()):
        chosen = {name: values[name]} if isinstance(values.get(name), dict) else {}
        try:
            choose_targets(Settings(target=chosen), config, [name])
        except TargetFileError as fault:
            yield Fault(NO_TARGET, ("--target" if names else "targets",), str(fault), name)


def choose_again(
    kept: Settings, site: Settings, config: Path | None, names: Sequence[str]
) -> Settings:
    """The settings that a run kept, with other targets: as the run had them, else as they are now."""
    new = [name for name in names if name not in kept.targets]
    now = choose_targets(site, config, new)
    chosen = replace(
        kept,
        targets=tuple(names),
        target={
            name: one for of in (kept, now) for name, one in of.target.items() if name in names
        },
        target_files={
            name: one
            for of in (kept, now)
            for name, one in of.target_files.items()
            if name in names
        },
    )
    _refuse_shared_paths(targets_of(chosen))
    return chosen


def targets_of(settings: Settings) -> tuple[Target, ...]:
    """The targets that these settings name, in order.

    >>> [target.name for target in targets_of(Settings())]
    ['oracle-autoinvoice', 'oracle-revenue']
    """
    return tuple(
        _read(
            name,
            settings.target_files.get(name),
            json.dumps(settings.target.get(name, {}), sort_keys=True),
        )
        for name in settings.targets
    )


@cache
def _read(name: str, own_text: str | None, values: str) -> Target:
    text = own_text if own_text is not None else shipped_text(name + SUFFIX)
    if text is None:
        raise TargetFileError(_unknown(name, shipped_names()))
    given: dict[str, Any] = json.loads(values)
    return read_target(name, text, given)


def _own_files(config: Path | None) -> dict[str, Path]:
    """The site's own targets by name: the files of the folder `targets` beside its settings."""
    if config is None:
        return {}
    return {path.stem: path for path in sorted((config.parent / FOLDER).glob(f"*{SUFFIX}"))}


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as fault:
        raise TargetFileError(f"{path}: can't be read: {fault.strerror}; allow it") from fault
    except UnicodeDecodeError as fault:
        raise TargetFileError(f"{path}: is not UTF-8; save it so") from fault


def _unknown(name: str, known: Sequence[str]) -> str:
    return (
        f"there is no target {name}; known are {', '.join(known)}; a target of your own is a file "
        f"{FOLDER}/{name}{SUFFIX} beside billing.toml"
    )


def _refuse_shared_paths(targets: Sequence[Target]) -> None:
    """No two targets write the same file."""
    owners: dict[str, str] = {}
    for target in targets:
        paths = [target.path] if target.path else [*target.tables.values(), target.readme]
        for path in paths:
            folder = path.partition("/")[0].casefold()
            if owners.setdefault(folder, target.name) != target.name:
                raise TargetFileError(
                    f"the targets {owners[folder]} and {target.name} both write into {folder}/; give "
                    "one another folder"
                )
