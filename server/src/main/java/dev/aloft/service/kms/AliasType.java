package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::KMS::Alias. Its id is the name. */
record AliasType(Kms kms) implements ResourceType {
    @Override
    public String type() {
        return "AWS::KMS::Alias";
    }

    @Override
    public Set<String> properties() {
        return Set.of("AliasName", "TargetKeyId");
    }

    @Override
    public Set<String> required() {
        return properties();
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("AliasName");
    }

    @Override
    public Optional<String> customName() {
        return Optional.of("AliasName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.properties().get("AliasName").toString();
        var target = target(desired);
        try {
            kms.createAlias(caller, Kms.CreateAliasRequest.of(r -> r.aliasName(name).targetKeyId(target)));
        } catch (Kms.AlreadyExistsException e) {
            // An alias has no tags: whose it is shows in what it names.
            if (!named(caller, name).filter(id -> target.endsWith(id)).isPresent()) {
                throw e;
            }
        }
        return new Resource(name, Map.of());
    }

    private static String target(Desired desired) {
        return Objects.toString(desired.properties().get("TargetKeyId"));
    }

    private Optional<String> named(Caller caller, String alias) {
        try {
            return Optional.of(kms.describeKey(caller, Kms.DescribeKeyRequest.of(r -> r.keyId(alias)))
                    .keyMetadata().keyId());
        } catch (Kms.NotFoundException _) {
            return Optional.empty();
        }
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        kms.updateAlias(caller, Kms.UpdateAliasRequest.of(r -> r.aliasName(physicalId).targetKeyId(target(after))));
        return new Resource(physicalId, Map.of());
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            kms.deleteAlias(caller, Kms.DeleteAliasRequest.of(r -> r.aliasName(physicalId)));
        } catch (Kms.NotFoundException _) {
            // Gone already, which is what was wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return named(caller, physicalId).map(_ -> new Resource(physicalId, Map.of()));
    }
}
