package dev.aloft.service.secretsmanager;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the secret that a SecretId means: a name, an ARN, or an ARN without the characters that AWS adds to the name.
 */
final class SecretIds {
    private static final Pattern WITH_SUFFIX = Pattern.compile("(.+)-([A-Za-z0-9]{6})", Pattern.DOTALL);
    private static final String PREFIX = "secret:";

    private final SecretsData data;

    SecretIds(SecretsData data) {
        this.data = data;
    }

    Secret existing(ReadTx tx, Caller caller, String id) {
        return find(tx, caller, id).orElseThrow(Refusals::notFound);
    }

    /** One that was not deleted. */
    Secret usable(ReadTx tx, Caller caller, String id) {
        var secret = existing(tx, caller, id);
        if (secret.deleted() != null) {
            throw Refusals.deleted();
        }
        return secret;
    }

    Optional<Secret> find(ReadTx tx, Caller caller, String id) {
        if (!isArn(id)) {
            return data.secrets.get(tx, Key.of(caller.account(), caller.region(), id));
        }
        var arn = Arn.parse(id);
        if (!arn.region().equals(caller.region())) {
            return Optional.empty();
        }
        var name = arn.resource().substring(PREFIX.length());
        var match = WITH_SUFFIX.matcher(name);
        if (match.matches()) {
            var whole = data.secrets.get(tx, Key.of(arn.account(), arn.region(), match.group(1)))
                    .filter(secret -> secret.suffix().equals(match.group(2)));
            if (whole.isPresent()) {
                return whole;
            }
        }
        return data.secrets.get(tx, Key.of(arn.account(), arn.region(), name));
    }

    private static boolean isArn(String id) {
        return Arn.isArn(id) && Arn.parse(id).resource().startsWith(PREFIX);
    }

    /** What IAM is asked about: the secret's ARN, or what its ARN would begin with. */
    static String arn(Caller caller, String id) {
        return Arn.isArn(id) ? id : caller.arn("secretsmanager", PREFIX + id).toString();
    }

    /** The key of the secret that a policy is asked for by this ARN. */
    static Optional<Key> key(String arn) {
        if (!isArn(arn)) {
            return Optional.empty();
        }
        var parsed = Arn.parse(arn);
        var match = WITH_SUFFIX.matcher(parsed.resource().substring(PREFIX.length()));
        return match.matches() ? Optional.of(Key.of(parsed.account(), parsed.region(), match.group(1)))
                : Optional.empty();
    }
}
