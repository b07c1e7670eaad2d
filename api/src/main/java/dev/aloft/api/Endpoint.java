package dev.aloft.api;

/** Somewhere operations are carried out: in this process through the one door, or over signed HTTP. */
public interface Endpoint {
    /** Carries the operation out and returns its output, or throws an {@link ApiError}. */
    Shape call(Operation operation, Caller caller, Shape input);
}
