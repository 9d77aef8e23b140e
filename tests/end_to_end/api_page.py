"""The answers in docs/api.md are those that the program gives: api_page.py CHECKOUT PROGRAM

The page's first block starts the server. One shell runs the other `sh` blocks in their order. The `http` block after an
`sh` block shows its answers. Every header and field on the page must be in the answer as shown, with these exceptions:

* `…` at the end of an object or an array: more members may follow. Without it there are no more.
* `…` in a text or a header stands for any text.
* An id on the page stands for any id, but for the same one everywhere on the page.
* The fields in TIMES, which come from the server's clock, may have any time."""

import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import threading

PATIENCE_S = 120
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "--- the end of a block ---"
ADDRESS = "127.0.0.1:8080"
PROGRAM = "build/release/frontrow"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TIMES = ("timestamp", "at", "created_at", "updated_at", "expires_at", "confirmed_at", "added_at", "revoked_at",
         "started_at", "settled_at", "paired_at", "from")
MORE = "…"


class Answer:
    """One answer, as curl prints it with -i."""

    def __init__(self, text):
        head, _, self.body = text.replace("\r\n", "\n").strip().partition("\n\n")
        self.status, *lines = head.split("\n")
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            self.headers[name] = value


def answers_of(text):
    """Splits the output into answers, even if one begins directly after the body before it."""
    parts = re.split(r"(?=HTTP/1\.1 \d{3} )", text)
    complaints = [f"this isn't an answer: {parts[0]!r}"] if parts[0].strip() else []
    return [Answer(part) for part in parts[1:]], complaints


def json_of(body):
    """Parses the body; a MORE at the end of an object or array becomes its last member."""
    for closing, member in (("}", f'"{MORE}": true'), ("]", f'"{MORE}"')):
        body = re.sub(rf"{MORE}(?=\s*\{closing})", member, body)
    return json.loads(body)


class Comparison:
    """Compares the page with the answers, and remembers which id stands for which."""

    def __init__(self):
        self.came_as = {}
        self.shown_as = {}
        self.complaints = []

    def of(self, shown, came):
        self.complaints = []
        if shown.status != came.status:
            self.complain("the status", shown.status, came.status)
        for name, value in shown.headers.items():
            self.texts(name, value, came.headers.get(name, "not there"))
        if not shown.body or not came.body:
            if shown.body != came.body:
                self.complain("the body", shown.body, came.body)
        elif "json" in came.headers.get("Content-Type", ""):
            self.values("the body", json_of(shown.body), json.loads(came.body))
        else:
            self.texts("the body", shown.body, came.body)
        return self.complaints

    def complain(self, where, shown, came):
        self.complaints.append(f"{where} is shown as {shown!r} and came as {came!r}")

    def values(self, where, shown, came):
        if isinstance(shown, dict) and isinstance(came, dict):
            self.objects(where, shown, came)
        elif isinstance(shown, list) and isinstance(came, list):
            self.lists(where, shown, came)
        elif isinstance(shown, str) and isinstance(came, str):
            self.texts(where, shown, came)
        elif shown != came or type(shown) is not type(came):
            self.complain(where, shown, came)

    def objects(self, where, shown, came):
        has_more = shown.pop(MORE, False)
        for name, value in shown.items():
            if name not in came:
                self.complain(f"{where}, {name}", value, "not there")
            elif name in TIMES and TIME.fullmatch(str(value)) and TIME.fullmatch(str(came[name])):
                continue
            else:
                self.values(f"{where}, {name}", value, came[name])
        unshown = came.keys() - shown.keys()
        if unshown and not has_more:
            self.complaints.append(f"{where} has {', '.join(sorted(unshown))} too, which isn't shown")

    def lists(self, where, shown, came):
        has_more = shown[-1:] == [MORE]
        if has_more:
            shown = shown[:-1]
        if len(came) < len(shown) or (len(came) > len(shown) and not has_more):
            self.complaints.append(f"{where} is shown with {len(shown)} members and came with {len(came)}")
        for number, (one, other) in enumerate(zip(shown, came)):
            self.values(f"{where}, [{number}]", one, other)

    def texts(self, where, shown, came):
        """Both texts must be equal, with corresponding ids in the same places."""
        ids, others = ID.findall(shown), ID.findall(came)
        pattern = ".*".join(re.escape(part) for part in ID.sub("ID", shown).split(MORE))
        if not re.fullmatch(pattern, ID.sub("ID", came), re.DOTALL):
            self.complain(where, shown, came)
            return
        for one, other in zip(ids, others):
            if self.came_as.setdefault(one, other) != other or self.shown_as.setdefault(other, one) != one:
                self.complain(f"{where}, whose id stands for another elsewhere,", shown, came)


