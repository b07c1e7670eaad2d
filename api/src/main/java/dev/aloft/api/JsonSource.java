package dev.aloft.api;

/** A value that writes itself as JSON, from a form that is nearer to it than objects are. */
public interface JsonSource {
    void writeTo(JsonWriter out);
}
