package dev.aloft.service.apigateway;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Pages of a short list, in the order of ids; the position is the id of the last one shown. */
final class Paging {
    private static final int DEFAULT_LIMIT = 25;
    private static final int MAX_LIMIT = 500;

    private Paging() {}

    record Some<T>(List<T> items, String next) {}

    static <T> Some<T> page(List<T> all, Function<T, String> id, String position, Integer limit) {
        int most = limit == null || limit <= 0 ? DEFAULT_LIMIT : Math.min(limit, MAX_LIMIT);
        var left = all.stream()
                .sorted(Comparator.comparing(id))
                .filter(each -> position == null || id.apply(each).compareTo(position) > 0)
                .toList();
        var items = left.stream().limit(most).toList();
        return new Some<>(items, left.size() > most ? id.apply(items.getLast()) : null);
    }
}
