package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The items of one object that is imported: those that fit the table are put into it, some at a time. */
final class ImportedItems {
    private static final int BATCH = 100;

    private final LiveTable table;
    private final BiConsumer<LiveTable, List<Map<String, AttributeValue>>> putter;
    private final List<Map<String, AttributeValue>> batch = new ArrayList<>();
    private long processed;
    private long imported;
    private long errors;

    ImportedItems(LiveTable table, BiConsumer<LiveTable, List<Map<String, AttributeValue>>> putter) {
        this.table = table;
        this.putter = putter;
    }

    /** @param read nothing for something that is no item */
    void add(Optional<Map<String, AttributeValue>> read) {
        processed++;
        read.flatMap(this::fitting).ifPresentOrElse(batch::add, () -> errors++);
        if (batch.size() == BATCH) {
            put();
        }
    }

    private Optional<Map<String, AttributeValue>> fitting(Map<String, AttributeValue> raw) {
        try {
            var item = Values.checked(raw, Wording.FORMER);
            table.schema.ofItem(item);
            table.checkIndexKeys(item);
            ItemWriter.checkSize(item, "Item size has exceeded the maximum allowed size");
            return Optional.of(item);
        } catch (ValidationException _) {
            return Optional.empty();
        }
    }

    /** Puts those that wait for others. */
    void put() {
        putter.accept(table, List.copyOf(batch));
        imported += batch.size();
        batch.clear();
    }

    long processed() {
        return processed;
    }

    long imported() {
        return imported;
    }

    long errors() {
        return errors;
    }
}
