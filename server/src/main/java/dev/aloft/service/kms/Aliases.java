package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.AlreadyExistsException;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kms.KmsData.Alias;
import dev.aloft.service.kms.KmsData.StoredKey;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The names under which keys can be used; a name can move from one key to another. */
final class Aliases {
    private static final int USUAL_PAGE = 50;

    private final KmsData data;
    private final KeyIds ids;
    private final Store store;
    private final Time time;

    Aliases(KmsData data, KeyIds ids, Store store, Time time) {
        this.data = data;
        this.ids = ids;
        this.store = store;
        this.time = time;
    }

    void create(Caller caller, Kms.CreateAliasRequest input) {
        requireName(input.aliasName());
        var now = KmsData.now(time);
        store.change(tx -> {
            var key = ids.lasting(tx, caller, target(input.targetKeyId()));
            var alias = new Alias(caller.account(), caller.region(), input.aliasName(), key.id(), now, now);
            if (!data.aliases.putIfAbsent(tx, alias.key(), alias)) {
                throw new AlreadyExistsException("An alias with the name " + alias.arn() + " already exists");
            }
        });
    }

    private static void requirePrefix(String name) {
        if (!name.startsWith(KeyIds.ALIAS)) {
            throw Refusals.invalid("Alias must start with the prefix \"alias/\". Please see"
                    + " https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
        }
    }

    private static void requireName(String name) {
        requirePrefix(name);
        // The model's pattern has it, for ARNs.
        if (name.contains(":")) {
            throw Refusals.invalid(name + " contains invalid characters for an alias");
        }
        if (name.startsWith(KeyIds.AWS)) {
            throw new Kms.InvalidAliasNameException("Alias names beginning with alias/aws/ are reserved");
        }
    }

    /** An alias names a key, never another alias. */
    private static String target(String keyId) {
        if (keyId.startsWith(KeyIds.ALIAS) || keyId.contains(":" + KeyIds.ALIAS)) {
            throw Refusals.invalid("Aliases must refer to keys. Not aliases");
        }
        return keyId;
    }

    /** Only to a key of the same kind and usage, so that what was encrypted under the name is not lost by accident. */
    void update(Caller caller, Kms.UpdateAliasRequest input) {
        requireName(input.aliasName());
        var now = KmsData.now(time);
        store.change(tx -> {
            var alias = data.aliases.get(tx, Key.of(caller.account(), caller.region(), input.aliasName()))
                    .orElseThrow(() -> KeyIds.missing(caller, input.aliasName()));
            var key = ids.lasting(tx, caller, target(input.targetKeyId()));
            data.keys.get(tx, KmsData.key(alias.account(), alias.region(), alias.keyId()))
                    .ifPresent(before -> requireSameKind(before, key));
            data.aliases.put(tx, alias.key(),
                    new Alias(alias.account(), alias.region(), alias.name(), key.id(), alias.created(), now));
        });
    }

    private static void requireSameKind(StoredKey before, StoredKey after) {
        if (!before.usage().equals(after.usage()) || before.kind().isAsymmetric() != after.kind().isAsymmetric()) {
            throw Refusals.invalid("Alias cannot be changed from a " + before.usage() + " key to a " + after.usage()
                    + " key.");
        }
    }

    void delete(Caller caller, String name) {
        requirePrefix(name);
        store.change(tx -> {
            if (!data.aliases.delete(tx, Key.of(caller.account(), caller.region(), name))) {
                throw KeyIds.missing(caller, name);
            }
        });
    }

    Kms.ListAliasesResponse list(Caller caller, Kms.ListAliasesRequest input) {
        var all = store.read(tx -> {
            var every = data.aliases.range(tx, Key.of(caller.account(), caller.region())).map(Row::value);
            if (input.keyId() == null) {
                return withPredefined(caller, every);
            }
            var key = ids.existing(tx, caller, input.keyId()).id();
            return every.filter(alias -> alias.keyId().equals(key)).toList();
        });
        var page = ListPage.of(all, Alias::name, input.marker(), input.limit(), USUAL_PAGE, Refusals::marker);
        return Kms.ListAliasesResponse.of(r -> r.nextMarker(page.next()).truncated(page.isCut())
                .aliases(page.items().stream().map(Aliases::told).toList()));
    }

    /** AWS tells those of its own keys that are not made yet too, without a key. */
    private static List<Alias> withPredefined(Caller caller, Stream<Alias> made) {
        var all = new TreeMap<String, Alias>();
        AwsManagedKeys.PREDEFINED.forEach(name ->
                all.put(name, new Alias(caller.account(), caller.region(), name, null, null, null)));
        made.forEach(alias -> all.put(alias.name(), alias));
        return List.copyOf(all.values());
    }

    private static Kms.AliasListEntry told(Alias alias) {
        return Kms.AliasListEntry.of(e -> e.aliasName(alias.name()).aliasArn(alias.arn()).targetKeyId(alias.keyId())
                .creationDate(alias.created()).lastUpdatedDate(alias.updated()));
    }
}
