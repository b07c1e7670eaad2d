package dev.aloft.service.iam;

import dev.aloft.api.ApiError;
import java.util.List;

/**
 * A role that belongs to a service of AWS, with the name, the trust and the permissions that AWS gives it.
 *
 * @param service as it assumes the role
 * @param policy  the managed policy, one of {@code aws-service-role/}, that says what it may do
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html">AWS</a>
 */
record ServiceLinkedRole(String service, String roleName, String policy) {
    private static final String PATH = "/aws-service-role/";
    private static final List<ServiceLinkedRole> ALL = List.of(
            new ServiceLinkedRole("dynamodb.application-autoscaling.amazonaws.com",
                    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
                    "AWSApplicationAutoscalingDynamoDBTablePolicy"),
            new ServiceLinkedRole("lambda.application-autoscaling.amazonaws.com",
                    "AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency",
                    "AWSApplicationAutoscalingLambdaConcurrencyPolicy"),
            new ServiceLinkedRole("apidestinations.events.amazonaws.com",
                    "AWSServiceRoleForAmazonEventBridgeApiDestinations",
                    "AmazonEventBridgeApiDestinationsServiceRolePolicy"));

    static ServiceLinkedRole of(String service) {
        return ALL.stream().filter(role -> role.service.equals(service)).findFirst()
                .orElseThrow(() -> ApiError.notBuilt("The service-linked role of " + service));
    }

    static boolean isOne(String roleArn) {
        return roleArn.contains(":role" + PATH);
    }

    String path() {
        return PATH + service + "/";
    }

    String policyArn() {
        return "arn:aws:iam::aws:policy" + PATH + policy;
    }

    String trustPolicy() {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\""
                + service + "\"},\"Action\":\"sts:AssumeRole\"}]}";
    }
}
