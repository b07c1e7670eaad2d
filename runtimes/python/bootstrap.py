"""The Python runtime inside a sandbox: boots generic, waits at its gate, then serves one function.

fd 0  the gate: "go" once the function's code is in place
fd 3  HTTP/1.1 answers of the Runtime API; the first, unasked, carries the environment
fd 4  HTTP/1.1 requests to the Runtime API

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""
import os
import sys
import json
import logging
import time
import traceback

# What most functions load first: paid for before the function is known.
import base64  # noqa: F401
import collections  # noqa: F401
import datetime  # noqa: F401
import decimal  # noqa: F401
import hashlib  # noqa: F401
import importlib
import importlib.util
import re  # noqa: F401
import site
import socket  # noqa: F401
import urllib.parse  # noqa: F401
import uuid  # noqa: F401

API = "/2018-06-01/runtime/"
NEXT = ("GET %sinvocation/next HTTP/1.1\r\nHost: aloft\r\n\r\n" % API).encode()
LEVELS = {"TRACE": 1, "DEBUG": 2, "INFO": 3, "WARN": 4, "WARNING": 4, "ERROR": 5, "FATAL": 6, "CRITICAL": 6}
MARK = (0xA55A8000).to_bytes(4, "big") + bytes(12)

_pending = b""


# ---- the Runtime API over two pipes

def _fill():
    global _pending
    more = os.read(3, 1 << 16)
    if not more:
        os._exit(0)
    _pending += more


def answer():
    global _pending
    while True:
        head = _pending.find(b"\r\n\r\n")
        if head >= 0:
            break
        _fill()
    lines = _pending[:head].decode("utf-8").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    begin = head + 4
    if len(_pending) - begin < length:
        parts = [_pending[begin:]]
        have = len(parts[0])
        while have < length:
            more = os.read(3, 1 << 20)
            if not more:
                os._exit(0)
            parts.append(more)
            have += len(more)
        _pending = b"".join(parts)
        begin = 0
    body = _pending[begin:begin + length]
    _pending = _pending[begin + length:]
    return int(lines[0][9:12]), headers, body


def send(data):
    view = memoryview(data)
    while view:
        view = view[os.write(4, view):]


def post(what, body, content_type="application/json", headers=""):
    return ("POST %s%s HTTP/1.1\r\nHost: aloft\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n"
            % (API, what, content_type, headers, len(body))).encode("utf-8") + body


# ---- log lines

request_id = None
json_format = False
keeps_letters = True


def frame(text, level=0, is_json=False):
    """A frame keeps several lines one event: kind, length, microseconds since 1970, text."""
    body = text.encode("utf-8", "backslashreplace")
    kind = 0xA55A0000 | level << 2 | 2 | (0 if is_json else 1)
    view = memoryview(kind.to_bytes(4, "big") + len(body).to_bytes(4, "big")
                      + int(time.time() * 1_000_000).to_bytes(8, "big") + body)
    while view:
        view = view[os.write(2, view):]


def _seconds(created):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(created))


class TextFormatter(logging.Formatter):
    def __init__(self):
        super().__init__("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
                         "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime


_STANDARD = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "aws_request_id"}


class JsonFormatter(logging.Formatter):
    def format(self, record):
        kind, error, where = record.exc_info or (None, None, None)
        entry = {"timestamp": _seconds(record.created) + "Z", "level": record.levelname, "message": record.getMessage(),
                 "logger": record.name,
                 "stackTrace": traceback.format_tb(where) if record.exc_info else None,
                 "errorType": kind.__name__ if kind else None,
                 "errorMessage": str(error) if record.exc_info else None,
                 "requestId": record.aws_request_id,
                 "location": "%s:%s:%d" % (record.pathname, record.funcName, record.lineno) if record.exc_info else None}
        for name, value in record.__dict__.items():
            if name not in _STANDARD and name not in entry:
                entry[name] = value
        return json.dumps({name: value for name, value in entry.items() if value is not None}, ensure_ascii=False)


class LambdaHandler(logging.Handler):
    def emit(self, record):
        try:
            record.aws_request_id = request_id or ""
            # Levels of one's own count as the standard one below them.
            level = min(50, max(0, record.levelno)) // 10
            if json_format:
                record.levelno = level * 10
                record.levelname = logging.getLevelName(record.levelno)
            text = self.format(record)
            level = (level and level + 1)
            sys.stdout.flush()
            frame(text, level, json_format)
        except Exception:
            self.handleError(record)


def set_up_logging():
    global json_format
    json_format = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "Text") == "JSON"
    handler = LambdaHandler()
    handler.setFormatter(JsonFormatter() if json_format else TextFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    if level in LEVELS:
        root.setLevel({"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}.get(level, level))


# What AWS's runtime says of every init that fails.
INIT_WARNING = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. However, in rare cases, a "
    "Lambda runtime update can cause unexpected function behavior. For functions using managed runtimes, runtime updates can be "
    "triggered by a function change, or can be applied automatically. To determine if the runtime has been updated, check the "
    "runtime version in the INIT_START log entry. If this error correlates with a change in the runtime version, you may be able "
    "to mitigate this error by temporarily rolling back to the previous runtime version. For more information, see "
    "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r")


# ---- errors

class Failure(Exception):
    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace


def failure(error_type, message, trace):
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id or "", "stackTrace": trace}


def failure_of(error):
    """Leaves out the frames of this file with which the stack begins."""
    if isinstance(error, Failure):
        return failure(error.error_type, error.message, error.trace or [])
    frames = [(each.filename, each.lineno, each.name, each.line) for each in traceback.extract_tb(error.__traceback__)]
    while len(frames) > 1 and frames[0][0] == __file__:
        frames.pop(0)
    return failure(type(error).__name__, str(error), traceback.format_list(frames))


def log_failure(body):
    if json_format:
        frame(json.dumps({"timestamp": _seconds(time.time()) + "Z", "log_level": "ERROR",
                          "errorMessage": body["errorMessage"], "errorType": body["errorType"],
                          "requestId": body["requestId"], "stackTrace": body["stackTrace"]}, ensure_ascii=False), 5, True)
        return
    text = "[ERROR] %s" % body["errorType"]
    if body["errorMessage"]:
        text += ": " + body["errorMessage"]
    lines = [text, "Traceback (most recent call last):"]
    for each in body["stackTrace"]:
        for line in each.splitlines() or [""]:
            lines.append("\u00a0" * (len(line) - len(line.lstrip(" "))) + line.lstrip(" "))
    frame("\n".join(lines), 5)


# ---- the handler

def handler_of(name, root):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Failure("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error))
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Failure("Runtime.BuiltInModuleConflict",
                      "Cannot use built-in module %s as a handler module" % module_name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Failure("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Failure("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Failure("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


class CognitoIdentity:
    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")

    def __repr__(self):
        return "CognitoIdentity([cognito_identity_id=%s,cognito_identity_pool_id=%s])" % (
            self.cognito_identity_id, self.cognito_identity_pool_id)


class Client:
    def __init__(self, values):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, values.get(name))


class ClientContext:
    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        self.client = Client(values["client"]) if isinstance(values.get("client"), dict) else None


class LambdaContext:
    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        identity = headers.get("lambda-runtime-cognito-identity")
        self.identity = CognitoIdentity(json.loads(identity) if identity else {})
        self._epoch_deadline_time_in_ms = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self):
        return max(self._epoch_deadline_time_in_ms - int(time.time() * 1000), 0)

    def log(self, message):
        frame(str(message))

    def __repr__(self):
        return "LambdaContext([%s])" % ",".join(
            "%s=%s" % (name, getattr(self, name)) for name in (
                "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
                "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id"))


def to_json(value):
    """JSON as AWS's runtimes write it: decimals digit by digit, other letters than ASCII as they are from Python 3.12 on."""
    decimals = []

    def other(each):
        from decimal import Decimal
        if isinstance(each, Decimal):
            if each.is_nan():
                return float("nan")
            decimals.append(str(each))
            return "\ue000%d\ue000" % (len(decimals) - 1)
        raise TypeError("Object of type %s is not JSON serializable" % type(each).__name__)
    text = json.dumps(value, ensure_ascii=not keeps_letters, default=other)
    for number, digits in enumerate(decimals):
        mark = "\ue000%d\ue000" % number
        text = text.replace(json.dumps(mark, ensure_ascii=not keeps_letters), digits, 1)
    return text.encode("utf-8", "surrogatepass")


