package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.Iam;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.service.events.EventsData.KeptConnection;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What connections know lies in Secrets Manager, in secrets that EventBridge makes for itself. Their text has the same
 * members as the API, named in AWS's other style, and those of the kind of authorization at the top.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-secret.html">Secrets of
 *     connections</a>
 */
final class ConnectionSecrets {
    private static final String SERVICE = "events.amazonaws.com";
    private static final String LINKED = "apidestinations.events.amazonaws.com";
    private static final String OAUTH = "OAuthParameters";
    private static final String CLIENT = "ClientParameters";
    private static final List<String> OF_THE_CLIENT = List.of("ClientID", "ClientSecret");
    private static final List<String> KINDS = List.of("BasicAuthParameters", "ApiKeyAuthParameters", OAUTH);
    private static final List<String> NAMES = List.of("Username", "Password", "ApiKeyName", "ApiKeyValue", "ClientID",
            "ClientSecret", "AuthorizationEndpoint", "HttpMethod", "OAuthHttpParameters", "InvocationHttpParameters",
            "HeaderParameters", "QueryStringParameters", "BodyParameters", "Key", "Value", "IsValueSecret");
    private static final Map<String, String> SNAKE = NAMES.stream().collect(Collectors.toMap(
            name -> name, ConnectionSecrets::snake));
    private static final Map<String, String> CAMEL = NAMES.stream().collect(Collectors.toMap(
            ConnectionSecrets::snake, name -> name));

    private final SecretsManager secrets;
    private final Iam iam;
    private final Roles roles;

    ConnectionSecrets(Endpoint endpoint, Roles roles) {
        secrets = SecretsManager.at(endpoint);
        iam = Iam.at(endpoint);
        this.roles = roles;
    }

    /** Makes the role under which EventBridge uses keys of KMS, unless it is there. */
    void ensureRole(Caller caller) {
        if (!roles.trusts(caller.asService(LINKED, null), role(caller.account()))) {
            iam.createServiceLinkedRole(caller, Iam.CreateServiceLinkedRoleRequest.of(r -> r.awsServiceName(LINKED)));
        }
    }

    private static String role(String account) {
        return "arn:aws:iam::" + account + ":role/aws-service-role/" + LINKED
                + "/AWSServiceRoleForAmazonEventBridgeApiDestinations";
    }

    private static String snake(String name) {
        return name.replace("ID", "Id").replace("OAuth", "Oauth").replaceAll("(?<=.)([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }

    /** @param id the end of the secret's name, the same where the request is done again */
    String create(KeptConnection connection, String id, Map<String, Object> parameters) {
        return secrets.createSecret(caller(connection), SecretsManager.CreateSecretRequest.of(
                r -> r.name(name(connection, id)).clientRequestToken(id).secretString(text(parameters))
                .kmsKeyId(connection.kmsKey()))).arn();
    }

    static String name(KeptConnection connection, String id) {
        return "events!connection/" + connection.name() + "/" + id;
    }

    /** Has the secret encrypted under the connection's key. */
    void changeKey(KeptConnection connection) {
        var keyId = connection.kmsKey();
        secrets.updateSecret(underRole(connection), SecretsManager.UpdateSecretRequest.of(
                r -> r.secretId(connection.secretArn()).clientRequestToken(UUID.randomUUID().toString())
                .kmsKeyId(keyId == null ? "alias/aws/secretsmanager" : keyId)));
    }

    void put(KeptConnection connection, Map<String, Object> parameters) {
        secrets.putSecretValue(caller(connection), SecretsManager.PutSecretValueRequest.of(
                r -> r.secretId(connection.secretArn()).clientRequestToken(UUID.randomUUID().toString())
                .secretString(text(parameters))));
    }

    Map<String, Object> get(KeptConnection connection) {
        var text = secrets.getSecretValue(caller(connection), SecretsManager.GetSecretValueRequest.of(
                r -> r.secretId(connection.secretArn()))).secretString();
        return parameters(connection.type(), text);
    }

    void delete(String account, String region, String id) {
        try {
            secrets.deleteSecret(caller(account, region, null), SecretsManager.DeleteSecretRequest.of(
                    r -> r.secretId(id).forceDeleteWithoutRecovery(true)));
        } catch (SecretsManager.ResourceNotFoundException _) {
            // Which is what was wanted.
        }
    }

    /** EventBridge itself, or its role, which a key of KMS asks for. */
    private Caller caller(KeptConnection connection) {
        return connection.kmsKey() == null ? caller(connection.account(), connection.region(), connection.arn())
                : underRole(connection);
    }

    private Caller underRole(KeptConnection connection) {
        var service = new Caller(connection.account(), connection.region(), new Principal.Service(LINKED, null),
                UUID.randomUUID().toString(), null, 0, null, null, null);
        return roles.assume(service, role(connection.account()), "EventBridge");
    }

    private static Caller caller(String account, String region, String arn) {
        return new Caller(account, region, new Principal.Service(SERVICE, arn), UUID.randomUUID().toString(), null, 0,
                null, null, null);
    }

    static String text(Map<String, Object> parameters) {
        var flat = new LinkedHashMap<String, Object>();
        for (var kind : KINDS) {
            Authorizations.map(parameters.get(kind)).forEach((name, value) -> {
                if (name.equals(CLIENT)) {
                    Authorizations.map(value).forEach((member, it) -> flat.put(member.toString(), it));
                } else {
                    flat.put(name.toString(), value);
                }
            });
        }
        parameters.forEach((name, value) -> {
            if (!KINDS.contains(name)) {
                flat.put(name, value);
            }
        });
        return JsonWriter.string(renamed(flat, SNAKE));
    }

    static Map<String, Object> parameters(String type, String text) {
        var flat = Authorizations.map(renamed(JsonReader.tree(text.getBytes(StandardCharsets.UTF_8)), CAMEL));
        var ofKind = new LinkedHashMap<String, Object>();
        var client = new LinkedHashMap<String, Object>();
        var all = new LinkedHashMap<String, Object>();
        flat.forEach((name, value) -> {
            if (OF_THE_CLIENT.contains(name)) {
                client.put(name.toString(), value);
            } else {
                (name.equals("InvocationHttpParameters") ? all : ofKind).put(name.toString(), value);
            }
        });
        if (type.equals(Events.ConnectionAuthorizationType.OAUTH_CLIENT_CREDENTIALS)) {
            ofKind.put(CLIENT, client);
        }
        all.put(Connections.member(type), ofKind);
        return all;
    }

    private static Object renamed(Object tree, Map<String, String> names) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var renamed = new LinkedHashMap<String, Object>();
                map.forEach((name, value) -> renamed.put(names.getOrDefault(name.toString(), name.toString()),
                        renamed(value, names)));
                yield renamed;
            }
            case List<?> list -> list.stream().map(each -> renamed(each, names)).toList();
            case null -> null;
            default -> tree;
        };
    }
}
