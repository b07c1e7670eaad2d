package dev.aloft.kernel.call;

import dev.aloft.api.Caller;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;

/** Tells what would be allowed, for services that look ahead at what they will do later. */
public interface Permits {
    /** Whether a caller may carry out an operation; it is not carried out. */
    boolean permits(Operation operation, Caller caller, Shape input);
}
