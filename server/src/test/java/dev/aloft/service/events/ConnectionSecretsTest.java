package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Events;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.events.EventsData.KeptConnection;
import dev.aloft.service.kms.TestKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What connections know, in Secrets Manager. */
class ConnectionSecretsTest extends EventsFixture {
    private final SecretsManager secrets = SecretsManager.at(endpoint);

    private String create(String type, Events.CreateConnectionAuthRequestParameters parameters) {
        events.createConnection(ROOT, Events.CreateConnectionRequest.of(r -> r.name("c").authorizationType(type)
                .authParameters(parameters)));
        return arn();
    }

    private String arn() {
        return events.describeConnection(ROOT, Events.DescribeConnectionRequest.of(r -> r.name("c"))).secretArn();
    }

    private String text(String arn) {
        return secrets.getSecretValue(ROOT, SecretsManager.GetSecretValueRequest.of(r -> r.secretId(arn)))
                .secretString();
    }

    private static Events.CreateConnectionAuthRequestParameters basic() {
        return Events.CreateConnectionAuthRequestParameters.of(p -> p.basicAuthParameters(
                Events.CreateConnectionBasicAuthRequestParameters.of(b -> b.username("user").password("pass"))));
    }

    @Test
    void aSecretHasTheMembersOfItsKindInAwssOtherStyle() {
        var arn = create("BASIC", basic().toBuilder().invocationHttpParameters(Events.ConnectionHttpParameters.of(
                h -> h.headerParameters(List.of(Events.ConnectionHeaderParameter.of(
                        p -> p.key("X").value("y").isValueSecret(true)))))).build());
        assertThat(arn).matches(
                "arn:aws:secretsmanager:us-east-1:111122223333:secret:events!connection/c/[0-9a-f-]{36}-\\w{6}");
        assertThat(text(arn)).isEqualTo("{\"username\":\"user\",\"password\":\"pass\",\"invocation_http_parameters\":"
                + "{\"header_parameters\":[{\"key\":\"X\",\"value\":\"y\",\"is_value_secret\":true}]}}");
        var described = secrets.describeSecret(ROOT, SecretsManager.DescribeSecretRequest.of(r -> r.secretId(arn)));
        assertThat(described.owningService()).isEqualTo("events");
        assertThat(described.tags()).singleElement().satisfies(tag -> {
            assertThat(tag.key()).isEqualTo("aws:secretsmanager:owningService");
            assertThat(tag.value()).isEqualTo("events");
        });
    }

    @Test
    void aSecretMayHaveAKeyThatEventBridgesRoleUses() {
        var kms = new TestKeys(ROOT, store, time, endpoint);
        endpoint.add(kms.service());
        var key = kms.key();
        rolePolicies.put("arn:aws:iam::111122223333:role/aws-service-role/apidestinations.events.amazonaws.com/"
                + "AWSServiceRoleForAmazonEventBridgeApiDestinations",
                "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"kms:*\",\"secretsmanager:*\"],"
                        + "\"Resource\":\"*\"}]}");
        events.createConnection(ROOT, Events.CreateConnectionRequest.of(r -> r.name("c").authorizationType("BASIC")
                .kmsKeyIdentifier(key).authParameters(basic())));
        assertThat(described(arn()).kmsKeyId()).isEqualTo(key);
        assertThat(described(arn()).owningService()).isEqualTo("events");
        events.updateConnection(ROOT, Events.UpdateConnectionRequest.of(r -> r.name("c").kmsKeyIdentifier("")));
        assertThat(described(arn()).kmsKeyId()).isNull();
        events.updateConnection(ROOT, Events.UpdateConnectionRequest.of(r -> r.name("c").kmsKeyIdentifier(key)));
        assertThat(events.describeConnection(ROOT, Events.DescribeConnectionRequest.of(r -> r.name("c")))
                .kmsKeyIdentifier()).isEqualTo(key);
        kms.disable(key);
        assertThatThrownBy(this::arn).isInstanceOf(SecretsManager.DecryptionFailure.class);
    }

    private SecretsManager.DescribeSecretResponse described(String arn) {
        return secrets.describeSecret(ROOT, SecretsManager.DescribeSecretRequest.of(r -> r.secretId(arn)));
    }

