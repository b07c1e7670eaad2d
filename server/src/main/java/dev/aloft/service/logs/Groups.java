package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Log groups: create, delete, describe, retention, tags. */
final class Groups {
    private static final int MAX_TAGS = 50;
    private static final int PAGE = 50;
    private static final List<Integer> RETENTIONS = List.of(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545,
        731, 1096, 1827, 2192, 2557, 2922, 3288, 3653);

    private final LogsData data;
    private final GroupKeys keys;
    private final Store store;
    private final Time time;

    Groups(LogsData data, GroupKeys keys, Store store, Time time) {
        this.data = data;
        this.keys = keys;
        this.store = store;
        this.time = time;
    }

    Logs.CreateLogGroupResponse create(Caller caller, Logs.CreateLogGroupRequest input) {
        if (input.logGroupClass() != null && !input.logGroupClass().equals(Logs.LogGroupClass.STANDARD)) {
            throw ApiError.notBuilt("The log group class " + input.logGroupClass());
        }
        var tags = merged(Map.of(), input.tags() == null ? Map.of() : input.tags());
        var key = LogsData.group(caller, input.logGroupName());
        var now = time.instant();
        store.<Void>read(tx -> {
            requireNew(tx, key);
            return null;
        });
        var made = keys.made(caller, input.logGroupName(), input.kmsKeyId());
        store.change(tx -> {
            requireNew(tx, key);
            var group = new Group(LogsData.nextId(tx), input.logGroupName(), now, 0, tags, null, 0,
                Boolean.TRUE.equals(input.deletionProtectionEnabled()));
            data.groups.put(tx, key, made.map(it -> keyed(tx, group, it)).orElse(group));
        });
        return Logs.CreateLogGroupResponse.of(_ -> {});
    }

    private void requireNew(ReadTx tx, Key key) {
        if (data.groups.has(tx, key)) {
            throw new Logs.ResourceAlreadyExistsException("The specified log group already exists");
        }
    }

    private Group keyed(Tx tx, Group group, GroupKeys.GroupKey made) {
        long number = data.groupKeys.range(tx, Key.of(group.id())).count() + 1;
        data.groupKeys.put(tx, Key.of(group.id(), number), made);
        return group.withKey(made.keyId(), number);
    }

    /** Of what is written from now on. What was written before needs the key that it had. */
    Logs.AssociateKmsKeyResponse associate(Caller caller, Logs.AssociateKmsKeyRequest input) {
        var name = keyed(caller, input.logGroupName(), input.resourceIdentifier());
        store.<Group>read(tx -> find(tx, caller, name));
        var made = keys.made(caller, name, input.kmsKeyId()).orElseThrow();
        store.change(tx -> data.groups.put(tx, LogsData.group(caller, name), keyed(tx, find(tx, caller, name), made)));
        return Logs.AssociateKmsKeyResponse.of(_ -> {});
    }

    Logs.DisassociateKmsKeyResponse disassociate(Caller caller, Logs.DisassociateKmsKeyRequest input) {
        var name = keyed(caller, input.logGroupName(), input.resourceIdentifier());
        store.change(tx ->
            data.groups.put(tx, LogsData.group(caller, name), find(tx, caller, name).withKey(null, 0)));
        return Logs.DisassociateKmsKeyResponse.of(_ -> {});
    }

    /** The group whose key is meant: a resource may be the results of queries too, of which there are none. */
    static String keyed(Caller caller, String name, String resource) {
        if (resource != null && !resource.contains(":log-group:")) {
            throw ApiError.notBuilt("A KMS key for the results of queries");
        }
        return named(caller, name, resource);
    }