def run(handler, headers, body):
    """The request that answers an invocation."""
    base = "invocation/%s/" % headers["lambda-runtime-aws-request-id"]
    try:
        try:
            if headers.get("content-type") == "application/json":
                event = json.loads(body or b"{}")
            else:
                event = body
        except Exception as error:
            raise Failure("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error)
        context = LambdaContext(headers)
        result = handler(event, context)
        if isinstance(result, bytes):
            return post(base + "response", result, "application/unknown")
        try:
            return post(base + "response", to_json(result))
        except Exception as error:
            raise Failure("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    except Exception as error:
        sys.stdout.flush()
        sys.stderr.flush()
        described = failure_of(error)
        log_failure(described)
        kind = "".join(c for c in described["errorType"] if c.isprintable())
        return post(base + "error", to_json(described), headers="Lambda-Runtime-Function-Error-Type: %s\r\n" % kind)


def await_debugger(port):
    """debugpy comes from the interpreter, a layer or the function's own package."""
    try:
        import debugpy
    except ImportError:
        raise Failure("Runtime.DebuggerMissing", "No debugger can attach: debugpy is not installed for %s. Install it there"
                      " (pip install debugpy), or add it to the function's code or a layer." % sys.executable, [])
    debugpy.listen(("127.0.0.1", port), in_process_debug_adapter=True)
    debugpy.wait_for_client()


def hooks(which, error_type, path):
    """Runs what a function registered with snapshot_restore_py; one that fails ends the process."""
    module = sys.modules.get("snapshot_restore_py")
    try:
        for function, arguments, named in getattr(module, which)() if module else []:
            function(*arguments, **named)
    except Exception as error:
        described = failure_of(error)
        log_failure(described)
        sys.stdout.flush()
        os.write(2, MARK)
        send(post(path, to_json(described), headers="Lambda-Runtime-Function-Error-Type: %s\r\n" % error_type))
        answer()
        os._exit(64)


def restore():
    """The end of an init that is kept; what follows happens in the environment that is made of it."""
    hooks("get_before_snapshot", "Runtime.BeforeSnapshotError", "init/error")
    sys.stdout.flush()
    send(("GET %srestore/next HTTP/1.1\r\nHost: aloft\r\n\r\n" % API).encode())
    answer()
    hooks("get_after_restore", "Runtime.AfterRestoreError", "restore/error")


def assigned():
    """Waits for the function and gives its environment; a process that was started for the function has it already."""
    started = os.environ.pop("_ALOFT_ASSIGNED", None)
    gate = b""
    while not started:
        piece = os.read(0, 64)
        if not piece:
            break
        gate += piece
    if not started and not gate.startswith(b"go"):
        os._exit(120)
    environment = json.loads(answer()[2])["environment"]
    if started:
        # What a wrapper script exported is in it.
        return dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    return environment


def machine_packages():
    """What is installed beside the interpreter here is not there on AWS: a function that needs it has to bring it along."""
    return site.getsitepackages() + [site.USER_SITE]


def main():
    global request_id
    environment = assigned()
    root = environment["LAMBDA_TASK_ROOT"]
    os.chdir(root)
    here = os.path.dirname(os.path.abspath(__file__))
    version = "python%d.%d" % sys.version_info[:2]
    own = [each for each in environment.get("PYTHONPATH", "").split(":") if each not in ("", "/var/runtime", here)]
    packages = machine_packages()
    sys.path[:] = ([root] + own + ["/opt/python/lib/%s/site-packages" % version, "/opt/python"]
                   + [each for each in sys.path if each not in ["", here, "/var/runtime"] + own + packages]
                   + [here, os.path.join(here, "packages")]
                   + (packages if "ALOFT_DEBUG_PORT" in environment else []))
    sys.argv = [os.path.join(here, "bootstrap.py")]
    global keeps_letters
    keeps_letters = environment.get("AWS_EXECUTION_ENV") not in ("AWS_Lambda_python3.9", "AWS_Lambda_python3.10", "AWS_Lambda_python3.11")
    # What was printed is there even if the process ends at once.
    sys.stdout.reconfigure(line_buffering=True)
    set_up_logging()
    try:
        if "ALOFT_DEBUG_PORT" in environment:
            await_debugger(int(environment["ALOFT_DEBUG_PORT"]))
        handler = handler_of(environment["_HANDLER"], root)
    except Exception as error:
        described = failure_of(error)
        logging.warning(INIT_WARNING)
        log_failure(described)
        sys.stdout.flush()
        os.write(2, MARK)
        send(post("init/error", to_json(described),
                  headers="Lambda-Runtime-Function-Error-Type: %s\r\n" % described["errorType"]))
        answer()
        sys.exit(1)
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        restore()
    send(NEXT)
    while True:
        _, headers, body = answer()
        request_id = headers["lambda-runtime-aws-request-id"]
        trace = headers.get("lambda-runtime-trace-id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        elif "_X_AMZN_TRACE_ID" in os.environ:
            del os.environ["_X_AMZN_TRACE_ID"]
        reply = run(handler, headers, body)
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(2, MARK)
        send(reply + NEXT)
        answer()


if __name__ == "__main__":
    main()
