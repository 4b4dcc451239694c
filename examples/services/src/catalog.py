"""The shop's products and prices: one thread per connection, which reads the request, asks the backend and answers."""

import http.client
import json
import os
import queue
import signal
import sys
import threading
import time
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Fault(Exception):
    """An error that has its own HTTP status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Backend:
    """A pooled keep-alive client; any thread may take a free connection."""

    def __init__(self, base):
        self.address = urllib.parse.urlsplit(base).netloc
        self.free = queue.LifoQueue()

    def call(self, method, path, request_id, body=None):
        payload = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "X-Request-Id": request_id}
        if payload is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection = self.free.get_nowait()
        except queue.Empty:
            connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request(method, path, body=payload, headers=headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            # Connections from before a restart of the backend are all dead: start the pool afresh.
            self.drop_free()
            raise Fault(502, f"backend is away: {error}") from error
        self.free.put(connection)
        if response.status >= 400:
            raise Fault(502, f"backend answered {response.status} to {method} {path}")
        return json.loads(answer)

    def drop_free(self):
        while True:
            try:
                self.free.get_nowait().close()
            except queue.Empty:
                return


def seeded_delay(seed, low_ms, high_ms):
    """Sleeps a while that depends on the seed alone."""
    time.sleep((low_ms + (zlib.crc32(seed.encode()) / 2**32) * (high_ms - low_ms)) / 1000)


class Catalog(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    backend = None

    def do_GET(self):
        self.answer(self.get)

    def do_POST(self):
        self.answer(self.post)

    def get(self, path, query, request_id, _body):
        if path == "/products":
            key = query.get("category") or query.get("sku") or [""]
            found = self.backend.call("GET", f"/records/products?key={key[0]}", request_id)
            return 200, {"products": found["records"]}
        if path == "/prices":
            key = query.get("cart", [""])[0]
            found = self.backend.call("GET", f"/records/prices?key={key}", request_id)
            return 200, {"prices": [{"sku": record["sku"], **record["price"]} for record in found["records"]]}
        raise Fault(404, f"no such endpoint: GET {path}")

    def post(self, path, _query, request_id, body):
        if path != "/quotes":
            raise Fault(404, f"no such endpoint: POST {path}")
        found = self.backend.call("GET", f"/records/prices?key={body.get('cart', '')}", request_id)
        total = sum(record["price"]["amount"] * record["quantity"] for record in found["records"])
        return 200, {"cart": body.get("cart"), "total": round(total, 2), "currency": "EUR"}

    def answer(self, endpoint):
        request_id = self.headers.get("X-Request-Id", "")
        try:
            body = self.read_body()
            url = urllib.parse.urlsplit(self.path)
            seeded_delay(f"{request_id}/catalog", 1, 6)
            status, result = endpoint(url.path, urllib.parse.parse_qs(url.query), request_id, body)
        except Fault as fault:
            status, result = fault.status, {"service": "catalog", "error": str(fault)}
        text = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Request-Id", request_id)
        self.end_headers()
        self.wfile.write(text)

    def read_body(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(text) if text else {}
        except ValueError as error:
            raise Fault(400, "the body is not a JSON object") from error
        if not isinstance(body, dict):
            raise Fault(400, "the body is not a JSON object")
        return body

    def log_message(self, *_arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    base = os.environ.get("BACKEND_URL")
    if base is None:
        sys.exit("BACKEND_URL is not set: it is the base URL of the backend service")
    Catalog.backend = Backend(base)
    server = Server((os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "0"))), Catalog)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    host, port = server.server_address[:2]
    print(json.dumps({"service": "catalog", "host": host, "port": port, "pid": os.getpid()}), flush=True)
    server.serve_forever(poll_interval=0.5)


main()
