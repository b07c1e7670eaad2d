package dev.aloft.wire;

import java.util.AbstractList;
import java.util.List;

/**
 * The values of a DynamoDB AttributeValue that names several types at once, one of each in the order in which they
 * came. It stands as the value's list, as DynamoDB complains only where it comes to the value, and first of numbers in
 * it.
 */
public final class SeveralTypes<T> extends AbstractList<T> {
    private final List<T> values;

    SeveralTypes(List<T> values) {
        this.values = List.copyOf(values);
    }

    @Override
    public T get(int index) {
        return values.get(index);
    }

    @Override
    public int size() {
        return values.size();
    }
}
