#!/usr/bin/env python3
"""An HTTP proxy in front of a real server that fails as it is told.

    faulty_proxy.py HOST PORT [CERTIFICATE KEY]    prints its own port, then reads one JSON object a line and answers `{}`

{"cut_after": N, "times": K}       closes the connection after N bytes of the next K bodies
{"status": S, "times": K, "headers": {…}, "body": "…"}   answers so itself, K times
{"delay": SECONDS, "times": K}     waits before it answers
{"set_headers": {…}}               puts these into every answer from now on
{"replace": ["A", "B"]}            writes B for A in every body from now on (A and B have the same size)
{"heal": true}                     forgets all of it
{"requests": true}                 answers {"requests": N, "bodies": […], "answers": […]}: the last ten of each, as text
"""

import http.client
import http.server
import json
import ssl
import sys
import threading
import time


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.requests = 0
        self.bodies = []
        self.answers = []
        self.heal()

    def heal(self):
        self.once, self.headers, self.replace = [], {}, None

    def take(self):
        with self.lock:
            if not self.once:
                return {}
            fault = self.once[0]
            fault["times"] -= 1
            if fault["times"] == 0:
                self.once.pop(0)
            return dict(fault)


FAULTS = Faults()


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0) or 0))
        with FAULTS.lock:
            FAULTS.requests += 1
            FAULTS.bodies = (FAULTS.bodies + [body.decode("utf-8", "replace")])[-10:]
        fault = FAULTS.take()
        time.sleep(fault.get("delay", 0))
        if "status" in fault:
            return self.answer(fault["status"], fault.get("headers", {}), fault.get("body", "").encode())
        upstream = http.client.HTTPConnection(self.server.upstream_host, self.server.upstream_port)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            upstream.putheader(name, value)
        upstream.endheaders(body)
        reply = upstream.getresponse()
        content = reply.read()
        if FAULTS.replace:
            content = content.replace(*(text.encode() for text in FAULTS.replace))
        if reply.getheader("Content-Type") == "application/json":
            FAULTS.answers = (FAULTS.answers + [content.decode()])[-10:]
        headers = {n: v for n, v in reply.getheaders() if n.lower() not in ("connection", "transfer-encoding")}
        headers = {n: v for n, v in headers.items() if n.lower() not in {k.lower() for k in FAULTS.headers}}
        headers.update(FAULTS.headers)
        self.answer(reply.status, headers, content, fault.get("cut_after"))

    def answer(self, status, headers, content, cut_after=None):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "content-length" not in {name.lower() for name in headers}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if cut_after is not None and cut_after < len(content):
            self.wfile.write(content[:cut_after])
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_one

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that goes away is part of the game


def main():
    server = Server(("127.0.0.1", 0), Proxy)
    server.upstream_host, server.upstream_port = sys.argv[1], int(sys.argv[2])
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        answer = {}
        if "heal" in order:
            FAULTS.heal()
        elif "requests" in order:
            answer = {"requests": FAULTS.requests, "bodies": FAULTS.bodies, "answers": FAULTS.answers}
        elif "set_headers" in order:
            FAULTS.headers = order["set_headers"]
        elif "replace" in order:
            FAULTS.replace = order["replace"]
        else:
            FAULTS.once.append(order)
        print(json.dumps(answer), flush=True)


main()
