package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which of the constraints that a request breaks DynamoDB tells. In the course of 2026 AWS began to read most requests
 * in another way: it tells a wrong table name alone, and some members of requests that write an item without their
 * names. Requests that lack a member are read as before, and all their failures told together.
 *
 * <p>Captured in 33 regions in October 2026 (paritysuite/dynamodb-conformance); two of them still read all as before.
 */
public final class DynamoDbFailures {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]+");
    private static final int MIN_LENGTH = 3;
    private static final int MAX_LENGTH = 255;
    private static final String CONSTRAINT = " failed to satisfy constraint: ";
    private static final Pattern MEMBER =
            Pattern.compile(".*at '([a-zA-Z]+)['.].*?" + CONSTRAINT + ".*", Pattern.DOTALL);
    private static final String RETURN_VALUES = "returnValues";
    private static final String OPERATOR = "conditionalOperator";
    private static final List<String> OF_A_KEY = List.of("returnConsumedCapacity", "tableName", OPERATOR,
            "returnItemCollectionMetrics", RETURN_VALUES, "key");
    /** The order of members in AWS's answers, where it is known; others follow as the model has them. */
    private static final Map<String, List<String>> ORDER = Map.of(
            "PutItem", List.of("returnConsumedCapacity", "tableName", "item", RETURN_VALUES),
            "UpdateItem", OF_A_KEY, "DeleteItem", OF_A_KEY,
            "TransactWriteItems", List.of("clientRequestToken", "transactItems"));
    private static final Set<String> ITEM_WRITES = Set.of("PutItem", "UpdateItem", "DeleteItem");
    /** The list is AWS's, with its slip. */
    private static final String NO_RETURN_VALUE = "Failed to satisfy constraint: Member must satisfy enum value set: "
            + "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]";
    private static final String NO_OPERATOR =
            "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]";

    /** What operations on a table say that is not named. */
    public static final String NO_TABLE_NAME =
            "The parameter 'TableName' is required but was not present in the request";
    private static final Set<String> OF_TABLES =
            Set.of("DescribeTable", "UpdateTable", "DeleteTable", "DescribeTimeToLive");

    private DynamoDbFailures() {
    }

    /** Those that are told; none where the service itself tells what is wrong with the table's name. */
    static List<String> told(Operation operation, Shape input, List<String> failures) {
        if (operation.name().equals("BatchGetItem")) {
            return ofBatch(operation, input, failures);
        }
        if (failures.isEmpty()) {
            if (isNamelessTable(operation, input)) {
                throw ApiError.of("ValidationException", 400, NO_TABLE_NAME);
            }
            return failures;
        }
        var ordered = inOrder(operation, failures);
        var member = operation.input().member("TableName");
        var name = member == null ? null : (String) input.get(member.index());
        if (member == null || !member.required() || isNamelessTable(operation, input)) {
            return name != null && ofNewName(name).isPresent() ? List.of() : ordered;
        }
        if (lacksMember(operation, input)) {
            var all = new ArrayList<>(failures);
            ofName(name, 1).ifPresent(all::add);
            return inOrder(operation, all);
        }
        var wrongName = ofName(name);
        return wrongName.isPresent() ? List.of(wrongName.get()) : ofComplete(operation, ordered);
    }

    /** They miss the name only where nothing else is wrong, as CreateTable does. */
    private static boolean isNamelessTable(Operation operation, Shape input) {
        return OF_TABLES.contains(operation.name())
                && input.get(operation.input().member("TableName").index()) == null;
    }

    /** Whether a member that every request has is absent, other than the table's name. */
    private static boolean lacksMember(Operation operation, Shape input) {
        return operation.input().members().stream().anyMatch(member -> member.required()
                && !member.name().equals("TableName") && input.get(member.index()) == null);
    }

    private static List<String> ofComplete(Operation operation, List<String> failures) {
        var members = failures.stream().map(DynamoDbFailures::member).toList();
        if (operation.name().equals("Query") && members.contains(OPERATOR)) {
            throw ApiError.of("ValidationException", 400, NO_OPERATOR);
        }
        if (!ITEM_WRITES.contains(operation.name())) {
            return failures;
        }
        if (operation.name().equals("UpdateItem") && members.contains(RETURN_VALUES)) {
            return List.of(NO_RETURN_VALUE);
        }
        return failures.stream().map(failure -> switch (member(failure)) {
            case RETURN_VALUES -> NO_RETURN_VALUE;
            case OPERATOR -> NO_OPERATOR;
            default -> failure;
        }).toList();
    }

    /** The names of a batch's tables are told with the tables, and before what else is wrong. */
    private static List<String> ofBatch(Operation operation, Shape input, List<String> failures) {
        var member = operation.input().member("RequestItems");
        var tables = (Map<?, ?>) input.get(member.index());
        if (tables == null || tables.keySet().stream().allMatch(name -> ofNewName((String) name).isEmpty())) {
            return failures;
        }
        var all = new ArrayList<String>();
        var told = new JsonWriter();
        JsonCodec.write(told, member, tables);
        all.add(ofNames(new String(told.toBytes(), StandardCharsets.UTF_8)));
        all.addAll(failures);
        return all;
    }

    /** What is wrong with a batch one of whose tables has a wrong name. */
    public static String ofNames(String tables) {
        return "Value '" + tables + "' at 'requestItems'" + CONSTRAINT + "Map keys must satisfy constraint: [Member "
                + "must have length less than or equal to " + MAX_LENGTH + ", Member must have length greater than or "
                + "equal to " + MIN_LENGTH + ", Member must satisfy regular expression pattern: " + NAME + "]";
    }

    /** A part of a request as AWS prints it in failures. */
    public static String printed(Object part) {
        return Validator.text(part);
    }

    private static List<String> inOrder(Operation operation, List<String> failures) {
        var order = ORDER.getOrDefault(operation.name(), List.of());
        return failures.stream().sorted(Comparator.comparingInt(failure -> {
            int at = order.indexOf(member(failure));
            return at < 0 ? order.size() : at;
        })).toList();
    }

    /** The member of the input that a failure is about. */
    private static String member(String failure) {
        var found = MEMBER.matcher(failure);
        return found.matches() ? found.group(1) : "";
    }

    /** What is wrong with the name of a table; ARNs are looked at elsewhere. */
    public static Optional<String> ofName(String name) {
        return name != null && name.isEmpty()
                ? Optional.of("Value at 'TableName'" + CONSTRAINT + "Member must have length greater than or "
                        + "equal to 1")
                : ofName(name, 1);
    }

    /** What is wrong with the name of a table to be made. */
    public static Optional<String> ofNewName(String name) {
        return ofName(name, MIN_LENGTH);
    }

    private static Optional<String> ofName(String name, int minimum) {
        if (name == null) {
            return Optional.of("Value null at 'tableName'" + CONSTRAINT + "Member must not be null");
        }
        if (name.startsWith("arn:")) {
            return Optional.empty();
        }
        var broken = name.length() < minimum ? "have length greater than or equal to " + minimum
                : name.length() < MIN_LENGTH ? "have length greater than or equal to " + MIN_LENGTH
                : name.length() > MAX_LENGTH ? "have length less than or equal to " + MAX_LENGTH
                : !NAME.matcher(name).matches() ? "satisfy regular expression pattern: " + NAME : null;
        return Optional.ofNullable(broken).map(constraint -> "Value '" + name
                + "' at 'tableName'" + CONSTRAINT + "Member must " + constraint);
    }
}
