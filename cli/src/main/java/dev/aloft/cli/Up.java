package dev.aloft.cli;

import dev.aloft.api.ApiError;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.CloudFormation.Capability;
import dev.aloft.api.CloudFormation.ChangeSetType;
import dev.aloft.api.CloudFormation.CreateChangeSetRequest;
import dev.aloft.api.CloudFormation.DeleteChangeSetRequest;
import dev.aloft.api.CloudFormation.DeleteStackRequest;
import dev.aloft.api.CloudFormation.DescribeChangeSetRequest;
import dev.aloft.api.CloudFormation.DescribeStacksRequest;
import dev.aloft.api.CloudFormation.ExecuteChangeSetRequest;
import dev.aloft.api.CloudFormation.GetTemplateSummaryRequest;
import dev.aloft.api.CloudFormation.Parameter;
import dev.aloft.api.CloudFormation.Stack;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aloft up}: from a folder with a template to an application that answers. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Deploys an application: starts the platform if none is running, packages the functions' "
                + "code, deploys the template through CloudFormation and prints the stack's outputs. Again after an "
                + "edit, it changes only what changed.")
final class Up implements Callable<Integer> {
    private static final List<String> TEMPLATE_NAMES =
            List.of("template.yaml", "template.yml", "template.json", "serverless.template", "main.yaml");

    @Parameters(paramLabel = "DIR|TEMPLATE", defaultValue = ".",
            description = "The template, or the folder that has it (default: here).")
    private Path where;

    @Option(names = "--stack-name", paramLabel = "NAME", description = "The stack (default: the folder's name).")
    private String stackName;

    @Option(names = {"-p", "--parameter"}, paramLabel = "KEY=VALUE",
            description = "A parameter of the template; may be repeated.")
    private Map<String, String> parameters = new LinkedHashMap<>();

    @Option(names = {"-w", "--watch"},
            description = "Stay, and make each save in a function's folder its code at once.")
    private boolean watch;

    @Option(names = "--data", paramLabel = "DIR",
            description = "Where a platform that is started keeps its data (default: ALOFT_DATA, or ~/.aloft).")
    private Path data;

    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;
    private CloudFormation cloudFormation;

