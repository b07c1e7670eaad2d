package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What SDKs in an environment with SnapStart ask for credentials: variables would be as old as the init.
 *
 * @param token  that a request must bring
 * @param fresh  credentials of the execution role
 */
record RestoredCredentials(String token, Supplier<ExecutionRoles.Session> fresh) {
    static final String PATH = "/2021-04-23/credentials";
    /** After that an SDK asks again. */
    private static final Duration TOLD = Duration.ofHours(1);
    /** SDKs compare with the machine's clock, also when the platform's was moved. */
    private static final Time MACHINE = new SystemTime();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Nothing for a request that does not know the token. */
    Optional<byte[]> answer(String authorization) {
        if (authorization == null || !MessageDigest.isEqual(utf8(authorization), utf8(token))) {
            return Optional.empty();
        }
        ExecutionRoles.Session session = fresh.get();
        return Optional.of(new JsonWriter().beginObject()
                .name("AccessKeyId").string(session.accessKeyId())
                .name("SecretAccessKey").string(session.secretAccessKey())
                .name("Token").string(session.sessionToken())
                .name("Expiration").string(MACHINE.instant().plus(TOLD).truncatedTo(ChronoUnit.SECONDS).toString())
                .endObject().toBytes());
    }
}
