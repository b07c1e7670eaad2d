package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
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
import dev.aloft.wire.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A resource that a Lambda function makes: the function is told what is wanted and a URL to answer to.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html">AWS: custom
 *     resource reference</a>
 */
public final class CustomResource implements ResourceType {
    static final String TYPE = "AWS::CloudFormation::CustomResource";

    private static final String PATH = "/_aloft/custom-resources/";
    private static final int LARGEST_ANSWER = 4096;
    /** In place of an answer: whether the function is known to have been told. */
    private static final String ASKED = "";
    private static final String TOLD = " ";
    private static final int LONGEST_SECONDS = 3600;

    private final String name;
    private final CloudFormationData data;
    private final Store store;
    private final Time time;
    private final Lambda lambda;

    public CustomResource(CloudFormationData data, Store store, Time time, Lambda lambda) {
        this(TYPE, data, store, time, lambda);
    }

    private CustomResource(String name, CloudFormationData data, Store store, Time time, Lambda lambda) {
        this.name = name;
        this.data = data;
        this.store = store;
        this.time = time;
        this.lambda = lambda;
    }

    /** The same under the name that a template gives it, {@code Custom::…}, which its function is told. */
    CustomResource named(String declared) {
        return new CustomResource(declared, data, store, time, lambda);
    }

    @Override
    public String type() {
        return name;
    }

    @Override
    public Set<String> properties() {
        return Set.of("*");
    }

    @Override
    public Set<String> required() {
        return Set.of("ServiceToken");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("ServiceToken");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        return resource(ask(caller, "Create", desired, null, null), null);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return resource(ask(caller, "Update", after, physicalId, before.properties()), physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        ask(caller, "Delete", last, physicalId, null);
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of()));
    }

    private static Resource resource(Map<String, Object> answer, String physicalId) {
        var id = answer.get("PhysicalResourceId") == null ? physicalId : Trees.text(answer.get("PhysicalResourceId"));
        if (id == null || id.isEmpty()) {
            throw new TemplateError("Invalid PhysicalResourceId");
        }
        return new Resource(id, Trees.map(answer.get("Data")));
    }

    /**
     * Tells the function and waits for its answer; asking again for the same within one operation, after a crash, takes
     * the answer that came.
     */
    private Map<String, Object> ask(Caller caller, String request, Desired desired, String physicalId,
            Map<String, Object> before) {
        var function = Trees.text(desired.properties().get("ServiceToken"));
        if (!function.contains(":lambda:")) {
            throw new TemplateError("A custom resource whose ServiceToken is no Lambda function is not built in Aloft");
        }
        var stack = desired.stackId().substring(desired.stackId().lastIndexOf('/') + 1);
        var id = UUID.nameUUIDFromBytes((desired.token() + " " + request + " " + desired.logicalId() + " "
                + JsonText.write(desired.properties())).getBytes(StandardCharsets.UTF_8)).toString();
        var key = Key.of(stack, id);
        var there = store.write(tx -> {
            data.answers.putIfAbsent(tx, key, ASKED);
            return data.answers.get(tx, key).orElseThrow();
        });
        if (there.equals(ASKED)) {
            var event = new LinkedHashMap<String, Object>();
            event.put("RequestType", request);
            event.put("ServiceToken", function);
            event.put("ResponseURL", caller.endpoint() + PATH + stack + "/" + id);
            event.put("StackId", desired.stackId());
            event.put("RequestId", id);
            event.put("LogicalResourceId", desired.logicalId());
            if (physicalId != null) {
                event.put("PhysicalResourceId", physicalId);
            }
            event.put("ResourceType", name);
            event.put("ResourceProperties", texts(desired.properties()));
            if (before != null) {
                event.put("OldResourceProperties", texts(before));
            }
            try {
                lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName(function)
                        .invocationType(Lambda.InvocationType.EVENT)
                        .payload(Bytes.of(JsonText.write(event).getBytes(StandardCharsets.UTF_8)))));
            } catch (RuntimeException e) {
                store.change(tx -> data.answers.delete(tx, key));
                throw e;
            }
            store.change(tx -> data.answers.update(tx, key, it -> it.equals(ASKED) ? TOLD : it));
        }
        var answer = awaited(key, id, timeout(desired));
        if (!"SUCCESS".equals(answer.get("Status"))) {
            throw new TemplateError("Received response status [FAILED] from custom resource. Message returned: "
                    + answer.getOrDefault("Reason", "") + " (RequestId: " + id + ")");
        }
        return answer;
    }

    private static Duration timeout(Desired desired) {
        try {
            var given = desired.properties().get("ServiceTimeout");
            return Duration.ofSeconds(given == null ? LONGEST_SECONDS
                    : Math.clamp(Long.parseLong(Trees.text(given)), 1, LONGEST_SECONDS));
        } catch (NumberFormatException _) {
            throw new TemplateError("ServiceTimeout must be a number of seconds");
        }
    }

    private Map<String, Object> awaited(Key key, String id, Duration timeout) {
        var deadline = time.instant().plus(timeout);
        try {
            while (true) {
                long seen = data.answered.count();
                var answer = store.read(tx -> data.answers.get(tx, key)).orElse(ASKED);
                if (!answer.isBlank()) {
                    return TemplateReader.read(answer);
                }
                if (!time.instant().isBefore(deadline)) {
                    throw new TemplateError("CloudFormation did not receive a response from your Custom "
                            + "Resource. Please check your logs for requestId [" + id
                            + "]. If you are using the Python cfn-response module, you may need to"
                            + " update your Lambda function code so that CloudFormation can attach "
                            + "the updated version.");
                }
                time.await(data.answered, seen, deadline);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new TemplateError("Interrupted");
        }
    }

    /** Functions get numbers and booleans as text. */
    private static Object texts(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<String, Object>();
                map.forEach((key, value) -> copy.put((String) key, texts(value)));
                yield copy;
            }
            case List<?> list -> {
                var copy = new ArrayList<>();
                list.forEach(item -> copy.add(texts(item)));
                yield copy;
            }
            case null -> null;
            default -> Trees.text(tree);
        };
    }

    /** Where functions answer. */
    public DataPlane answers() {
        return new SignedUrlPlane(PATH, 2, (parts, request) -> isTaken(Key.of(parts[0], parts[1]), request));
    }

    private boolean isTaken(Key key, HttpRequest request) {
        byte[] body;
        try {
            body = request.body().bytes(LARGEST_ANSWER);
        } catch (RuntimeException _) {
            body = ("{\"Status\":\"FAILED\",\"Reason\":\"Response object is too long.\"}")
                    .getBytes(StandardCharsets.UTF_8);
        }
        var answer = checked(new String(body, StandardCharsets.UTF_8));
        return store.write(tx -> {
            var there = data.answers.get(tx, key);
            if (there.isPresent() && there.get().isBlank()) {
                data.answers.put(tx, key, answer);
                tx.afterCommit(data.answered::raise);
            }
            return there.isPresent();
        });
    }

    private static String checked(String answer) {
        try {
            TemplateReader.read(answer);
            return answer;
        } catch (TemplateError _) {
            return "{\"Status\":\"FAILED\",\"Reason\":\"Invalid response object: it is not JSON.\"}";
        }
    }
}
