package dev.aloft.api;

/**
 * An error told to a caller: a code, a status and AWS's words. Generated errors extend it; the few that no model names
 * ({@code ValidationException}, {@code AccessDenied}) are made with {@link #of}. It carries no stack trace: it is an
 * answer.
 */
public class ApiError extends RuntimeException {
    private final String code;
    private final int status;
    private final boolean senderFault;

    protected ApiError(String code, int status, boolean senderFault, String message) {
        super(message, null, false, false);
        this.code = code;
        this.status = status;
        this.senderFault = senderFault;
    }

    public static ApiError of(String code, int status, String message) {
        return new ApiError(code, status, status < 500, message);
    }

    /** Something that AWS has and we have not built: answered by its name, never accepted and ignored. */
    public static ApiError notBuilt(String what) {
        return new ApiError("NotImplemented", 501, false, what + " is not built in Aloft yet.");
    }

    /** The code on the wire, without namespace. */
    public String code() {
        return code;
    }

    public int status() {
        return status;
    }

    public boolean senderFault() {
        return senderFault;
    }

    /** The error's members beyond code and message, or null where it has none; a shape with the error's own schema. */
    public Shape detail() {
        return null;
    }

    @Override
    public String toString() {
        return code + " (" + status + "): " + getMessage();
    }
}
