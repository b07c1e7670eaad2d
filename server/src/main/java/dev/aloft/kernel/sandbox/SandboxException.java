package dev.aloft.kernel.sandbox;

/** No sandbox could be made or assigned; the message says what the owner of the machine can do. */
public final class SandboxException extends RuntimeException {
    public SandboxException(String message) {
        super(message);
    }
}
