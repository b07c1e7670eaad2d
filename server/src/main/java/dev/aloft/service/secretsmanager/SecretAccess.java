package dev.aloft.service.secretsmanager;

import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.SecretsManager.BatchGetSecretValueRequest;
import dev.aloft.api.SecretsManager.CancelRotateSecretRequest;
import dev.aloft.api.SecretsManager.CreateSecretRequest;
import dev.aloft.api.SecretsManager.DeleteResourcePolicyRequest;
import dev.aloft.api.SecretsManager.DeleteSecretRequest;
import dev.aloft.api.SecretsManager.DescribeSecretRequest;
import dev.aloft.api.SecretsManager.GetRandomPasswordRequest;
import dev.aloft.api.SecretsManager.GetResourcePolicyRequest;
import dev.aloft.api.SecretsManager.GetSecretValueRequest;
import dev.aloft.api.SecretsManager.ListSecretVersionIdsRequest;
import dev.aloft.api.SecretsManager.ListSecretsRequest;
import dev.aloft.api.SecretsManager.PutResourcePolicyRequest;
import dev.aloft.api.SecretsManager.PutSecretValueRequest;
import dev.aloft.api.SecretsManager.RestoreSecretRequest;
import dev.aloft.api.SecretsManager.RotateSecretRequest;
import dev.aloft.api.SecretsManager.TagResourceRequest;
import dev.aloft.api.SecretsManager.UntagResourceRequest;
import dev.aloft.api.SecretsManager.UpdateSecretRequest;
import dev.aloft.api.SecretsManager.UpdateSecretVersionStageRequest;
import dev.aloft.api.SecretsManager.ValidateResourcePolicyRequest;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.util.List;
import java.util.Map;

/**
 * What IAM is asked. A secret that is not there is asked about by the name that was given, so that whoever may not see
 * it is not told that it is missing.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html">Actions,
 *     resources, and condition keys for AWS Secrets Manager</a>
 */
final class SecretAccess {
    private static final String ACTION = "secretsmanager:";

    private final SecretIds ids;
    private final Store store;

    SecretAccess(SecretIds ids, Store store) {
        this.ids = ids;
        this.store = store;
    }

    Access of(Caller caller, SecretsManager.Request input) {
        return switch (input) {
            case CreateSecretRequest r -> create(caller, r);
            case GetSecretValueRequest r -> secret("GetSecretValue", caller, r.secretId())
                .with(ACTION + "VersionId", r.versionId()).with(ACTION + "VersionStage", r.versionStage());
            case BatchGetSecretValueRequest _ -> Access.to("secretsmanager:BatchGetSecretValue");
            case PutSecretValueRequest r -> secret("PutSecretValue", caller, r.secretId());
            case UpdateSecretRequest r -> secret("UpdateSecret", caller, r.secretId())
                .with(ACTION + "Description", r.description()).with(ACTION + "KmsKeyId", r.kmsKeyId());
            case DescribeSecretRequest r -> secret("DescribeSecret", caller, r.secretId());
            case ListSecretsRequest _ -> Access.to("secretsmanager:ListSecrets");
            case ListSecretVersionIdsRequest r -> secret("ListSecretVersionIds", caller, r.secretId());
            case UpdateSecretVersionStageRequest r -> secret("UpdateSecretVersionStage", caller, r.secretId())
                .with(ACTION + "VersionStage", r.versionStage());
            case DeleteSecretRequest r -> secret("DeleteSecret", caller, r.secretId())
                .with(ACTION + "RecoveryWindowInDays", text(r.recoveryWindowInDays()))
                .with(ACTION + "ForceDeleteWithoutRecovery", text(r.forceDeleteWithoutRecovery()));
            case RestoreSecretRequest r -> secret("RestoreSecret", caller, r.secretId());
            case RotateSecretRequest r -> secret("RotateSecret", caller, r.secretId())
                .with(ACTION + "RotationLambdaARN", r.rotationLambdaARN())
                .with(ACTION + "ModifyRotationRules", Boolean.toString(r.rotationRules() != null))
                .with(ACTION + "RotateImmediately", text(r.rotateImmediately()));
            case CancelRotateSecretRequest r -> secret("CancelRotateSecret", caller, r.secretId());
            case GetRandomPasswordRequest _ -> Access.to("secretsmanager:GetRandomPassword");
            case PutResourcePolicyRequest r -> secret("PutResourcePolicy", caller, r.secretId())
                .with(ACTION + "BlockPublicPolicy", text(r.blockPublicPolicy()))
                .naming(Policy.named(r.resourcePolicy(), Policy.Kind.RESOURCE), _ -> ResourcePolicies.nobodyThere());
            case GetResourcePolicyRequest r -> secret("GetResourcePolicy", caller, r.secretId());
            case DeleteResourcePolicyRequest r -> secret("DeleteResourcePolicy", caller, r.secretId());
            case ValidateResourcePolicyRequest r -> r.secretId() == null
                ? Access.to("secretsmanager:ValidateResourcePolicy")
                : secret("ValidateResourcePolicy", caller, r.secretId());
            case TagResourceRequest r -> tagged(secret("TagResource", caller, r.secretId()), r.tags());
            case UntagResourceRequest r -> secret("UntagResource", caller, r.secretId())
                .with("aws:TagKeys", r.tagKeys());
        };
    }

    /** Its own secrets are named after it: {@code events!…}. */
    Access ofService(Caller caller, SecretsManager.Request input) {
        var asked = of(caller, input);
        var service = ((Principal.Service) caller.principal()).name();
        var own = service.substring(0, service.indexOf('.')) + "!";
        boolean isOwn = asked.resources().stream().allMatch(arn -> arn.contains(":secret:" + own));
        return isOwn ? new Access(asked.action(), List.of()) : asked;
    }

    private static Access create(Caller caller, CreateSecretRequest r) {
        var access = Access.to("secretsmanager:CreateSecret", SecretIds.arn(caller, r.name()))
                .with(ACTION + "Name", r.name()).with(ACTION + "Description", r.description())
                .with(ACTION + "KmsKeyId", r.kmsKeyId());
        return tagged(access, r.tags());
    }

    private static Access tagged(Access access, List<SecretsManager.Tag> tags) {
        if (tags == null || tags.isEmpty()) {
            return access;
        }
        var all = access.with("aws:TagKeys", tags.stream().map(SecretsManager.Tag::key).toList());
        for (var tag : tags) {
            all = all.with("aws:RequestTag/" + tag.key(), tag.value());
        }
        return all;
    }

    private Access secret(String operation, Caller caller, String id) {
        var found = store.read(tx -> ids.find(tx, caller, id));
        var arn = found.map(Secret::arn).orElseGet(() -> SecretIds.arn(caller, id));
        var access = Access.to(ACTION + operation, arn).toldAs(id).with(ACTION + "SecretId", arn);
        if (found.isEmpty()) {
            return access;
        }
        var secret = found.get();
        if (secret.rotation() != null) {
            access = access.with(ACTION + "resource/AllowRotationLambdaArn", secret.rotation().functionArn());
        }
        for (var tag : (secret.tags() == null ? Map.<String, String>of() : secret.tags()).entrySet()) {
            access = access.with(ACTION + "ResourceTag/" + tag.getKey(), tag.getValue())
                    .with("aws:ResourceTag/" + tag.getKey(), tag.getValue());
        }
        return access.with(ACTION + "SecretPrimaryRegion", secret.region());
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }
}
