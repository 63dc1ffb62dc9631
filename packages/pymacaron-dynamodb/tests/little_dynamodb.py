"""A DynamoDB of four operations, for where no emulator is installed: what README's example needs, and no more."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refusal(Exception):
    """An answer that is an error; its text is the code."""


class Tables:
    """Items by table and key. ``asked`` lists the operations."""

    def __init__(self):
        self.described, self.items, self.asked = {}, {}, []

    def answer(self, operation, told):
        self.asked.append(operation)
        if operation == "CreateTable":
            self.described[told["TableName"]] = {**told, "TableStatus": "ACTIVE"}
            return {}
        if told["TableName"] not in self.described:
            raise Refusal("ResourceNotFoundException")
        return getattr(self, operation)(told["TableName"], told)

    def DescribeTable(self, name, told):
        return {"Table": self.described[name]}

    def GetItem(self, name, told):
        found = self.items.get((name, json.dumps(told["Key"])))
        return {"Item": found} if found else {}

    def PutItem(self, name, told):
        names = [each["AttributeName"] for each in self.described[name]["KeySchema"]]
        key = name, json.dumps({each: told["Item"][each] for each in names})
        there = self.items.get(key, {})
        attribute = told["ExpressionAttributeNames"]["#0"]
        if "attribute_not_exists" in told["ConditionExpression"]:
            holds = attribute not in there
        else:
            holds = there.get(attribute) == told["ExpressionAttributeValues"][":0"]
        if not holds:
            raise Refusal("ConditionalCheckFailedException")
        self.items[key] = told["Item"]
        return {}


@contextmanager
def serving():
    """The URL of such a database, and its tables."""
    tables = Tables()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, answer = 200, tables.answer(self.headers["X-Amz-Target"].rpartition(".")[2], told)
            except Refusal as refusal:
                status, answer = 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{refusal}"}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *unused):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", tables
        finally:
            server.shutdown()
            thread.join(10)