def blocks_of(page):
    """(line, language, content) of each."""
    return [
        (page.count("\n", 0, found.start()) + 1, found.group(1), found.group(2))
        for found in BLOCK.finditer(page)
        if found.group(1) != "mermaid"
    ]


def steps_of(blocks):
    """(line, what to type, the answers on the page) of each step, and the errors of the page itself."""
    steps, complaints = [], []
    for line, language, content in blocks:
        if language == "sh":
            steps.append([line, content, ""])
        elif language == "http" and steps and not steps[-1][2]:
            steps[-1][2] = content
        else:
            complaints.append(f"line {line}: a block {language!r} is neither typed nor an answer to what is")
    return steps, complaints


def start(command, program, folder):
    """Starts the server as the page does, but on a free port. Returns the process and its address."""
    words = shlex.split(command)
    assert words[:2] == [PROGRAM, "serve"], command
    process = subprocess.Popen(
        [program, *words[1:], "--listen", "127.0.0.1:0"], cwd=folder, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    for line in process.stderr:
        if '"message":"serving"' in line:
            return process, json.loads(line)["address"]
    process.wait()
    return process, None


def type_all(steps, folder):
    """Runs the steps. Returns the output of each, and all error output."""
    script = "set -eu\n" + "".join(f"{typed}\nprintf '%s' '{END}'\n" for _, typed, _ in steps)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False,
        timeout=PATIENCE_S, stdin=subprocess.DEVNULL,
    )
    return done.stdout.split(END)[:-1], done.stderr


def compare(steps, printed):
    comparison = Comparison()
    complaints = []
    for (line, _, shown), out in zip(steps, printed):
        wanted, wrong_on_page = answers_of(shown)
        came, wrong = answers_of(out)
        found = wrong_on_page + wrong
        if len(wanted) != len(came):
            found.append(f"{len(wanted)} answers are shown and {len(came)} came: {out}")
        for one, other in zip(wanted, came):
            try:
                found += comparison.of(one, other)
            except ValueError as error:
                found.append(f"what is shown or came is no JSON: {error}")
        complaints += [f"docs/api.md:{line}: {complaint}" for complaint in found]
    return complaints


def main():
    checkout, program = (pathlib.Path(one).resolve() for one in sys.argv[1:3])
    page = (checkout / "docs/api.md").read_text(encoding="utf-8")
    (first, *steps), complaints = steps_of(blocks_of(page))
    with tempfile.TemporaryDirectory() as folder:
        process, address = start(first[1], program, folder)
        watch = threading.Timer(PATIENCE_S, process.kill)
        watch.start()
        try:
            for step in steps:
                step[1] = step[1].replace(ADDRESS, address or "").replace(PROGRAM, str(program))
            printed, err = type_all(steps, folder)
        finally:
            process.terminate()
            process.communicate()
            watch.cancel()
    if len(printed) != len(steps):
        complaints.append(f"docs/api.md:{steps[len(printed)][0]}: it ends here: {err}")
    complaints += compare(steps, printed)
    print("\n".join(complaints))
    print(f"{len(printed)} blocks typed, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
