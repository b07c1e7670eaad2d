package dev.aloft.service.lambda.bootstrap;

import com.amazonaws.services.lambda.runtime.api.client.logging.LambdaContextLogger;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.DtoSerializers;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.LambdaError;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.LambdaRuntimeApiClient;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.dto.InvocationRequest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The Runtime API over a pair of pipes: HTTP/1.1 requests out, answers in. */
final class PipeClient implements LambdaRuntimeApiClient {
    private static final String API = "/2018-06-01/runtime/";
    private static final byte[] NEXT =
            ("GET " + API + "invocation/next HTTP/1.1\r\nHost: aloft\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    /** Says in the log that all lines of an event are written. */
    private static final byte[] MARK = {(byte) 0xA5, 0x5A, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final InputStream in;
    private final OutputStream out;
    private final OutputStream log;
    private boolean asked;
    private boolean failed;

    PipeClient(InputStream in, OutputStream out, OutputStream log) {
        this.in = new BufferedInputStream(in, 16 * 1024);
        this.out = out;
        this.log = log;
    }

    /** An answer of the platform. */
    static final class Answer {
        final Map<String, String> headers;
        final byte[] body;

        private Answer(Map<String, String> headers, byte[] body) {
            this.headers = headers;
            this.body = body;
        }
    }

    Answer answer() throws IOException {
        Map<String, String> headers = new HashMap<>();
        line();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException();
        }
        return new Answer(headers, body);
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream(128);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                // The platform is gone.
                Runtime.getRuntime().halt(0);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public InvocationRequest nextInvocation() throws IOException {
        if (!asked) {
            if (failed) {
                mark();
            }
            failed = false;
            out.write(NEXT);
            out.flush();
        }
        asked = false;
        Answer answer = answer();
        var request = new InvocationRequest();
        request.setId(answer.headers.get("lambda-runtime-aws-request-id"));
        request.setXrayTraceId(answer.headers.get("lambda-runtime-trace-id"));
        request.setInvokedFunctionArn(answer.headers.get("lambda-runtime-invoked-function-arn"));
        request.setDeadlineTimeInMs(Long.parseLong(answer.headers.getOrDefault("lambda-runtime-deadline-ms", "0")));
        request.setClientContext(answer.headers.get("lambda-runtime-client-context"));
        request.setCognitoIdentity(answer.headers.get("lambda-runtime-cognito-identity"));
        request.setTenantId(answer.headers.get("lambda-runtime-aws-tenant-id"));
        request.setContent(answer.body);
        return request;
    }

    @Override
    public InvocationRequest nextInvocationWithExponentialBackoff(LambdaContextLogger logger) throws IOException {
        return nextInvocation();
    }

    @Override
    public void reportInvocationSuccess(String requestId, byte[] response) throws IOException {
        // Asks for the next event in the same breath.
        post("invocation/" + requestId + "/response", "", response, true);
    }

    @Override
    public void reportInvocationError(String requestId, LambdaError error) throws IOException {
        // The client logs the error after it told it: the next event is asked for later, and with it the mark is made.
        failed = true;
        post("invocation/" + requestId + "/error", header(error), DtoSerializers.serialize(error.errorRequest), false);
    }

    @Override
    public void reportInitError(LambdaError error) throws IOException {
        post("init/error", header(error), DtoSerializers.serialize(error.errorRequest), false);
    }

    @Override
    public void restoreNext() throws IOException {
        out.write(("GET " + API + "restore/next HTTP/1.1\r\nHost: aloft\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        if (answer().headers.containsKey("aloft-end")) {
            // Writes what it recorded.
            Runtime.getRuntime().halt(0);
        }
    }

    @Override
    public void reportRestoreError(LambdaError error) throws IOException {
        post("restore/error", header(error), DtoSerializers.serialize(error.errorRequest), false);
    }

    private static String header(LambdaError error) {
        return "Lambda-Runtime-Function-Error-Type: " + error.errorType.getRapidError() + "\r\n";
    }

    private void post(String what, String headers, byte[] body, boolean andNext) throws IOException {
        if (andNext) {
            mark();
        }
        byte[] head = ("POST " + API + what + " HTTP/1.1\r\nHost: aloft\r\nContent-Type: application/json\r\n" + headers
                + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
        var all = new ByteArrayOutputStream(head.length + body.length + NEXT.length);
        all.writeBytes(head);
        all.writeBytes(body);
        if (andNext) {
            all.writeBytes(NEXT);
            asked = true;
        }
        out.write(all.toByteArray());
        out.flush();
        answer();
    }

    private void mark() throws IOException {
        System.out.flush();
        System.err.flush();
        log.write(MARK);
    }
}
