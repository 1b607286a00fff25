#!/usr/bin/python3
"""Runs every fuzz target of build/fuzz for a while and says what it did: `./dev fuzz [seconds] [target …]`.

New inputs gather in build/fuzz/corpus/<target>, so the next run goes on from there; what makes a target fail is kept in
build/fuzz/findings/<target>. Ends with 1 when there is any.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/fuzz"
SEEDS = ROOT / "tests/fuzz/corpus"


def targets():
    programs = BUILD.glob("tests/fuzz/fuzz_*")
    return sorted(path.name.removeprefix("fuzz_") for path in programs if path.is_file())


def command_of(target, seconds, corpus, findings):
    command = [str(BUILD / "tests/fuzz" / f"fuzz_{target}"), f"-max_total_time={seconds}", "-print_final_stats=1"]
    command += ["-max_len=4096", "-timeout=60", "-rss_limit_mb=2048", "-reload=0", f"-artifact_prefix={findings}/"]
    words = ROOT / "tests/fuzz" / f"{target}.dict"
    if words.is_file():
        command.append(f"-dict={words}")
    return [*command, str(corpus), str(SEEDS / target)]


def number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run(target, seconds):
    """@return how many findings there are."""
    corpus, findings = BUILD / "corpus" / target, BUILD / "findings" / target
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    log = findings.parent / f"{target}.log"
    with open(log, "wb") as file:
        result = subprocess.run(command_of(target, seconds, corpus, findings), stdout=file, stderr=subprocess.STDOUT)
    text = log.read_text(errors="replace")
    executions = number(r"stat::number_of_executed_units:\s*(\d+)", text)
    count = sum(1 for path in findings.iterdir() if not path.name.startswith("slow-unit-"))
    state = "clean" if count == 0 and result.returncode == 0 else f"{count} findings, {log.relative_to(ROOT)}"
    coverage = number(r"cov: (\d+)", text)
    print(f"  {target:<14}{executions:>12,}{coverage:>10,}   {state}", flush=True)
    return count + (1 if count == 0 and result.returncode != 0 else 0)


def main():
    arguments = sys.argv[1:]
    seconds = int(arguments.pop(0)) if arguments and arguments[0].isdecimal() else 60
    chosen = arguments or targets()
    unknown = sorted(set(chosen) - set(targets()))
    if unknown or not chosen:
        print(f"no such target: {' '.join(unknown)}; there are: {' '.join(targets())}", file=sys.stderr)
        return 2
    print(f"{seconds} s each:\n  {'target':<14}{'executions':>12}{'coverage':>10}")
    return 1 if sum(run(target, seconds) for target in chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
