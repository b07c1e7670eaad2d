package dev.aloft.service.cloudformation;

import dev.aloft.api.CloudFormation;
import java.time.Instant;
import java.util.List;

/**
 * A stack as it is kept.
 *
 * @param id        the last part of its ARN
 * @param operation when what is under way, or was last, began
 */
public record Stack(String account, String region, String id, String name, String status, String reason,
        Instant created, Instant updated, Instant deleted, Instant operation, Settings settings,
        List<OutputValue> outputs, String changeSet,
        String parent, String root, boolean isProtected) {

    /** An output with its value. */
    public record OutputValue(String name, String value, String description, String export) {
    }

    public String arn() {
        return "arn:aws:cloudformation:" + region + ":" + account + ":stack/" + name + "/" + id;
    }

    public boolean isBusy() {
        return status.endsWith("_IN_PROGRESS") && !status.equals(CloudFormation.StackStatus.REVIEW_IN_PROGRESS);
    }

    public boolean isDeleted() {
        return status.equals(CloudFormation.StackStatus.DELETE_COMPLETE);
    }

    public Stack as(String newStatus, String newReason) {
        return new Stack(account, region, id, name, newStatus, newReason, created, updated, deleted, operation,
                settings, outputs, changeSet, parent, root, isProtected);
    }

    /** The same as another that only waited for its change sets until now. */
    Stack as(Stack reviewed) {
        return new Stack(account, region, reviewed.id, name, status, reason, reviewed.created, updated, deleted,
                operation, settings, outputs, changeSet, parent, root, isProtected);
    }

    public Stack began(Instant at, boolean isUpdate) {
        return new Stack(account, region, id, name, status, reason, created, isUpdate ? at : updated, deleted, at,
                settings, outputs, changeSet, parent, root, isProtected);
    }

    public Stack with(Settings newSettings, String newChangeSet) {
        return new Stack(account, region, id, name, status, reason, created, updated, deleted, operation, newSettings,
                outputs, newChangeSet, parent, root, isProtected);
    }

    public Stack with(List<OutputValue> newOutputs) {
        return new Stack(account, region, id, name, status, reason, created, updated, deleted, operation, settings,
                newOutputs, changeSet, parent, root, isProtected);
    }

    /** A creation that is undone: AWS tells of a deletion then, and of no change set. */
    public Stack undone(Instant at) {
        return new Stack(account, region, id, name, status, reason, created, updated, at, operation, settings, outputs,
                null, parent, root, isProtected);
    }

    public Stack deletedAt(Instant at) {
        return new Stack(account, region, id, name, status, reason, created, updated, at, operation, settings, outputs,
                changeSet, parent, root, isProtected);
    }

    public Stack isProtected(boolean yes) {
        return new Stack(account, region, id, name, status, reason, created, updated, deleted, operation, settings,
                outputs, changeSet, parent, root, yes);
    }
}
