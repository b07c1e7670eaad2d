package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A resource type whose things live in a map: {@code Name} makes a new one, {@code Size} changes it, {@code Fail}
 * fails.
 */
final class FakeType implements ResourceType {
    /** What a process feels when it is killed: nothing of ours catches it. */
    static final class Killed extends Error {
        Killed() {
            super("killed", null, false, false);
        }
    }

    final Map<String, Map<String, Object>> things = new ConcurrentHashMap<>();
    /** The stack's tags of each thing. */
    final Map<String, Map<String, String>> tags = new ConcurrentHashMap<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile String killAfter = "";
    volatile String failDelete = "";
    volatile String failSize = "";

    @Override
    public String type() {
        return "Test::Thing";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Size", "Fail", "FailUpdate", "FailLate", "Kind", "Parts", "Unreadable", "Tags");
    }

    @Override
    public List<String> members() {
        return List.of("Parts: Key! Value Rest", "Parts/Rest: More");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name", "Kind");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("Name");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        calls.add("create " + desired.logicalId());
        if ("true".equals(String.valueOf(desired.properties().get("Fail")))) {
            throw ApiError.of("ValidationException", 400, "no such thing");
        }
        var id = desired.name("Name", 60);
        things.put(id, desired.properties());
        tag(id, desired);
        kill("create " + desired.logicalId());
        return ResourceType.complete(id, () -> {
            if ("true".equals(String.valueOf(desired.properties().get("FailLate")))) {
                throw ApiError.of("ValidationException", 400, "not all of it");
            }
            return resource(id);
        });
    }

    private void tag(String id, Desired desired) {
        var own = new TreeMap<>(desired.tags());
        own.keySet().removeIf(key -> key.startsWith("aws:"));
        tags.put(id, own);
    }

    private void kill(String step) {
        if (killAfter.equals(step)) {
            killAfter = "";
            throw new Killed();
        }
    }

    private static Resource resource(String id) {
        return new Resource(id, Map.of("Arn", "arn:thing:" + id, "State", Map.of("Now", Map.of("Is", "good"))));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        calls.add("update " + after.logicalId());
        if (before.properties().containsKey("Unreadable") || after.properties().containsKey("Unreadable")) {
            throw ApiError.of("ValidationException", 400, "what is that?");
        }
        if ("true".equals(String.valueOf(after.properties().get("FailUpdate")))
                || failSize.equals(String.valueOf(after.properties().get("Size")))) {
            throw ApiError.of("ValidationException", 400, "no such change");
        }
        things.put(physicalId, after.properties());
        tag(physicalId, after);
        kill("update " + after.logicalId());
        return resource(physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        calls.add("delete " + last.logicalId());
        if (failDelete.equals(last.logicalId())) {
            throw ApiError.of("ConflictException", 409, "still in use");
        }
        things.remove(physicalId);
        kill("delete " + last.logicalId());
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.ofNullable(things.get(physicalId)).map(_ -> resource(physicalId));
    }
}
