package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.GetItemResponse;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.StoredItem;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class GetItem {
    private final Reads reads;

    GetItem(Reads reads) {
        this.reads = reads;
    }

    GetItemResponse get(Caller caller, GetItemRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        new ParameterKinds().projection("ProjectionExpression", in.projectionExpression())
            .legacy("AttributesToGet", in.attributesToGet()).check(in.expressionAttributeNames(), null,
                Wording.PRESENT);
        var key = Values.checked(in.key(), Wording.PRESENT);
        var projection = projection(in.projectionExpression(), in.attributesToGet(), in.expressionAttributeNames(),
            Wording.PRESENT);
        boolean consistent = Boolean.TRUE.equals(in.consistentRead());
        record Got(LiveTable table, Optional<Map<String, AttributeValue>> item) {
        }

        var got = reads.<Got>read(tx -> {
            var table = reads.open(tx, ref);
            reads.admit(table, Optional.empty());
            return new Got(table, read(reads.view(tx, table, consistent), table, key, projection));
        });
        var capacity = Capacity.ofTable(Capacity.read(got.item.map(ItemSize::of).orElse(0), consistent));
        reads.used(got.table, capacity);
        return new GetItemResponse(got.item.map(whole -> projected(projection, whole)).orElse(null),
            capacity.told(in.tableName(), in.returnConsumedCapacity()));
    }

    static Optional<Map<String, AttributeValue>> read(ReadTx tx, LiveTable table, Map<String, AttributeValue> key,
            Optional<Projection> projection) {
        var at = table.at(table.schema.ofKey(key));
        projection.ifPresent(wanted -> table.refuseNestedKeys(wanted.paths()));
        return tx.get(at).map(StoredItem::new);
    }

    /** Of an expression, or of the parameter that came before it. */
    static Optional<Projection> projection(String expression, List<String> attributes, Map<String, String> names,
            Wording wording) {
        var legacy = Legacy.attributes(attributes);
        if (expression == null) {
            return legacy;
        }
        var placeholders = Placeholders.of(names, null, wording);
        var projection = Projection.parse(expression, placeholders);
        placeholders.refuseUnused();
        return Optional.of(projection);
    }

    static Map<String, AttributeValue> projected(Optional<Projection> projection, Map<String, AttributeValue> item) {
        return projection.map(wanted -> wanted.of(item)).orElse(item);
    }
}