    Logs.DeleteLogGroupResponse delete(Caller caller, Logs.DeleteLogGroupRequest input) {
        var key = LogsData.group(caller, input.logGroupName());
        var now = time.instant();
        store.change(tx -> {
            var group = data.groups.get(tx, key).orElseThrow(Groups::missing);
            if (group.kept()) {
                throw new Logs.ValidationException(
                    "Cannot delete log group with deletion protection enabled. Disable deletion protection first.");
            }
            data.groups.delete(tx, key);
            data.deleteFilters(tx, group.id());
            data.storedBytes.delete(tx, Key.of(group.id()));
            data.groupKeys.deleteAll(tx, Key.of(group.id()));
            data.expiring.cancel(tx, Key.of(group.id()));
            data.clearing.add(tx, now, Key.of(group.id()), Key.EMPTY);
        });
        return Logs.DeleteLogGroupResponse.of(_ -> {});
    }

    Logs.PutLogGroupDeletionProtectionResponse protect(Caller caller,
            Logs.PutLogGroupDeletionProtectionRequest input) {
        var key = LogsData.group(caller, named(caller, null, input.logGroupIdentifier()));
        store.change(tx -> data.groups.update(tx, key, old -> old.withKept(input.deletionProtectionEnabled()))
            .orElseThrow(Groups::missing));
        return Logs.PutLogGroupDeletionProtectionResponse.of(_ -> {});
    }

