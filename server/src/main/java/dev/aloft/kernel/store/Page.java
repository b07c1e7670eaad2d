package dev.aloft.kernel.store;

import java.util.List;
import java.util.Optional;

/** Some rows and, where more may follow, the key to go on after. */
public record Page<V>(List<Row<V>> rows, Optional<Key> next) {
    public List<V> values() {
        return rows.stream().map(Row::value).toList();
    }
}
