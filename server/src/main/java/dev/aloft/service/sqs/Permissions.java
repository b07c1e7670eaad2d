package dev.aloft.service.sqs;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Sqs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** AddPermission and RemovePermission: the short way to a statement of the queue's policy. */
final class Permissions {
    private static final int MOST_ACTIONS = 7;
    private static final Set<String> ACTIONS = Set.of("*", "SendMessage", "ReceiveMessage", "DeleteMessage",
        "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue");

    /** These no policy gives to another account. */
    private static final Set<String> OWNERS =
        Set.of("AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue",
        "ListMessageMoveTasks", "ListQueues", "ListQueueTags", "RemovePermission", "SetQueueAttributes",
        "StartMessageMoveTask", "TagQueue", "UntagQueue");

    private final Queues queues;

    Permissions(Queues queues) {
        this.queues = queues;
    }

    void add(QueueName name, Sqs.AddPermissionRequest input) {
        if (input.label() == null || input.label().isEmpty()) {
            throw Errors.missing("Label");
        }
        if (!input.label().matches("[a-zA-Z0-9_-]{1,80}")) {
            throw Errors.invalid("Label", input.label(),
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.");
        }
        if (input.actions() == null || input.actions().isEmpty()) {
            throw Errors.missing("ActionName");
        }
        var accounts = input.awsAccountIds() == null ? List.<String>of() : input.awsAccountIds();
        if (accounts.isEmpty() || !accounts.stream().allMatch(account -> account.matches("[0-9]{12}"))) {
            throw Errors.invalid("PrincipalId", accounts, "Unable to verify.");
        }
        if (input.actions().size() > MOST_ACTIONS) {
            throw new Sqs.OverLimit(input.actions().size() + " Actions were found, maximum allowed is 7.");
        }
        for (var action : input.actions()) {
            if (!ACTIONS.contains(action)) {
                throw Errors.invalid("ActionName", "SQS:" + action, OWNERS.contains(action)
                    ? "Only the queue owner is allowed to invoke this action."
                    : "Please refer to the appropriate WSDL for a list of valid actions.");
            }
        }
        var principals = accounts.stream().map(account -> "arn:aws:iam::" + account + ":root").toList();
        var actions = input.actions().stream().map(action -> "SQS:" + action).toList();
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", input.label());
        statement.put("Effect", "Allow");
        statement.put("Principal", Map.of("AWS", one(principals)));
        statement.put("Action", one(actions));
        statement.put("Resource", name.arn());
        queues.changePolicy(name, policy -> {
            var document = document(policy, name);
            var statements = statements(document);
            if (statements.stream().anyMatch(each -> input.label().equals(sid(each)))) {
                throw Errors.invalid("Label", input.label(), "Already exists.");
            }
            statements.add(statement);
            if (statements.size() > QueueAttributes.MOST_STATEMENTS) {
                throw new Sqs.OverLimit(statements.size() + " Statements were found, maximum allowed is "
                    + QueueAttributes.MOST_STATEMENTS + ".");
            }
            document.put("Statement", statements);
            return JsonWriter.string(document);
        });
    }

    private static Object one(List<String> values) {
        return values.size() == 1 ? values.getFirst() : values;
    }

    void remove(QueueName name, String label) {
        if (label == null || label.isEmpty()) {
            throw Errors.missing("Label");
        }
        queues.changePolicy(name, policy -> {
            var document = document(policy, name);
            var statements = statements(document);
            if (!statements.removeIf(each -> label.equals(sid(each)))) {
                throw Errors.invalid("Label", label,
                    "can't find label" + (policy == null ? "." : " on existing policy."));
            }
            document.put("Statement", statements);
            return statements.isEmpty() ? "" : JsonWriter.string(document);
        });
    }

    private static Object sid(Object statement) {
        return statement instanceof Map<?, ?> map ? map.get("Sid") : null;
    }

    private static Map<String, Object> document(String policy, QueueName name) {
        var document = new LinkedHashMap<String, Object>();
        if (policy != null && JsonReader.tree(policy) instanceof Map<?, ?> existing) {
            existing.forEach((key, value) -> document.put(key.toString(), value));
        } else {
            document.put("Version", "2008-10-17");
            document.put("Id", name.arn() + "/SQSDefaultPolicy");
        }
        return document;
    }

    private static List<Object> statements(Map<String, Object> document) {
        return switch (document.get("Statement")) {
            case List<?> list -> new ArrayList<>(list);
            case null -> new ArrayList<>();
            case Object one -> new ArrayList<>(List.of(one));
        };
    }
}
