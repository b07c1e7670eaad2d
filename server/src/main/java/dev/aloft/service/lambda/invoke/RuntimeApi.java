package dev.aloft.service.lambda.invoke;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The Runtime API of one environment over one connection: a small HTTP/1.1 server that blocks.
 *
 * <p>Our own runtimes speak it over a pair of pipes, other clients over TCP; the words are the same.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
final class RuntimeApi implements Runnable {
    private static final String PREFIX = "/2018-06-01/";
    private static final int MOST_HEAD_BYTES = 1 << 20;
    /** A chunk larger than this is passed on in pieces. */
    private static final int PIECE = 64 * 1024;
    private static final byte[] ACCEPTED = ("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
            + "Content-Length: 15\r\n\r\n{\"status\":\"OK\"}").getBytes(StandardCharsets.ISO_8859_1);

    private final Environment environment;
    private final InputStream in;
    private final OutputStream out;
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    RuntimeApi(Environment environment, InputStream in, OutputStream out) {
        this.environment = environment;
        this.in = in;
        this.out = out;
    }

    /** A request's head. */
    private record Head(String method, String path, Map<String, String> headers) {
        String header(String name) {
            return headers.get(name);
        }
    }

    /** What is known after a body. */
    private record Content(boolean tooLarge, Map<String, String> trailers) {}

    /** Where a body's bytes go. */
    private interface Sink {
        Sink NONE = _ -> { };

        void take(byte[] bytes) throws InterruptedException;
    }

    @Override
    public void run() {
        try {
            while (true) {
                handle(head());
            }
        } catch (IOException | NumberFormatException | InterruptedException gone) {
            // The process ended or the platform closes; whoever waits learns it from the sandbox.
        }
    }

    private void handle(Head head) throws IOException, InterruptedException {
        if (!head.path().startsWith(PREFIX)) {
            whole(head);
            answer(head.path().equals("/ping") ? "200 OK" : "404 Not Found", "text/plain", "pong".getBytes(StandardCharsets.ISO_8859_1));
            return;
        }
        String[] path = head.path().substring(PREFIX.length()).split("/");
        String name = path.length == 4 ? path[0] + "/" + path[1] + "/*/" + path[3] : String.join("/", path);
        switch (head.method() + " " + name) {
            case "GET runtime/invocation/next" -> next();
            case "POST runtime/invocation/*/response" -> response(path[2], head);
            case "POST runtime/invocation/*/error" -> error(path[2], head);
            case "POST runtime/init/error" -> initError(head);
            default -> {
                whole(head);
                refuse("404 Not Found", "NotFound", "Not found: " + head.method() + " " + head.path());
            }
        }
    }

