package dev.aloft.service.cloudformation;

import static dev.aloft.api.CloudFormation.StackStatus.CREATE_COMPLETE;
import static dev.aloft.api.CloudFormation.StackStatus.CREATE_FAILED;
import static dev.aloft.api.CloudFormation.StackStatus.CREATE_IN_PROGRESS;
import static dev.aloft.api.CloudFormation.StackStatus.DELETE_COMPLETE;
import static dev.aloft.api.CloudFormation.StackStatus.DELETE_FAILED;
import static dev.aloft.api.CloudFormation.StackStatus.DELETE_IN_PROGRESS;
import static dev.aloft.api.CloudFormation.StackStatus.REVIEW_IN_PROGRESS;
import static dev.aloft.api.CloudFormation.StackStatus.ROLLBACK_COMPLETE;
import static dev.aloft.api.CloudFormation.StackStatus.ROLLBACK_FAILED;
import static dev.aloft.api.CloudFormation.StackStatus.ROLLBACK_IN_PROGRESS;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_COMPLETE;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_FAILED;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_IN_PROGRESS;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_ROLLBACK_COMPLETE;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_ROLLBACK_FAILED;
import static dev.aloft.api.CloudFormation.StackStatus.UPDATE_ROLLBACK_IN_PROGRESS;

import java.util.Map;
import java.util.Set;

/**
 * The life of a stack: which status may follow which. What is not here does not happen.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html">AWS: stack
 *     status codes</a>
 */
final class StackLife {
    static final Map<String, Set<String>> NEXT = Map.ofEntries(
            Map.entry(REVIEW_IN_PROGRESS, Set.of(CREATE_IN_PROGRESS, DELETE_COMPLETE)),
            Map.entry(CREATE_IN_PROGRESS,
                    Set.of(CREATE_COMPLETE, CREATE_FAILED, ROLLBACK_IN_PROGRESS, DELETE_IN_PROGRESS)),
            Map.entry(CREATE_COMPLETE, Set.of(UPDATE_IN_PROGRESS, DELETE_IN_PROGRESS)),
            Map.entry(CREATE_FAILED, Set.of(UPDATE_IN_PROGRESS, ROLLBACK_IN_PROGRESS, DELETE_IN_PROGRESS)),
            Map.entry(ROLLBACK_IN_PROGRESS, Set.of(ROLLBACK_COMPLETE, ROLLBACK_FAILED)),
            Map.entry(ROLLBACK_COMPLETE, Set.of(DELETE_IN_PROGRESS)),
            Map.entry(ROLLBACK_FAILED, Set.of(DELETE_IN_PROGRESS)),
            Map.entry(UPDATE_IN_PROGRESS,
                    Set.of(UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, UPDATE_FAILED, UPDATE_ROLLBACK_IN_PROGRESS)),
            Map.entry(UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, Set.of(UPDATE_COMPLETE)),
            Map.entry(UPDATE_COMPLETE, Set.of(UPDATE_IN_PROGRESS, DELETE_IN_PROGRESS)),
            Map.entry(UPDATE_FAILED, Set.of(UPDATE_IN_PROGRESS, UPDATE_ROLLBACK_IN_PROGRESS, DELETE_IN_PROGRESS)),
            Map.entry(UPDATE_ROLLBACK_IN_PROGRESS,
                    Set.of(UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, UPDATE_ROLLBACK_FAILED)),
            Map.entry(UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, Set.of(UPDATE_ROLLBACK_COMPLETE)),
            Map.entry(UPDATE_ROLLBACK_COMPLETE, Set.of(UPDATE_IN_PROGRESS, DELETE_IN_PROGRESS)),
            Map.entry(UPDATE_ROLLBACK_FAILED, Set.of(UPDATE_ROLLBACK_IN_PROGRESS, DELETE_IN_PROGRESS)),
            Map.entry(DELETE_IN_PROGRESS, Set.of(DELETE_COMPLETE, DELETE_FAILED)),
            Map.entry(DELETE_FAILED, Set.of(DELETE_IN_PROGRESS)),
            Map.entry(DELETE_COMPLETE, Set.of()));

    private StackLife() {
    }

    static void check(String before, String after) {
        if (!before.equals(after) && !NEXT.get(before).contains(after)) {
            throw new IllegalStateException("A stack in status " + before + " cannot come to " + after);
        }
    }
}
