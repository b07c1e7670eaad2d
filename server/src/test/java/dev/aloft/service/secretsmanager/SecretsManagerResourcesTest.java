package dev.aloft.service.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.JsonReader;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretsManagerResourcesTest extends SecretsFixture {
    private static final String STACK = "arn:aws:cloudformation:us-east-1:111122223333:stack/s/1";

    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().equals("AWS::SecretsManager::" + name))
                .findFirst().orElseThrow();
    }

    private static Desired desired(String logicalId, Map<String, Object> properties) {
        return new Desired(STACK, "s", logicalId, "t", properties, Map.of("aws:cloudformation:stack-id", STACK,
                "aws:cloudformation:logical-id", logicalId));
    }

    private static Map<String, Object> generated(String length) {
        return Map.of("GenerateSecretString", Map.of("SecretStringTemplate", "{\"username\": \"me\"}",
                "GenerateStringKey", "password", "PasswordLength", length, "ExcludePunctuation", "true"));
    }

    @Test
    void aSecretIsGeneratedIntoItsTemplateAndNamedWithoutTheStacksName() {
        var made = type("Secret").create(ROOT, desired("Password", generated("30")));
        assertThat(made.physicalId()).matches("arn:aws:secretsmanager:.*:secret:Password-[A-Z0-9]{12}-[A-Za-z0-9]{6}");
        assertThat(made.attributes()).containsEntry("Id", made.physicalId());
        var value = (Map<?, ?>) JsonReader.tree(text(made.physicalId()));
        assertThat(value.get("username")).isEqualTo("me");
        assertThat((String) value.get("password")).matches("[A-Za-z0-9]{30}");
    }

    @Test
    void aStepDoneTwiceMakesOneSecret() {
        var first = type("Secret").create(ROOT, desired("Password", generated("30")));
        var value = text(first.physicalId());
        assertThat(type("Secret").create(ROOT, desired("Password", generated("30")))).isEqualTo(first);
        assertThat(text(first.physicalId())).isEqualTo(value);
        create("taken", "s");
        refused("ResourceExistsException", "The operation failed because the secret taken already exists.",
                () -> type("Secret").create(ROOT, desired("Other", Map.of("Name", "taken"))));
    }

    @Test
    void onlyAnotherFormMakesAnotherValueAndDeletionLeavesNoWindow() {
        var before = desired("Password", generated("30"));
        var id = type("Secret").create(ROOT, before).physicalId();
        var value = text(id);
        type("Secret").update(ROOT, id, before, before);
        assertThat(text(id)).isEqualTo(value);
        type("Secret").update(ROOT, id, before, desired("Password", generated("31")));
        assertThat(text(id)).isNotEqualTo(value);
        type("Secret").delete(ROOT, id, before);
        type("Secret").delete(ROOT, id, before);
        assertThat(type("Secret").read(ROOT, id)).isEmpty();
    }

    @Test
    void policiesAndRotationsAreDeclaredToo() {
        var id = create("a", "s").arn();
        var policy = Map.of("Statement", List.of(Map.of("Effect", "Allow", "Action", "secretsmanager:*", "Resource",
                "*",
                "Principal", Map.of("AWS", "arn:aws:iam::111122223333:root"))));
        type("ResourcePolicy").create(ROOT, desired("Policy", Map.of("SecretId", id, "ResourcePolicy", policy)));
        assertThat(service.policy(ROOT, id)).isPresent();
        var rotation = desired("Rotation", Map.of("SecretId", id, "RotationLambdaARN", FUNCTION,
                "RotationRules", Map.of("AutomaticallyAfterDays", 3)));
        assertThat(type("RotationSchedule").create(ROOT, rotation).physicalId()).isEqualTo(id);
        assertThat(type("RotationSchedule").create(ROOT, rotation).physicalId()).isEqualTo(id);
        assertThat(describe("a").rotationRules().automaticallyAfterDays()).isEqualTo(3);
        type("RotationSchedule").delete(ROOT, id, rotation);
        assertThat(describe("a").rotationEnabled()).isFalse();
        refused("NotImplemented", "A secret's target of the type AWS::RDS::DBInstance is not built in Aloft yet.",
                () -> type("SecretTargetAttachment").create(ROOT, desired("T", Map.of("SecretId", id, "TargetId", "x",
                        "TargetType", "AWS::RDS::DBInstance"))));
    }
}
