package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonReader;
import dev.aloft.kernel.sandbox.Exit;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Why an environment is reset.
 *
 * @param errorType AWS's name, for the log and for metrics; null for a timeout
 * @param message   what the log says and, where the runtime said nothing itself, the answer
 * @param payload   what the runtime said of it
 */
record Failure(String errorType, String message, Optional<byte[]> payload) {

    /** What extensions are told at the end. */
    enum Reason { SPINDOWN, TIMEOUT, FAILURE }

    static Failure timeout() {
        return new Failure(null, "", Optional.empty());
    }

    /** The runtime told of its own init, or of what it does when it is restored. */
    static Failure init(byte[] payload, String errorType) {
        return new Failure(errorType, "", Optional.of(payload));
    }

    static Failure runtimeExit(Exit exit, boolean outOfMemory) {
        String message = switch (exit) {
            case Exit.Status(int status) when status == 0 -> "Runtime exited without providing a reason";
            default -> "Runtime exited with error: " + words(exit);
        };
        return new Failure(outOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError", message, Optional.empty());
    }

    static Failure extension(String errorType, String message) {
        return new Failure(errorType, message, Optional.empty());
    }

    static Failure noBootstrap() {
        return new Failure("Runtime.InvalidEntrypoint",
                "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
                Optional.empty());
    }

    /** A container image has no program that could be started. */
    static Failure entryPoint(String message) {
        return new Failure("Runtime.InvalidEntrypoint", message, Optional.empty());
    }

    /** A container image has not the folder in which its program is to begin. */
    static Failure workingDirectory(String message) {
        return new Failure("Runtime.InvalidWorkingDir", message, Optional.empty());
    }

    /** The platform itself could not do it. */
    static Failure platform(String message) {
        return new Failure("Sandbox.Failure", message, Optional.empty());
    }

    static String words(Exit exit) {
        return switch (exit) {
            case Exit.Status(int status) -> "exit status " + status;
            case Exit.Signal(String name) -> "signal: " + name;
        };
    }

    /** For whoever was not there: what the runtime said, else what is known of its end. */
    String words() {
        if (isTimeout()) {
            return "it took too long";
        }
        return payload.map(Failure::words).orElse(message);
    }

    private static String words(byte[] payload) {
        try {
            if (JsonReader.tree(payload) instanceof Map<?, ?> said) {
                return said.get("errorType") + ": " + said.get("errorMessage");
            }
        } catch (JsonReader.Malformed e) {
            // Told as it is.
        }
        return new String(payload, StandardCharsets.UTF_8);
    }

    boolean isTimeout() {
        return errorType == null;
    }

    Reason reason() {
        return isTimeout() ? Reason.TIMEOUT : Reason.FAILURE;
    }

    /** The outcome of the event that was under way. */
    Outcome outcome(String requestId, int timeoutSeconds) {
        if (isTimeout()) {
            return Outcome.timeout(requestId, timeoutSeconds);
        }
        return payload.map(said -> new Outcome(said, errorType, Outcome.Status.ERROR))
                .orElseGet(() -> Outcome.exit(requestId, message, errorType));
    }
}
