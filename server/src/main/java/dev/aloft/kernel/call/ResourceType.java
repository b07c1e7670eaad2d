package dev.aloft.kernel.call;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import dev.aloft.wire.Trees;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One AWS::X::Y type that a template can declare, made through its service's own operations.
 *
 * <p>Every step may be done twice, since the platform can stop between the doing and its record: a create that finds
 * its own earlier work (same name, made for the same stack and logical id) adopts it, and a delete of what is gone
 * succeeds. An {@link ApiError} thrown becomes the resource's status reason.
 */
public interface ResourceType {
    /** Such as {@code AWS::Lambda::Function}. */
    String type();

    /** The top-level properties that are built. Any other fails the resource by its name. */
    Set<String> properties();

    /** The properties that must be given. */
    default Set<String> required() {
        return Set.of();
    }

    /**
     * The built members of properties that are objects or lists of objects, a line each, as
     * {@code Code/Source: Bucket! Key! Version}, where the exclamation mark says that one must be given. Any other
     * fails the resource by its name. Of a property without a line here the operation that takes it knows the members,
     * or it is a document.
     */
    default List<String> members() {
        return List.of();
    }

    /** The top-level properties whose change makes a new resource instead of changing this one. */
    default Set<String> replacedBy() {
        return Set.of();
    }

    /** The same where it depends on how a property changes. */
    default Set<String> replacedBy(Map<String, Object> before, Map<String, Object> after) {
        return replacedBy();
    }

    /**
     * The property in which a template names the resource, where the account and region can have one of that name: what
     * makes a new resource then cannot keep the name.
     */
    default Optional<String> customName() {
        return Optional.empty();
    }

    /** Whether {@code Fn::GetAtt} returns the properties that a template gives it too; on AWS of a few types. */
    default boolean tellsProperties() {
        return false;
    }

    Resource create(Caller caller, Desired desired);

    /**
     * The rest of a create whose resource exists by now: where the rest fails, that is told, so that a rollback
     * deletes it.
     */
    static Resource complete(String physicalId, Supplier<Resource> rest) {
        try {
            return rest.get();
        } catch (ApiError e) {
            throw new Incomplete(physicalId, e);
        }
    }

    /** Changes the resource in place; called only when no property of {@link #replacedBy()} differs. */
    Resource update(Caller caller, String physicalId, Desired before, Desired after);

    void delete(Caller caller, String physicalId, Desired last);

    /** The resource as it is now, or empty when it is gone. */
    Optional<Resource> read(Caller caller, String physicalId);

    /** A create that made the resource but could not give it all that was wanted. */
    final class Incomplete extends RuntimeException {
        private final String physicalId;
        private final ApiError error;

        Incomplete(String physicalId, ApiError error) {
            super(error.getMessage(), error, false, false);
            this.physicalId = physicalId;
            this.error = error;
        }

        public String physicalId() {
            return physicalId;
        }

        public ApiError error() {
            return error;
        }
    }

    /**
     * A resource that exists.
     *
     * @param physicalId what {@code Ref} returns
     * @param attributes what {@code Fn::GetAtt} returns, by attribute name
     */
    record Resource(String physicalId, Map<String, Object> attributes) {}

    /**
     * What a template wants.
     *
     * @param token      unique to this incarnation of the resource: same for a step repeated, other for a replacement
     * @param properties the evaluated properties: maps, lists, strings, numbers, booleans
     * @param tags       the stack's tags and CloudFormation's own, for resources that carry tags
     */
    record Desired(
            String stackId,
            String stackName,
            String logicalId,
            String token,
            Map<String, Object> properties,
            Map<String, String> tags) {
        private static final String STACK = "aws:cloudformation:stack-id";
        private static final String LOGICAL_ID = "aws:cloudformation:logical-id";

        /** The same with other properties. */
        public Desired with(Map<String, Object> other) {
            return new Desired(stackId, stackName, logicalId, token, other, tags);
        }

        /** A property that is a JSON document, as operations take it: written as a tree or as its text; or null. */
        public String document(String property) {
            return document(properties, property);
        }

        /** The same of a property within a property. */
        public static String document(Map<?, ?> within, String property) {
            var given = within.get(property);
            return given == null || given instanceof String ? (String) given : JsonWriter.string(given);
        }

        /** The name given in this property, or one made as CloudFormation does: {@code stack-LogicalId-SUFFIX}. */
        public String name(String property, int maxLength) {
            return properties.get(property) instanceof String given ? given : generatedName(maxLength);
        }

        /**
         * The properties as an operation's input; one deeper down that the operation does not know fails the
         * resource.
         *
         * @param more    what stands beside or in place of them
         * @param without those that are not the operation's
         */
        public <T extends Shape> T input(Operation operation, Class<T> input, Map<String, ?> more,
                Set<String> without) {
            var all = new LinkedHashMap<String, Object>(properties);
            all.keySet().removeAll(without);
            all.putAll(more);
            return input.cast(Trees.lenient(operation.input(), all, path -> {
                throw ApiError.of("InvalidRequest", 400, "Encountered unsupported property " + path);
            }));
        }

        /** The stack's tags, those that the template gives as list or map, and marks: see {@link #isMarkedIn}. */
        public Map<String, String> marked() {
            var all = new LinkedHashMap<>(tags);
            switch (properties.get("Tags")) {
                case Map<?, ?> map -> map.forEach((key, value) -> all.put(key.toString(), String.valueOf(value)));
                case List<?> list -> list.forEach(each -> {
                    if (each instanceof Map<?, ?> tag && tag.get("Key") != null) {
                        all.put(tag.get("Key").toString(), Objects.toString(tag.get("Value"), ""));
                    }
                });
                case null, default -> { }
            }
            all.put(STACK, stackId);
            all.put(LOGICAL_ID, logicalId);
            return all;
        }

        /** Whether these are the tags of what was made for this resource of this stack. */
        public boolean isMarkedIn(Map<String, String> known) {
            return known != null && stackId.equals(known.get(STACK)) && logicalId.equals(known.get(LOGICAL_ID));
        }

        /** What is the same for all that is made for this resource of this stack: see {@link #markIn}. */
        public String mark() {
            return mark(stackId, logicalId);
        }

        /** The mark in the tags of what was made for a stack, for services that find it by that. */
        public static Optional<String> markIn(Map<String, String> tags) {
            return Optional.ofNullable(tags.get(STACK)).map(stack -> mark(stack, tags.get(LOGICAL_ID)));
        }

        private static String mark(String stackId, String logicalId) {
            return stackId + "/" + logicalId;
        }

        /** The keys of tags that another wish no longer has. */
        public List<String> tagsGoneIn(Desired after) {
            var wanted = after.marked();
            return marked().keySet().stream().filter(key -> !wanted.containsKey(key)).toList();
        }

        /** {@code stack-LogicalId-} and 12 letters and digits that depend on the token alone. */
        public String generatedName(int maxLength) {
            var suffix = suffix();
            var front = stackName + "-" + logicalId;
            int room = maxLength - suffix.length() - 1;
            return (front.length() > room ? front.substring(0, room) : front) + "-" + suffix;
        }

        private String suffix() {
            var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
            var digest = sha256(stackId + "/" + logicalId + "/" + token);
            var suffix = new StringBuilder();
            for (int i = 0; i < 12; i++) {
                suffix.append(alphabet.charAt((digest[i] & 0xff) % 36));
            }
            return suffix.toString();
        }

        private static byte[] sha256(String text) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
