package dev.aloft.service.secretsmanager;

import static dev.aloft.service.secretsmanager.SecretsManagerResources.flag;
import static dev.aloft.service.secretsmanager.SecretsManagerResources.number;
import static dev.aloft.service.secretsmanager.SecretsManagerResources.text;

import dev.aloft.api.Caller;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * AWS::SecretsManager::RotationSchedule: how one secret is rotated. HostedRotationLambda, for which AWS makes a
 * function for a database of its own, is not built.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html">
 *     AWS::SecretsManager::RotationSchedule</a>
 */
record RotationScheduleType(SecretsManager secrets) implements ResourceType {
    @Override
    public String type() {
        return "AWS::SecretsManager::RotationSchedule";
    }

    @Override
    public Set<String> properties() {
        return Set.of("SecretId", "RotationLambdaARN", "RotationRules", "RotateImmediatelyOnUpdate");
    }

    @Override
    public List<String> members() {
        return List.of(
                "RotationRules: AutomaticallyAfterDays Duration ScheduleExpression");
    }

    @Override
    public Set<String> required() {
        return Set.of("SecretId");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("SecretId");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        return rotate(caller, desired);
    }

    private Resource rotate(Caller caller, Desired desired) {
        var properties = desired.properties();
        var id = text(properties, "SecretId");
        var rules = properties.get("RotationRules") instanceof Map<?, ?> given
                ? SecretsManager.RotationRulesType.of(r ->
                r.automaticallyAfterDays(number(given, "AutomaticallyAfterDays"))
                        .duration(text(given, "Duration")).scheduleExpression(text(given, "ScheduleExpression")))
                        : null;
        try {
            secrets.rotateSecret(caller, SecretsManager.RotateSecretRequest.of(r -> r.secretId(id)
                    .clientRequestToken(UUID.randomUUID().toString()).rotationRules(rules)
                    .rotationLambdaARN(text(properties, "RotationLambdaARN"))
                    .rotateImmediately(flag(properties, "RotateImmediatelyOnUpdate"))));
        } catch (SecretsManager.InvalidRequestException e) {
            // The step may have been done before: then its rotation is on its way.
            if (!isRotatedBy(caller, id, text(properties, "RotationLambdaARN"))) {
                throw e;
            }
        }
        return read(caller, id).orElseThrow();
    }

    private boolean isRotatedBy(Caller caller, String id, String function) {
        return SecretsManagerResources.describe(secrets, caller, id)
                .filter(it -> Boolean.TRUE.equals(it.rotationEnabled()) && it.rotationLambdaARN().equals(function))
                .isPresent();
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        return rotate(caller, after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        SecretsManagerResources.gone(() -> secrets.cancelRotateSecret(caller,
                SecretsManager.CancelRotateSecretRequest.of(r -> r.secretId(physicalId))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return SecretsManagerResources.describe(secrets, caller, physicalId)
                .map(it -> new Resource(it.arn(), Map.of("Id", it.arn())));
    }
}
