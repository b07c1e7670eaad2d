package dev.aloft.service.secretsmanager;

import dev.aloft.service.secretsmanager.SecretsData.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Pages of a list that is not in the order of its names: the token says which item was the last. */
record Pages<T>(List<T> items, String next) {
    static final int MOST = 100;
    static final Comparator<Secret> BY_CREATION = Comparator.comparing(Secret::created).thenComparing(Secret::name);

    static <T> Pages<T> of(List<T> all, Function<T, String> id, String token, Integer limit, int usual) {
        int start = token == null ? 0 : after(all, id, token);
        int end = Math.min(all.size(), start + (limit == null ? usual : limit));
        var items = all.subList(start, end);
        return new Pages<>(items, end == all.size() ? null : token(id.apply(items.getLast())));
    }

    private static <T> int after(List<T> all, Function<T, String> id, String token) {
        String last;
        try {
            last = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw Refusals.badToken();
        }
        int index = all.stream().map(id).toList().indexOf(last);
        if (index < 0) {
            throw Refusals.badToken();
        }
        return index + 1;
    }

    private static String token(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(StandardCharsets.UTF_8));
    }
}
