package dev.aloft.service.autoscaling;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Iam;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.Roles;
import java.util.UUID;

/** Finds the resource of a scalable target, and the role under which it is reached. */
final class Scalables {
    private static final String SESSION = "AutoScaling-UpdateDesiredCapacity";

    private final DynamoDb dynamoDb;
    private final Lambda lambda;
    private final Iam iam;
    private final Roles roles;

    Scalables(Endpoint endpoint, Roles roles) {
        dynamoDb = DynamoDb.at(endpoint);
        lambda = Lambda.at(endpoint);
        iam = Iam.at(endpoint);
        this.roles = roles;
    }

    Scalable of(TargetId id) {
        return switch (id.namespace()) {
            case "dynamodb" -> TableCapacity.of(dynamoDb, id);
            case "lambda" -> FunctionConcurrency.of(lambda, id);
            default -> throw Dimensions.notBuilt(id);
        };
    }

    /** Whoever registers the first target of a service makes its role. */
    void ensureRole(Caller caller, Scalable scalable) {
        if (!roles.trusts(asService(caller, scalable), scalable.roleArn(caller.account()))) {
            iam.createServiceLinkedRole(caller, Iam.CreateServiceLinkedRoleRequest.of(
                    r -> r.awsServiceName(scalable.service())));
        }
    }

    private static Caller asService(Caller caller, Scalable scalable) {
        return caller.asService(scalable.service(), null);
    }

    Caller role(Caller caller, Scalable scalable) {
        return roles.assume(asService(caller, scalable), scalable.roleArn(caller.account()), SESSION);
    }

    /** When nobody asked for it. */
    Caller role(TargetId id, Scalable scalable) {
        var principal = new Principal.Service(scalable.service(), null);
        return role(new Caller(id.account(), id.region(), principal, UUID.randomUUID().toString(), null, 0, null, null,
                null), scalable);
    }
}
