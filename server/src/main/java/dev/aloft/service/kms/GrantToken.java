package dev.aloft.service.kms;

import dev.aloft.kernel.store.Key;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What CreateGrant hands out beside the grant's id. On AWS it makes a grant known where it is not known yet; here a
 * grant counts at once, so that a token does no more than name it.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#grant_token">Grant tokens</a>
 */
record GrantToken(String account, String region, String keyId, String grantId) {
    private static final String FORM = "1";
    private static final int RANDOM_BYTES = 16;

    /** No two are alike. */
    String text() {
        var random = HexFormat.of().formatHex(KeySpec.random(RANDOM_BYTES));
        return Base64.getEncoder().encodeToString(String.join(":", FORM, account, region, keyId, grantId, random)
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** Nothing where it is none of ours. */
    static Optional<GrantToken> read(String text) {
        try {
            var parts = new String(Base64.getDecoder().decode(text), StandardCharsets.US_ASCII).split(":");
            return parts.length == 6 && parts[0].equals(FORM)
                    ? Optional.of(new GrantToken(parts[1], parts[2], parts[3], parts[4])) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Of the grant's record. */
    Key grant() {
        return KmsData.key(account, region, keyId).and(grantId);
    }
}
