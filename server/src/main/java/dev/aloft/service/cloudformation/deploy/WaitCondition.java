package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.Caller;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.template.JsonText;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.TemplateReader;
import dev.aloft.service.cloudformation.template.Trees;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a stack waits with until so many signals have come to the URL of its handle.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html">AWS: wait
 *     conditions</a>
 */
public final class WaitCondition implements ResourceType {
    private static final String PATH = "/_aloft/wait-conditions/";
    private static final int LARGEST_SIGNAL = 4096;
    private static final int LONGEST_SECONDS = 43_200;

    private final CloudFormationData data;
    private final Store store;
    private final Time time;

    public WaitCondition(CloudFormationData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    /** Where the signals for a handle come, which is what it is. */
    static String url(Caller caller, Desired handle) {
        return caller.endpoint() + PATH + stackId(handle) + "/" + handle.logicalId() + "/" + handle.token();
    }

    private static String stackId(Desired desired) {
        return desired.stackId().substring(desired.stackId().lastIndexOf('/') + 1);
    }

    @Override
    public String type() {
        return "AWS::CloudFormation::WaitCondition";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Count", "Handle", "Timeout");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var handle = String.valueOf(desired.properties().get("Handle"));
        int place = handle.indexOf(PATH);
        var parts = place < 0 ? List.<String>of() : List.of(handle.substring(place + PATH.length()).split("/"));
        if (parts.size() != 3 || !parts.getFirst().equals(stackId(desired))) {
            throw new TemplateError("The Handle of a WaitCondition must be a WaitConditionHandle of the stack");
        }
        long seconds = number(desired, "Timeout", 0);
        if (seconds < 0 || seconds > LONGEST_SECONDS) {
            throw new TemplateError("Timeout must be a number of seconds up to " + LONGEST_SECONDS);
        }
        var signals = awaited(Key.of(parts.get(0), parts.get(2)), number(desired, "Count", 1),
                time.instant().plus(Duration.ofSeconds(seconds)));
        return new Resource(desired.stackId() + "/" + parts.get(1), Map.of("Data", JsonText.write(signals)));
    }

    private static long number(Desired desired, String property, long otherwise) {
        var given = desired.properties().get(property);
        try {
            return given == null ? otherwise : Long.parseLong(Trees.text(given));
        } catch (NumberFormatException _) {
            throw new TemplateError(property + " must be a number");
        }
    }

    /** The data of each signal by its unique id, when there are enough. */
    private Map<String, Object> awaited(Key handle, long count, Instant deadline) {
        try {
            while (true) {
                long seen = data.answered.count();
                var signals = new TreeMap<String, Object>();
                for (var text : store.read(tx -> data.signals.range(tx, handle).map(row -> row.value()).toList())) {
                    var signal = TemplateReader.read(text);
                    if (!"SUCCESS".equals(signal.get("Status"))) {
                        throw new TemplateError("WaitCondition received failed message: '" + signal.get("Reason")
                                + "' for uniqueId: " + signal.get("UniqueId"));
                    }
                    signals.put(Trees.text(signal.get("UniqueId")), signal.getOrDefault("Data", ""));
                }
                if (signals.size() >= count) {
                    return signals;
                }
                if (!time.instant().isBefore(deadline)) {
                    throw new TemplateError("WaitCondition timed out. Received " + signals.size()
                            + " conditions when expecting " + count);
                }
                time.await(data.answered, seen, deadline);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new TemplateError("Interrupted");
        }
    }

    /** AWS updates none; who wants to wait again declares another. */
    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        throw new TemplateError("Update to resource type " + type() + " is not supported.");
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        // There is nothing.
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of()));
    }

    /** Where signals come. */
    public DataPlane signals() {
        return new SignedUrlPlane(PATH, 3, (parts, request) -> isTaken(parts[0], parts[2],
                new String(request.body().bytes(LARGEST_SIGNAL), StandardCharsets.UTF_8)));
    }

    private boolean isTaken(String stack, String handle, String text) {
        Map<String, Object> signal;
        try {
            signal = TemplateReader.read(text);
        } catch (TemplateError _) {
            return false;
        }
        if (signal.get("UniqueId") == null || signal.get("Status") == null) {
            return false;
        }
        return store.write(tx -> {
            var isWanted = data.operations.get(tx, Key.of(stack)).isPresent();
            if (isWanted) {
                data.signals.put(tx, Key.of(stack, handle, Trees.text(signal.get("UniqueId"))), text);
                tx.afterCommit(data.answered::raise);
            }
            return isWanted;
        });
    }
}
