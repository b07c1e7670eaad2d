package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Store;
import java.util.Map;
import java.util.TreeMap;

/** Tags of streams and consumers by their ARN. */
final class ResourceTags {
    private final Streams streams;
    private final Consumers consumers;
    private final Store store;

    ResourceTags(Streams streams, Consumers consumers, Store store) {
        this.streams = streams;
        this.consumers = consumers;
        this.store = store;
    }

    static boolean isConsumer(String arn) {
        return arn.contains("/consumer/");
    }

    void tag(Caller caller, Kinesis.TagResourceRequest input) {
        if (!isConsumer(input.resourceARN())) {
            streams.tag(caller, null, input.resourceARN(), input.tags());
            return;
        }
        consumers.tag(input.resourceARN(), tags -> {
            var all = new TreeMap<>(tags);
            all.putAll(input.tags());
            return all;
        });
    }

    void untag(Caller caller, Kinesis.UntagResourceRequest input) {
        if (!isConsumer(input.resourceARN())) {
            streams.untag(caller, null, input.resourceARN(), input.tagKeys());
            return;
        }
        consumers.tag(input.resourceARN(), tags -> {
            var left = new TreeMap<>(tags);
            input.tagKeys().forEach(left::remove);
            return left;
        });
    }

    Kinesis.ListTagsForResourceResponse list(Caller caller, Kinesis.ListTagsForResourceRequest input) {
        Map<String, String> tags = store.read(tx -> isConsumer(input.resourceARN())
                ? consumers.existing(tx, input.resourceARN()).tags()
                : streams.existing(tx, caller, null, input.resourceARN()).tags());
        return Kinesis.ListTagsForResourceResponse.of(r -> r.tags(new TreeMap<>(tags).entrySet().stream()
                .map(it -> Kinesis.Tag.of(t -> t.key(it.getKey()).value(it.getValue()))).toList()));
    }
}
