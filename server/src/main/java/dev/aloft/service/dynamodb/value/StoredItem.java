package dev.aloft.service.dynamodb.value;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.JsonSource;
import dev.aloft.api.JsonWriter;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;

/**
 * An item as it was read. Most are only told, and are written as JSON from their stored bytes; its attributes are made
 * when they are asked for.
 */
public final class StoredItem extends AbstractMap<String, AttributeValue> implements JsonSource {
    private final byte[] bytes;
    private Map<String, AttributeValue> attributes;

    public StoredItem(byte[] bytes) {
        this.bytes = bytes;
    }

    private Map<String, AttributeValue> attributes() {
        if (attributes == null) {
            attributes = ItemCodec.ITEMS.decode(bytes);
        }
        return attributes;
    }

    /** How many bytes it counts for: see {@link ItemSize}. */
    int countedBytes() {
        return ItemCodec.size(bytes);
    }

    @Override
    public Set<Entry<String, AttributeValue>> entrySet() {
        return attributes().entrySet();
    }

    @Override
    public AttributeValue get(Object name) {
        return attributes().get(name);
    }

    @Override
    public boolean containsKey(Object name) {
        return attributes().containsKey(name);
    }

    @Override
    public void writeTo(JsonWriter out) {
        ItemCodec.write(bytes, out);
    }
}
