package dev.aloft.api;

import java.util.Arrays;

/** A shape for which no record was generated: its members in an array. Equal when structure and members are. */
public final class Loose implements Shape {
    private final Schema.Structure shape;
    private final Object[] members;

    private Loose(Schema.Structure shape, Object[] members) {
        this.shape = shape;
        this.members = members;
    }

    @Override
    public Schema.Structure shape() {
        return shape;
    }

    @Override
    public Object get(int index) {
        return members[index];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Loose loose && loose.shape == shape && Arrays.equals(members, loose.members);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(members);
    }

    @Override
    public String toString() {
        return shape.name() + Arrays.toString(members);
    }

    static final class Builder implements ShapeBuilder {
        private final Schema.Structure shape;
        private final Object[] members;

        Builder(Schema.Structure shape) {
            this.shape = shape;
            this.members = new Object[shape.members().size()];
        }

        @Override
        public ShapeBuilder set(int index, Object value) {
            members[index] = value;
            return this;
        }

        @Override
        public Shape build() {
            return new Loose(shape, members.clone());
        }
    }
}
