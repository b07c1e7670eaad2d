package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Page;
import java.util.Base64;
import java.util.Optional;

/** The tokens with which lists go on. */
final class Paging {
    static final int PAGE = 100;

    private Paging() {
    }

    static Optional<Key> after(String token) {
        if (token == null || token.isEmpty()) {
            return Optional.empty();
        }
        try {
            var key = Key.decoded(Base64.getUrlDecoder().decode(token));
            key.elements();
            return Optional.of(key);
        } catch (RuntimeException _) {
            throw invalid("NextToken");
        }
    }

    static String next(Page<?> page) {
        return page.next().map(key -> Base64.getUrlEncoder().withoutPadding().encodeToString(key.toBytes()))
                .orElse(null);
    }
}
