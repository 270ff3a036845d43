#!/usr/bin/env python3
"""Puts the cases of tests/cases/modifiers.tsv to pySigma with its SQLite backend.

Each case is one rule and one event, which becomes the rows of a table: nested objects as dotted
columns, and one row for each member of an array, any of which may match. A case whose last column
names a difference must differ, and any other must agree; exit code 1 when not.
Run by `just sigma-pysigma`; the keys of differences are explained in docs/sigma.md.
"""

import collections
import itertools
import json
import pathlib
import re
import sqlite3
import sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import ValueListPlaceholderTransformation

CASES = pathlib.Path(__file__).parent / "cases" / "modifiers.tsv"
PLACEHOLDERS = {"hosts": ["srv*", "db1"]}
FULLTEXT = "all_text"


def rule(selection):
    lines = "".join(f"    {line}\n" for line in selection.split("␤"))
    return (
        "title: t\nlogsource:\n  product: test\ndetection:\n  selection:\n"
        f"{lines}  condition: selection\n"
    )


def flatten(value, name=""):
    """Pairs of column and list of values."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from flatten(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        for inner in value:
            yield from flatten(inner, name)
    elif isinstance(value, list):
        yield name, value
    else:
        yield name, [value]


def cell(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return value


def texts(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [] if value is None else [str(cell(value))]


def fires(where, fields, event):
    columns = {}
    for name, values in flatten(event):
        columns.setdefault(name, []).extend(values or [None])
    names = sorted(set(columns) | set(fields))
    database = sqlite3.connect(":memory:")
    database.create_function("REGEXP", 2, lambda p, v: v is not None and bool(re.search(p, str(v))))
    shown = [*names, FULLTEXT] if FULLTEXT not in names else names
    declared = ", ".join(f'"{name}" COLLATE NOCASE' for name in shown)
    database.execute(f"CREATE TABLE logs ({declared})")
    keyed = [columns.get(name, [None]) for name in shown if name != FULLTEXT]
    for row in itertools.product(*keyed):
        cells = dict(zip((name for name in shown if name != FULLTEXT), map(cell, row)))
        cells[FULLTEXT] = "\n".join(texts(event))
        marks = ", ".join("?" * len(shown))
        database.execute(f"INSERT INTO logs VALUES ({marks})", [cells[name] for name in shown])
    return database.execute(where).fetchone() is not None


def answer(selection, event):
    pipeline = ProcessingPipeline(
        items=[ProcessingItem(ValueListPlaceholderTransformation())], vars=PLACEHOLDERS
    )
    backend = sqliteBackend(pipeline, fulltext_field=FULLTEXT)
    try:
        collection = SigmaCollection.from_yaml(rule(selection))
        query = backend.convert(collection)[0]
        fields = backend.required_fields(collection.rules[0])
    except Exception as error:  # whatever it refuses with is an answer
        return f"refused: {type(error).__name__}: {error}"
    try:
        return "yes" if fires(query, fields, event) else "no"
    except sqlite3.Error as error:
        return f"refused: {error}"


def main():
    counts, wrong = collections.Counter(), []
    for number, line in enumerate(CASES.read_text(encoding="utf-8").split("\n"), 1):
        if not line or line.startswith("#"):
            continue
        selection, event, expected, *reason = line.split("\t")
        got = answer(selection, json.loads(event))
        reason = reason[0] if reason else None
        counts[reason or "agree"] += 1
        if (got == expected) == (reason is not None):
            why = f"marked `{reason}`, which no longer differs" if reason else "unexplained"
            wrong.append(f"{CASES.name}:{number}: {why}: {line!r}: pySigma says {got}")
    print("\n".join(wrong))
    total = sum(counts.values())
    print(f"{total} cases, {counts.pop('agree', 0)} agree")
    for reason, count in sorted(counts.items()):
        print(f"  {count:4} differ: {reason}")
    print(f"{len(wrong)} unexplained")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
