package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes an {@link Update} of text. AWS complains in this order: syntax, reserved words, unknown functions, a section
 * that is there twice, names and then values that are not defined, paths that overlap or conflict, types of what is
 * added or deleted, operands of functions.
 */
final class UpdateReader {
    private static final Set<String> FUNCTIONS = Set.of("if_not_exists", "list_append");
    private static final Set<String> CONDITION_FUNCTIONS =
        Set.of("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size");
    private static final Map<String, String> LONG_TYPES = Map.of("S", "STRING", "N", "NUMBER", "B", "BINARY", "NULL",
        "NULL", "BOOL", "BOOLEAN", "L", "LIST", "M", "MAP");

    private final Placeholders placeholders;

    private UpdateReader(Placeholders placeholders) {
        this.placeholders = placeholders;
    }

    static Update read(String text, Placeholders placeholders) {
        try {
            var syntax = Parser.update(text, placeholders.wording());
            for (var action : syntax.actions()) {
                eachPath(action, path -> Placeholders.refuseReserved(path.steps()));
            }
            syntax.actions().stream().filter(action -> action.value() != null)
                .forEach(action -> ConditionReader.eachCall(action.value(), UpdateReader::refuseUnknown));
            syntax.actions().stream().filter(action -> action.value() != null)
                .forEach(action -> refuseMisplaced(action.value(), true));
            syntax.repeated().ifPresent(section -> {
                throw new ValidationException("The \"" + section
                    + "\" section can only be used once in an update expression;");
            });
            return new UpdateReader(placeholders).update(syntax.actions());
        } catch (ValidationException e) {
            throw new ValidationException("Invalid UpdateExpression: " + e.getMessage());
        }
    }

    private static void eachPath(Syntax.Action action, Consumer<Syntax.PathAt> visitor) {
        visitor.accept(action.path());
        if (action.value() != null) {
            ConditionReader.eachPath(action.value(), visitor);
        }
    }

    private static void refuseUnknown(Syntax.Call call) {
        if (CONDITION_FUNCTIONS.contains(call.function())) {
            throw new ValidationException("The function is not allowed in an update expression; function: "
                + call.function());
        }
        if (!FUNCTIONS.contains(call.function())) {
            throw new ValidationException("Invalid function name; function: " + call.function());
        }
    }

    /** A list is appended to nowhere but where it is set: not within another function or a sum. */
    private static void refuseMisplaced(Syntax syntax, boolean whole) {
        if (syntax instanceof Syntax.Call call && call.function().equals("list_append") && !whole) {
            throw new ValidationException("The function is not allowed to be used this way in an expression; function: "
                + call.function());
        }
        ConditionReader.parts(syntax).forEach(part -> refuseMisplaced(part, false));
    }

    private Update update(List<Syntax.Action> actions) {
        actions.forEach(action -> eachPath(action, placeholders::path));
        actions.stream().filter(action -> action.value() != null).forEach(action -> resolveValues(action.value()));
        var paths = actions.stream().map(action -> placeholders.path(action.path())).toList();
        PathTree.of(paths, paths);
        for (var action : actions) {
            if (action.section() == Syntax.Section.ADD || action.section() == Syntax.Section.DELETE) {
                refuseOtherThanSets(action);
            }
        }
        var done = new ArrayList<Update.Action>();
        for (var action : actions) {
            done.add(switch (action.section()) {
                case SET -> new Update.Set(term(action.value()));
                case REMOVE -> new Update.Remove();
                case ADD -> new Update.Add(placeholders.value((Syntax.ValueAt) action.value()));
                case DELETE -> new Update.Delete(placeholders.value((Syntax.ValueAt) action.value()));
            });
        }
        return Update.of(paths, done);
    }

    private void resolveValues(Syntax syntax) {
        switch (syntax) {
            case Syntax.ValueAt value -> placeholders.value(value);
            case Syntax.Call call -> call.arguments().forEach(this::resolveValues);
            case Syntax.Sum sum -> {
                resolveValues(sum.left());
                resolveValues(sum.right());
            }
            case Syntax.PathAt _, Syntax.And _, Syntax.Or _, Syntax.Not _, Syntax.Compare _, Syntax.Between _,
                 Syntax.In _ -> { }
        }
    }

    private void refuseOtherThanSets(Syntax.Action action) {
        var type = Values.type(placeholders.value((Syntax.ValueAt) action.value()));
        boolean number = type.equals("N") && action.section() == Syntax.Section.ADD;
        if (LONG_TYPES.containsKey(type) && !number) {
            throw new ValidationException("Incorrect operand type for operator or function; operator: "
                + action.section() + ", operand type: " + LONG_TYPES.get(type));
        }
    }

    private Update.Term term(Syntax syntax) {
        return switch (syntax) {
            case Syntax.PathAt path -> new Update.Term.At(placeholders.path(path));
            case Syntax.ValueAt value -> new Update.Term.Literal(placeholders.value(value));
            case Syntax.Sum sum -> {
                var left = term(sum.left());
                var right = term(sum.right());
                refuseOther(sum.operator(), AttributeValue.N.class, left, right);
                yield new Update.Term.Sum(sum.operator().equals("-"), left, right);
            }
            case Syntax.Call call -> {
                var arguments = call.arguments().stream().map(this::term).toList();
                if (arguments.size() != 2) {
                    throw new ValidationException(
                        "Incorrect number of operands for operator or function; operator or function: "
                        + call.function() + ", number of operands: " + arguments.size());
                }
                if (call.function().equals("if_not_exists")) {
                    if (arguments.getFirst() instanceof Update.Term.At(var path)) {
                        yield new Update.Term.IfNotExists(path, arguments.getLast());
                    }
                    throw new ValidationException(
                        "Operator or function requires a document path; operator or function: if_not_exists");
                }
                refuseOther("list_append", AttributeValue.L.class, arguments.getFirst(), arguments.getLast());
                yield new Update.Term.Append(arguments.getFirst(), arguments.getLast());
            }
            case Syntax.And _, Syntax.Or _, Syntax.Not _, Syntax.Compare _, Syntax.Between _, Syntax.In _ ->
                throw new IllegalStateException("no term");
        };
    }

    private static void refuseOther(String function, Class<?> type, Update.Term... terms) {
        for (var term : terms) {
            if (term instanceof Update.Term.Literal(var value) && !type.isInstance(value)) {
                throw new ValidationException(
                    "Incorrect operand type for operator or function; operator or function: " + function
                        + ", operand type: " + Values.type(value));
            }
        }
    }
}
