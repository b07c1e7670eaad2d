package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Logs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Resource policies of an account and region, by which services are let in to write: all of them hold for all log
 * groups.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html">PutResourcePolicy</a>
 */
final class ResourcePolicies {
    private static final int MOST = 10;

    record Kept(String name, String document, Instant updated) {}

    private final LogsData data;
    private final Store store;
    private final Time time;

    ResourcePolicies(LogsData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    Logs.ResourcePolicy put(Caller caller, Logs.PutResourcePolicyRequest input) {
        if (input.policyName() == null || input.policyDocument() == null || statements(input.policyDocument())
                .isEmpty()) {
            throw new Logs.InvalidParameterException("Policy document is not valid");
        }
        var policy = new Kept(input.policyName(), input.policyDocument(), time.instant());
        store.change(tx -> {
            data.resourcePolicies.put(tx, LogsData.group(caller, policy.name()), policy);
            if (data.resourcePolicies.range(tx, Key.of(caller.account(), caller.region())).count() > MOST) {
                throw new Logs.LimitExceededException("Resource limit exceeded.");
            }
        });
        return told(policy);
    }

    private static Logs.ResourcePolicy told(Kept policy) {
        return Logs.ResourcePolicy.of(p -> p.policyName(policy.name()).policyDocument(policy.document())
            .lastUpdatedTime(policy.updated().toEpochMilli()));
    }

    /** There are so few that one page has them all. */
    List<Logs.ResourcePolicy> all(Caller caller) {
        return kept(caller).stream().map(ResourcePolicies::told).toList();
    }

    private List<Kept> kept(Caller caller) {
        return store.read(tx -> data.resourcePolicies.range(tx, Key.of(caller.account(), caller.region()))
                .map(Row::value).toList());
    }

    void delete(Caller caller, Logs.DeleteResourcePolicyRequest input) {
        store.change(tx -> {
            if (input.policyName() == null
                    || !data.resourcePolicies.delete(tx, LogsData.group(caller, input.policyName()))) {
                throw new Logs.ResourceNotFoundException("Policy with name [" + input.policyName()
                        + "] does not exist.");
            }
        });
    }

    /** All policies as one document. */
    Optional<String> document(Caller caller) {
        var all = new ArrayList<Object>();
        kept(caller).forEach(policy -> statements(policy.document()).forEach(each -> all.add(withoutId(each))));
        return all.isEmpty() ? Optional.empty()
                : Optional.of(JsonWriter.string(Map.of("Version", "2012-10-17", "Statement", all)));
    }

    /** Two policies may have statements of the same id. */
    private static Object withoutId(Object statement) {
        if (!(statement instanceof Map<?, ?> given)) {
            return statement;
        }
        var rest = new LinkedHashMap<Object, Object>(given);
        rest.remove("Sid");
        return rest;
    }

    private static List<?> statements(String document) {
        try {
            var statement = JsonReader.tree(document) instanceof Map<?, ?> policy ? policy.get("Statement") : null;
            return switch (statement) {
                case List<?> list -> list;
                case Map<?, ?> one -> List.of(one);
                case null, default -> List.of();
            };
        } catch (JsonReader.Malformed _) {
            return List.of();
        }
    }
}
