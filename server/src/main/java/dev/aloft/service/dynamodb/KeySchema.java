package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.value.Numbers;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The key attributes of a table or an index, and how their values become a key of the store: a hash of the partition
 * key's values with the values themselves behind it, then the sort key's values one by one, in bytes whose order is the
 * values' own. So the items of a partition stand together in the order of their sort keys, and partitions stand in the
 * order of their hashes, which a parallel scan shares out. Only global indexes have keys of more attributes than one
 * and one.
 *
 * @param hashes the attributes of the partition key
 * @param ranges the attributes of the sort key, none where there is no sort key
 * @param types  of all of them
 */
record KeySchema(List<String> hashes, List<String> ranges, Map<String, String> types) {
    /** What is said of a key without content. */
    static final String EMPTY = "cannot contain an empty";
    static final int HASH_BYTES = 3;
    private static final int MAX_HASH_KEY = 2048;
    private static final int MAX_RANGE_KEY = 1024;
    private static final MessageDigest BEGUN = begun();

    static KeySchema of(StoredTable table, StoredTable.KeyNames names) {
        var types = new LinkedHashMap<String, String>();
        names.all().forEach(name -> types.put(name, table.type(name)));
        return new KeySchema(names.hashes(), names.ranges(), types);
    }

    /** The partition key's only attribute, as all tables have it. */
    String hash() {
        return hashes.getFirst();
    }

    /** Whether it is a key as tables have it too: one attribute, or one and one. */
    boolean isSimple() {
        return hashes.size() == 1 && ranges.size() < 2;
    }

    List<String> names() {
        return List.copyOf(types.keySet());
    }

    boolean has(String attribute) {
        return types.containsKey(attribute);
    }

    String type(String attribute) {
        return types.get(attribute);
    }

    /** The key that these attributes are, no more and no less of them than the schema has. */
    Key ofKey(Map<String, AttributeValue> attributes) {
        if (attributes.size() != types.size()) {
            throw mismatch();
        }
        for (var name : types.keySet()) {
            checkPiece(name, attributes.get(name));
        }
        return unchecked(attributes);
    }

    /** One attribute of a key that a request gives. */
    void checkPiece(String name, AttributeValue value) {
        if (value == null || !Values.type(value).equals(type(name))) {
            throw mismatch();
        }
        if (isEmpty(value)) {
            throw new ValidationException("One or more parameter values are not valid. " + empty(value) + " Key: "
                + name);
        }
        checkSize(name, value);
    }

    /** The key of an item to be put. */
    Key ofItem(Map<String, AttributeValue> item) {
        for (var name : types.keySet()) {
            var value = item.get(name);
            if (value == null) {
                throw ValidationException.parameters("Missing the key " + name + " in the item");
            }
            if (!Values.type(value).equals(type(name))) {
                throw ValidationException.parameters("Type mismatch for key " + name + " expected: " + type(name)
                    + " actual: " + Values.type(value));
            }
            if (isEmpty(value)) {
                throw new ValidationException("One or more parameter values are not valid. " + empty(value) + " Key: "
                    + name);
            }
            checkSize(name, value);
        }
        return unchecked(item);
    }

    /** Of an item that has them all in the right types. */
    Key unchecked(Map<String, AttributeValue> item) {
        var elements = new Object[1 + ranges.size()];
        elements[0] = partition(item);
        for (int i = 0; i < ranges.size(); i++) {
            elements[i + 1] = ordered(item.get(ranges.get(i)));
        }
        return Key.of(elements);
    }

    boolean isIn(Map<String, AttributeValue> item) {
        return item.keySet().containsAll(types.keySet());
    }

    Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        var key = new LinkedHashMap<String, AttributeValue>();
        types.keySet().forEach(name -> key.put(name, item.get(name)));
        return key;
    }

    /** All keys of the partition that has these values begin so. */
    Key partitionKey(Map<String, AttributeValue> item) {
        return Key.of((Object) partition(item));
    }

    private byte[] partition(Map<String, AttributeValue> item) {
        // A value's end shows in what stands behind it only where there are more: they are a key of their own then.
        var key = hashes.size() == 1 ? ordered(item.get(hash()))
            : Key.of(hashes.stream().map(name -> (Object) ordered(item.get(name))).toArray()).raw();
        var partition = Arrays.copyOf(hash(key), HASH_BYTES + key.length);
        System.arraycopy(key, 0, partition, HASH_BYTES, key.length);
        return partition;
    }

    /** Which part of all hashes, from just above 0 to 1, does not come after that of this key. */
    static double hashPart(Key key) {
        return (hash(key) + 1.0) / (1L << 8 * HASH_BYTES);
    }

    /** The hash of the partition that an item of this key is in. */
    static int hash(Key key) {
        var partition = key.bytes(0);
        int hash = 0;
        for (int i = 0; i < HASH_BYTES; i++) {
            hash = hash << 8 | partition[i] & 0xFF;
        }
        return hash;
    }

    /** The hash of a whole key. */
    byte[] hashOf(Map<String, AttributeValue> item) {
        return hash(types.keySet().stream().map(name -> ordered(item.get(name))).toArray(byte[][]::new));
    }

    private static byte[] hash(byte[]... parts) {
        try {
            // A copy of one that has begun is made faster than a new one is found.
            var md5 = (MessageDigest) BEGUN.clone();
            for (var part : parts) {
                md5.update(part);
            }
            return Arrays.copyOf(md5.digest(), HASH_BYTES);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MessageDigest begun() {
        try {
            var md5 = MessageDigest.getInstance("MD5");
            md5.update("Outliers".getBytes(StandardCharsets.US_ASCII));
            return md5;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes in the order of the values. */
    static byte[] ordered(AttributeValue value) {
        return switch (value) {
            case AttributeValue.S(var text) -> text.getBytes(StandardCharsets.UTF_8);
            case AttributeValue.N(var number) -> Numbers.ordered(number);
            case AttributeValue.B(var bytes) -> bytes.array();
            case AttributeValue.BOOL _, AttributeValue.NULL _, AttributeValue.SS _, AttributeValue.NS _,
                AttributeValue.BS _,
                 AttributeValue.L _, AttributeValue.M _ -> throw new IllegalArgumentException("no key: "
                     + Values.type(value));
        };
    }

    static boolean isEmpty(AttributeValue value) {
        return value instanceof AttributeValue.S(var text) && text.isEmpty()
            || value instanceof AttributeValue.B(var bytes) && bytes.length() == 0;
    }

    static String empty(AttributeValue value) {
        return "The AttributeValue for a key attribute cannot contain an empty "
            + (value instanceof AttributeValue.S ? "string" : "binary") + " value.";
    }

    void checkSize(String name, AttributeValue value) {
        if (!fits(name, value)) {
            throw ValidationException.parameters(hashes.contains(name)
                ? "Size of hashkey has exceeded the maximum size limit of2048 bytes"
                : "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
        }
    }

    boolean fits(String name, AttributeValue value) {
        return value instanceof AttributeValue.N
            || ordered(value).length <= (hashes.contains(name) ? MAX_HASH_KEY : MAX_RANGE_KEY);
    }

    private static ValidationException mismatch() {
        return new ValidationException("The provided key element does not match the schema");
    }
}
