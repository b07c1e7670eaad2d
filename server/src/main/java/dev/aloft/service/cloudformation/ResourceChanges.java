package dev.aloft.service.cloudformation;

import dev.aloft.api.CloudFormation;
import dev.aloft.service.cloudformation.ChangeSet.Cause;
import dev.aloft.service.cloudformation.ChangeSet.Change;
import dev.aloft.service.cloudformation.ChangeSet.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How DescribeChangeSet tells the changes of resources. Without values it tells all that may change; with them, only
 * what is known to.
 */
final class ResourceChanges {
    private static final String PARAMETER = "ParameterReference";

    private final boolean hasValues;

    ResourceChanges(boolean hasValues) {
        this.hasValues = hasValues;
    }

    List<CloudFormation.Change> told(List<Change> changes) {
        return changes.stream().flatMap(change -> told(change).stream()).toList();
    }

    private Optional<CloudFormation.Change> told(Change change) {
        var targets = change.targets().stream().filter(target -> !hasValues || target.isCertain()).toList();
        if (targets.isEmpty() && !change.targets().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(CloudFormation.Change.of(c -> c.type("Resource").resourceChange(
                CloudFormation.ResourceChange.of(r -> r.action(change.action()).logicalResourceId(change.logicalId())
                        .physicalResourceId(change.physicalId()).resourceType(change.type())
                        .replacement(change.replacement()).scope(change.scope()).policyAction(change.policyAction())
                        .beforeContext(hasValues ? change.before() : null)
                        .afterContext(hasValues ? change.after() : null)
                        .details(targets.stream().flatMap(target -> details(target).stream()).toList())))));
    }

    private List<CloudFormation.ResourceChangeDetail> details(Target target) {
        if (target.causes().isEmpty()) {
            return List.of(detail(target, "DirectModification", null, true));
        }
        var details = new ArrayList<CloudFormation.ResourceChangeDetail>();
        var isDirect = target.causes().stream().anyMatch(cause -> cause.source().equals(PARAMETER));
        target.causes().stream().filter(cause -> cause.source().equals(PARAMETER))
                .forEach(cause -> details.add(detail(target, cause)));
        if (isDirect || hasValues) {
            details.add(detail(target, "DirectModification", null, false));
        }
        target.causes().stream().filter(cause -> !cause.source().equals(PARAMETER))
                .forEach(cause -> details.add(detail(target, cause)));
        return details;
    }

    private CloudFormation.ResourceChangeDetail detail(Target target, Cause cause) {
        return detail(target, cause.source(), cause.entity(), cause.isCertain());
    }

    private CloudFormation.ResourceChangeDetail detail(Target target, String source, String entity,
            boolean isCertain) {
        return CloudFormation.ResourceChangeDetail.of(d -> d.evaluation(isCertain ? "Static" : "Dynamic")
                .changeSource(source).causingEntity(entity).target(CloudFormation.ResourceTargetDefinition.of(t -> {
                    t.attribute(target.attribute()).name(target.name())
                            .requiresRecreation(target.isNew() ? "Always" : "Never");
                    if (hasValues) {
                        t.path(path(target)).beforeValue(target.before()).afterValue(target.after())
                                .attributeChangeType(target.before() == null ? "Add"
                                        : target.after() == null ? "Remove" : "Modify");
                    }
                })));
    }

    private static String path(Target target) {
        return switch (target.attribute()) {
            case "Properties" -> "/Properties/" + target.name();
            case "Tags" -> "/Properties/Tags";
            default -> "/" + target.attribute();
        };
    }
}
