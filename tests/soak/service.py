"""The program under soak: serve with its embedded database, and its own command line as the customers' client."""

import os
import pathlib
import re
import signal
import subprocess
import time

DEADLINE_SECONDS = 180


class Service:
    def __init__(self, program, folder, company, workers):
        self.program = str(program)
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **company.environment()}
        self.settings = ["--data-dir", str(self.data), "--catalog", str(company.folder / "catalog.yaml"), "--listen", "127.0.0.1:0",
                         "--workers", str(workers), "--worker-lease", "6", "--worker-retry-base", "0", "--child-landlock", "require"]
        self.process = None
        self.url = None
        self.log = self.folder / "serve.log"

    def run(self, *arguments, stdin=None, check=True):
        done = subprocess.run([self.program, *arguments], env=self.environment, input=stdin, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"rightful {' '.join(arguments[:3])} ended with {done.returncode}: {done.stderr[-600:]}")
        return done

    def start(self):
        offset = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([self.program, "serve", *self.settings], env=self.environment, stdout=log, stderr=log,
                                            start_new_session=True)
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            text = self.log.read_text(errors="replace")[offset:]
            found = re.search(r"https?://127\.0\.0\.1:\d+", text)
            if found:
                self.url = found.group(0)
                return self
            if self.process.poll() is not None:
                raise RuntimeError(f"serve ended with {self.process.returncode}: {text[-800:]}")
            time.sleep(0.05)
        raise RuntimeError("serve does not say where it listens")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DEADLINE_SECONDS)

    def add_account(self, account):
        printed = self.run("admin", "account", "add", account, *self.settings[:2]).stdout
        return printed

    def client(self, command, account, *arguments, wait=True):
        credential = self.folder / f"{account}.credential"
        call = [self.program, command, "--server", self.url, "--account", account, "--credential-file", str(credential), *arguments]
        process = subprocess.Popen(call, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return finish(process) if wait else process

    def children(self):
        """Process ids of the running export children."""
        return [pid for pid, command in processes() if "export-child" in command]

    def postmaster(self):
        try:
            return int((self.data / "postgres" / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError, ValueError):
            return None


def finish(process):
    out, err = process.communicate(timeout=DEADLINE_SECONDS)
    if process.returncode != 0:
        raise RuntimeError(f"{process.args[1]} ended with {process.returncode}: {err[-600:]}{out[-300:]}")
    return out


def processes():
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
