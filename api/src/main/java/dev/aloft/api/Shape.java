package dev.aloft.api;

/**
 * A value of a structure or union of a service's model. Every generated record is one; a member that is absent is null.
 */
public interface Shape {
    Schema.Structure shape();

    /** The member at this index of {@link Schema.Structure#members()}, or null. */
    Object get(int index);
}
