package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import com.amazon.ion.IonType;
import com.amazon.ion.IonWriter;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ExportFormat;
import dev.aloft.api.DynamoDb.ExportViewType;
import dev.aloft.api.JsonWriter;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.Values;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A line of an exported file: an item as it was, or what became of one within a while. */
sealed interface ExportLine {
    /** The line as it stands in the file, without its end. */
    byte[] text(String format);

    /** Bytes that are billed. */
    long size();

    /** @param item as the table keeps it */
    record Item(byte[] item) implements ExportLine {
        @Override
        public byte[] text(String format) {
            var attributes = ITEMS.decode(item);
            return ExportFormat.ION.equals(format) ? IonItems.line(out -> IonItems.item(out, "Item", attributes))
                : JsonWriter.bytes(Map.of("Item", Values.json(attributes)));
        }

        @Override
        public long size() {
            return ItemSize.of(ITEMS.decode(item));
        }
    }

    /**
     * An item that changed.
     *
     * @param micros of the last change
     * @param view   what is told: see ExportViewType
     */
    record Changed(Map<String, AttributeValue> keys, long micros, Optional<byte[]> before, Optional<byte[]> after,
            String view)
            implements ExportLine {
        private Map<String, Map<String, AttributeValue>> images() {
            var images = new LinkedHashMap<String, Map<String, AttributeValue>>();
            images.put("Keys", keys);
            if (ExportViewType.NEW_AND_OLD_IMAGES.equals(view)) {
                before.map(ITEMS::decode).ifPresent(image -> images.put("OldImage", image));
            }
            after.map(ITEMS::decode).ifPresent(image -> images.put("NewImage", image));
            return images;
        }

        @Override
        public byte[] text(String format) {
            if (ExportFormat.ION.equals(format)) {
                return IonItems.line(this::ion);
            }
            var line = new LinkedHashMap<String, Object>();
            line.put("Metadata", Map.of("WriteTimestampMicros", Map.of("N", Long.toString(micros))));
            images().forEach((name, image) -> line.put(name, Values.json(image)));
            return JsonWriter.bytes(line);
        }

        private void ion(IonWriter out) throws IOException {
            out.setFieldName("Record");
            out.stepIn(IonType.STRUCT);
            out.setFieldName("Metadata");
            out.stepIn(IonType.STRUCT);
            out.setFieldName("WriteTimestampMicros");
            out.writeDecimal(BigDecimal.valueOf(micros));
            out.stepOut();
            for (var image : images().entrySet()) {
                IonItems.item(out, image.getKey(), image.getValue());
            }
            out.stepOut();
        }

        @Override
        public long size() {
            return images().values().stream().mapToLong(ItemSize::of).sum();
        }
    }
}
