package dev.aloft.service.logs;

import dev.aloft.kernel.call.ListPage;
import java.util.List;
import java.util.function.Function;

/** One page of the filters whose name has a prefix. */
final class FilterPage {
    private FilterPage() {
    }

    static <T> ListPage<T> of(List<T> all, Function<T, String> name, String prefix, String token, Integer limit,
            int usual) {
        var named = all.stream().filter(each -> prefix == null || name.apply(each).startsWith(prefix)).toList();
        return ListPage.of(named, name, token, limit, usual, Tokens::invalid);
    }
}
