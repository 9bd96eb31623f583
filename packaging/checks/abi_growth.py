#!/usr/bin/python3
"""Tells growth of the module ABI from other changes (plugin-abi/STYLE.md), for check-abi.sh.

Usage: abi_growth.py FOLDER BASELINE

Reads FOLDER/all.abi, which abidw made of plugin-abi/baseline/surface.c, and the baseline, if it is there.
Prints what cannot be compared, a sentence on a line. Writes to the folder
  xsm.abi      the structs and functions of the ABI
  known.abi    the same without what has grown since the baseline
  enumerators  "NAME = VALUE"
"""

import os
import sys
import xml.etree.ElementTree as ET


class Abi:
    def __init__(self, path):
        self.corpus = ET.parse(path).getroot()
        self.unit = self.corpus.find("abi-instr")

    def names(self, kind):
        return {element.get("name") for element in self.unit.findall(kind)}

    def structs(self):
        return {struct.get("name"): struct for struct in self.unit.findall("class-decl")}

    def enumerations(self):
        """Of each a list of (name, value)."""
        for enum in self.unit.findall("enum-decl"):
            yield [(e.get("name"), e.get("value")) for e in enum.findall("enumerator")]

    def keep_own(self):
        """Drops what no variable of surface.c leads to: enumerators, and types of the C library."""
        by_id = {element.get("id"): element for element in self.unit if element.get("id")}
        kept, waiting = set(), self.unit.findall("var-decl")
        while waiting:
            element = waiting.pop()
            if element in kept:
                continue
            kept.add(element)
            for part in element.iter():
                waiting += [by_id[value] for name, value in part.items() if name.endswith("-id") and value in by_id]
        remove(self.unit, [element for element in self.unit if element not in kept])

    def write(self, path):
        self.corpus.tail = "\n"
        ET.ElementTree(self.corpus).write(path)


def forget_growth(abi, baseline):
    variables = baseline.names("var-decl")
    for parent, tag in ((abi.unit, "var-decl"), (abi.corpus.find("elf-variable-symbols"), "elf-symbol")):
        remove(parent, [child for child in parent.findall(tag) if child.get("name") not in variables])
    before = baseline.structs()
    for name, struct in abi.structs().items():
        if name in before and f"grows_{name}" in variables:
            forget_members(struct, int(before[name].get("size-in-bits")))
    abi.keep_own()


def forget_members(struct, old_size):
    """Only members beyond the old size are growth: struct_size tells a reader whether they are there."""
    new = [m for m in struct.findall("data-member") if int(m.get("layout-offset-in-bits")) >= old_size]
    if new:
        remove(struct, new)
        struct.set("size-in-bits", str(old_size))


def remove(parent, children):
    for child in children:
        parent.remove(child)


def numbers_used_twice(abi):
    for enumeration in abi.enumerations():
        first = {}
        for name, value in enumeration:
            if first.setdefault(value, name) != name:
                yield f"{name} has the number of {first[value]}"


def types_not_in_surface(everything, own):
    structs, variables = everything.names("class-decl"), everything.names("var-decl")
    lost = {name for name in structs if not variables & {f"grows_{name}", f"fixed_{name}"}}
    lost |= everything.names("typedef-decl") - structs - own.names("typedef-decl")
    return (f"{name} is not in surface.c" for name in sorted(lost) if name.startswith("xsm_"))


def main():
    folder, baseline = sys.argv[1:]
    path = os.path.join(folder, "all.abi")
    everything, own, known = Abi(path), Abi(path), Abi(path)

    own.keep_own()
    own.write(os.path.join(folder, "xsm.abi"))
    if os.path.exists(baseline):
        forget_growth(known, Abi(baseline))
        known.write(os.path.join(folder, "known.abi"))
    with open(os.path.join(folder, "enumerators"), "w", encoding="ascii") as file:
        for enumeration in everything.enumerations():
            file.writelines(f"{name} = {value}\n" for name, value in enumeration)
    for fault in (*numbers_used_twice(everything), *types_not_in_surface(everything, own)):
        print(fault)


main()
