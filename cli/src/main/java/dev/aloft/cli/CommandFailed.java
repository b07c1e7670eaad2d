package dev.aloft.cli;

/** A command could not do what it was asked; the message is all that the person sees. */
final class CommandFailed extends RuntimeException {
    CommandFailed(String message) {
        super(message, null, false, false);
    }
}