    @Test
    void allKindsComeBackAsTheyWere() {
        var oauth = Map.<String, Object>of("OAuthParameters", Map.of("ClientParameters", Map.of("ClientID", "i",
                "ClientSecret", "s"), "AuthorizationEndpoint", "https://x", "HttpMethod", "POST", "OAuthHttpParameters",
                Map.of("BodyParameters", List.of(Map.of("Key", "k", "Value", "v")))));
        assertThat(ConnectionSecrets.text(oauth)).contains("\"client_id\":\"i\"", "\"oauth_http_parameters\":");
        assertThat(ConnectionSecrets.parameters("OAUTH_CLIENT_CREDENTIALS", ConnectionSecrets.text(oauth)))
                .isEqualTo(oauth);
        var key = Map.<String, Object>of("ApiKeyAuthParameters", Map.of("ApiKeyName", "n", "ApiKeyValue", "v"));
        assertThat(ConnectionSecrets.parameters("API_KEY", ConnectionSecrets.text(key))).isEqualTo(key);
    }

    @Test
    void anUpdateIsANewVersionAndADeletionTheEndOfTheSecret() {
        var arn = create("BASIC", basic());
        events.updateConnection(ROOT, Events.UpdateConnectionRequest.of(r -> r.name("c").authParameters(
                Events.UpdateConnectionAuthRequestParameters.of(p -> p.basicAuthParameters(
                Events.UpdateConnectionBasicAuthRequestParameters.of(b -> b.password("other")))))));
        assertThat(arn()).isEqualTo(arn);
        assertThat(text(arn)).isEqualTo("{\"username\":\"user\",\"password\":\"other\"}");
        events.deleteConnection(ROOT, Events.DeleteConnectionRequest.of(r -> r.name("c")));
        settled();
        refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", () -> text(arn));
    }

    @Test
    void aSecretWhoseConnectionWasNeverMadeIsDeleted() {
        create("BASIC", basic());
        refused("ResourceAlreadyExistsException", "Connection c already exists.", () ->
                create("API_KEY", basicAsKey()));
        var data = new EventsData();
        var lost = Key.of(ACCOUNT, "us-east-1", "events!connection/lost/1");
        secrets.createSecret(ROOT.asService("events.amazonaws.com", null), SecretsManager.CreateSecretRequest.of(
                r -> r.name(lost.text(2)).secretString("{}").clientRequestToken("1".repeat(32))));
        store.in("events").change(tx -> data.abandoned.add(tx, time.instant().plusSeconds(300), lost, lost));
        time.advance(Duration.ofMinutes(6));
        assertThat(secrets.listSecrets(ROOT, SecretsManager.ListSecretsRequest.of(_ -> { })).secretList())
                .extracting(SecretsManager.SecretListEntry::name).allMatch(name -> name.contains("/c/")).hasSize(1);
    }

    private static Events.CreateConnectionAuthRequestParameters basicAsKey() {
        return Events.CreateConnectionAuthRequestParameters.of(p -> p.apiKeyAuthParameters(
                Events.CreateConnectionApiKeyAuthRequestParameters.of(k -> k.apiKeyName("n").apiKeyValue("v"))));
    }

    @Test
    void aConnectionFromBeforeGetsItsSecretWhenItIsLookedAt() {
        var arn = "arn:aws:events:us-east-1:111122223333:connection/c";
        var sealed = keys.seal("events connection", arn,
                "{\"BasicAuthParameters\":{\"Username\":\"user\",\"Password\":\"pass\"}}".getBytes());
        var now = time.instant();
        var old = new KeptConnection(ACCOUNT, "us-east-1", "c", "7b0b9ff4-9d2c-4a6f-8b3e-6f2d3b7f1c11", "old", null,
                "BASIC",
                sealed, "AUTHORIZED", now, now, now, null, null, null);
        store.in("events").change(tx -> new EventsData().connections.put(tx, old.key(), old));
        assertThat(text(arn())).isEqualTo("{\"username\":\"user\",\"password\":\"pass\"}");
        assertThat(arn()).isEqualTo(arn());
    }
}
