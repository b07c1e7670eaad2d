package dev.aloft.kernel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableTest {
    private record Role(String name, String path, List<String> tags) {
    }

    private static final Table<Role> ROLES = Table.of("roles", Codec.of(Role.class));
    private static final Index<Role> BY_PATH = ROLES.index("rolesByPath", role -> List.of(Key.of(role.path())));
    private static final Index<Role> BY_TAG =
        ROLES.index("rolesByTag", role -> role.tags().stream().map(Key::of).toList());

    private final Store store = new MemoryStore().in("iam");

    @Test
    void recordsArePutFoundChangedAndDeleted() {
        var role = new Role("a", "/", List.of());
        assertThat(store.<Boolean>write(tx -> ROLES.putIfAbsent(tx, Key.of("a"), role))).isTrue();
        assertThat(store.<Boolean>write(tx -> ROLES.putIfAbsent(tx, Key.of("a"), role))).isFalse();
        assertThat(store.<Optional<Role>>read(tx -> ROLES.get(tx, Key.of("a")))).contains(role);
        assertThat(store.<Optional<Role>>write(tx ->
            ROLES.update(tx, Key.of("a"), old -> new Role("a", "/x", List.of()))))
            .contains(new Role("a", "/x", List.of()));
        assertThat(store.<Optional<Role>>write(tx -> ROLES.update(tx, Key.of("b"), old -> old))).isEmpty();
        assertThat(store.<Boolean>write(tx -> ROLES.delete(tx, Key.of("a")))).isTrue();
        assertThat(store.<Boolean>write(tx -> ROLES.delete(tx, Key.of("a")))).isFalse();
    }

    @Test
    void anIndexFollowsItsTable() {
        put("1", new Role("one", "/x", List.of("red", "blue")));
        put("2", new Role("two", "/x", List.of("red")));
        put("3", new Role("three", "/y", List.of()));
        assertThat(names(BY_PATH, Key.of("/x"))).containsExactly("one", "two");
        assertThat(names(BY_TAG, Key.of("red"))).containsExactly("one", "two");
        assertThat(names(BY_TAG, Key.EMPTY)).containsExactly("one", "one", "two");

        put("1", new Role("one", "/y", List.of("blue")));
        assertThat(names(BY_PATH, Key.of("/x"))).containsExactly("two");
        assertThat(names(BY_PATH, Key.of("/y"))).containsExactly("one", "three");
        assertThat(names(BY_TAG, Key.of("red"))).containsExactly("two");

        assertThat(store.<Long>write(tx -> ROLES.deleteAll(tx, Key.EMPTY))).isEqualTo(3);
        assertThat(names(BY_TAG, Key.EMPTY)).isEmpty();
        assertThat(store.<Long>read(tx -> tx.range(Range.all()).count())).isZero();
    }

    @Test
    void pagesGoOnWhereTheyEnded() {
        for (var id : List.of("1", "2", "3", "4", "5")) {
            put(id, new Role(id, "/", List.of()));
        }
        var first = page(Optional.empty());
        var second = page(first.next());
        var third = page(second.next());
        assertThat(first.values()).extracting(Role::name).containsExactly("1", "2");
        assertThat(second.values()).extracting(Role::name).containsExactly("3", "4");
        assertThat(third.values()).extracting(Role::name).containsExactly("5");
        assertThat(third.next()).isEmpty();
        var indexed = store.<Page<Role>>read(tx -> BY_PATH.page(tx, Key.of("/"), Optional.empty(), 3));
        assertThat(store.<Page<Role>>read(tx -> BY_PATH.page(tx, Key.of("/"), indexed.next(), 3)).values())
            .extracting(Role::name).containsExactly("4", "5");
    }

    @Test
    void entriesFallDueInOrder() {
        var signal = new Signal();
        var due = new Due<>(Space.of("retries"), Codec.TEXT, signal);
        var start = Instant.parse("2026-01-01T00:00:00Z");
        store.write(tx -> {
            due.add(tx, start.plusSeconds(20), Key.of("b"), "second");
            due.add(tx, start.plusSeconds(10), Key.of("a"), "first");
            due.add(tx, start.plusSeconds(30), Key.of("c"), "third");
            return null;
        });
        assertThat(signal.count()).isPositive();
        assertThat(store.<Optional<Instant>>read(due::next)).contains(start.plusSeconds(10));
        assertThat(values(due, start.plusSeconds(9))).isEmpty();
        assertThat(values(due, start.plusSeconds(20))).containsExactly("first", "second");

        store.write(tx -> due.reschedule(tx, Key.of("a"), start.plusSeconds(40)));
        store.write(tx -> due.cancel(tx, Key.of("c")));
        store.change(tx -> due.add(tx, start.plusSeconds(5), Key.of("b"), "again"));
        assertThat(values(due, start.plusSeconds(99))).containsExactly("again", "first");
        assertThat(store.<Boolean>write(tx -> due.cancel(tx, Key.of("c")))).isFalse();
        assertThat(store.<Boolean>write(tx -> due.reschedule(tx, Key.of("c"), start))).isFalse();
    }

    @Test
    void anEntryThatFailsHoldsUpNoneBehindIt() {
        var due = Due.of("work", Codec.TEXT);
        var now = Instant.parse("2026-01-01T00:00:00Z");
        store.change(tx -> {
            due.add(tx, now, Key.of(1L), "bad");
            due.add(tx, now, Key.of(2L), "good");
        });
        assertThatThrownBy(() -> due.turn(store, now, 10, (tx, entry) -> {
            if (entry.value().equals("bad")) {
                throw new IllegalStateException("bad");
            }
            due.cancel(tx, entry.id());
        })).hasMessage("bad");
        assertThat(values(due, now)).containsExactly("bad");
    }

    private List<String> values(Due<String> due, Instant now) {
        return store.read(tx -> due.due(tx, now, 10).stream().map(Due.Waiting::value).toList());
    }

    private Page<Role> page(Optional<Key> after) {
        return store.read(tx -> ROLES.page(tx, Key.EMPTY, after, 2));
    }

    private void put(String id, Role role) {
        store.change(tx -> ROLES.put(tx, Key.of(id), role));
    }

    private List<String> names(Index<Role> index, Key prefix) {
        return store.read(tx -> index.range(tx, prefix).map(row -> row.value().name()).toList());
    }
}
