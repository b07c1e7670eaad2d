package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.ListTagsOfResourceRequest;
import dev.aloft.api.DynamoDb.ListTagsOfResourceResponse;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.DynamoDb.TagResourceRequest;
import dev.aloft.api.DynamoDb.TagResourceResponse;
import dev.aloft.api.DynamoDb.UntagResourceRequest;
import dev.aloft.api.DynamoDb.UntagResourceResponse;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Tags of tables. */
final class Tags {
    private static final int MAX_TAGS = 50;
    private static final int PAGE = 100;
    private static final Pattern TEXT = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");
    private static final Pattern RESOURCE = Pattern.compile(".+:.+:.+:.+:.+:.+/.+");
    private static final Pattern TABLE = Pattern.compile("arn:aws:dynamodb:.+:\\d+:table/[^/]{3,}");

    private final DynamoDbData data;
    private final Tables tables;
    private final Store store;
    private final Time time;

    Tags(DynamoDbData data, Tables tables, Store store, Time time) {
        this.data = data;
        this.tables = tables;
        this.store = store;
        this.time = time;
    }

    ListTagsOfResourceResponse list(Caller caller, ListTagsOfResourceRequest in) {
        var ref = table(caller, "ListTagsOfResource", in.resourceArn());
        var tags = store.read(tx -> get(tx, ref, in.resourceArn())).tags().entrySet().stream()
            .map(tag -> new Tag(tag.getKey(), tag.getValue())).toList();
        int from = in.nextToken() == null ? 0 : position(in.nextToken(), tags.size());
        int to = Math.min(tags.size(), from + PAGE);
        return new ListTagsOfResourceResponse(tags.subList(from, to), to < tags.size() ? Integer.toString(to) : null);
    }

    private static int position(String token, int size) {
        if (!token.matches("[0-9]{1,4}") || Integer.parseInt(token) > size) {
            throw new ValidationException("Invalid NextToken");
        }
        return Integer.parseInt(token);
    }

    TagResourceResponse tag(Caller caller, TagResourceRequest in) {
        var ref = table(caller, "TagResource", in.resourceArn());
        if (in.tags() == null || in.tags().isEmpty()) {
            throw new ValidationException("Atleast one Tag needs to be provided as Input.");
        }
        var now = time.instant();
        store.change(tx -> {
            var table = get(tx, ref, in.resourceArn());
            tables.put(tx, ref, table.withTags(added(table.tags(), in.tags())), now);
        });
        return new TagResourceResponse();
    }

    UntagResourceResponse untag(Caller caller, UntagResourceRequest in) {
        var ref = table(caller, "UntagResource", in.resourceArn());
        if (in.tagKeys() == null || in.tagKeys().isEmpty()) {
            throw new ValidationException("Atleast one Tag Key needs to be provided as Input.");
        }
        var now = time.instant();
        store.change(tx -> {
            var table = data.tables.get(tx, ref.key()).orElseThrow(() ->
                new ResourceNotFoundException("Requested resource not found"));
            var rest = new LinkedHashMap<>(table.tags());
            rest.keySet().removeAll(in.tagKeys());
            tables.put(tx, ref, table.withTags(rest), now);
        });
        return new UntagResourceResponse();
    }

    static Map<String, String> added(Map<String, String> tags, List<Tag> more) {
        var all = new LinkedHashMap<>(tags);
        var keys = new HashSet<String>();
        for (var tag : more) {
            if (tag.key().startsWith("aws:") && !tags.containsKey(tag.key())
                    && !tag.key().startsWith("aws:cloudformation:")) {
                throw new ValidationException("Tag Key cannot be prefixed with aws:, Key: " + tag.key());
            }
            if (!TEXT.matcher(tag.key()).matches()) {
                throw new ValidationException("The Tag Key provided is invalid, Key: " + tag.key());
            }
            if (!TEXT.matcher(tag.value()).matches()) {
                throw new ValidationException("The Tag Value provided is invalid, Value: " + tag.value());
            }
            if (!keys.add(tag.key())) {
                throw new ValidationException("Duplicate Tag Keys provided as input: Duplicate Tag Key found "
                    + tag.key());
            }
            all.put(tag.key(), tag.value());
        }
        if (all.size() > MAX_TAGS) {
            throw new ValidationException("Number of Tags exceed the current limit for the provided ResourceArn");
        }
        TableSettings.check(all);
        return all;
    }

    private static TableRef table(Caller caller, String operation, String arn) {
        if (arn == null) {
            throw new ValidationException("Invalid TableArn");
        }
        if (!arn.isEmpty() && !arn.startsWith("arn:")) {
            throw ValidationException.parameters("ARNs must start with 'arn:': " + arn);
        }
        if (!RESOURCE.matcher(arn).matches()) {
            throw ApiError.of("AccessDeniedException", 400, "User: " + caller.principal().arn()
                + " is not authorized to perform: dynamodb:" + operation + " on resource: "
                + (arn.isEmpty() ? "*" : arn));
        }
        if (!arn.startsWith("arn:aws:dynamodb:")) {
            throw ValidationException.parameters("Provided Arn is not a DynamoDB resource arn: " + arn);
        }
        if (arn.contains("/index/")) {
            throw ValidationException.parameters(
                "Invalid resource arn provided, only table or stream is accepted. Provided resource "
                + "arn: " + arn);
        }
        if (!TABLE.matcher(arn).matches()) {
            throw new ValidationException("Invalid TableArn: Invalid ResourceArn provided as input " + arn);
        }
        return TableRef.ofArn(arn);
    }

    private StoredTable get(ReadTx tx, TableRef ref, String arn) {
        return data.tables.get(tx, ref.key()).orElseThrow(() ->
            new ResourceNotFoundException("Requested resource not found: ResourcArn: " + arn + " not found"));
    }
}
