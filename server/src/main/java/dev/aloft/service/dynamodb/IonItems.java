package dev.aloft.service.dynamodb;

import com.amazon.ion.IonException;
import com.amazon.ion.IonReader;
import com.amazon.ion.IonType;
import com.amazon.ion.IonWriter;
import com.amazon.ion.system.IonReaderBuilder;
import com.amazon.ion.system.IonTextWriterBuilder;
import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Items as Amazon Ion, as exports write them and imports read them: numbers are decimals, sets are annotated lists.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html">Export
 * output
 *     format</a>
 */
final class IonItems {
    private static final String STRINGS = "$dynamodb_SS";
    private static final String NUMBERS = "$dynamodb_NS";
    private static final String BINARIES = "$dynamodb_BS";
    private static final int MAX_DEPTH = 32;

    private IonItems() {
    }

    /** Something that is written as one top-level value. */
    @FunctionalInterface
    interface Content {
        void write(IonWriter out) throws IOException;
    }

    /** One top-level value as a line of text. */
    static byte[] line(Content content) {
        var bytes = new ByteArrayOutputStream();
        try (var out = IonTextWriterBuilder.minimal().withInitialIvmHandling(
            IonTextWriterBuilder.InitialIvmHandling.ENSURE).build(bytes)) {
            out.stepIn(IonType.STRUCT);
            content.write(out);
            out.stepOut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static void item(IonWriter out, String field, Map<String, AttributeValue> item) throws IOException {
        out.setFieldName(field);
        struct(out, item);
    }

    private static void struct(IonWriter out, Map<String, AttributeValue> item) throws IOException {
        out.stepIn(IonType.STRUCT);
        for (var attribute : item.entrySet()) {
            out.setFieldName(attribute.getKey());
            value(out, attribute.getValue());
        }
        out.stepOut();
    }

    private static void value(IonWriter out, AttributeValue value) throws IOException {
        switch (value) {
            case AttributeValue.S(var text) -> out.writeString(text);
            case AttributeValue.N(var number) -> out.writeDecimal(new BigDecimal(number));
            case AttributeValue.B(var bytes) -> out.writeBlob(bytes.array());
            case AttributeValue.BOOL(var truth) -> out.writeBool(truth);
            case AttributeValue.NULL _ -> out.writeNull();
            case AttributeValue.SS(var set) -> list(out, STRINGS,
                set.stream().<AttributeValue>map(AttributeValue.S::new).toList());
            case AttributeValue.NS(var set) -> list(out, NUMBERS,
                set.stream().<AttributeValue>map(AttributeValue.N::new).toList());
            case AttributeValue.BS(var set) -> list(out, BINARIES,
                set.stream().<AttributeValue>map(AttributeValue.B::new).toList());
            case AttributeValue.L(var list) -> list(out, null, list);
            case AttributeValue.M(var map) -> struct(out, map);
        }
    }

    private static void list(IonWriter out, String annotation, List<AttributeValue> elements) throws IOException {
        if (annotation != null) {
            out.setTypeAnnotations(annotation);
        }
        out.stepIn(IonType.LIST);
        for (var element : elements) {
            value(out, element);
        }
        out.stepOut();
    }

    /** What an import reads, one after the other. */
    interface Taker {
        /** @param item nothing where a value is no item */
        void take(Optional<Map<String, AttributeValue>> item);
    }

    /**
     * Reads values, in text or in binary, each a struct that has the item as its {@code Item}; stops where it is no
     * Ion.
     */
    static void read(InputStream in, Taker taker) {
        try (var reader = IonReaderBuilder.standard().build(in)) {
            while (reader.next() != null) {
                taker.take(one(reader));
            }
        } catch (IonException _) {
            taker.take(Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Map<String, AttributeValue>> one(IonReader reader) {
        if (reader.getType() != IonType.STRUCT || reader.isNullValue()) {
            return Optional.empty();
        }
        Map<String, AttributeValue> item = null;
        boolean fits = true;
        reader.stepIn();
        while (fits && reader.next() != null) {
            if (reader.getFieldName().equals("Item") && reader.getType() == IonType.STRUCT && !reader.isNullValue()) {
                try {
                    item = attributes(reader, 0);
                } catch (ValidationException _) {
                    fits = false;
                }
            }
        }
        while (reader.getDepth() > 0) {
            reader.stepOut();
        }
        return fits ? Optional.ofNullable(item) : Optional.empty();
    }

    private static Map<String, AttributeValue> attributes(IonReader reader, int depth) {
        var attributes = new LinkedHashMap<String, AttributeValue>();
        reader.stepIn();
        while (reader.next() != null) {
            attributes.put(reader.getFieldName(), value(reader, depth + 1));
        }
        reader.stepOut();
        return attributes;
    }

    private static AttributeValue value(IonReader reader, int depth) {
        if (depth > MAX_DEPTH) {
            throw new ValidationException("Nesting Levels have exceeded supported limits");
        }
        if (reader.isNullValue()) {
            return new AttributeValue.NULL(true);
        }
        return switch (reader.getType()) {
            case STRING -> new AttributeValue.S(reader.stringValue());
            case INT -> new AttributeValue.N(reader.bigIntegerValue().toString());
            case DECIMAL -> new AttributeValue.N(reader.bigDecimalValue().toString());
            case FLOAT -> new AttributeValue.N(number(reader.doubleValue()));
            case BLOB -> new AttributeValue.B(Bytes.of(reader.newBytes()));
            case BOOL -> new AttributeValue.BOOL(reader.booleanValue());
            case STRUCT -> new AttributeValue.M(attributes(reader, depth));
            case LIST -> list(reader, depth);
            default -> throw new ValidationException("An item has no attribute of Ion's type " + reader.getType());
        };
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new ValidationException("The parameter cannot be converted to a numeric value: " + value);
        }
        return BigDecimal.valueOf(value).toString();
    }

    private static AttributeValue list(IonReader reader, int depth) {
        var annotations = Arrays.asList(reader.getTypeAnnotations());
        var elements = new ArrayList<AttributeValue>();
        reader.stepIn();
        while (reader.next() != null) {
            elements.add(value(reader, depth + 1));
        }
        reader.stepOut();
        if (annotations.contains(STRINGS)) {
            return new AttributeValue.SS(elements.stream().map(one -> as(AttributeValue.S.class, one).value())
                .toList());
        }
        if (annotations.contains(NUMBERS)) {
            return new AttributeValue.NS(elements.stream().map(one -> as(AttributeValue.N.class, one).value())
                .toList());
        }
        if (annotations.contains(BINARIES)) {
            return new AttributeValue.BS(elements.stream().map(one -> as(AttributeValue.B.class, one).value())
                .toList());
        }
        return new AttributeValue.L(elements);
    }

    private static <T> T as(Class<T> type, AttributeValue value) {
        if (!type.isInstance(value)) {
            throw new ValidationException("A set has elements of one type");
        }
        return type.cast(value);
    }
}
