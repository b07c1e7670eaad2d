package dev.aloft.service.dynamodb.value;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * How many bytes an item counts for in limits and capacity.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html">Item
 * sizes and
 *     formats</a>
 */
public final class ItemSize {
    /** 400 KB. */
    public static final int MAX = 400 << 10;

    /** Longer texts are measured faster by encoding them. */
    private static final int SHORT = 64;

    private ItemSize() {
    }

    public static int of(Map<String, AttributeValue> item) {
        if (item instanceof StoredItem stored) {
            return stored.countedBytes();
        }
        int size = 0;
        for (var entry : item.entrySet()) {
            size += of(entry.getKey()) + of(entry.getValue());
        }
        return size;
    }

    public static int of(AttributeValue value) {
        return switch (value) {
            case AttributeValue.S(var text) -> of(text);
            case AttributeValue.N(var number) -> Numbers.size(number);
            case AttributeValue.B(var bytes) -> bytes.length();
            case AttributeValue.BOOL _, AttributeValue.NULL _ -> 1;
            case AttributeValue.SS(var set) -> set.stream().mapToInt(ItemSize::of).sum();
            case AttributeValue.NS(var set) -> set.stream().mapToInt(Numbers::size).sum();
            case AttributeValue.BS(var set) -> set.stream().mapToInt(Bytes::length).sum();
            case AttributeValue.L(var list) -> {
                int size = 3;
                for (var element : list) {
                    size += 1 + of(element);
                }
                yield size;
            }
            case AttributeValue.M(var map) -> 3 + map.size() + of(map);
        };
    }

    /** The length of text in UTF-8. */
    public static int of(String text) {
        if (text.length() > SHORT) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
        int size = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // A pair of surrogates is four bytes: two for each half.
                size += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return size;
    }
}
