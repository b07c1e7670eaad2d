package dev.aloft.kernel.identity;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Temporary credentials. Who they stand for is sealed in the session token, so issuing them writes nothing, and they
 * hold over a restart until they expire.
 */
public final class Sessions {
    private static final String PURPOSE = "session";
    /** Tells our tokens from AWS's own, which people have in their environment. */
    private static final String MARK = "AloftV1/";
    private static final int LONGEST_TOKEN = 32 << 10;
    private static final int KEPT = 10_000;

    private final Map<String, Session> opened = new ConcurrentHashMap<>();
    private final KeyFile keys;
    private final Time time;

    public Sessions(KeyFile keys, Time time) {
        this.keys = keys;
        this.time = time;
    }

    public record Credentials(String accessKeyId, String secretAccessKey, String sessionToken, Instant expiration) {
        @Override
        public String toString() {
            return "Credentials[" + accessKeyId + "]";
        }
    }

    /** What a token carries. */
    record Session(String accessKeyId, Principal.RoleSession principal, Instant expiration) {}

    /** New credentials for a session of a role, which {@link Roles} or STS allowed. */
    public Credentials issue(Principal.RoleSession principal, Duration lifetime) {
        var account = Account.of(principal);
        var accessKeyId = AccessKeyIds.create(AccessKeyIds.TEMPORARY, account);
        var expiration = time.instant().plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
        var content = new JsonWriter().beginObject()
                .name("role").string(principal.roleArn())
                .name("id").string(principal.roleId())
                .name("name").string(principal.sessionName());
        if (principal.sessionPolicy() != null) {
            content.name("policy").string(principal.sessionPolicy());
        }
        content.name("until").number(expiration.getEpochSecond()).endObject();
        var token = MARK + Base64.getEncoder().encodeToString(keys.seal(PURPOSE, accessKeyId, content.toBytes()));
        return new Credentials(accessKeyId, secret(accessKeyId), token, expiration);
    }

    /** Whether a token was made here, by its look alone. */
    static boolean isOurs(String token) {
        return token.startsWith(MARK);
    }

    /** What the token of this access key carries, or empty where it is not what was issued. */
    Optional<Session> open(String accessKeyId, String token) {
        var known = opened.get(token);
        if (known != null) {
            return Optional.of(known).filter(session -> session.accessKeyId().equals(accessKeyId));
        }
        if (!isOurs(token) || token.length() > LONGEST_TOKEN) {
            return Optional.empty();
        }
        byte[] sealed;
        try {
            sealed = Base64.getDecoder().decode(token.substring(MARK.length()));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
        var session = keys.unseal(PURPOSE, accessKeyId, sealed).map(content -> read(accessKeyId, content));
        session.ifPresent(it -> {
            if (opened.size() >= KEPT) {
                opened.clear();
            }
            opened.put(token, it);
        });
        return session;
    }

    boolean hasExpired(Session session) {
        return !time.instant().isBefore(session.expiration());
    }

    /** The secret that belongs to a temporary access key. */
    String secret(String accessKeyId) {
        return text(keys.derive("session secret", accessKeyId));
    }

    /** 40 characters, as AWS's secrets have. */
    static String text(byte[] secret) {
        return Base64.getEncoder().encodeToString(secret).substring(0, 40);
    }

    private static Session read(String accessKeyId, byte[] content) {
        var tree = (Map<?, ?>) JsonReader.tree(new String(content, StandardCharsets.UTF_8));
        return new Session(accessKeyId,
                new Principal.RoleSession((String) tree.get("role"), (String) tree.get("id"), (String) tree.get("name"),
                        (String) tree.get("policy")),
                Instant.ofEpochSecond(((Number) tree.get("until")).longValue()));
    }
}
