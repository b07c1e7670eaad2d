package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ScanRequest;
import dev.aloft.api.DynamoDb.ScanResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.service.dynamodb.Pages.Selection;
import dev.aloft.service.dynamodb.Pages.Source;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

final class Scan {
    /** Segments share out the hashes of partition keys, of which the first so many bits count. */
    private static final int HASH_BITS = 24;

    private final Reads reads;

    Scan(Reads reads) {
        this.reads = reads;
    }

    ScanResponse scan(Caller caller, ScanRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        new ParameterKinds().projection("ProjectionExpression", in.projectionExpression())
            .expression("FilterExpression", in.filterExpression())
            .legacy("AttributesToGet", in.attributesToGet()).legacy("ScanFilter", in.scanFilter())
            .legacy("ConditionalOperator", in.conditionalOperator())
            .check(in.expressionAttributeNames(), in.expressionAttributeValues(), Wording.FORMER);
        var attributes = Legacy.attributes(in.attributesToGet());
        var scanFilter = Legacy.filter(in.scanFilter(), in.conditionalOperator(), Wording.FORMER);
        var start = Pages.startKey(in.exclusiveStartKey(), Wording.FORMER);
        checkSegments(in);
        var placeholders = Placeholders.of(in.expressionAttributeNames(), in.expressionAttributeValues(),
            Wording.FORMER);
        var filter = in.filterExpression() == null ? scanFilter
            : Optional.of(Condition.parse("FilterExpression", in.filterExpression(), placeholders));
        var projection = in.projectionExpression() == null ? attributes
            : Optional.of(Projection.parse(in.projectionExpression(), placeholders));
        placeholders.refuseUnused();
        var selection = Selection.of(in.select(), in.indexName(), projection, in.projectionExpression() != null, "");

        var page = reads.<Pages.Page>read(tx -> {
            var source = Source.of(reads.open(tx, ref), in.indexName(), in.consistentRead());
            if (start != null) {
                checkStart(source, start);
            }
            selection.needsTable(source);
            var range = range(source, in);
            if (start != null) {
                checkStartKey(source, start);
                var at = source.start(start);
                if (in.totalSegments() != null && !contains(range, at)) {
                    throw new ValidationException("The provided starting key is invalid: Invalid ExclusiveStartKey. "
                        + "Please use ExclusiveStartKey with correct Segment. TotalSegments: " + in.totalSegments()
                        + " Segment: " + in.segment());
                }
                range = range.after(at);
            }
            projection.ifPresent(wanted -> source.table().refuseNestedKeys(wanted.paths()));
            filter.ifPresent(condition -> source.table().refuseNestedKeys(condition.paths()));
            boolean consistent = Boolean.TRUE.equals(in.consistentRead());
            reads.admit(source.table(), source.index());
            return Pages.read(reads.view(tx, source.table(), consistent), source, range, in.limit(), filter, selection,
                consistent);
        });
        reads.used(page.table(), page.capacity());
        return new ScanResponse(page.items(), page.count(), page.scanned(), page.last().orElse(null),
            page.capacity().told(in.tableName(), in.returnConsumedCapacity()));
    }

    private static void checkSegments(ScanRequest in) {
        if (in.segment() != null && in.totalSegments() == null) {
            throw new ValidationException(
                "The TotalSegments parameter is required but was not present in the request when "
                + "Segment parameter is present");
        }
        if (in.totalSegments() == null) {
            return;
        }
        if (in.segment() == null) {
            throw new ValidationException("The Segment parameter is required but was not present in the request when "
                + "parameter TotalSegments is present");
        }
        if (in.segment() >= in.totalSegments()) {
            throw new ValidationException("The Segment parameter is zero-based and must be less than parameter "
                + "TotalSegments: Segment: " + in.segment() + " is not less than TotalSegments: " + in.totalSegments());
        }
    }

    private static void checkStart(Source source, Map<String, AttributeValue> start) {
        if (start.size() != source.startNames().size()) {
            throw new ValidationException("The provided starting key is invalid"
                + (source.index().isPresent() ? "" : ": The provided key element does not match the schema"));
        }
        if (source.index().isPresent()) {
            for (var name : source.schema().names()) {
                if (!start.containsKey(name)) {
                    throw new ValidationException("The provided starting key is invalid");
                }
                source.schema().checkPiece(name, start.get(name));
            }
        }
    }

    private static void checkStartKey(Source source, Map<String, AttributeValue> start) {
        var table = source.table().schema;
        try {
            table.ofKey(table.keyOf(start));
        } catch (ValidationException e) {
            throw new ValidationException("The provided starting key is invalid: " + e.getMessage());
        }
    }

    private static Range range(Source source, ScanRequest in) {
        var all = Range.of(source.space());
        if (in.totalSegments() == null) {
            return all;
        }
        var range = in.segment() == 0 ? all : all.from(boundary(source, in.segment(), in.totalSegments()));
        return in.segment() + 1 == in.totalSegments() ? range
            : range.to(boundary(source, in.segment() + 1, in.totalSegments()));
    }

    private static Key boundary(Source source, long segment, long segments) {
        long hash = Math.ceilDiv(segment << HASH_BITS, segments);
        var bytes = new byte[KeySchema.HASH_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (hash >> (HASH_BITS - 8 - 8 * i));
        }
        return source.at(Key.of((Object) bytes));
    }

    private static boolean contains(Range range, Key key) {
        return Arrays.compareUnsigned(key.raw(), range.lower()) >= 0
            && Arrays.compareUnsigned(key.raw(), range.upper()) < 0;
    }
}
