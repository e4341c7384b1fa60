"""One round: a seed's mutated files are one upload, which is read, validated and looked at.

The seed says everything: which files, how they are mutated, and so what comes of them.
"""

import random
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.findings import ERROR
from pipeline.read import Inputs, read_inputs
from pipeline.validate import Held, Validated, validate_inputs
from tests.fuzz.corpus import Sample, of_world, pack, samples
from tests.fuzz.mutators import mutate_bytes, mutate_csv, mutate_workbook
from tests.fuzz.oracle import faults_of, faults_of_reading

WORLDS = 120
"""Inputs of a round."""


@dataclass
class Tally:
    """What rounds came to: `counts` of inputs, rows and findings, `faults` by seed."""

    counts: Counter = field(default_factory=Counter)
    faults: dict[int, list[str]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Takes in another round."""
        self.counts.update(other.counts)
        self.faults.update(other.faults)


def mutated_files(seed: int, worlds: int = WORLDS) -> dict[str, bytes]:
    """The files of a round by name: one of each world, or none where it came out as it was."""
    source = random.Random(seed)
    originals = samples()
    files = {}
    for world in range(worlds):
        sample = source.choice(originals)
        stem, _, suffix = sample.name.rpartition(".")
        files[f"{stem}-{world}.{suffix}"] = mutated(of_world(sample, world), originals, source)
    return files


def mutated(sample: Sample, originals: Sequence[Sample], source: random.Random) -> bytes:
    """One file mutated: as bytes, or in what it says."""
    if sample.parts is not None:
        if source.random() < 0.15:
            return mutate_bytes(sample.data, source)
        whole = pack(mutate_workbook(sample.parts, source))
        return mutate_bytes(whole, source) if source.random() < 0.05 else whole
    if source.random() < 0.25:
        return mutate_bytes(sample.data, source)
    if source.random() < 0.02:
        return source.choice(originals).data
    return mutate_csv(sample.data, source)


def run_round(seed: int, held: Held | None, inbox: Path, worlds: int = WORLDS) -> Tally:
    """Mutate, read, validate, compare. The inbox is emptied first; without `held`, only reading is
    looked at, which takes a tenth of the time."""
    files = mutated_files(seed, worlds)
    for path in inbox.iterdir():
        path.unlink()
    for name, data in files.items():
        (inbox / name).write_bytes(data)
    tally = Tally(Counter(rounds=1, inputs=len(files), bytes=sum(map(len, files.values()))))
    try:
        inputs = read_inputs(inbox)
        validated = validate_inputs(inputs, held) if held else None
        found = (
            faults_of(files, inputs, validated) if validated else faults_of_reading(files, inputs)
        )
    except BaseException as fault:
        if isinstance(fault, KeyboardInterrupt | SystemExit):
            raise
        tally.faults[seed] = ["".join(traceback.format_exception(fault)[-4:])]
        tally.counts.update(tracebacks=1)
        return tally
    if found:
        tally.faults[seed] = found
    tally.counts.update(_counts_of(inputs, validated))
    return tally


def _counts_of(inputs: Inputs, validated: Validated | None) -> dict[str, int]:
    read = {sheet.file for sheet in inputs.sheets}
    refused = set(inputs.findings.loc[inputs.findings["severity"] == ERROR, "file"])
    files = validated.files if validated else inputs.files
    findings = validated.findings if validated else inputs.findings
    rows = {name: int(files[name].sum()) for name in files if name.startswith("rows_")}
    return {
        "inputs read": len(read),
        "inputs refused whole": len(refused - read),
        **{name.replace("_", " "): count for name, count in rows.items()},
        "findings": len(findings),
        **{f"code {code}": number for code, number in findings["code"].value_counts().items()},
    }
