package dev.aloft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Ecr;
import dev.aloft.api.Iam;
import dev.aloft.api.Kms;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Sns;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Whom the policies of resources name must be there. The words are each service's own, as AWS's. */
class NamedPrincipalsTest {
    private static final String ACCOUNT = "123456789012";
    private static final String ROLE = "arn:aws:iam::123456789012:role/app/reader";
    private static final Caller CALLER = caller(ACCOUNT);

    @TempDir
    private Path folder;
    private Platform platform;

    private static Caller caller(String account) {
        return new Caller(account, "us-east-1", new Principal.Root(account), "id", null, 0, "http://127.0.0.1:4566",
                "127.0.0.1", null);
    }

    @BeforeEach
    void start() {
        var config = new Config("127.0.0.1", 0, folder, false, "none", 1_000, 76_800, false, "shared", false);
        platform = new Platform(config, new TestTime(), new MemoryStore(), new Blobs(folder.resolve("blobs")),
                KeyFile.inMemory());
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private static String policy(String principal, String action, String resource) {
        return """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"%s",\
                "Resource":"%s"}]}""".formatted(principal, action, resource);
    }

    private static String trust(String principal) {
        return """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{%s},"Action":"sts:AssumeRole"}]}"""
                .formatted(principal);
    }

    private void createRole(String account, String path, String name) {
        Iam.at(platform.endpoint()).createRole(caller(account), Iam.CreateRoleRequest.of(r -> r.roleName(name)
                .path(path).assumeRolePolicyDocument(trust("\"Service\":\"lambda.amazonaws.com\""))));
    }

    private void deleteReader() {
        Iam.at(platform.endpoint()).deleteRole(CALLER, Iam.DeleteRoleRequest.of(r -> r.roleName("reader")));
    }

    /** Refused in these words until the role is there. */
    private void needsTheRole(String code, String message, Executable call) throws Throwable {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessage(message);
        createRole(ACCOUNT, "/app/", "reader");
        call.execute();
        deleteReader();
    }

    @Test
    void ofAQueue() throws Throwable {
        var sqs = Sqs.at(platform.endpoint());
        var queue = sqs.createQueue(CALLER, Sqs.CreateQueueRequest.of(r -> r.queueName("q"))).queueUrl();
        var attributes = Map.of("Policy", policy(ROLE, "sqs:*", "*"));
        needsTheRole("InvalidAttributeValue", "Invalid value for the parameter Policy.", () -> sqs.setQueueAttributes(
                CALLER, Sqs.SetQueueAttributesRequest.of(r -> r.queueUrl(queue).attributes(attributes))));
        needsTheRole("InvalidAttributeValue", "Invalid value for the parameter Policy.", () -> sqs.createQueue(CALLER,
                Sqs.CreateQueueRequest.of(r -> r.queueName("other").attributes(attributes))));
    }

    @Test
    void ofATopic() throws Throwable {
        var sns = Sns.at(platform.endpoint());
        var topic = sns.createTopic(CALLER, Sns.CreateTopicRequest.of(r -> r.name("t"))).topicArn();
        needsTheRole("InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound", () ->
                sns.setTopicAttributes(CALLER, Sns.SetTopicAttributesRequest.of(r -> r.topicArn(topic)
                        .attributeName("Policy").attributeValue(policy(ROLE, "SNS:Publish", topic)))));
    }

    @Test
    void ofABucket() throws Throwable {
        var s3 = S3.at(platform.endpoint());
        s3.createBucket(CALLER, S3.CreateBucketRequest.of(r -> r.bucket("bucket")));
        needsTheRole("MalformedPolicy", "Invalid principal in policy", () -> s3.putBucketPolicy(CALLER,
                S3.PutBucketPolicyRequest.of(r -> r.bucket("bucket")
                        .policy(policy(ROLE, "s3:GetObject", "arn:aws:s3:::bucket/*")))));
    }

    @Test
    void ofAKey() throws Throwable {
        var kms = Kms.at(platform.endpoint());
        var document = policy(ROLE, "kms:Decrypt", "*").replace("}]}", "},"
                + policy("arn:aws:iam::123456789012:root", "kms:*", "*").replaceFirst("^.*\\[", "").replace("]}", "")
                + "]}");
        needsTheRole("MalformedPolicyDocumentException",
                "Policy contains a statement with one or more invalid principals.",
                () -> kms.createKey(CALLER, Kms.CreateKeyRequest.of(r -> r.policy(document))));
    }

    @Test
    void ofASecret() throws Throwable {
        var secrets = SecretsManager.at(platform.endpoint());
        secrets.createSecret(CALLER, SecretsManager.CreateSecretRequest.of(r -> r.name("s").secretString("x")
                .clientRequestToken("11111111-2222-3333-4444-555555555555")));
        needsTheRole("MalformedPolicyDocumentException", "This resource policy contains an unsupported principal.",
                () -> secrets.putResourcePolicy(CALLER, SecretsManager.PutResourcePolicyRequest.of(r ->
                        r.secretId("s").resourcePolicy(policy(ROLE, "secretsmanager:GetSecretValue", "*")))));
    }

    @Test
    void ofATable() throws Throwable {
        var tables = DynamoDb.at(platform.endpoint());
        var table = tables.createTable(CALLER, DynamoDb.CreateTableRequest.of(r -> r.tableName("table")
                .billingMode("PAY_PER_REQUEST")
                .keySchema(List.of(DynamoDb.KeySchemaElement.of(k -> k.attributeName("id").keyType("HASH"))))
                .attributeDefinitions(List.of(DynamoDb.AttributeDefinition.of(a ->
                        a.attributeName("id").attributeType("S")))))).tableDescription().tableArn();
        needsTheRole("ValidationException",
                "One or more parameter values were invalid: Invalid principal in policy document.",
                () -> tables.putResourcePolicy(CALLER, DynamoDb.PutResourcePolicyRequest.of(r -> r.resourceArn(table)
                        .policy(policy(ROLE, "dynamodb:GetItem", table)))));
    }

    @Test
    void ofARepository() throws Throwable {
        var ecr = Ecr.at(platform.endpoint());
        ecr.createRepository(CALLER, Ecr.CreateRepositoryRequest.of(r -> r.repositoryName("images")));
        needsTheRole("InvalidParameterException",
                "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
                () -> ecr.setRepositoryPolicy(CALLER, Ecr.SetRepositoryPolicyRequest.of(r ->
                        r.repositoryName("images").policyText(policy(ROLE, "ecr:BatchGetImage", "*")))));
    }

    @Test
    void ofARole() throws Throwable {
        var iam = Iam.at(platform.endpoint());
        needsTheRole("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"" + ROLE + "\"",
                () -> iam.createRole(CALLER, Iam.CreateRoleRequest.of(r -> r.roleName("trusting")
                        .assumeRolePolicyDocument(trust("\"AWS\":\"" + ROLE + "\"")))));
    }

    private void createFunction() throws IOException {
        createRole(ACCOUNT, "/", "function");
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("bootstrap"));
        }
        Lambda.at(platform.endpoint()).createFunction(CALLER, Lambda.CreateFunctionRequest.of(r -> r.functionName("f")
                .runtime("provided.al2023").role("arn:aws:iam::123456789012:role/function")
                .code(Lambda.FunctionCode.of(c -> c.zipFile(Bytes.of(zip.toByteArray()))))));
    }

    private void allow(String statement, String principal) {
        Lambda.at(platform.endpoint()).addPermission(CALLER, Lambda.AddPermissionRequest.of(r -> r.functionName("f")
                .statementId(statement).action("lambda:InvokeFunction").principal(principal)));
    }

    @Test
    void ofAFunctionWhosePolicyTakesNoMoreOnceOneIsGone() throws Throwable {
        createFunction();
        var message = "The provided principal was invalid. Please check the principal and try again.";
        needsTheRole("InvalidParameterValueException", message, () -> allow("a", ROLE));
        assertThatThrownBy(() -> allow("b", "s3.amazonaws.com")).hasMessage(message);

        Lambda.at(platform.endpoint()).removePermission(CALLER,
                Lambda.RemovePermissionRequest.of(r -> r.functionName("f").statementId("a")));
        allow("b", "s3.amazonaws.com");
    }

    @Test
    void aRoleIsItsWholeArnAndASessionItsRole() throws Throwable {
        createFunction();
        createRole(ACCOUNT, "/app/", "reader");
        assertThatThrownBy(() -> allow("a", "arn:aws:iam::123456789012:role/reader"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class);
        for (var other : List.of("arn:aws:s3:::bucket", "arn:aws:iam::123456789012:reader")) {
            assertThatThrownBy(() -> allow("a", other)).isInstanceOf(Lambda.InvalidParameterValueException.class);
        }
        allow("b", "arn:aws:sts::123456789012:assumed-role/reader/session");
        assertThatThrownBy(() -> allow("c", "arn:aws:sts::123456789012:assumed-role/other/session"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class);
    }

    @Test
    void anAccountOfWhichNothingIsKnownIsTakenAtItsWord() throws Throwable {
        createFunction();
        allow("a", "arn:aws:iam::999999999999:role/partner");
        allow("b", "888888888888");
        createRole("999999999999", "/", "partner");
        assertThatThrownBy(() -> allow("c", "arn:aws:iam::999999999999:user/ann"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class);
    }
}
