package dev.aloft.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Principal;
import dev.aloft.kernel.time.TestTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
    private static final Principal.RoleSession WORKER =
        new Principal.RoleSession("arn:aws:iam::111122223333:role/worker", "AROAWORKER", "run", "{}");

    private final TestTime time = new TestTime();

    @Test
    void aTokenCarriesWhoItStandsForUntilItExpires() {
        var sessions = new Sessions(KeyFile.inMemory(), time);
        var credentials = sessions.issue(WORKER, Duration.ofHours(1));
        assertThat(credentials.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
        assertThat(credentials.secretAccessKey()).hasSize(40).isEqualTo(sessions.secret(credentials.accessKeyId()));
        var session = sessions.open(credentials.accessKeyId(), credentials.sessionToken()).orElseThrow();
        assertThat(session.principal()).isEqualTo(WORKER);
        time.advance(Duration.ofMinutes(59));
        assertThat(sessions.hasExpired(session)).isFalse();
        time.advance(Duration.ofMinutes(1));
        assertThat(sessions.hasExpired(session)).isTrue();
    }

    @Test
    void aTokenThatWasChangedOrBelongsToAnotherKeyIsNone() {
        var sessions = new Sessions(KeyFile.inMemory(), time);
        var credentials = sessions.issue(WORKER, Duration.ofHours(1));
        var token = credentials.sessionToken();
        assertThat(sessions.open("ASIAAAAAAAAAAAAAAAAA", token)).isEmpty();
        assertThat(sessions.open(credentials.accessKeyId(), token.substring(0, 60) + "AAAA" + token.substring(64)))
                .isEmpty();
        assertThat(sessions.open(credentials.accessKeyId(), "nonsense")).isEmpty();
        assertThat(new Sessions(KeyFile.inMemory(), time).open(credentials.accessKeyId(), token)).isEmpty();
        assertThat(sessions.open(credentials.accessKeyId(), token)).isPresent();
        assertThat(sessions.open("ASIAAAAAAAAAAAAAAAAA", token)).isEmpty();
    }

    @Test
    void theKeyFileIsTheOwnersAloneAndOutlivesTheProcess(@TempDir Path folder) throws Exception {
        var file = folder.resolve("keys/secret");
        var credentials = new Sessions(KeyFile.open(file), time).issue(WORKER, Duration.ofHours(1));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        var again = new Sessions(KeyFile.open(file), time);
        assertThat(again.open(credentials.accessKeyId(), credentials.sessionToken())).isPresent();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void anAccessKeyIdTellsItsAccount() {
        for (var account : new String[] {"000000000000", "111122223333", "999999999999"}) {
            assertThat(AccessKeyIds.account(AccessKeyIds.create("AKIA", account))).contains(account);
        }
        // A key and its account from AWS's own write-ups.
        assertThat(AccessKeyIds.account("ASIAQNZGKIQY56JQ7WML")).contains("029608264753");
        assertThat(AccessKeyIds.account("test")).isEmpty();
    }
}
