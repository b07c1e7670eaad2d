package dev.aloft.service.ecr;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What clients of a registry log in with: user AWS and a password that says who asked for it, good for 12 hours.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html">Private registry
 *     authentication</a>
 */
final class AuthorizationTokens {
    private static final String PURPOSE = "ecr authorization";
    private static final Duration GOOD = Duration.ofHours(12);
    private static final int LONGEST = 32 << 10;

    private final KeyFile keys;
    private final Time time;

    AuthorizationTokens(KeyFile keys, Time time) {
        this.keys = keys;
        this.time = time;
    }

    /** Whom a password stands for. */
    record Token(String account, String region, Principal principal, Instant until) {}

    Ecr.GetAuthorizationTokenResponse get(Caller caller, Ecr.GetAuthorizationTokenRequest input) {
        Instant until = time.instant().plus(GOOD);
        String password = Base64.getEncoder().encodeToString(keys.seal(PURPOSE, "", content(caller, until)));
        String token = Base64.getEncoder().encodeToString(("AWS:" + password).getBytes(StandardCharsets.UTF_8));
        var registries = input.registryIds() == null || input.registryIds().isEmpty()
                ? List.of(caller.account()) : input.registryIds();
        return Ecr.GetAuthorizationTokenResponse.of(r -> r.authorizationData(registries.stream()
                .map(id -> Ecr.AuthorizationData.of(a -> a.authorizationToken(token).expiresAt(until)
                        .proxyEndpoint(proxy(caller, id)))).toList()));
    }

    /** The host alone: clients log in to hosts. */
    private static String proxy(Caller caller, String account) {
        return caller.endpoint() != null ? caller.endpoint()
                : "https://" + account + ".dkr.ecr." + caller.region() + ".amazonaws.com";
    }

    private static byte[] content(Caller caller, Instant until) {
        var json = new JsonWriter().beginObject()
                .name("account").string(caller.account()).name("region").string(caller.region())
                .name("until").number(until.getEpochSecond());
        switch (caller.principal()) {
            case Principal.Root(String account) -> json.name("root").string(account);
            case Principal.User(String arn, String id, String name) ->
                json.name("user").string(arn).name("id").string(id).name("name").string(name);
            case Principal.RoleSession(String role, String id, String name, String policy) -> {
                json.name("role").string(role).name("id").string(id).name("name").string(name);
                if (policy != null) {
                    json.name("policy").string(policy);
                }
            }
            default -> throw ApiError.notBuilt("An authorization token for " + caller.principal().arn());
        }
        return json.endObject().toBytes();
    }

    /** Nothing where the password is none of ours. */
    Optional<Token> read(String password) {
        if (password.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            return keys.unseal(PURPOSE, "", Base64.getDecoder().decode(password)).map(AuthorizationTokens::token);
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }

    private static Token token(byte[] content) {
        var tree = (Map<?, ?>) JsonReader.tree(content);
        String id = (String) tree.get("id");
        String name = (String) tree.get("name");
        Principal principal = tree.get("root") instanceof String account ? new Principal.Root(account)
                : tree.get("user") instanceof String arn ? new Principal.User(arn, id, name)
                : new Principal.RoleSession((String) tree.get("role"), id, name, (String) tree.get("policy"));
        return new Token((String) tree.get("account"), (String) tree.get("region"), principal,
                Instant.ofEpochSecond(((Number) tree.get("until")).longValue()));
    }

    boolean hasExpired(Token token) {
        return !time.instant().isBefore(token.until());
    }
}
