package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Shape;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.time.TestTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ParametersExtensionTest {
    private static final String SECRET = "/secretsmanager/get?secretId=db%2Fpassword";
    private static final String PARAMETER = "/systemsmanager/parameters/get/?name=%2Fdb%2Fhost";
    private static final Caller ROLE = new Caller("123456789012", "us-east-1",
            new Principal.RoleSession("arn:aws:iam::123456789012:role/r", "AROA", "f", null), "r", null, 0, null, null,
                    null);

    private final TestTime time = new TestTime();
    private final List<Shape> calls = new ArrayList<>();
    private boolean isReady = true;
    private int value;
    private final EnvironmentLog log = new EnvironmentLog(time, version(), false, _ -> { });

    private static FunctionVersion version() {
        return new FunctionVersion("123456789012", "us-east-1", "f", "$LATEST",
                "arn:aws:lambda:us-east-1:123456789012:function:f", "r", "nodejs22.x", "index.handler", "role", 128, 3,
                        512,
                Map.of(), Path.of("code"), Optional.empty(), null, false, "/aws/lambda/f", false, null, null,
                Optional.empty(), Optional.empty(), false, false, false);
    }

    private Shape call(Operation operation, Caller caller, Shape input) {
        assertThat(caller).isEqualTo(ROLE);
        calls.add(input);
        value++;
        return switch (input) {
            case SecretsManager.GetSecretValueRequest r when r.secretId().equals("none") ->
                throw new SecretsManager.ResourceNotFoundException("Secrets Manager can't find the specified secret.");
            case SecretsManager.GetSecretValueRequest r -> SecretsManager.GetSecretValueResponse.of(
                    a -> a.name(r.secretId()).secretString("s" + value).createdDate(Instant.EPOCH)
                    .versionStages(List.of("AWSCURRENT")));
            case Ssm.GetParameterRequest r -> Ssm.GetParameterResponse.of(a -> a.parameter(Ssm.Parameter.of(
                    p -> p.name(r.name()).value("p" + value).type("String").version(3L))));
            default -> throw ApiError.notBuilt(operation.toString());
        };
    }

    private ParametersExtension extension(Map<String, String> variables) {
        var session = new ExecutionRoles.Session(ROLE, "ASIA", "secret", "token");
        return new ParametersExtension(variables, session, session.sessionToken(), this::call, log, time, () ->
                isReady);
    }

    private static String text(ParametersExtension.Answer answer) {
        return answer.status() + ": " + new String(answer.body(), StandardCharsets.UTF_8).strip();
    }

    private static Map<?, ?> json(ParametersExtension.Answer answer) {
        assertThat(answer.status()).isEqualTo("200 OK");
        return (Map<?, ?>) JsonReader.tree(answer.body());
    }

    @Test
    void duringTheInitItAsksToWait() {
        isReady = false;
        assertThat(text(extension(Map.of()).answer("GET", SECRET)))
                .isEqualTo("400 Bad Request: not ready to serve traffic, please wait");
    }

    @Test
    void secretsAndParametersAreToldAsTheServicesTellThem() {
        var extension = extension(Map.of());
        var secret = json(extension.answer("GET", SECRET + "&versionStage=AWSPREVIOUS&versionId=v"));
        assertThat(secret.get("SecretString")).isEqualTo("s1");
        assertThat(secret.get("SecretBinary")).isNull();
        assertThat(secret.get("CreatedDate")).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(secret.get("ResultMetadata")).isEqualTo(Map.of());
        var parameter = (Map<?, ?>) json(extension.answer("GET", PARAMETER + "&label=a&version=5&withDecryption=true"))
                .get("Parameter");
        assertThat(parameter.get("Value")).isEqualTo("p2");
        assertThat(calls).containsExactly(
                SecretsManager.GetSecretValueRequest.of(r -> r.secretId("db/password").versionStage("AWSPREVIOUS")
                        .versionId("v")),
                Ssm.GetParameterRequest.of(r -> r.name("/db/host:a").withDecryption(true)));
    }

    @Test
    void whateverGoesWrongIsOneAnswerAndStandsInTheLog() {
        assertThat(text(extension(Map.of()).answer("GET", "/secretsmanager/get?secretId=none")))
                .isEqualTo("400 Bad Request: an unexpected error occurred while executing request");
        assertThat(log.take()).extracting(EnvironmentLog.Line::message).containsExactly(
                "[AWS Parameters and Secrets Lambda Extension] 2026/01/01 00:00:00 ERROR GetSecretValue "
                + "request encountered an error: operation error Secrets Manager: GetSecretValue, https response "
                + "error StatusCode: 400,"
                + " ResourceNotFoundException: Secrets Manager can't find the specified secret.");
        assertThat(text(extension(Map.of()).answer("GET", "/"))).isEqualTo("404 Not Found: 404 page not found");
    }

    @Test
    void whatWasReadIsRememberedForFiveMinutesOrAsLongAsIsSaid() {
        var extension = extension(Map.of("SSM_PARAMETER_STORE_TTL", "10"));
        List.of(SECRET, SECRET, PARAMETER, PARAMETER).forEach(it -> extension.answer("GET", it));
        assertThat(calls).hasSize(2);
        time.advance(Duration.ofSeconds(10));
        List.of(SECRET, PARAMETER).forEach(it -> extension.answer("GET", it));
        assertThat(calls).hasSize(3);
        time.advance(Duration.ofSeconds(290));
        assertThat(json(extension.answer("GET", SECRET)).get("SecretString")).isEqualTo("s4");
    }

    @Test
    void whoeverWantsItFreshSaysSo() {
        var extension = extension(Map.of());
        extension.answer("GET", SECRET);
        assertThat(json(extension.answer("GET", SECRET + "&refreshNow=true")).get("SecretString")).isEqualTo("s2");
        assertThat(json(extension.answer("GET", SECRET)).get("SecretString")).isEqualTo("s2");
    }

    @Test
    void theCacheHasASizeAndCanBeOff() {
        var one = extension(Map.of("PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE", "1"));
        List.of(SECRET, PARAMETER, SECRET).forEach(it -> one.answer("GET", it));
        assertThat(calls).hasSize(3);
        var off = extension(Map.of("PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED", "false"));
        List.of(SECRET, SECRET).forEach(it -> off.answer("GET", it));
        assertThat(calls).hasSize(5);
    }
}
