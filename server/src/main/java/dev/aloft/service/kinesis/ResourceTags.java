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
            streams.tag(caller, input.resourceARN(), input.tags(), _ -> tooMany(caller, input.resourceARN()));
            return;
        }
        Streams.checkReserved(input.tags().keySet());
        consumers.tag(input.resourceARN(), tags -> {
            var all = new TreeMap<>(tags);
            all.putAll(input.tags());
            if (all.size() > Streams.MOST_TAGS) {
                throw tooMany(caller, input.resourceARN());
            }
            return all;
        });
    }

    private static Kinesis.InvalidArgumentException tooMany(Caller caller, String arn) {
        return new Kinesis.InvalidArgumentException("Failed to add tags to resource " + arn + " under account "
                + caller.account() + " because a given resource cannot have more than 50 tags associated with it.");
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