    @Override
    public Integer call() throws IOException {
        out = spec.commandLine().getOut();
        var template = findTemplate();
        var name = stackName != null ? stackName : nameOf(template);
        new Background(connection.url()).ensure(data, out);
        cloudFormation = CloudFormation.at(connection.endpoint());
        int status = deploy(template, name);
        if (watch) {
            try {
                new Watch(template, name, connection, out, () -> deploy(template, name)).run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return status;
    }

    private int deploy(Path template, String name) throws IOException {
        return deploy(name, new Packaging(template, connection.endpoint(), connection.caller(), out).run());
    }

    private int deploy(String name, String template) {
        var before = find(name);
        boolean announced = before.filter(stack -> stack.stackStatus().equals("REVIEW_IN_PROGRESS")).isPresent();
        var existing = removeIfNeverCreated(before);
        var changeSet = "aloft-" + System.currentTimeMillis();
        var progress = new StackProgress(cloudFormation, connection.caller(), out);
        createChangeSet(name, !announced, CreateChangeSetRequest.of(r -> r.stackName(name)
                .changeSetName(changeSet)
                .changeSetType(existing.isPresent() ? ChangeSetType.UPDATE : ChangeSetType.CREATE)
                .templateBody(template)
                .parameters(parametersFor(template, existing))
                .capabilities(List.of(
                        Capability.CAPABILITY_IAM, Capability.CAPABILITY_NAMED_IAM,
                        Capability.CAPABILITY_AUTO_EXPAND))));
        var made = cloudFormation.describeChangeSet(connection.caller(), DescribeChangeSetRequest.of(
                r -> r.stackName(name).changeSetName(changeSet)));
        if (made.status().equals("FAILED")) {
            return withoutChanges(name, changeSet, made.statusReason(), !announced);
        }
        progress.begin(made.stackId(), name, existing.isPresent());
        cloudFormation.executeChangeSet(
                connection.caller(), ExecuteChangeSetRequest.of(r -> r.stackName(name).changeSetName(changeSet)));
        var stack = progress.follow(made.stackId());
        if (!List.of("CREATE_COMPLETE", "UPDATE_COMPLETE").contains(stack.stackStatus())) {
            throw new CommandFailed("Stack " + name + " is " + stack.stackStatus() + progress.why(stack));
        }
        printOutputs(stack);
        return 0;
    }

    private void createChangeSet(String name, boolean announcedHere, CreateChangeSetRequest request) {
        try {
            cloudFormation.createChangeSet(connection.caller(), request);
        } catch (ApiError e) {
            if (announcedHere) {
                removeAnnounced(name);
            }
            throw e;
        }
    }

    /** A stack of which there is no more than a change set that cannot be carried out. */
    private void removeAnnounced(String name) {
        find(name).filter(stack -> stack.stackStatus().equals("REVIEW_IN_PROGRESS")).ifPresent(stack -> {
            cloudFormation.deleteStack(connection.caller(), DeleteStackRequest.of(r -> r.stackName(stack.stackId())));
        });
    }

    private int withoutChanges(String name, String changeSet, String reason, boolean announcedHere) {
        cloudFormation.deleteChangeSet(
                connection.caller(), DeleteChangeSetRequest.of(r -> r.stackName(name).changeSetName(changeSet)));
        boolean nothingChanged = reason != null
                && (reason.startsWith("The submitted information didn't contain changes")
                        || reason.startsWith("No updates are to be performed"));
        if (!nothingChanged) {
            if (announcedHere) {
                removeAnnounced(name);
            }
            throw new CommandFailed(reason);
        }
        out.println("Nothing has changed.");
        find(name).ifPresent(this::printOutputs);
        return 0;
    }

    /** A stack whose creation failed can only be deleted; one that a change set announced has nothing in it yet. */
    private Optional<Stack> removeIfNeverCreated(Optional<Stack> stack) {
        var status = stack.map(Stack::stackStatus).orElse("");
        if (status.equals("REVIEW_IN_PROGRESS")) {
            return Optional.empty();
        }
        if (!status.equals("ROLLBACK_COMPLETE") && !status.equals("ROLLBACK_FAILED")
                && !status.equals("CREATE_FAILED")) {
            return stack;
        }
        out.println("Removing what an earlier creation left (" + status + ").");
        var id = stack.get().stackId();
        var progress = new StackProgress(cloudFormation, connection.caller(), out);
        progress.forgetPast(id);
        cloudFormation.deleteStack(connection.caller(), DeleteStackRequest.of(r -> r.stackName(id)));
        progress.follow(id);
        return Optional.empty();
    }

    private Optional<Stack> find(String name) {
        try {
            return cloudFormation
                    .describeStacks(connection.caller(), DescribeStacksRequest.of(r -> r.stackName(name)))
                    .stacks()
                    .stream()
                    .findFirst();
        } catch (ApiError e) {
            if (e.getMessage() != null && e.getMessage().contains("does not exist")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What was given here; for the template's other parameters, what the stack already has. */
    private List<Parameter> parametersFor(String template, Optional<Stack> existing) {
        var all = new ArrayList<Parameter>();
        parameters.forEach((key, value) -> all.add(Parameter.of(p -> p.parameterKey(key).parameterValue(value))));
        if (existing.isPresent() && existing.get().parameters() != null) {
            var wanted = cloudFormation
                    .getTemplateSummary(connection.caller(),
                            GetTemplateSummaryRequest.of(r -> r.templateBody(template)))
                    .parameters();
            for (var known : existing.get().parameters()) {
                boolean stillThere = wanted != null
                        && wanted.stream().anyMatch(each -> each.parameterKey().equals(known.parameterKey()));
                if (stillThere && !parameters.containsKey(known.parameterKey())) {
                    all.add(Parameter.of(p -> p.parameterKey(known.parameterKey()).usePreviousValue(true)));
                }
            }
        }
        return all;
    }

    private void printOutputs(Stack stack) {
        if (stack.outputs() == null || stack.outputs().isEmpty()) {
            return;
        }
        var urls = new GatewayUrls(connection.url());
        out.println();
        int width = stack.outputs().stream().mapToInt(each -> each.outputKey().length()).max().orElse(0);
        for (var output : stack.outputs()) {
            out.printf("  %-" + width + "s  %s%n", output.outputKey(), urls.rewrite(output.outputValue()));
        }
    }

    private Path findTemplate() {
        if (Files.isRegularFile(where)) {
            return where.toAbsolutePath().normalize();
        }
        if (!Files.isDirectory(where)) {
            throw new CommandFailed("There is no file or folder " + where + ".");
        }
        return TEMPLATE_NAMES.stream()
                .map(where::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new CommandFailed("No template in " + where + ": looked for "
                        + String.join(", ", TEMPLATE_NAMES) + ". Name the file: aloft up FILE"))
                .toAbsolutePath()
                .normalize();
    }

    /** A stack's name has letters, digits and hyphens and begins with a letter. */
    private static String nameOf(Path template) {
        var name = template.getParent().getFileName().toString().replaceAll("[^A-Za-z0-9-]+", "-")
                .replaceAll("^[^A-Za-z]+", "");
        return name.isEmpty() ? "stack" : name;
    }
}
