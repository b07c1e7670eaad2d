package dev.aloft.service.lambda.invoke;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;

/**
 * What the processes of one environment ask over one connection: the Runtime API, and what is not of it the
 * {@link ExtensionsApi}.
 *
 * <p>Our own runtimes speak it over a pair of pipes, other clients over TCP; the words are the same.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
final class RuntimeApi implements Runnable {
    private static final String PREFIX = "/2018-06-01/";
    private static final byte[] ACCEPTED = ("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
            + "Content-Length: 15\r\n\r\n{\"status\":\"OK\"}").getBytes(StandardCharsets.ISO_8859_1);

    private final Environment environment;
    private final Incarnation incarnation;
    private final Connection connection;

    RuntimeApi(Environment environment, Incarnation incarnation, Connection connection) {
        this.environment = environment;
        this.incarnation = incarnation;
        this.connection = connection;
    }

    @Override
    public void run() {
        try {
            Connection.Head head;
            do {
                head = connection.head();
                handle(head);
            } while (!"close".equalsIgnoreCase(head.header("connection")));
        } catch (IOException | NumberFormatException | InterruptedException gone) {
            // The process ended or the platform closes; whoever waits learns it from the sandbox.
        }
    }

    private void handle(Connection.Head head) throws IOException, InterruptedException {
        if (head.path().equals(RestoredCredentials.PATH)) {
            credentials(head);
            return;
        }
        if (!head.path().startsWith(PREFIX)) {
            new ExtensionsApi(environment, incarnation, connection).handle(head);
            return;
        }
        String[] path = head.path().substring(PREFIX.length()).split("/");
        String name = path.length == 4 ? path[0] + "/" + path[1] + "/*/" + path[3] : String.join("/", path);
        switch (head.method() + " " + name) {
            case "GET runtime/invocation/next" -> next();
            case "POST runtime/invocation/*/response" -> response(path[2], head);
            case "POST runtime/invocation/*/error" -> error(path[2], head);
            case "POST runtime/init/error" -> initError(head);
            case "GET runtime/restore/next" -> restoreNext();
            case "POST runtime/restore/error" -> restoreError(head);
            default -> {
                connection.whole(head);
                connection.answer("404 Not Found", "text/plain; charset=utf-8",
                        "404 page not found\n".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void next() throws IOException, InterruptedException {
        Invocation invocation;
        try {
            invocation = environment.next(incarnation);
        } catch (Incarnation.NotAllowed e) {
            notAllowed(e);
            return;
        }
        var text = new StringBuilder(512).append("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
        header(text, "Lambda-Runtime-Aws-Request-Id", invocation.requestId());
        header(text, "Lambda-Runtime-Deadline-Ms", String.valueOf(invocation.pending().deadlineMillis));
        header(text, "Lambda-Runtime-Invoked-Function-Arn", invocation.invokedArn());
        header(text, "Lambda-Runtime-Trace-Id", invocation.trace());
        header(text, "Lambda-Runtime-Client-Context", invocation.clientContext());
        header(text, "Lambda-Runtime-Aws-Tenant-Id", invocation.tenant());
        if (incarnation.extensions.anyInternal()) {
            // Says to a runtime of ours that its process has more to do than to wait for events.
            header(text, "Aloft-Internal-Extensions", "1");
        }
        byte[] event = invocation.event();
        text.append("Content-Length: ").append(event.length).append("\r\n\r\n");
        connection.write(text, event);
    }

    private static void header(StringBuilder text, String name, String value) {
        if (value != null && !value.isEmpty()) {
            text.append(name).append(": ").append(value.replace('\r', ' ').replace('\n', ' ')).append("\r\n");
        }
    }

    private void response(String id, Connection.Head head) throws IOException, InterruptedException {
        if (!begins(id, head, "InvocationResponse")) {
            return;
        }
        String mode = head.header("lambda-runtime-function-response-mode");
        if (mode != null && !mode.equals("streaming")) {
            connection.whole(head);
            environment.answered(incarnation, Outcome.invalidResponseMode(id));
            connection.refuse("400 Bad Request", "InvalidFunctionResponseMode", "Invalid function response mode");
            return;
        }
        ResponseStream answer = environment.answerStream();
        long most = answer == null || mode == null ? Outcome.MOST_BYTES : ResponseStream.MOST_BYTES;
        var gathered = new ByteArrayOutputStream();
        if (answer != null) {
            answer.begin(Objects.requireNonNullElse(head.header("content-type"), "application/octet-stream"));
        }
        Connection.Content content = answerOf(head, most, answer == null ? gathered::writeBytes : answer::write);
        String error = content.trailers().getOrDefault("lambda-runtime-function-error-type", "");
        if (content.tooLarge()) {
            environment.answered(incarnation, Outcome.tooLarge(most));
            connection.refuse("413 Request Entity Too Large", "RequestEntityTooLarge",
                    "Exceeded maximum allowed payload size (" + Outcome.MOST_BYTES + " bytes).");
        } else if (!error.isEmpty()) {
            String body = content.trailers().getOrDefault("lambda-runtime-function-error-body", "");
            environment.answered(incarnation, Outcome.failure(Base64.getMimeDecoder().decode(body), error));
            accepted();
        } else {
            environment.answered(incarnation, Outcome.success(gathered.toByteArray()));
            accepted();
        }
    }

    private void error(String id, Connection.Head head) throws IOException, InterruptedException {
        if (begins(id, head, "InvocationErrorResponse")) {
            var bytes = new ByteArrayOutputStream();
            answerOf(head, Outcome.MOST_BYTES, bytes::writeBytes);
            environment.answered(incarnation, Outcome.failure(bytes.toByteArray(),
                    errorType(head.header("lambda-runtime-function-error-type"))));
            accepted();
        }
    }

    /** Whether an answer may come now; else it is read, forgotten and refused. */
    private boolean begins(String id, Connection.Head head, String state) throws IOException, InterruptedException {
        try {
            if (environment.answering(incarnation, id, state)) {
                return true;
            }
            connection.whole(head);
            connection.refuse("400 Bad Request", "InvalidRequestID", "Invalid request ID");
        } catch (Incarnation.NotAllowed e) {
            connection.whole(head);
            notAllowed(e);
        }
        return false;
    }

    private Connection.Content answerOf(Connection.Head head, long most, Connection.Sink sink) throws IOException,
            InterruptedException {
        try {
            return connection.content(head, most, sink);
        } catch (EOFException | NumberFormatException cut) {
            environment.truncated(incarnation);
            throw cut;
        }
    }

    private void initError(Connection.Head head) throws IOException, InterruptedException {
        byte[] content = connection.whole(head);
        try {
            environment.initError(incarnation);
        } catch (Incarnation.NotAllowed e) {
            notAllowed(e);
            return;
        }
        // Once it has its answer it ends.
        incarnation.sandbox.peakMemoryBytes();
        fails(head, content);
    }

    private void restoreNext() throws IOException, InterruptedException {
        try {
            environment.restoreNext(incarnation);
        } catch (Incarnation.NotAllowed e) {
            notAllowed(e);
            return;
        }
        connection.answer("200 OK", "application/json", new byte[0]);
    }

    private void restoreError(Connection.Head head) throws IOException, InterruptedException {
        byte[] content = connection.whole(head);
        try {
            environment.restoreError(incarnation);
        } catch (Incarnation.NotAllowed e) {
            notAllowed(e);
            return;
        }
        fails(head, content);
    }

    /**
     * What the runtime says of its end is known before it is answered: its end may be told at once after the answer.
     */
    private void fails(Connection.Head head, byte[] content) throws IOException {
        Failure failure = Failure.init(content, errorType(head.header("lambda-runtime-function-error-type")));
        incarnation.remember(failure);
        accepted();
        environment.fail(incarnation, failure);
    }

    private void credentials(Connection.Head head) throws IOException, InterruptedException {
        connection.whole(head);
        Optional<byte[]> answer = environment.credentials(head.header("authorization"));
        if (answer.isPresent()) {
            connection.answer("200 OK", "application/json", answer.get());
        } else {
            connection.refuse("403 Forbidden", "AccessDenied", "The authorization token is not this environment's.");
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
        connection.write(ACCEPTED);
    }

    private void notAllowed(Incarnation.NotAllowed e) throws IOException {
        connection.refuse("403 Forbidden", "InvalidStateTransition", e.getMessage());
    }
}
