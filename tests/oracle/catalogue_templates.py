#!/usr/bin/env python3
"""Writes tests/data/catalogue.tsv: every log statement of Aztec's prover software, one a line.

    catalogue_templates.py CATALOGUE.md tests/data/catalogue.tsv

CATALOGUE.md lists the log statements as the TypeScript sources have them. Columns of the result:
section, logger module, level, versions, template, and what the normalizer's table has for it: the
entry's pattern, or "not covered: " and why. The last column is kept by hand: this script takes it
over from the file that is there, and leaves it empty for a template that is new; the test
normalizer/catalogue/catalogue_test.cc fails there.

A template is what is printed: quotes are gone, texts that are put together stand together, and
where a logger appends the error that it is given (levels error and fatal), ": ${err}" is appended.
"""

import re
import sys

SECTIONS = ["prover-client", "prover-node", "bb-prover", "aztec", "foundation"]
# One statement of pino-logger.ts whose text depends on where it runs and on what is set.
LOGGER_START = [
    "Logger initialized with level ${logLevel}",
    "Logger initialized with level ${logLevel} with OTLP exporter to ${otlpEndpoint}",
    "Browser console logger initialized with level ${logLevel}",
]


def text_of(code):
    """The text of a TypeScript expression: quoted strings and what joins them."""
    called = re.fullmatch(r"format\((.*)\)", code)
    if called:
        parts = [part.strip() for part in called.group(1).split(", ")]
        return " ".join(p[1:-1] if p[0] in "'´" else "${" + p + "}" for p in parts)
    if "´ + ´" in code:
        return "".join(code.split("´ + ´")).strip("´")
    if len(code) >= 2 and code[0] == code[-1] and code[0] in "'´":
        return code[1:-1]
    return "${" + code + "}"


def templates_of(level, code, data):
    if code.startswith("{ module: 'logger'"):  # the data comes first in pino
        if data.startswith("isNode"):
            return LOGGER_START
        return [text_of(data)]
    text = text_of(code)
    appends = re.match(r"(err|saveErr|result|result\.reason)( ;|$)", data)
    if appends and ("error" in level or "fatal" in level):
        text += ": ${err}"
    return [text]


def rows_of(path):
    section = ""
    for line in open(path, encoding="utf-8"):
        if line.startswith("### "):
            section = line[4:].strip()
        if section not in SECTIONS or not line.startswith("| ") or line.startswith("| file"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) != 6:
            sys.exit("not a row of six cells: " + line)
        _, module, level, code, data, versions = cells
        for template in templates_of(level, code, data):
            yield section, module.replace("'", ""), level, versions, template


def main():
    source, target = sys.argv[1:]
    known = {}
    try:
        for line in open(target, encoding="utf-8"):
            cells = line.rstrip("\n").split("\t")
            known[cells[0], cells[4]] = cells[5]
    except FileNotFoundError:
        pass
    header = "section", "module", "level", "versions", "template"
    lines = ["\t".join(header + ("pattern",))]
    for row in dict.fromkeys(rows_of(source)):
        lines.append("\t".join(row + (known.get((row[0], row[4]), ""),)))
    open(target, "w", encoding="utf-8").write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
