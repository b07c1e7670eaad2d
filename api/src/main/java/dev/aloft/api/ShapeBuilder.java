package dev.aloft.api;

/** Builds a {@link Shape} member by member; what every codec reads into. */
public interface ShapeBuilder {
    ShapeBuilder set(int index, Object value);

    Shape build();
}
