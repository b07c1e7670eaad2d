package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policies that streams and consumers have of their own. */
final class ResourcePolicies {
    /** What is told of a resource that has no policy. */
    static final String NONE = "{}";

    private final KinesisData data;
    private final Streams streams;
    private final Consumers consumers;
    private final Store store;

    ResourcePolicies(KinesisData data, Streams streams, Consumers consumers, Store store) {
        this.data = data;
        this.streams = streams;
        this.consumers = consumers;
        this.store = store;
    }

    void put(Caller caller, Kinesis.PutResourcePolicyRequest input) {
        try {
            Policy.of(input.policy(), Policy.Kind.RESOURCE);
        } catch (Policy.Malformed e) {
            throw new Kinesis.InvalidArgumentException("Policy validation error: "
                    + (JsonReader.isJson(input.policy()) ? e.getMessage() : "This policy contains invalid Json"));
        }
        store.change(tx -> {
            require(tx, caller, input.resourceARN());
            data.policies.put(tx, Key.of(input.resourceARN()), told(input.policy()));
        });
    }

    /** As Kinesis tells it: without blanks, and what is alone in a list without the list. */
    private static String told(String policy) {
        var document = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) JsonReader.tree(policy)).forEach((name, value) -> document.put(name.toString(), value));
        document.computeIfPresent("Statement", (_, given) ->
                (given instanceof List<?> all ? all : List.of(given)).stream()
                .map(ResourcePolicies::unlisted).toList());
        return JsonWriter.string(document);
    }

    private static Object unlisted(Object value) {
        return switch (value) {
            case List<?> one when one.size() == 1 -> one.getFirst();
            case Map<?, ?> members -> {
                var all = new LinkedHashMap<Object, Object>(members);
                all.replaceAll((name, member) -> name.equals("Condition") ? member : unlisted(member));
                yield all;
            }
            default -> value;
        };
    }

    private void require(ReadTx tx, Caller caller, String arn) {
        if (Tags.isOfConsumer(arn)) {
            consumers.existing(tx, arn);
        } else {
            streams.existing(tx, caller, null, arn);
        }
    }

    Kinesis.GetResourcePolicyResponse get(Caller caller, Kinesis.GetResourcePolicyRequest input) {
        return store.read(tx -> {
            require(tx, caller, input.resourceARN());
            var policy = data.policies.get(tx, Key.of(input.resourceARN()));
            return Kinesis.GetResourcePolicyResponse.of(r -> r.policy(policy.orElse(NONE)));
        });
    }

    void delete(Caller caller, Kinesis.DeleteResourcePolicyRequest input) {
        store.change(tx -> {
            require(tx, caller, input.resourceARN());
            if (!data.policies.delete(tx, Key.of(input.resourceARN()))) {
                throw new Kinesis.ResourceNotFoundException("No resource policy found for resource ARN "
                        + input.resourceARN() + ".");
            }
        });
    }

    Optional<String> of(String arn) {
        return store.read(tx -> data.policies.get(tx, Key.of(arn)));
    }
}
