package dev.aloft.service.kinesis;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Tags of streams, by their name or ARN, and of consumers. */
final class Tags {
    static final int MOST = 50;
    private static final Pattern TAG = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_./=+\\-%@:]*");

    private final Streams streams;
    private final Consumers consumers;
    private final Store store;

    Tags(Streams streams, Consumers consumers, Store store) {
        this.streams = streams;
        this.consumers = consumers;
        this.store = store;
    }

    static boolean isOfConsumer(String arn) {
        return arn.contains("/consumer/");
    }

    void add(Caller caller, Kinesis.AddTagsToStreamRequest input) {
        add(caller, input.streamName(), input.streamARN(), input.tags(),
                stream -> tooMany(stream.name(), stream.account()));
    }

    void add(Caller caller, Kinesis.TagResourceRequest input) {
        if (isOfConsumer(input.resourceARN())) {
            consumers.tag(input.resourceARN(), tags -> with(caller, input.resourceARN(), tags, input.tags()));
        } else {
            add(caller, null, input.resourceARN(), input.tags(), _ -> tooManyOf(caller, input.resourceARN()));
        }
    }

    private void add(Caller caller, String name, String arn, Map<String, String> given,
            Function<KeptStream, ApiError> tooMany) {
        streams.describe(caller, name, arn, stream -> {
            var tags = new TreeMap<>(stream.tags());
            tags.putAll(checked(given));
            refusePercent(stream, "add tags to", given.keySet());
            refusePercent(stream, "add tags to", given.values());
            if (tags.size() > MOST) {
                throw tooMany.apply(stream);
            }
            return stream.withTags(tags);
        });
    }

    /** Of a consumer. */
    static Map<String, String> with(Caller caller, String arn, Map<String, String> known, Map<String, String> given) {
        var all = new TreeMap<>(known);
        all.putAll(checked(given));
        if (all.size() > MOST) {
            throw tooManyOf(caller, arn);
        }
        return all;
    }

    static Kinesis.InvalidArgumentException tooMany(String name, String account) {
        return new Kinesis.InvalidArgumentException("Failed to add tags to stream " + name + " under account " + account
                + " because a given stream cannot have more than 50 tags associated with it.");
    }

    private static Kinesis.InvalidArgumentException tooManyOf(Caller caller, String arn) {
        return new Kinesis.InvalidArgumentException("Failed to add tags to resource " + arn + " under account "
                + caller.account() + " because a given resource cannot have more than 50 tags associated with it.");
    }

    void remove(Caller caller, Kinesis.RemoveTagsFromStreamRequest input) {
        remove(caller, input.streamName(), input.streamARN(), input.tagKeys());
    }

    void remove(Caller caller, Kinesis.UntagResourceRequest input) {
        if (isOfConsumer(input.resourceARN())) {
            consumers.tag(input.resourceARN(), tags -> without(tags, input.tagKeys()));
        } else {
            remove(caller, null, input.resourceARN(), input.tagKeys());
        }
    }

    private void remove(Caller caller, String name, String arn, List<String> keys) {
        streams.describe(caller, name, arn, stream -> {
            keys.forEach(Tags::checkForm);
            checkReserved(keys);
            refusePercent(stream, "remove tags from", keys);
            return stream.withTags(without(stream.tags(), keys));
        });
    }

    private static Map<String, String> without(Map<String, String> tags, List<String> keys) {
        var left = new TreeMap<>(tags);
        keys.forEach(left::remove);
        return left;
    }

    static Map<String, String> checked(Map<String, String> tags) {
        tags.forEach((key, value) -> {
            checkForm(key);
            checkForm(value);
        });
        checkReserved(tags.keySet());
        return tags;
    }

    private static void checkForm(String text) {
        if (!TAG.matcher(text).matches()) {
            throw new Kinesis.InvalidArgumentException("Some tags contain invalid characters. Valid "
                    + "characters: Unicode letters, digits, white space, _ . / = + - % @.");
        }
    }

    /** The first look at tags lets it pass, the second does not. */
    private static void refusePercent(KeptStream stream, String what, Collection<String> texts) {
        if (texts.stream().anyMatch(it -> it.contains("%"))) {
            throw new Kinesis.InvalidArgumentException("Failed to " + what + " stream " + stream.name()
                    + " under account " + stream.account()
                    + " because some tags contained illegal characters. The allowed characters are Unicode "
                    + "letters, white-spaces, '_',',','/','=','+','-','@'.");
        }
    }

    /** CloudFormation's own come this way too. */
    private static void checkReserved(Collection<String> keys) {
        if (keys.stream().map(key -> key.toLowerCase(Locale.ROOT))
                .anyMatch(key -> key.startsWith("aws:") && !key.startsWith("aws:cloudformation:"))) {
            throw new Kinesis.InvalidArgumentException("Some tag keys in the request started with 'aws:'. System tags "
                    + "cannot be modified.");
        }
    }

    Kinesis.ListTagsForStreamResponse list(Caller caller, Kinesis.ListTagsForStreamRequest input) {
        int limit = input.limit() == null ? MOST : input.limit();
        return store.read(tx -> {
            var all = new TreeMap<>(streams.existing(tx, caller, input.streamName(), input.streamARN()).tags());
            var left = input.exclusiveStartTagKey() == null ? all : all.tailMap(input.exclusiveStartTagKey(), false);
            var page = told(left).stream().limit(limit).toList();
            return Kinesis.ListTagsForStreamResponse.of(r -> r.tags(page).hasMoreTags(page.size() < left.size()));
        });
    }

    Kinesis.ListTagsForResourceResponse list(Caller caller, Kinesis.ListTagsForResourceRequest input) {
        Map<String, String> tags = store.read(tx -> isOfConsumer(input.resourceARN())
                ? consumers.existing(tx, input.resourceARN()).tags()
                : streams.existing(tx, caller, null, input.resourceARN()).tags());
        return Kinesis.ListTagsForResourceResponse.of(r -> r.tags(told(new TreeMap<>(tags))));
    }

    private static List<Kinesis.Tag> told(Map<String, String> sorted) {
        return sorted.entrySet().stream()
                .map(it -> Kinesis.Tag.of(t -> t.key(it.getKey()).value(it.getValue()))).toList();
    }
}
