package dev.aloft.service.cloudformation.deploy;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.cloudformation.CloudFormationData.Export;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.Stack.OutputValue;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.template.Evaluate;
import dev.aloft.service.cloudformation.template.Output;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The outputs of a stack, and what it exports of them. */
final class Outputs {
    private final CloudFormationData data;
    private final Stack stack;
    private final Key place;
    private final List<OutputValue> values = new ArrayList<>();

    Outputs(CloudFormationData data, Stack stack, Template template, Evaluate evaluate, StackScope scope) {
        this.data = data;
        this.stack = stack;
        place = Key.of(stack.account(), stack.region());
        var told = new Evaluate(template, scope.forOutputs());
        for (var output : template.outputs().values()) {
            if (output.condition().map(evaluate::condition).orElse(true)) {
                values.add(new OutputValue(output.name(), text(output, told), output.description().orElse(null),
                        output.export().map(export -> Trees.text(evaluate.value(export))).orElse(null)));
            }
        }
    }

    private static String text(Output output, Evaluate told) {
        var value = told.value(output.value());
        if (value instanceof Map || value instanceof List || value == null) {
            throw new TemplateError("Template format error: Output " + output.name()
                    + " is malformed. The Value field of every Outputs member must evaluate to a String.");
        }
        return Trees.text(value);
    }

    List<OutputValue> values() {
        return values;
    }

    /** Why the exports of this and other stacks do not allow these, if so. */
    Optional<String> refusal(ReadTx tx) {
        for (var output : values) {
            var other = output.export() == null ? null : data.exports.get(tx, place.and(output.export())).orElse(null);
            if (other != null && !other.stackArn().equals(stack.arn())) {
                return Optional.of("Export with name " + output.export() + " is already exported by stack "
                        + other.stackName() + ". ");
            }
        }
        for (var export : changed(tx)) {
            var user = data.imports.range(tx, place.and(export.name())).findFirst();
            if (user.isPresent()) {
                return Optional.of("Export " + export.name() + " cannot be "
                        + (exported(export.name()).isEmpty() ? "deleted" : "updated") + " as it is in use by "
                        + user.get().value() + ". ");
            }
        }
        return Optional.empty();
    }

    private Optional<OutputValue> exported(String name) {
        return values.stream().filter(output -> name.equals(output.export())).findFirst();
    }

    /** What the stack exports until now and will export no longer, or with another value. */
    private List<Export> changed(ReadTx tx) {
        return data.exports.range(tx, place).map(row -> row.value())
                .filter(export -> export.stackArn().equals(stack.arn())
                        && !exported(export.name()).map(next -> next.value().equals(export.value())).orElse(false))
                .toList();
    }

    void publish(Tx tx) {
        changed(tx).forEach(export -> data.exports.delete(tx, place.and(export.name())));
        values.stream().filter(output -> output.export() != null).forEach(output -> data.exports.put(tx,
                place.and(output.export()), new Export(stack.arn(), stack.name(), output.export(), output.value())));
    }
}
