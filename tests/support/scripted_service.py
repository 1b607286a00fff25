#!/usr/bin/env python3
"""A service that answers what a test tells it to, however wrong that is.

    scripted_service.py    prints its port, then reads one JSON object a line and answers `{}`:

{"PATH": {"count": ANSWER, "first": ANSWER, "CURSOR": ANSWER, …}, …}    replaces all that was there

`count` is for requests with limit 0, `first` for the page without a cursor. ANSWER is {"status", "headers", "body"} or
a list of them that are given one after the other, the last one forever. A body that is no text is sent as JSON.
"""

import http.server
import json
import sys
import threading

SCRIPT = {}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        which = "count" if question["limit"] == 0 else question["cursor"] or "first"
        answers = SCRIPT.get(self.path.lstrip("/"), {}).get(which, {"status": 404, "body": {}})
        if isinstance(answers, list):
            answers = answers.pop(0) if len(answers) > 1 else answers[0]
        body = answers["body"] if isinstance(answers["body"], str) else json.dumps(answers["body"])
        content = body.encode("utf-8", "surrogatepass")
        headers = {"Content-Type": "application/json", **answers.get("headers", {})}
        self.send_response_only(answers.get("status", 200))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    for line in sys.stdin:
        SCRIPT.clear()
        SCRIPT.update(json.loads(line))
        print("{}", flush=True)


main()
