package dev.aloft.service.kms;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.kernel.call.ResourceType;
import java.util.Optional;
import java.util.Set;

/**
 * AWS::KMS::ReplicaKey, made in the stack's region from a primary key in another.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-replicakey.html">
 *     
 *     AWS::KMS::ReplicaKey</a>
 */
record ReplicaKeyType(Kms kms, KeyType keys) implements ResourceType {
    @Override
    public String type() {
        return "AWS::KMS::ReplicaKey";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Description", "Enabled", "KeyPolicy", "PendingWindowInDays", "PrimaryKeyArn", "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of("KeyPolicy", "PrimaryKeyArn");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("PrimaryKeyArn");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var primary = KeyType.text(desired.properties(), "PrimaryKeyArn");
        var arn = Arn.isArn(primary) ? Arn.parse(primary) : caller.arn("kms", "key/" + primary);
        var id = arn.resource().substring(arn.resource().indexOf('/') + 1);
        try {
            kms.replicateKey(caller.in(caller.account(), arn.region()), Kms.ReplicateKeyRequest.of(
                    r -> r.keyId(primary).replicaRegion(caller.region()).policy(desired.document("KeyPolicy"))
                    .description(KeyType.text(desired.properties(), "Description"))
                    .tags(Tags.told(desired.marked()))));
        } catch (Kms.AlreadyExistsException e) {
            if (!keys.isOurs(caller, id, desired)) {
                throw e;
            }
        }
        return ResourceType.complete(id, () -> {
            keys.disable(caller, id, desired);
            return keys.existing(caller, id);
        });
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        keys.enable(caller, physicalId, before);
        keys.change(caller, physicalId, before, after);
        keys.disable(caller, physicalId, after);
        return keys.existing(caller, physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        keys.delete(caller, physicalId, last);
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return keys.read(caller, physicalId);
    }
}
