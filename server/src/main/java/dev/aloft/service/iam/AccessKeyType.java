package dev.aloft.service.iam;

import dev.aloft.api.Caller;
import dev.aloft.api.Iam;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::IAM::AccessKey. Its secret is told once, so it is an attribute from its creation on and never read again. */
record AccessKeyType(Iam iam) implements ResourceType {
    @Override
    public String type() {
        return "AWS::IAM::AccessKey";
    }

    @Override
    public Set<String> properties() {
        return Set.of("UserName", "Status", "Serial");
    }

    @Override
    public Set<String> required() {
        return Set.of("UserName");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("UserName", "Serial");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var userName = IamResources.text(desired, "UserName");
        var key = iam.createAccessKey(caller, Iam.CreateAccessKeyRequest.of(r -> r.userName(userName))).accessKey();
        setStatus(caller, key.accessKeyId(), desired);
        return new Resource(key.accessKeyId(), Map.of("Id", key.accessKeyId(),
                "SecretAccessKey", key.secretAccessKey()));
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        setStatus(caller, physicalId, after);
        return resource(physicalId);
    }

    private static Resource resource(String id) {
        return new Resource(id, Map.of("Id", id));
    }

    private void setStatus(Caller caller, String id, Desired desired) {
        var status = IamResources.text(desired, "Status");
        iam.updateAccessKey(caller, Iam.UpdateAccessKeyRequest.of(r -> r.accessKeyId(id)
                .userName(IamResources.text(desired, "UserName")).status(status == null ? AccessKey.ACTIVE : status)));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        IamResources.quietly(() -> iam.deleteAccessKey(caller, Iam.DeleteAccessKeyRequest.of(
                r -> r.accessKeyId(physicalId).userName(IamResources.text(last, "UserName")))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(resource(physicalId));
    }
}
