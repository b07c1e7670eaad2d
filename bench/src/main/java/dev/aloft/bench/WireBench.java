package dev.aloft.bench;

import dev.aloft.api.Body;
import dev.aloft.api.DynamoDb;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.Protocols;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/** Parsing a PutItem and rendering a GetItem of 1 KB, per second of one processor. */
final class WireBench {
    private static final int WARM_UP = 200_000;
    private static final int COUNTED = 400_000;

    private WireBench() {}

    static void run(Figures figures) {
        figures.chapter("Wire (DynamoDB, an item of 1 KB)");
        var protocol = Protocols.of(DynamoDb.MODEL);
        var body = DynamoDbBench.putItem("bench", 7).getBytes(StandardCharsets.UTF_8);
        var headers = Headers.of("Content-Type", "application/x-amz-json-1.0", "X-Amz-Target",
                "DynamoDB_20120810.PutItem");
        Runnable parse = () -> protocol.readInput(
                DynamoDb.PUT_ITEM, new HttpRequest("POST", "http", "/", "", headers, Body.of(body), null));
        var item = ((DynamoDb.PutItemRequest) protocol.readInput(
                        DynamoDb.PUT_ITEM, new HttpRequest("POST", "http", "/", "", headers, Body.of(body), null)))
                .item();
        var output = DynamoDb.GetItemResponse.of(r -> r.item(item));
        Runnable render = () -> protocol.writeOutput(DynamoDb.GET_ITEM, output, "id");
        figures.add("parse PutItem", perSecond(parse), "/s", "per processor second");
        figures.add("render GetItem", perSecond(render), "/s", "per processor second");
    }

    private static double perSecond(Runnable task) {
        for (int i = 0; i < WARM_UP; i++) {
            task.run();
        }
        var threads = ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < COUNTED; i++) {
            task.run();
        }
        return COUNTED / ((threads.getCurrentThreadCpuTime() - begin) / 1e9);
    }
}
