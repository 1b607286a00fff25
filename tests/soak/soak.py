"""Two long trials of the built program, with figures.

  soak.py --program build/release/rightful pairs 200   simultaneous exports of look-alike accounts; every package, the
                                                       state database, the package store and the logs are searched
  soak.py --program build/release/rightful kills 50    kill -9 of export child, worker and PostgreSQL at random instants;
                                                       every request must end released exactly once, nothing half-written

Ends with 0 when what must hold did hold, else 1. The seed is printed; --seed repeats a run.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from company import Company
from service import DEADLINE_SECONDS, Service, finish, processes

COPIES_OF_A_CANARY_AT_LEAST = 40


def enrol(service, accounts):
    """Invitation, then enrolment, as the customers would; two at a time."""
    def one(account):
        printed = service.add_account(account)
        token = re.search(r"(?<![\w-])[\w-]{43}(?![\w-])", printed).group(0)
        credential = service.folder / f"{account}.credential"
        credential.write_text(f"a long credential of {account}\n")
        invitation = service.folder / f"{account}.invitation"
        invitation.write_text(token + "\n")
        service.client("enrol", account, "--invitation-file", str(invitation), "--recovery-code-file",
                       str(service.folder / f"{account}.recovery"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, _ in enumerate(pool.map(one, accounts), 1):
            if number % 50 == 0:
                say(f"  {number} of {len(accounts)} accounts enrolled")


def say(text):
    print(text, flush=True)


def occurrences(path, marks_of):
    """account -> how often one of its marks stands in the file."""
    content = path.read_bytes()
    found = {}
    for match in re.finditer(rb"RIGHTFUL-CANARY-[0-9A-Z]{24}|marker-[0-9a-f]{32}", content):
        owner = marks_of.get(match.group(0), "unknown")
        found[owner] = found.get(owner, 0) + 1
    return found


class Search:
    """Counts own and foreign marks in opened packages."""

    def __init__(self, company):
        self.marks_of = {mark: account for account in company.accounts for mark in company.marks(account)}
        self.packages = self.own = self.foreign = self.bytes = 0

    def opened(self, account, folder):
        own = 0
        for path in folder.rglob("*"):
            if path.is_file():
                self.bytes += path.stat().st_size
                for owner, count in occurrences(path, self.marks_of).items():
                    if owner == account:
                        own += count
                    else:
                        self.foreign += count
                        say(f"  FOREIGN: {count} marks of {owner} in the package of {account}: {path.name}")
        if own < COPIES_OF_A_CANARY_AT_LEAST:
            raise RuntimeError(f"only {own} own marks in the package of {account}: the search would find nothing")
        self.packages += 1
        self.own += own

    def at_rest(self, *folders):
        """Marks in the clear anywhere in these folders: there must be none at all."""
        hits = size = 0
        for folder in folders:
            for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
                if path.is_file():
                    size += path.stat().st_size
                    for owner, count in occurrences(path, self.marks_of).items():
                        hits += count
                        say(f"  PLAINTEXT: {count} marks of {owner} in {path}")
        return hits, size


def open_package(service, account, request, folder):
    package = folder / f"{account}.zip"
    service.client("download", account, request, "--output", str(package))
    code = service.client("unlock", account, str(package), "--reveal-code").split()[-1]
    target = folder / account
    subprocess.run(["7zz", "x", "-y", "-bso0", "-bsp0", f"-p{code}", f"-o{target}", str(package)], check=True)
    subprocess.run(["7zz", "x", "-y", "-bso0", "-bsp0", f"-o{target / 'inner'}", str(target / "export.zip")], check=True)
    (target / "export.zip").unlink()
    package.unlink()
    return target


def request_of(text):
    return re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text).group(0)


def pairs(arguments, company, service, folder):
    enrol(service, company.accounts)
    search = Search(company)
    start = time.monotonic()
    for number in range(arguments.count):
        both = company.accounts[2 * number:2 * number + 2]
        # Both processes sign in and ask at the same moment.
        asking = [service.client("request", account, wait=False) for account in both]
        texts = [finish(process) for process in asking]
        for account, text in zip(both, texts):
            opened = open_package(service, account, request_of(text), folder)
            search.opened(account, opened)
            shutil.rmtree(opened)
        if (number + 1) % 10 == 0:
            say(f"  {number + 1} of {arguments.count} pairs, {search.foreign} foreign marks")
    seconds = time.monotonic() - start
    service.stop()
    hits, size = search.at_rest(service.data / "postgres", service.data / "packages", service.log)
    figures = {"pairs": arguments.count, "packages_opened": search.packages, "bytes_searched_in_packages": search.bytes,
               "own_marks": search.own, "foreign_marks": search.foreign, "bytes_searched_at_rest": size,
               "marks_at_rest": hits, "seconds": round(seconds, 1)}
    return figures, search.foreign == 0 and hits == 0 and search.packages == 2 * arguments.count


def state_query(service, text):
    """Asks the state database itself, beside the program."""
    done = subprocess.run(["psql", "-X", "-A", "-t", "-h", str(service.data / "run"), "-U", "rightful", "-d", "rightful", "-c", text],
                          capture_output=True, text=True, check=True)
    return [line.split("|") for line in done.stdout.splitlines()]


def victims_of(service, kind):
    if kind == "child":
        return service.children()
    if kind == "worker":
        return [service.process.pid]
    if kind == "postgres":
        return [service.postmaster()] if service.postmaster() else []
    # A backend's death makes the postmaster restart all of them.
    return [pid for pid, command in processes() if command.startswith("postgres: rightful ")]


def kill_something(service, kind, chance):
    """At a random instant of the export: a child lives for a tenth of a second, so it is waited for first."""
    if kind == "child":
        end = time.monotonic() + 5
        while not service.children() and time.monotonic() < end:
            pass
        time.sleep(chance.uniform(0, 0.1))
    else:
        time.sleep(chance.uniform(0, 1.2))
    alive = victims_of(service, kind)
    if not alive:
        return False
    try:
        os.kill(chance.choice(alive), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def wait_until_released(service, account, request):
    end = time.monotonic() + 120
    state = "?"
    while time.monotonic() < end:
        revive(service)
        done = service.client("status", account, request, wait=False)
        out, _ = done.communicate()
        match = re.search(r"\b(received|queued|running|verifying|ready|downloaded|failed|quarantined)\b", out)
        state = match.group(1) if match else state
        if state in ("ready", "downloaded"):
            return
        if state in ("failed", "quarantined"):
            raise RuntimeError(f"request {request} ended {state}")
        time.sleep(0.2)
    raise RuntimeError(f"request {request} is still {state} after 120 s")


def revive(service):
    if service.process.poll() is not None:
        service.process.wait()
        service.start()


def ask_and_kill(service, account, kind, chance):
    """Returns the request's id and whether something was killed. A client that got no answer asks again, and is then told
    of the request that is open already."""
    process = service.client("request", account, "--no-wait", wait=False)
    killed = kill_something(service, kind, chance)
    while True:
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
        if process.returncode == 0:
            return request_of(out), killed
        open_already = re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", err)
        if open_already and "open" in err:
            return open_already.group(0), killed
        revive(service)
        time.sleep(0.2)
        process = service.client("request", account, "--no-wait", wait=False)


def kills(arguments, company, service, folder):
    chance = random.Random(arguments.seed)
    accounts = company.accounts[:arguments.count]
    enrol(service, accounts)
    search = Search(company)
    count = {"child": 0, "worker": 0, "postgres": 0, "backend": 0, "missed": 0}
    start = time.monotonic()
    for number, account in enumerate(accounts, 1):
        kind = ("child", "worker", "postgres", "child", "backend")[number % 5]
        request, killed = ask_and_kill(service, account, kind, chance)
        count[kind if killed else "missed"] += 1
        wait_until_released(service, account, request)
        opened = open_package(service, account, request, folder)
        search.opened(account, opened)
        shutil.rmtree(opened)
        if number % 5 == 0:
            say(f"  {number} of {arguments.count} kills: {count}")
    rows = state_query(service, "SELECT request_id, object_name FROM package")
    released = [row[0] for row in rows]
    objects = {row[1] for row in rows}
    service.stop()
    stored = {path.name for path in (service.data / "packages").rglob("*") if path.is_file()}
    hits, size = search.at_rest(service.data / "postgres", service.data / "packages", service.log)
    figures = {"kills": sum(count.values()) - count["missed"], "kills_by_kind": count, "requests": len(accounts), "released": len(released),
               "released_twice": len(released) - len(set(released)), "objects_without_package": sorted(stored - objects),
               "packages_without_object": sorted(objects - stored), "foreign_marks": search.foreign, "marks_at_rest": hits,
               "bytes_searched_at_rest": size, "seconds": round(time.monotonic() - start, 1)}
    held = (len(released) == len(set(released)) == len(accounts) and stored == objects and search.foreign == 0 and hits == 0)
    return figures, held


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trial", choices=["pairs", "kills"])
    parser.add_argument("count", type=int)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    say(f"{arguments.trial} × {arguments.count}, seed {arguments.seed}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rightful-soak-", dir="/var/tmp"))
    folder.chmod(0o755)
    company = Company(folder / "company", max(arguments.count, 1) if arguments.trial == "pairs" else (arguments.count + 1) // 2,
                      arguments.seed)
    service = None
    try:
        company.start()
        service = Service(arguments.program.resolve(), folder, company, arguments.workers)
        service.run("admin", "keys", "init", *service.settings[:2])
        service.start()
        figures, held = {"pairs": pairs, "kills": kills}[arguments.trial](arguments, company, service, folder)
        say(json.dumps(figures, indent=2))
        say("held" if held else "DID NOT HOLD")
        if held:
            shutil.rmtree(folder / "data", ignore_errors=True)
        return 0 if held else 1
    finally:
        if service is not None and service.process is not None and service.process.poll() is None:
            service.process.kill()
            service.process.wait()
        company.stop()


if __name__ == "__main__":
    sys.exit(main())
