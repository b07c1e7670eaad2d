package dev.aloft.service.lambda.source;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.delivery.poll.KinesisConsumer;
import dev.aloft.kernel.delivery.poll.StreamPoller.Dropped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * What a destination is told of records that were given up: where they are, and for a bucket the records themselves.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html">Retain discarded batch
 *     records</a>
 */
final class BatchRecord {
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
            .withZone(ZoneOffset.UTC);

    private BatchRecord() {}

    /** @param payload what the function was given, or null where it is not told */
    static byte[] json(Mapping mapping, Dropped dropped, String id, Instant now, String payload) {
        var items = dropped.batch().items();
        var attempted = (Attempted) dropped.detail();
        var out = new JsonWriter().beginObject()
                .name("requestContext").beginObject()
                .name("requestId").string(attempted == null ? id : attempted.requestId())
                .name("functionArn").string(mapping.configuration().functionArn())
                .name("condition").string(dropped.condition())
                .name("approximateInvokeCount").number(Math.max(1, dropped.invokes()))
                .endObject();
        if (attempted != null) {
            out.name("responseContext").beginObject().name("statusCode").number(attempted.status());
            if (attempted.version() == null) {
                out.name("executedVersion").nul();
            } else {
                out.name("executedVersion").string(attempted.version());
            }
            out.name("functionError");
            if (attempted.failed()) {
                out.string("Unhandled");
            } else {
                out.nul();
            }
            out.endObject();
        }
        out.name("version").string("1.0")
                .name("timestamp").string(MILLIS.format(now))
                .name(mapping.source().service().equals("kinesis") ? "KinesisBatchInfo" : "DDBStreamBatchInfo")
                .beginObject()
                .name("shardId").string(dropped.batch().shard())
                .name("startSequenceNumber").string(items.getFirst().id())
                .name("endSequenceNumber").string(items.getLast().id())
                .name("approximateArrivalOfFirstRecord").string(items.getFirst().at().toString())
                .name("approximateArrivalOfLastRecord").string(items.getLast().at().toString())
                .name("batchSize").number(items.size())
                .name("streamArn").string(KinesisConsumer.streamOf(mapping.source()).toString())
                .endObject();
        if (payload != null) {
            out.name("payload").string(payload);
        }
        return out.endObject().toBytes();
    }
}
