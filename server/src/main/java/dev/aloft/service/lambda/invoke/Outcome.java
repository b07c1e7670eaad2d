package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import java.util.Locale;

/**
 * How an invocation ended: what the caller is told.
 *
 * @param errorType null when the function succeeded; else AWS's name, for REPORT and metrics
 */
public record Outcome(byte[] payload, String errorType, Status status) {
    /** REPORT's word. */
    public enum Status { SUCCESS, FAILURE, ERROR, TIMEOUT }

    static final int MOST_BYTES = 6 * 1024 * 1024 + 100;

    public boolean failed() {
        return status != Status.SUCCESS;
    }

    static Outcome success(byte[] payload) {
        return new Outcome(payload, null, Status.SUCCESS);
    }

    /** The function or its runtime told of an error itself. */
    static Outcome failure(byte[] payload, String errorType) {
        return new Outcome(payload, errorType, Status.FAILURE);
    }

    /** Something ended that the event needed. */
    static Outcome exit(String requestId, String reason, String errorType) {
        return new Outcome(json(errorType, "RequestId: " + requestId + " Error: " + reason), errorType, Status.ERROR);
    }

    static Outcome timeout(String requestId, int timeoutSeconds) {
        return new Outcome(json("Sandbox.Timedout", "RequestId: " + requestId + " Error: " + timedOut(timeoutSeconds)),
                "Sandbox.Timedout", Status.TIMEOUT);
    }

    static String timedOut(int timeoutSeconds) {
        return String.format(Locale.ROOT, "Task timed out after %.2f seconds", (double) timeoutSeconds);
    }

    static Outcome tooLarge(long most) {
        return failure(new JsonWriter().beginObject()
                .name("errorMessage").string("Response payload size exceeded maximum allowed payload size (" + most
                + " bytes).")
                .name("errorType").string("Function.ResponseSizeTooLarge")
                .endObject().toBytes(), "Function.ResponseSizeTooLarge");
    }

    static Outcome invalidResponseMode(String requestId) {
        return failure(json("Runtime.InvalidResponseModeHeader", "RequestId: " + requestId
                + " Error: Invalid function response mode"),
                "Runtime.InvalidResponseModeHeader");
    }

    /** The connection ended before the answer did, and the process lives. */
    static Outcome truncated(String requestId) {
        return failure(json("Runtime.TruncatedResponse", "RequestId: " + requestId
                + " Error: HTTP request detected as truncated"),
                "Runtime.TruncatedResponse");
    }

    private static byte[] json(String type, String message) {
        return new JsonWriter().beginObject().name("errorType").string(type).name("errorMessage").string(message)
                .endObject().toBytes();
    }
}
