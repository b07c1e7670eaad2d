package dev.aloft.service.ssm;

import dev.aloft.api.Caller;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Table;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What Parameter Store keeps, by account, region and plain name. */
final class SsmData {
    /** The latest version of each parameter. */
    final Table<Parameter> parameters = Table.of("parameters", Codec.of(Parameter.class));
    /** All versions that are kept, by one more element: the version. */
    final Table<Version> versions = Table.of("versions", Codec.of(Version.class));

    record Parameter(String name, Version latest, Map<String, String> tags) {}

    /**
     * @param value the text itself, or of a SecureString the sealed text in base 64
     * @param keyId of a SecureString, as it was given; null of one from before there were keys of KMS here
     */
    record Version(
            long number,
            String type,
            String value,
            String description,
            String allowedPattern,
            String tier,
            Instant modified,
            String user,
            List<String> labels,
            String keyId) {
        Version withLabels(List<String> other) {
            return new Version(number, type, value, description, allowedPattern, tier, modified, user, other, keyId);
        }

        boolean isSecure() {
            return type.equals(Ssm.ParameterType.SECURE_STRING);
        }

        /** As it is told: the key that there was before there were others. */
        String toldKeyId() {
            return !isSecure() ? null : keyId == null ? SecureValues.AWS_KEY : keyId;
        }
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }

    static Key key(Caller caller, String name) {
        return all(caller).and(Names.plain(name));
    }

    static Key key(Caller caller, String name, long version) {
        return key(caller, name).and(version);
    }

    /** Everything whose name begins with this path, which ends with a slash. */
    static Range under(Caller caller, String path) {
        if (path.equals("/")) {
            return Range.of(all(caller));
        }
        // '0' is the character behind '/'.
        return Range.of(all(caller)).from(all(caller).and(path))
                .to(all(caller).and(path.substring(0, path.length() - 1) + "0"));
    }
}