    Logs.DescribeLogGroupsResponse describe(Caller caller, Logs.DescribeLogGroupsRequest input) {
        if (Boolean.TRUE.equals(input.includeLinkedAccounts())
                || input.accountIdentifiers() != null && !input.accountIdentifiers().isEmpty()) {
            throw ApiError.notBuilt("Listing the log groups of linked accounts");
        }
        var prefix = input.logGroupNamePrefix() == null ? "" : input.logGroupNamePrefix();
        var pattern = input.logGroupNamePattern() == null ? "" : input.logGroupNamePattern();
        if (!prefix.isEmpty() && !pattern.isEmpty()) {
            throw new Logs.InvalidParameterException(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
        }
        if (input.logGroupClass() != null && !input.logGroupClass().equals(Logs.LogGroupClass.STANDARD)) {
            return Logs.DescribeLogGroupsResponse.of(r -> r.logGroups(List.of()));
        }
        int limit = input.limit() == null ? PAGE : input.limit();
        var owned = Key.of(caller.account(), caller.region());
        var range = Range.of(owned).from(owned.and(prefix));
        var found = Tokens.text(input.nextToken()).map(last -> range.after(owned.and(last))).orElse(range);
        return store.read(tx -> {
            var rows = data.groups.range(tx, found).takeWhile(row -> row.value().name().startsWith(prefix))
                .filter(row -> row.value().name().contains(pattern)).limit(limit + 1L).map(Row::value).toList();
            boolean more = rows.size() > limit;
            var page = more ? rows.subList(0, limit) : rows;
            return Logs.DescribeLogGroupsResponse.of(r -> r
                .logGroups(page.stream().map(group -> described(tx, caller, group, pattern.isEmpty())).toList())
                .nextToken(more ? Tokens.of(page.getLast().name()) : null));
        });
    }

    /** Who looks for a pattern is not told of the protection, as on AWS. */
    private Logs.LogGroup described(ReadTx tx, Caller caller, Group group, boolean isProtectionTold) {
        var arn = arn(caller, group.name()).toString();
        return Logs.LogGroup.of(g -> g.logGroupName(group.name()).creationTime(group.created().toEpochMilli())
            .retentionInDays(group.expires() ? group.retentionInDays() : null).arn(arn + ":*")
            .metricFilterCount((int) data.metricFilters.range(tx, Key.of(group.id())).count())
            .storedBytes(data.storedBytes.get(tx, Key.of(group.id())).orElse(0L))
            .logGroupClass(Logs.LogGroupClass.STANDARD).logGroupArn(arn).kmsKeyId(group.kmsKeyId())
            .deletionProtectionEnabled(isProtectionTold ? group.kept() : null));
    }

    Logs.PutRetentionPolicyResponse putRetention(Caller caller, Logs.PutRetentionPolicyRequest input) {
        int days = input.retentionInDays();
        if (!RETENTIONS.contains(days)) {
            throw new Logs.InvalidParameterException("1 validation error detected: Value '" + days
                + "' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: "
                + RETENTIONS);
        }
        setRetention(caller, input.logGroupName(), days);
        return Logs.PutRetentionPolicyResponse.of(_ -> {});
    }

    Logs.DeleteRetentionPolicyResponse deleteRetention(Caller caller, Logs.DeleteRetentionPolicyRequest input) {
        setRetention(caller, input.logGroupName(), 0);
        return Logs.DeleteRetentionPolicyResponse.of(_ -> {});
    }

    private void setRetention(Caller caller, String name, int days) {
        var key = LogsData.group(caller, name);
        var now = time.instant();
        store.change(tx -> {
            var group = data.groups.update(tx, key, old -> old.withRetention(days)).orElseThrow(Groups::missing);
            if (days > 0) {
                data.expiring.add(tx, now, Key.of(group.id()), key);
            } else {
                data.expiring.cancel(tx, Key.of(group.id()));
            }
        });
    }

    Map<String, String> tags(Caller caller, String name) {
        return store.read(tx -> data.groups.get(tx, LogsData.group(caller, name)).orElseThrow(Groups::missing)).tags();
    }

    void tag(Caller caller, String name, Map<String, String> more) {
        changeTags(caller, name, tags -> merged(tags, more));
    }

    void untag(Caller caller, String name, Collection<String> keys) {
        changeTags(caller, name, tags -> {
            var left = new HashMap<>(tags);
            left.keySet().removeAll(keys);
            return left;
        });
    }

    private void changeTags(Caller caller, String name, UnaryOperator<Map<String, String>> change) {
        store.change(tx -> data.groups.update(tx, LogsData.group(caller, name),
            group -> group.withTags(change.apply(group.tags()))).orElseThrow(Groups::missing));
    }

    private static Map<String, String> merged(Map<String, String> tags, Map<String, String> more) {
        var all = new TreeMap<>(tags);
        all.putAll(more);
        if (all.keySet().stream().filter(key -> !key.startsWith("aws:")).count() > MAX_TAGS) {
            throw new Logs.TooManyTagsException("Resource limit exceeded. A resource can have no more than " + MAX_TAGS
                + " tags");
        }
        return all;
    }

    /** The group that a request names, by its name or by its ARN. */
    static String named(Caller caller, String name, String identifier) {
        if (name != null && identifier != null) {
            throw new Logs.InvalidParameterException("LogGroup name and LogGroup identifier are mutually "
                + "exclusive parameters.");
        }
        if (name == null && identifier == null) {
            throw new Logs.InvalidParameterException("Either logGroupName or logGroupIdentifier must be specified.");
        }
        if (name != null) {
            return name;
        }
        return identifier.startsWith("arn:") ? ofArn(caller, identifier) : identifier;
    }

    /** Of an ARN with or without the closing {@code :*}. */
    static String ofArn(Caller caller, String text) {
        if (!Arn.isArn(text) || !Arn.parse(text).resource().startsWith("log-group:")) {
            throw new Logs.InvalidParameterException("The ARN '" + text + "' is not valid.");
        }
        var arn = Arn.parse(text);
        if (!arn.account().equals(caller.account()) || !arn.region().equals(caller.region())) {
            throw missing();
        }
        var name = arn.resource().substring("log-group:".length());
        return name.endsWith(":*") ? name.substring(0, name.length() - 2) : name;
    }

    static Arn arn(Caller caller, String name) {
        return caller.arn("logs", "log-group:" + name);
    }

    Group find(ReadTx tx, Caller caller, String name) {
        return data.groups.get(tx, LogsData.group(caller, name)).orElseThrow(Groups::missing);
    }

    static ApiError missing() {
        return new Logs.ResourceNotFoundException("The specified log group does not exist.");
    }

    /** What {@link Housekeeping} asks: when the group's oldest piece goes, given its last moment. */
    static Instant expiry(Group group, long lastMillis) {
        return Instant.ofEpochMilli(lastMillis).plusSeconds(group.retentionInDays() * 86_400L).plusMillis(1);
    }
}
