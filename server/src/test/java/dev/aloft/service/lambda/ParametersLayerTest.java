package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Lambda;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.service.secretsmanager.SecretsManagerService;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Functions with AWS's layer for parameters and secrets, in environments that share a loopback. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParametersLayerTest extends RunningLambda {
    private static final String LAYER =
            "arn:aws:lambda:eu-central-1:187925254637:layer:AWS-Parameters-and-Secrets-Lambda-Extension:101";
    private static final String ASK = """
            import http.client, json, os
            def ask(path, token=os.environ['AWS_SESSION_TOKEN']):
                api = http.client.HTTPConnection('localhost',
                        int(os.environ.get('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 2773)))
                api.request('GET', path, headers={'X-Aws-Parameters-Secrets-Token': token})
                answer = api.getresponse()
                return [answer.status, answer.read().decode().strip()]
            """;

    @BeforeAll
    static void prepare() {
        test.endpoint.add(new SecretsManagerService(test.store, KeyFile.inMemory(), test.time, test.endpoint));
        SecretsManager.at(test.endpoint).createSecret(caller(), SecretsManager.CreateSecretRequest.of(
                r -> r.name("db").secretString("hush").clientRequestToken(UUID.randomUUID().toString())));
    }

    private static void create(String name, String source, Map<String, String> variables) {
        test.create(name, "python3.12", "index.handler", Map.of("index.py", ASK + source), r -> r.timeout(20)
                .layers(List.of(LAYER)).environment(Lambda.Environment.of(e -> e.variables(variables))));
    }

    @Test
    void aFunctionReadsASecretOverThePortOnceItsInitIsOver() {
        create("reads", """
                early = ask('/secretsmanager/get?secretId=db')
                def handler(event, context):
                    return {'early': early,
                            'now': json.loads(ask('/secretsmanager/get?secretId=db')[1])['SecretString'],
                            'stranger': ask('/secretsmanager/get?secretId=db', 'other')}
                """, Map.of("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "27731"));
        var answer = json(test.invoke("reads", "{}"));
        assertThat(answer.get("early")).isEqualTo(List.of(400, "not ready to serve traffic, please wait"));
        assertThat(answer.get("now")).isEqualTo("hush");
        assertThat(answer.get("stranger")).isEqualTo(List.of(400, "bad session token or header key"));
    }

    @Test
    void severalFunctionsHaveItAtTheSameTime() {
        for (var name : List.of("first", "second")) {
            create(name, "def handler(event, context): return json.loads(ask('/secretsmanager/get?secretId=db')[1])",
                    Map.of("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "27732"));
            assertThat(json(test.invoke(name, "{}"))).containsEntry("SecretString", "hush");
        }
    }

    /** Where no variable has the token of a session. */
    @Test
    void withSnapStartTheTokenIsTheOneThatCredentialsAreAskedForWith() throws InterruptedException {
        test.create("snapped", "python3.13", "index.handler", Map.of("index.py", ASK.replace("AWS_SESSION_TOKEN",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN") + """
                def handler(event, context):
                    return {'secret': json.loads(ask('/secretsmanager/get?secretId=db')[1])['SecretString'],
                            'stranger': ask('/secretsmanager/get?secretId=db', 'token')}
                """), r -> r.timeout(20).layers(List.of(LAYER)).publish(true)
                .environment(Lambda.Environment.of(e ->
                        e.variables(Map.of("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "27733"))))
                .snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions"))));
        assertThat(test.service.snapshots().await(FunctionName.of(caller(), "snapped", "1")).state())
                .isEqualTo("Active");
        var answer = json(test.lambda.invoke(caller(),
                Lambda.InvokeRequest.of(r -> r.functionName("snapped").qualifier("1"))));
        assertThat(answer).containsEntry("secret", "hush")
                .containsEntry("stranger", List.of(400, "bad session token or header key"));
    }

    @Test
    void theLayerIsToldAsItWasGivenAndLayersOfOtherAccountsAreNot() {
        create("told", "def handler(event, context): pass", Map.of());
        var layers = test.lambda.getFunctionConfiguration(caller(),
                Lambda.GetFunctionConfigurationRequest.of(r -> r.functionName("told"))).layers();
        assertThat(layers).extracting(Lambda.Layer::arn).containsExactly(LAYER);
        assertThatThrownBy(() -> test.create("stranger", "python3.12", "index.handler", Map.of("index.py", ""),
                r -> r.layers(List.of(LAYER.replace("187925254637", "177933569100")))))
                .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code()).isEqualTo("AccessDeniedException"));
    }
}