    private void next() throws IOException, InterruptedException {
        Invocation invocation = environment.next();
        var text = new StringBuilder(512).append("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
        header(text, "Lambda-Runtime-Aws-Request-Id", invocation.requestId());
        header(text, "Lambda-Runtime-Deadline-Ms", String.valueOf(invocation.pending().deadlineMillis));
        header(text, "Lambda-Runtime-Invoked-Function-Arn", invocation.invokedArn());
        header(text, "Lambda-Runtime-Trace-Id", invocation.trace());
        header(text, "Lambda-Runtime-Client-Context", invocation.clientContext());
        byte[] event = invocation.event();
        text.append("Content-Length: ").append(event.length).append("\r\n\r\n");
        write(text, event);
    }

    private static void header(StringBuilder text, String name, String value) {
        if (value != null && !value.isEmpty()) {
            text.append(name).append(": ").append(value.replace('\r', ' ').replace('\n', ' ')).append("\r\n");
        }
    }

    private void response(String id, Head head) throws IOException, InterruptedException {
        if (!begins(id, head)) {
            return;
        }
        String mode = head.header("lambda-runtime-function-response-mode");
        if (mode != null && !mode.equals("streaming")) {
            whole(head);
            environment.answered(Outcome.invalidResponseMode(id));
            refuse("400 Bad Request", "InvalidFunctionResponseMode", "Invalid function response mode");
            return;
        }
        ResponseStream answer = environment.answerStream();
        long most = answer == null || mode == null ? Outcome.MOST_BYTES : ResponseStream.MOST_BYTES;
        var gathered = new ByteArrayOutputStream();
        if (answer != null) {
            answer.begin(Objects.requireNonNullElse(head.header("content-type"), "application/octet-stream"));
        }
        Content content = answerOf(head, most, answer == null ? gathered::writeBytes : answer::write);
        String error = content.trailers().getOrDefault("lambda-runtime-function-error-type", "");
        if (content.tooLarge()) {
            environment.answered(Outcome.tooLarge(most));
            refuse("413 Request Entity Too Large", "RequestEntityTooLarge",
                    "Exceeded maximum allowed payload size (" + Outcome.MOST_BYTES + " bytes).");
        } else if (!error.isEmpty()) {
            String body = content.trailers().getOrDefault("lambda-runtime-function-error-body", "");
            environment.answered(Outcome.failure(Base64.getMimeDecoder().decode(body), error));
            accepted();
        } else {
            environment.answered(Outcome.success(gathered.toByteArray()));
            accepted();
        }
    }

    private void error(String id, Head head) throws IOException, InterruptedException {
        if (begins(id, head)) {
            var bytes = new ByteArrayOutputStream();
            answerOf(head, Outcome.MOST_BYTES, bytes::writeBytes);
            environment.answered(Outcome.failure(bytes.toByteArray(), errorType(head.header("lambda-runtime-function-error-type"))));
            accepted();
        }
    }

    /** Whether an answer may come now; else it is read, forgotten and refused. */
    private boolean begins(String id, Head head) throws IOException, InterruptedException {
        Environment.Reply reply = environment.answering(id);
        switch (reply) {
            case ACCEPTED -> { }
            case WRONG_ID -> {
                whole(head);
                refuse("400 Bad Request", "InvalidRequestID", "Invalid request ID");
            }
            case WRONG_STATE -> {
                whole(head);
                wrongState();
            }
        }
        return reply == Environment.Reply.ACCEPTED;
    }

    private Content answerOf(Head head, long most, Sink sink) throws IOException, InterruptedException {
        try {
            return content(head, most, sink);
        } catch (EOFException | NumberFormatException cut) {
            environment.truncated();
            throw cut;
        }
    }

    private void initError(Head head) throws IOException, InterruptedException {
        byte[] content = whole(head);
        if (environment.initFailed(content, errorType(head.header("lambda-runtime-function-error-type")))) {
            accepted();
        } else {
            wrongState();
        }
    }

    /** Only names of this form are told on. */
    private static String errorType(String given) {
        if (given != null && given.matches("(Runtime|Function)\\.[A-Z][a-zA-Z]+")) {
            return given;
        }
        return given != null && given.startsWith("Function.") ? "Function.Unknown" : "Runtime.Unknown";
    }

    private void accepted() throws IOException {
        out.write(ACCEPTED);
        out.flush();
    }

    private void wrongState() throws IOException {
        refuse("403 Forbidden", "InvalidStateTransition", "Transition is not allowed");
    }

    private void refuse(String status, String type, String message) throws IOException {
        answer(status, "application/json",
                ("{\"errorMessage\":\"" + message + "\",\"errorType\":\"" + type + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private void answer(String status, String contentType, byte[] body) throws IOException {
        write(new StringBuilder("HTTP/1.1 ").append(status).append("\r\nContent-Type: ").append(contentType)
                .append("\r\nContent-Length: ").append(body.length).append("\r\n\r\n"), body);
    }

    /** An answer nobody asked for: how our own runtimes get their environment. */
    void tell(byte[] body) throws IOException {
        answer("200 OK", "application/json", body);
    }

    private void write(StringBuilder head, byte[] body) throws IOException {
        byte[] bytes = head.toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[bytes.length + body.length];
        System.arraycopy(bytes, 0, all, 0, bytes.length);
        System.arraycopy(body, 0, all, bytes.length, body.length);
        out.write(all);
        out.flush();
    }

    // ---- reading

    private Head head() throws IOException {
        int scanned = start;
        int at;
        while ((at = endOfHead(scanned)) < 0) {
            if (end - start > MOST_HEAD_BYTES) {
                throw new IOException("head too long");
            }
            int seen = end - start;
            fill();
            scanned = Math.max(start, start + seen - 3);
        }
        String[] lines = new String(buffer, start, at - start, StandardCharsets.UTF_8).split("\r\n");
        start = at + 4;
        String[] first = lines[0].split(" ");
        if (first.length < 2) {
            throw new IOException("no request line");
        }
        var headers = new HashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            field(lines[i], headers);
        }
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        return new Head(first[0], first[1], headers);
    }

    private static void field(String line, Map<String, String> into) {
        int colon = line.indexOf(':');
        if (colon > 0) {
            into.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
    }

    private int endOfHead(int from) {
        for (int i = from; i + 3 < end; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        }
        if (end == buffer.length) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            } else {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            throw new EOFException();
        }
        end += count;
    }

    /** A body of which nobody expects much; cut at what a function may answer. */
    private byte[] whole(Head head) throws IOException, InterruptedException {
        var bytes = new ByteArrayOutputStream();
        content(head, Outcome.MOST_BYTES, bytes::writeBytes);
        return bytes.toByteArray();
    }

    /** Reads a body to its end. What is more than allowed is not passed on. */
    private Content content(Head head, long most, Sink sink) throws IOException, InterruptedException {
        if ("chunked".equalsIgnoreCase(head.header("transfer-encoding"))) {
            return chunked(most, sink);
        }
        String given = head.header("content-length");
        long length = given == null ? 0 : Long.parseLong(given);
        if (length > most) {
            skip(length);
            return new Content(true, Map.of());
        }
        sink.take(exactly((int) length));
        return new Content(false, Map.of());
    }

    private Content chunked(long most, Sink sink) throws IOException, InterruptedException {
        long taken = 0;
        while (true) {
            long size = Long.parseLong(line().split(";")[0].strip(), 16);
            if (size == 0) {
                break;
            }
            taken += size;
            for (long left = size; left > 0; left -= Math.min(left, PIECE)) {
                int piece = (int) Math.min(left, PIECE);
                if (taken > most) {
                    skip(piece);
                } else {
                    sink.take(exactly(piece));
                }
            }
            line();
        }
        var trailers = new HashMap<String, String>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            field(line, trailers);
        }
        return new Content(taken > most, trailers);
    }

    private String line() throws IOException {
        int at = start;
        while (true) {
            for (; at + 1 < end; at++) {
                if (buffer[at] == '\r' && buffer[at + 1] == '\n') {
                    String line = new String(buffer, start, at - start, StandardCharsets.UTF_8);
                    start = at + 2;
                    return line;
                }
            }
            if (end - start > MOST_HEAD_BYTES) {
                throw new IOException("line too long");
            }
            int seen = at - start;
            fill();
            at = start + seen;
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = new byte[length];
        int have = Math.min(length, end - start);
        System.arraycopy(buffer, start, bytes, 0, have);
        start += have;
        if (in.readNBytes(bytes, have, length - have) < length - have) {
            throw new EOFException();
        }
        return bytes;
    }

    private void skip(long length) throws IOException {
        long have = Math.min(length, end - start);
        start += (int) have;
        in.skipNBytes(length - have);
    }
}
