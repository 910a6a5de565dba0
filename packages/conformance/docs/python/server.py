"""Idempotency keys with nothing but Python's standard library, in memory, for the binding suite to audit.

    npx @oncekey/conformance --scenarios > scenarios.json
    python3 server.py scenarios.json 8080
"""
import base64, hashlib, json, re, sys, threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SCENARIOS = {each["name"]: each for each in json.load(open(sys.argv[1], encoding="utf-8"))}
STORED = {"content-type", "content-language", "content-location", "location", "etag", "last-modified", "link",
          "content-disposition", "retry-after"}
FLEETING = {304, 401, 403, 408, 425, 429}  # they say nothing about the request
LOCK, RECORDS, RUNS, LATCHES = threading.Lock(), {}, {}, {}
PROBLEMS = "https://example.com/problems#"


def key_of(lines):
    """The key, or the reason why there is none."""
    if len(lines) > 1:
        return None, "multiple"
    text = lines[0].strip(" \t")
    quoted = re.fullmatch(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"(?:;.*)?', text)
    if not quoted and re.search(r'^"[^"]*" *,|^[^",]+,', text):
        return None, "multiple"
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if key == "":
        return None, "empty"
    if not quoted and not re.fullmatch(r"[^\W_][\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*", key, re.ASCII):
        return None, "malformed"
    return (None, "too-long") if len(key) > 255 else (key, None)


def members(pairs):
    """An object whose names are unique: of two equal ones, who knows which the application will take?"""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def fingerprint(method, target, media_type, body):
    """The same for the same request, in any spelling of its JSON."""
    media_type = media_type.split(";")[0].strip().lower()
    if media_type.endswith("json"):
        number = lambda text: {"number": str(Decimal(text).normalize())}
        try:
            value = json.loads(body, parse_int=number, parse_float=number, object_pairs_hook=members)
            body = b"JSON " + json.dumps(value, sort_keys=True).encode()
        except ValueError:
            pass  # then its bytes are what counts
    parts = [method.encode(), target.encode(), media_type.encode(), body]
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_request(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if "transfer-encoding" in self.headers:  # http.server does not read chunks
            self.close_connection = True
            return self.problem(411, "length-required")
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if path.startswith("/control/"):
            return self.send(200, [], json.dumps(control(path, query.get("token", [""])[0])).encode(), "application/json")
        scenario = SCENARIOS.get(path.removeprefix("/scenario/"))
        if scenario is None or self.command not in scenario["methods"]:
            return self.send(404, [], b"")
        self.protect(scenario, body)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PATCH = do_PUT = do_DELETE = handle_request

    def protect(self, scenario, body):
        options, lines = scenario["options"], self.headers.get_all("idempotency-key")
        if self.command not in options.get("methods", ["POST", "PATCH"]):
            return self.send(*run(scenario, self.headers, body))
        if lines is None and options.get("required", True):
            return self.problem(400, "key-missing")
        if lines is None:
            return self.send(*run(scenario, self.headers, body))
        key, reason = key_of(lines)
        if key is None:
            return self.problem(400, "key-invalid", reason=reason)
        if len(body) > options.get("maxBodyBytes", 2**20):
            return self.problem(413, "body-too-large")
        name = (self.headers.get("x-account", "anonymous"), key)
        print_ = fingerprint(self.command, self.path, self.headers.get("content-type", ""), body)
        with LOCK:
            seen = RECORDS.setdefault(name, {"print": print_, "answer": None, "by": self})
        if seen["print"] != print_:
            return self.problem(422, "key-reused")
        if seen["by"] is not self or seen["answer"]:
            if seen["answer"] is None:
                return self.problem(409, "request-in-progress", [("retry-after", "1")], retryable=True)
            status, headers, content = seen["answer"]
            if content is None:
                return self.problem(409, "response-unavailable", originalStatus=status)
            return self.send(status, [*headers, ["idempotent-replayed", "true"]], content)
        status, headers, content = run(scenario, self.headers, body)
        if status >= 500 or status in FLEETING:
            RECORDS.pop(name)
        else:
            listed = STORED | set(options.get("storedHeaders", []))
            kept = [line for line in headers if line[0].lower() in listed]
            seen["answer"] = (status, kept, content if len(content) <= 256 * 1024 else None)
        self.send(status, headers, content)

    def problem(self, status, slug, headers=(), retryable=False, **members):
        title = slug.replace("-", " ")
        content = {"type": PROBLEMS + slug, "title": title, "status": status, "retryable": retryable, **members}
        self.send(status, [*headers, ("cache-control", "no-store")], json.dumps(content).encode(), "application/problem+json")

    def send(self, status, headers, content, media_type=None):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if media_type:
            self.send_header("content-type", media_type)
        if status != 204:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" or status == 204 else content)

    def log_message(self, *_):
        pass


def run(scenario, headers, body):
    """The handler of a scenario: its status, its header lines, its bytes."""
    token, does = headers.get("x-token", ""), scenario["handler"]
    with LOCK:
        runs = RUNS.setdefault(token, {"started": 0, "finished": 0})
        runs["started"] += 1
        execution = runs["started"]
        latch = LATCHES.get(token)
    try:
        if latch and does.get("how") != "throw":
            latch.wait(20)
        if does["does"] == "echo":
            return 200, [["content-type", "application/octet-stream"]], body
        if does["does"] == "fail":
            return 500, [], b"failed"
        answer, part = does["answer"], does["answer"]["body"]
        given = answer["headers"]
        if part["kind"] == "json":
            given = [*given, ["content-type", "application/json"]]
            return answer["status"], given, json.dumps({**part["members"], "execution": execution}).encode()
        if part["kind"] == "redirect":
            return answer["status"], [*given, ["location", part["location"]]], b""
        contents = {"none": lambda: b"", "text": lambda: part["text"].encode(),
                    "base64": lambda: base64.b64decode(part["base64"]), "filler": lambda: b"x" * part["bytes"],
                    "stream": lambda: "".join(part["pieces"]).encode()}
        return answer["status"], given, contents[part["kind"]]()
    finally:
        with LOCK:
            runs["finished"] += 1


def control(path, token):
    if path == "/control/hold":
        LATCHES[token] = threading.Event()
    elif path == "/control/release" and token in LATCHES:
        LATCHES.pop(token).set()
    return {**RUNS.get(token, {"started": 0, "finished": 0}), "heldCompletions": 0}


if __name__ == "__main__":
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
