package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.expression.Condition;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A write of one item, checked as far as that can be done without the store.
 *
 * @param key       the item's within the table
 * @param tellsOld  a condition that fails tells the item
 * @param wantsOld  the caller is told what was there, or what the write cost
 */
record Change(LiveTable table, Key key, Optional<Condition> condition, boolean tellsOld, boolean wantsOld,
        Effect effect) {
    Change {
        condition.ifPresent(tested -> table.refuseNestedKeys(tested.paths()));
    }

    sealed interface Effect {
    }

    /** @param bytes the item as it is kept */
    record Put(Map<String, AttributeValue> item, byte[] bytes) implements Effect {
    }

    record Delete() implements Effect {
    }

    /** Only the condition counts. */
    record Check() implements Effect {
    }

    /**
     * Functions of the item, or of null where there is none.
     *
     * @param refuse what cannot be done, before the condition is looked at
     * @param change may answer null
     */
    record Modify(Consumer<Map<String, AttributeValue>> refuse, UnaryOperator<Map<String, AttributeValue>> change)
            implements Effect {
    }

    boolean readsOld() {
        return wantsOld || condition.isPresent() || effect instanceof Modify || table.needsOld();
    }

    /**
     * What a write did.
     *
     * @param before null where there was nothing, or where nobody had to know
     * @param after  null where there is nothing now
     */
    record Outcome(Map<String, AttributeValue> before, Map<String, AttributeValue> after, Capacity capacity) {
    }
}
