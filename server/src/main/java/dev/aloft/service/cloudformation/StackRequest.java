package dev.aloft.service.cloudformation;

import dev.aloft.api.CloudFormation;
import java.util.List;
import java.util.Map;

/**
 * What one request wants of a stack, whoever makes it.
 *
 * @param text          of the template
 * @param resourceTypes patterns of the types that may be used; all where it is null or empty
 * @param onFailure     what follows a failure: ROLLBACK, DO_NOTHING or DELETE
 */
record StackRequest(String text, List<CloudFormation.Parameter> parameters, Map<String, String> tags,
        List<String> capabilities, List<String> resourceTypes, String role, String onFailure,
        boolean retainExceptOnCreate, Integer timeoutMinutes, String clientToken, StackPolicies.Kept policies) {
}
