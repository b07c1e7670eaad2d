package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::KMS::Key. Its id is the key's id; a stack that no longer has it schedules its deletion.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html">
 *     AWS::KMS::Key</a>
 */
record KeyType(Kms kms, Keys keys) implements ResourceType {
    private static final Set<String> ENDING =
            Set.of(Kms.KeyState.PENDING_DELETION, Kms.KeyState.PENDING_REPLICA_DELETION);

    @Override
    public String type() {
        return "AWS::KMS::Key";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Description", "Enabled", "EnableKeyRotation", "KeyPolicy", "KeySpec", "KeyUsage", "Origin",
                "PendingWindowInDays", "RotationPeriodInDays", "Tags", "MultiRegion",
                "BypassPolicyLockoutSafetyCheck");
    }

    /** Another spec, usage or origin is refused in place of making another key, so that nothing is lost by accident. */
    @Override
    public Set<String> replacedBy() {
        return Set.of();
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var properties = desired.properties();
        var id = made(caller, desired).orElseGet(() -> kms.createKey(caller, Kms.CreateKeyRequest.of(
                r -> r.description(text(properties, "Description")).policy(desired.document("KeyPolicy"))
                .keySpec(text(properties, "KeySpec")).keyUsage(text(properties, "KeyUsage"))
                .origin(text(properties, "Origin")).multiRegion(flag(properties, "MultiRegion"))
                .bypassPolicyLockoutSafetyCheck(flag(properties, "BypassPolicyLockoutSafetyCheck"))
                .tags(Tags.told(desired.marked())))).keyMetadata().keyId());
        return ResourceType.complete(id, () -> {
            rotate(caller, id, properties);
            disable(caller, id, desired);
            return existing(caller, id);
        });
    }

    /** The key that an earlier try for the same resource of the same stack made. */
    private Optional<String> made(Caller caller, Desired desired) {
        return keys.of(caller, desired).stream().filter(id -> read(caller, id).isPresent()).findFirst();
    }

    boolean isOurs(Caller caller, String id, Desired desired) {
        var known = kms.listResourceTags(caller, Kms.ListResourceTagsRequest.of(r -> r.keyId(id))).tags();
        return desired.isMarkedIn(Tags.with(Map.of(), known)) && read(caller, id).isPresent();
    }

    /** Says whether it is to be rotated. */
    private boolean rotate(Caller caller, String id, Map<String, Object> properties) {
        boolean wanted = Boolean.TRUE.equals(flag(properties, "EnableKeyRotation"));
        if (wanted) {
            kms.enableKeyRotation(caller, Kms.EnableKeyRotationRequest.of(
                    r -> r.keyId(id).rotationPeriodInDays(number(properties, "RotationPeriodInDays"))));
        }
        return wanted;
    }

    private boolean status(Caller caller, String id) {
        try {
            return kms.getKeyRotationStatus(caller, Kms.GetKeyRotationStatusRequest.of(r -> r.keyId(id)))
                    .keyRotationEnabled();
        } catch (Kms.UnsupportedOperationException _) {
            return false;
        }
    }

    /** Last of all, since little can be done with a key that is disabled. */
    void disable(Caller caller, String id, Desired desired) {
        if (Boolean.FALSE.equals(flag(desired.properties(), "Enabled"))) {
            kms.disableKey(caller, Kms.DisableKeyRequest.of(r -> r.keyId(id)));
        }
    }

    /** A key is made enabled. */
    void enable(Caller caller, String id, Desired before) {
        if (Boolean.FALSE.equals(flag(before.properties(), "Enabled"))) {
            kms.enableKey(caller, Kms.EnableKeyRequest.of(r -> r.keyId(id)));
        }
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        for (var fixed : List.of("KeySpec", "KeyUsage", "Origin", "MultiRegion")) {
            if (!Objects.equals(text(before.properties(), fixed), text(after.properties(), fixed))) {
                throw Refusals.invalid("You cannot change the " + fixed
                        + " of a KMS key after it is created. Create a new KMS key in its place.");
            }
        }
        enable(caller, physicalId, before);
        change(caller, physicalId, before, after);
        if (!rotate(caller, physicalId, after.properties()) && status(caller, physicalId)) {
            kms.disableKeyRotation(caller, Kms.DisableKeyRotationRequest.of(r -> r.keyId(physicalId)));
        }
        disable(caller, physicalId, after);
        return existing(caller, physicalId);
    }

    /** Description, policy and tags. */
    void change(Caller caller, String physicalId, Desired before, Desired after) {
        var properties = after.properties();
        kms.updateKeyDescription(caller, Kms.UpdateKeyDescriptionRequest.of(
                r -> r.keyId(physicalId).description(Objects.toString(properties.get("Description"), ""))));
        var policy = Optional.ofNullable(after.document("KeyPolicy")).orElse(KeyPolicies.first(caller.account()));
        kms.putKeyPolicy(caller, Kms.PutKeyPolicyRequest.of(r -> r.keyId(physicalId).policy(policy)
                .bypassPolicyLockoutSafetyCheck(flag(properties, "BypassPolicyLockoutSafetyCheck"))));
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            kms.untagResource(caller, Kms.UntagResourceRequest.of(r -> r.keyId(physicalId).tagKeys(gone)));
        }
        kms.tagResource(caller, Kms.TagResourceRequest.of(
                r -> r.keyId(physicalId).tags(Tags.told(after.marked()))));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        if (read(caller, physicalId).isPresent()) {
            kms.scheduleKeyDeletion(caller, Kms.ScheduleKeyDeletionRequest.of(
                    r -> r.keyId(physicalId).pendingWindowInDays(number(last.properties(), "PendingWindowInDays"))));
        }
    }

    /** One that waits for its end is gone for the stack. */
    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            var key = kms.describeKey(caller, Kms.DescribeKeyRequest.of(r -> r.keyId(physicalId))).keyMetadata();
            return ENDING.contains(key.keyState()) ? Optional.empty()
                    : Optional.of(new Resource(key.keyId(), Map.of("Arn", key.arn(), "KeyId", key.keyId())));
        } catch (Kms.NotFoundException _) {
            return Optional.empty();
        }
    }

    Resource existing(Caller caller, String id) {
        return read(caller, id).orElseThrow();
    }

    static String text(Map<String, Object> properties, String name) {
        return Objects.toString(properties.get(name), null);
    }

    /** Templates write them as texts too. */
    private static Boolean flag(Map<String, Object> properties, String name) {
        var value = properties.get(name);
        return value == null ? null : Boolean.valueOf(value.toString());
    }

    private static Integer number(Map<String, Object> properties, String name) {
        var value = properties.get(name);
        try {
            return value == null ? null : Integer.valueOf(value.toString());
        } catch (NumberFormatException _) {
            throw Refusals.invalid("Properties validation failed: " + name + " must be a number");
        }
    }
}
